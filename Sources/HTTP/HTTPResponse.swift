/// An answer as a plain value. The server adds the length, the date, and those `defaultHeaders` that it lacks.
public struct HTTPResponse: Sendable {
    public var status: Int
    public var headers: HTTPHeaders
    /// The body. For a HEAD request the server sends only its length.
    public var body: [UInt8]

    public init(status: Int = 200, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The headers of every answer that does not set them itself. Answers may hold credentials, so no cache may keep
    /// them, and no page may embed them. None is a page, except the one that sets its own policy.
    public static let defaultHeaders: HTTPHeaders = [
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "X-Frame-Options": "DENY",
        "Cross-Origin-Resource-Policy": "same-origin",
    ]

    /// Makes an answer of `bytes`, which are JSON already.
    public static func json(_ bytes: [UInt8], status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: bytes)
    }

    public static func text(
        _ text: String, status: Int = 200, contentType: String = "text/plain; charset=utf-8"
    ) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": contentType], body: Array(text.utf8))
    }

    public static func problem(_ problem: Problem, headers: HTTPHeaders = [:]) -> HTTPResponse {
        var all = headers
        all["Content-Type"] = "application/problem+json"
        return HTTPResponse(status: problem.status, headers: all, body: problem.json)
    }

    /// Makes a problem with the standard title of `status`. `members` are further ones, such as
    /// `("parameter", "limit")`.
    public static func problem(
        _ status: Int, _ detail: String? = nil, members: [(name: String, value: String)] = [],
        headers: HTTPHeaders = [:]
    ) -> HTTPResponse {
        problem(Problem(status, detail: detail, members: members), headers: headers)
    }

    /// The same answer, compressed if the request accepts that and it gets smaller. It has `Vary` either way.
    public func gzipped(for request: HTTPRequest) -> HTTPResponse {
        var answer = self
        answer.headers.add("Vary", "Accept-Encoding")
        guard ContentNegotiation.acceptsGzip(request.headers.list("Accept-Encoding")),
            headers["Content-Encoding"] == nil
        else { return answer }
        let packed = Gzip.compress(body)
        guard packed.count < body.count else { return answer }
        answer.body = packed
        answer.headers["Content-Encoding"] = "gzip"
        return answer
    }
}
