import CMicrohttpd
import Dispatch
import Glibc
import Synchronization

/// What the library's callbacks work on: the settings, the handler, and the table of connections.
final class ServerCore: Sendable {
    let limits: HTTPLimits
    let bodyBytes: @Sendable (HTTPRequest) -> Int?
    let observe: @Sendable (HTTPRefusal) -> Void
    let handler: HTTPServer.Handler
    private let table: Mutex<ConnectionTable>
    private let message = Mutex("")
    /// Whether connections begin with a handshake.
    let isTLS: Bool
    /// What the next handshake shows.
    private let certificate: Mutex<ServerCertificate?>

    init(
        limits: HTTPLimits, certificate: ServerCertificate?, bodyBytes: @escaping @Sendable (HTTPRequest) -> Int?,
        observe: @escaping @Sendable (HTTPRefusal) -> Void, handler: @escaping HTTPServer.Handler
    ) {
        isTLS = certificate != nil
        self.certificate = Mutex(certificate)
        self.limits = limits
        self.bodyBytes = bodyBytes
        self.observe = observe
        self.handler = handler
        table = Mutex(ConnectionTable(limits: limits))
    }

    /// The library's last word, for the error of a start that failed. It quotes clients, so it goes nowhere else.
    var lastMessage: String { message.withLock { $0 } }

    func note(message text: String) { message.withLock { $0 = text } }

    // MARK: Connections

    /// Whether to let one more in. The library's own limit would stop accepting, and leave the client hanging.
    func accepts(_ peer: String) -> Bool {
        guard let refusal = table.withLock({ $0.refusal(of: peer) }) else { return true }
        observe(refusal)
        return false
    }

    func opened(_ socket: Int32, by peer: String) { table.withLock { $0.opened(socket, by: peer, at: .now) } }

    func replace(certificate new: ServerCertificate) { certificate.withLock { $0 = new } }

    /// The certificate for the handshake on that socket. The table holds it until the connection is closed: GnuTLS works
    /// with it where it is, and a reload must not free it in the middle.
    func certificate(for socket: Int32) -> ServerCertificate? {
        let shown = certificate.withLock(\.self)
        return shown.flatMap { shown in table.withLock { $0.keep(shown, for: socket) ? shown : nil } }
    }

    /// Called before the library closes the socket, so that no other connection can have its number yet.
    func closed(_ socket: Int32) { table.withLock { $0.closed(socket) } }

    func began(_ socket: Int32) { table.withLock { $0.began(socket, at: .now) } }

    func finished(_ socket: Int32) { table.withLock { $0.finished(socket, at: .now) } }

    func peer(of socket: Int32) -> String { table.withLock { $0.peer(of: socket) } }

    /// Cuts overdue connections off, a few times a second at most. The library cannot: its timeout counts idle time.
    func watchDeadlines() -> sending any DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "http.deadlines"))
        let period = DispatchTimeInterval.milliseconds(max(50, min(1000, limits.requestSeconds * 100)))
        timer.schedule(deadline: .now() + period, repeating: period, leeway: .milliseconds(20))
        timer.setEventHandler { [weak self] in self?.cutOverdue() }
        timer.activate()
        return timer
    }

    /// The daemon sees the end of its input, and closes.
    private func cutOverdue() {
        // Copied under the lock, which `closed` takes, too: there the number still means the connection that is
        // overdue. Where no descriptor is free, the next round tries again.
        let copies = table.withLock { table in
            table.overdue(at: .now).compactMap { socket -> Int32? in
                let copy = fcntl(socket, F_DUPFD_CLOEXEC, 0)
                guard copy >= 0 else { return nil }
                table.cut(socket)
                return copy
            }
        }
        for copy in copies {
            shutdown(copy, Int32(SHUT_RDWR))
            close(copy)
            observe(.deadline)
        }
    }

    /// Until no answer is under way, or the limit has passed. Asked for every two milliseconds: it happens once.
    func waitUntilIdle(limit: Duration) {
        let end = ContinuousClock.now + limit
        while table.withLock({ $0.isAnswering }), .now < end { usleep(2000) }
    }

    // MARK: Requests

    /// What to do once the header is there: nil to go on with the body, or an answer to give at once.
    func begin(_ exchange: Exchange, head: RequestHead, socket: Int32) -> HTTPResponse? {
        if let (refusal, response) = head.refusal(limits: limits) {
            observe(refusal)
            return closing(response)
        }
        guard let method = HTTPMethod(rawValue: head.method) else { return closing(.problem(501)) }
        let request = HTTPRequest(method, head.target, headers: head.headers, peer: peer(of: socket))
        exchange.request = request
        guard head.hasBody else { return nil }
        // A length beyond any Int is too large by itself.
        let declared = head.headers["Content-Length"].map { Int($0) ?? .max }
        let body = BodyIntake(limit: bodyBytes(request), limits: limits, declared: declared)
        exchange.body = body
        // Elsewhere the client would rather send it all first, and hear the answer then.
        let isUnwanted = body.isTooLarge || !body.isKept
        guard body.isHopeless(declared: declared) || (head.expectsContinue && isUnwanted) else { return nil }
        return body.isKept ? tooLarge(body) : closing(handler(request))
    }

    /// Takes a piece of the body; false to close the connection.
    func take(_ piece: UnsafeRawBufferPointer, of exchange: Exchange) -> Bool {
        // In place: with two owners of the bytes each piece would copy all before it.
        if unsafe exchange.body?.take(piece) ?? false { return true }
        observe(.bodyTooLarge)
        return false
    }

    /// The answer to the whole request.
    func answer(_ exchange: Exchange, socket: Int32) -> HTTPResponse {
        table.withLock { $0.answering(socket) }
        guard var request = exchange.request else { return closing(.problem(400)) }
        if let body = exchange.body {
            if body.isKept && body.isTooLarge { return tooLarge(body) }
            request.body = body.bytes
            exchange.body = nil
        }
        return handler(request)
    }

    private func tooLarge(_ body: BodyIntake) -> HTTPResponse {
        observe(.bodyTooLarge)
        return closing(.problem(413, "the body is larger than \(body.limit) bytes"))
    }

    private func closing(_ response: HTTPResponse) -> HTTPResponse {
        var response = response
        response.headers["Connection"] = "close"
        return response
    }
}
