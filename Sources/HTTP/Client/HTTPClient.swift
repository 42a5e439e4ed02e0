import Sockets

/// A client of one server over HTTP/1.1, with a new connection for each request: no proxy, no cache, no cookies, no
/// redirect. A call blocks its thread until the complete answer is there, or the time is over.
public struct HTTPClient: Sendable {
    public let url: HTTPServerURL
    /// Longest wait for a complete answer, the host name's lookup and the TLS handshake included.
    public let seconds: Double
    /// The authorities that an encrypted connection trusts; by default the system's, or those in `SSL_CERT_FILE`.
    public let tls: ClientTLS
    /// Largest body of an answer.
    public let bodyBytes: Int

    public init(_ url: HTTPServerURL, seconds: Double, tls: ClientTLS = ClientTLS(), bodyBytes: Int = 64 << 20) {
        self.url = url
        self.seconds = seconds
        self.tls = tls
        self.bodyBytes = bodyBytes
    }

    /// `target` is appended to the URL's path: it begins with `/`, and is escaped already.
    public func ask(
        _ method: HTTPMethod, _ target: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil
    ) throws(HTTPClientError) -> HTTPAnswer {
        let deadline = Deadline(in: seconds)
        let wire: Wire
        do throws(ConnectError) {
            wire = try Wire.open(url.address, tls: url.isEncrypted ? tls : nil, within: seconds)
        } catch {
            throw error.cause == .timeout ? .timeout : .connect(error)
        }
        let request = request(method, target, headers, body)
        var connection = HTTPClientConnection(wire, until: deadline, bodyBytes: bodyBytes)
        return try connection.exchange(request, isHead: method == .head)
    }

    private func request(
        _ method: HTTPMethod, _ target: String, _ headers: HTTPHeaders, _ body: [UInt8]?
    ) -> [UInt8] {
        var lines = ["\(method.rawValue) \(url.path)\(target) HTTP/1.1", "Host: \(url.authority)", "Connection: close"]
        lines += headers.fields.map { "\($0.name): \($0.value)" }
        if let body { lines.append("Content-Length: \(body.count)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (body ?? [])
    }
}

/// The answer of a server.
public struct HTTPAnswer: Sendable {
    public let status: Int
    public let headers: HTTPHeaders
    public let body: [UInt8]
}

/// The reason why there is no answer.
public enum HTTPClientError: Error, Sendable, Equatable {
    case connect(ConnectError)
    /// No complete answer in time.
    case timeout
    /// The server closed the connection without a byte.
    case empty
    /// The connection broke in the middle of the answer.
    case lost(reason: String)
    case notHTTP(reason: String)
    case tooLarge(bytes: Int)
}
