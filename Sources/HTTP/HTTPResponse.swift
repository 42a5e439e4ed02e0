/// One answer as a plain value. The server adds the length, the date and the headers of `defaultHeaders` that it lacks.
public struct HTTPResponse: Sendable {
    public var status: Int
    public var headers: HTTPHeaders
    /// For a HEAD request too: the server sends its length and leaves the bytes out.
    public var body: [UInt8]

    public init(status: Int = 200, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// On every answer unless it sets them itself. No answer of a registry of credentials belongs into a cache, or into
    /// a page of others; and none is a page of ours, but the one that brings a policy of its own.
    public static let defaultHeaders: HTTPHeaders = [
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "X-Frame-Options": "DENY",
        "Cross-Origin-Resource-Policy": "same-origin",
    ]

    /// `bytes` are JSON already.
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

    /// A problem of the standard's own words for `status`; `members` go beside them, as `("parameter", "limit")`.
    public static func problem(
        _ status: Int, _ detail: String? = nil, members: [(name: String, value: String)] = [],
        headers: HTTPHeaders = [:]
    ) -> HTTPResponse {
        problem(Problem(status, detail: detail, members: members), headers: headers)
    }

    /// The same answer compressed where the request asks for it and it gets smaller. `Vary` says so either way.
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
