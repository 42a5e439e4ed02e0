import Dispatch
import HTTP

/// A client of a running daemon over HTTP: no proxy, no cache, no cookies, no redirect, no wait longer than five
/// seconds.
struct DaemonClient {
    static let standardServer = "http://127.0.0.1:9850"
    static let serverVariable = "MCP_SESSIOND_SERVER"
    static let tokenVariable = "MCP_SESSIOND_TOKEN"
    static let timeoutSeconds = 5.0

    /// The URL without a slash at its end.
    let server: String
    private let token: String?
    private let client: HTTPClient

    /// Takes `http://host:port`, `https://host:port` or `host:port`, each also with a path before `/api`.
    init(server text: String, token: String?) throws(DaemonClientError) {
        var base = text.contains("://") ? text : "http://" + text
        while base.hasSuffix("/") { base.removeLast() }
        server = base
        self.token = token
        do throws(HTTPServerURL.Problem) {
            client = HTTPClient(try HTTPServerURL(base), seconds: Self.timeoutSeconds)
        } catch {
            throw DaemonClientError(error, server: text)
        }
    }

    /// Path segments are given unescaped, and escaped here. With a body it is a `POST`.
    func ask(
        _ path: [String], query: [(name: String, value: String)], body: [UInt8]?
    ) async throws(DaemonClientError) -> ReceivedAnswer {
        var target = (["", "api", "v1"] + path.map(Self.escaped)).joined(separator: "/")
        if !query.isEmpty {
            target += "?" + query.map { "\(Self.escaped($0.name))=\(Self.escaped($0.value))" }.joined(separator: "&")
        }
        var headers: HTTPHeaders = ["Accept": "application/json", "User-Agent": "mcp-sessiond"]
        if let token { headers.add("Authorization", "Bearer \(token)") }
        if body != nil { headers.add("Content-Type", "application/json") }
        let answer: HTTPAnswer
        do throws(HTTPClientError) {
            answer = try await self.answer(body == nil ? .get : .post, target, headers, body)
        } catch {
            throw DaemonClientError(error, server: server)
        }
        return try ReceivedAnswer(status: answer.status, bytes: answer.body, server: server)
    }

    /// Waits on a thread that may block. A cancelled caller still gets the answer, or the timeout.
    private func answer(
        _ method: HTTPMethod, _ target: String, _ headers: HTTPHeaders, _ body: [UInt8]?
    ) async throws(HTTPClientError) -> HTTPAnswer {
        let result = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [client] in
                continuation.resume(
                    returning: Result { () throws(HTTPClientError) in
                        try client.ask(method, target, headers: headers, body: body)
                    })
            }
        }
        return try result.get()
    }

    /// Escapes everything but RFC 3986's unreserved characters.
    private static func escaped(_ text: String) -> String {
        let unreserved = Array("-._~".utf8)
        return text.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: return String(UnicodeScalar(byte))
            case _ where unreserved.contains(byte): return String(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                return byte < 0x10 ? "%0\(digits)" : "%\(digits)"
            }
        }.joined()
    }
}
