import Configuration
import Exposition
import HTTP
import Sockets

/// The reason why there is no answer to show. `description` is one line, fit for a terminal.
enum DaemonClientError: Error, Equatable {
    case badServer(String, reason: String)
    case outOfReach(server: String, reason: String)
    /// 401 or 403.
    case refused(String)
    /// 503: the daemon runs, and cannot answer yet.
    case notReady(String)
    /// 404 for something that was requested by its name.
    case notFound(String)
    /// Any other problem that the daemon reports.
    case problem(status: Int, String)
    /// Not the API: another program listens there.
    case badAnswer(String, reason: String)
    /// JSON, but not what this program understands.
    case otherVersion(String, JSONMismatch)

    init(_ problem: HTTPServerURL.Problem, server: String) {
        let reason =
            switch problem {
            case .notURL: "not a URL such as \(DaemonClient.standardServer)"
            case .otherScheme: "neither http nor https"
            case .userInfo: "it must have no user info; give a token in \(DaemonClient.tokenVariable)"
            case .queryOrFragment: "it must have no query and no fragment"
            }
        // Not repeated if it may hold a password.
        self = .badServer(server.contains("@") ? "" : server, reason: reason)
    }

    init(_ error: HTTPClientError, server: String) {
        switch error {
        case .connect(let error): self = .outOfReach(server: server, reason: Self.reason(error))
        case .timeout:
            self = .outOfReach(server: server, reason: "no answer within \(Int(DaemonClient.timeoutSeconds)) s")
        case .empty:
            let hint = server.hasPrefix("https:") ? "" : "; does it serve TLS? (https://)"
            self = .outOfReach(server: server, reason: "it closed the connection without an answer\(hint)")
        case .lost(let reason): self = .outOfReach(server: server, reason: reason)
        case .notHTTP(let reason): self = .badAnswer(server, reason: reason)
        case .tooLarge(let bytes): self = .badAnswer(server, reason: "its answer is larger than \(bytes) bytes")
        }
    }

    /// The text for a failed connection, with advice.
    private static func reason(_ error: ConnectError) -> String {
        switch error.cause {
        case .hostName: "no such host"
        case .refused: "connection refused; does it run there? (mcp-sessiond serve)"
        case .untrusted: "\(error.reason); is its authority among the system's? (docs/configuration.md#tls)"
        case .notTLS: "\(error.reason); does it serve plain HTTP? (http://)"
        case .timeout, .other: error.reason
        }
    }

    var status: ExitStatus {
        switch self {
        case .badServer: .usage
        case .outOfReach, .notReady, .badAnswer, .otherVersion: .outOfReach
        case .refused: .refused
        case .notFound: .foundWrong
        case .problem(let status, _): (400..<500).contains(status) ? .usage : .outOfReach
        }
    }
}

extension DaemonClientError: CustomStringConvertible {
    var description: String {
        switch self {
        case .badServer(let server, let reason):
            "the server\(server.isEmpty ? "" : " \(HarmlessText(server).text)") is not valid: \(reason)"
        case .outOfReach(let server, let reason): "the daemon at \(server) is out of reach: \(reason)"
        case .refused(let text): "refused: \(text); give a token in \(DaemonClient.tokenVariable) or with --token-file"
        case .notReady(let text), .notFound(let text), .problem(_, let text): text
        case .badAnswer(let server, let reason): "what listens at \(server) is not mcp-sessiond: \(reason)"
        case .otherVersion(let server, let mismatch):
            "what listens at \(server) is not mcp-sessiond, or is another version of it: \(HarmlessText(mismatch.description).text)"
        }
    }
}
