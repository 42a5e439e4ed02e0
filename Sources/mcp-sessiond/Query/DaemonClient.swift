import Foundation
import FoundationNetworking

/// Asks a running daemon over HTTP: no proxy, no cache, no cookies, no redirect, no wait longer than five seconds.
struct DaemonClient {
    static let standardServer = "http://127.0.0.1:9850"
    static let serverVariable = "MCP_SESSIOND_SERVER"
    static let tokenVariable = "MCP_SESSIOND_TOKEN"
    static let timeoutSeconds = 5.0

    /// Without a slash at its end.
    let server: String
    private let token: String?
    private let session: URLSession

    /// Takes `http://host:port`, `https://host:port` or `host:port`, each also with a path before `/api`.
    init(server text: String, token: String?) throws(DaemonClientError) {
        server = try Self.base(text)
        self.token = token
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = Self.timeoutSeconds
        configuration.timeoutIntervalForResource = Self.timeoutSeconds
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        configuration.urlCache = nil
        configuration.httpCookieStorage = nil
        // libcurl reads http_proxy and all_proxy by itself; the daemon is asked directly.
        unsafe setenv("no_proxy", "*", 1)
        unsafe setenv("NO_PROXY", "*", 1)
        session = URLSession(configuration: configuration, delegate: StayingDelegate(), delegateQueue: nil)
    }

    private static func base(_ text: String) throws(DaemonClientError) -> String {
        var base = text.contains("://") ? text : "http://" + text
        while base.hasSuffix("/") { base.removeLast() }
        guard let parts = URLComponents(string: base), let scheme = parts.scheme?.lowercased(),
            let host = parts.host, !host.isEmpty
        else { throw .badServer(text, reason: "not a URL such as \(standardServer)") }
        guard ["http", "https"].contains(scheme) else { throw .badServer(text, reason: "neither http nor https") }
        // Not repeated: it may hold a password.
        guard parts.user == nil, parts.password == nil else {
            throw .badServer("", reason: "user info has no place in it; give a token in \(tokenVariable)")
        }
        guard parts.query == nil, parts.fragment == nil else {
            throw .badServer(text, reason: "a query or a fragment has no place in it")
        }
        return base
    }

    /// Path segments are given as they are, and escaped here. With a body it is a `POST`.
    func ask(
        _ path: [String], query: [(name: String, value: String)], body: [UInt8]?
    ) async throws(DaemonClientError) -> ReceivedAnswer {
        var text = server + (["", "api", "v1"] + path.map(Self.escaped)).joined(separator: "/")
        if !query.isEmpty {
            text += "?" + query.map { "\(Self.escaped($0.name))=\(Self.escaped($0.value))" }.joined(separator: "&")
        }
        guard let url = URL(string: text) else { throw .badServer(server, reason: "not a URL") }
        var request = URLRequest(url: url)
        request.setValue("application/json", forHTTPHeaderField: "Accept")
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        if let body {
            request.httpMethod = "POST"
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(body)
        }
        let (data, response): (Data, URLResponse)
        do {
            // In a task that nobody cancels: where it fails at the moment at which it is cancelled, Foundation hangs for ever.
            // So whoever is cancelled waits for the answer, or for the timeout.
            let answer = Task { [session, request] in try await session.data(for: request) }
            (data, response) = try await answer.value
        } catch {
            throw DaemonClientError(error, server: server)
        }
        guard let response = response as? HTTPURLResponse else { throw .badAnswer(server, reason: "no HTTP") }
        return try ReceivedAnswer(status: response.statusCode, bytes: Array(data), server: server)
    }

    /// All but RFC 3986's unreserved characters escaped.
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

/// Follows no redirect: the token is meant for the server that was named, and for no other.
private final class StayingDelegate: NSObject, URLSessionTaskDelegate {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
