import CMicrohttpd
import Dispatch
import Glibc
import Synchronization

/// The state behind the library's callbacks: the settings, the handler, and the table of connections.
final class ServerCore: Sendable {
    /// A request on its way through the library. It is made at the request line, and freed when the answer is sent or
    /// the connection ends. Only the library's thread touches it.
    final class Exchange {
        let target: String
        /// True once the head was seen, which the first call for a request brings without a body.
        var isBegun = false
        var request: HTTPRequest?
        var body: BodyIntake?

        init(target: String) { self.target = target }
    }

    let limits: HTTPLimits
    let bodyBytes: @Sendable (HTTPRequest) -> Int?
    let observe: @Sendable (HTTPRefusal) -> Void
    let handler: HTTPServer.Handler
    private let table: Mutex<ConnectionTable>
    private let message = Mutex("")
    /// True if connections begin with a handshake.
    let isTLS: Bool
    /// The certificate that the next handshake shows.
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

    /// The library's last message, for the error of a failed start. It quotes clients, so nothing else uses it.
    var lastMessage: String { message.withLock { $0 } }

    func note(message text: String) { message.withLock { $0 = text } }

    // MARK: Connections

    /// Decides whether to accept one more connection. The library's own limit would leave the client waiting.
    func accepts(_ peer: String) -> Bool {
        guard let refusal = table.withLock({ $0.refusal(of: peer) }) else { return true }
        observe(refusal)
        return false
    }

    func opened(_ socket: Int32, by peer: String) { table.withLock { $0.opened(socket, by: peer, at: .now) } }

    func replace(certificate new: ServerCertificate) { certificate.withLock { $0 = new } }

    /// The certificate for the handshake on this socket. GnuTLS does not copy it, so the table keeps it until the
    /// connection is closed.
    func certificate(for socket: Int32) -> ServerCertificate? {
        let shown = certificate.withLock(\.self)
        return shown.flatMap { shown in table.withLock { $0.keep(shown, for: socket) ? shown : nil } }
    }

    /// Forgets a connection. The library calls this before it closes the socket, so no other connection has its number
    /// yet.
    func closed(_ socket: Int32) { table.withLock { $0.closed(socket) } }

    func began(_ socket: Int32) { table.withLock { $0.began(socket, at: .now) } }

    func finished(_ socket: Int32) { table.withLock { $0.finished(socket, at: .now) } }

    func peer(of socket: Int32) -> String { table.withLock { $0.peer(of: socket) } }

    /// Makes a timer that cuts overdue connections, a few times a second at most. The library's timeout counts idle
    /// time only.
    func watchDeadlines() -> sending any DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "http.deadlines"))
        let period = DispatchTimeInterval.milliseconds(max(50, min(1000, limits.requestSeconds * 100)))
        timer.schedule(deadline: .now() + period, repeating: period, leeway: .milliseconds(20))
        timer.setEventHandler { [weak self] in self?.cutOverdue() }
        timer.activate()
        return timer
    }

    /// Shuts overdue sockets down, so that the library sees the end of its input and closes them.
    private func cutOverdue() {
        // The descriptors are copied under the lock that `closed` takes too, while the number still means the overdue
        // connection. If no descriptor is free, the next round tries again.
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

    /// Waits until no answer is under way, at most `limit`. It polls, since it is needed once only.
    func waitUntilIdle(limit: Duration) {
        let end = ContinuousClock.now + limit
        while table.withLock({ $0.isAnswering }), .now < end { usleep(2000) }
    }

    // MARK: Requests

    /// Takes the head of a request. Returns an answer to give at once, or nil to read the body.
    func begin(_ exchange: Exchange, head: RequestHead, socket: Int32) -> HTTPResponse? {
        if let (refusal, response) = head.refusal(limits: limits) {
            observe(refusal)
            return closing(response)
        }
        guard let method = HTTPMethod(rawValue: head.method) else { return closing(.problem(501)) }
        let request = HTTPRequest(method, head.target, headers: head.headers, peer: peer(of: socket))
        exchange.request = request
        guard head.hasBody else { return nil }
        // A length that no Int holds is too large anyway.
        let declared = head.headers["Content-Length"].map { Int($0) ?? .max }
        let body = BodyIntake(limit: bodyBytes(request), limits: limits, declared: declared)
        exchange.body = body
        // Other clients read the answer only after they have sent the body.
        let isUnwanted = body.isTooLarge || !body.isKept
        guard body.isNotWorthReading(declared: declared) || (head.expectsContinue && isUnwanted) else { return nil }
        return body.isKept ? tooLarge(body) : closing(handler(request))
    }

    /// Takes a piece of the body; false to close the connection.
    func take(_ piece: UnsafeRawBufferPointer, of exchange: Exchange) -> Bool {
        // In place: a second reference to the bytes would make each piece copy all before it.
        if unsafe exchange.body?.take(piece) ?? false { return true }
        observe(.bodyTooLarge)
        return false
    }

    /// The answer to the complete request.
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
