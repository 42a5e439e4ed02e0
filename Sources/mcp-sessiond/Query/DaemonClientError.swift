import Configuration
import Exposition
import Foundation
import FoundationNetworking

/// Why a daemon gave no answer to be shown. `description` is one line, fit for a terminal.
enum DaemonClientError: Error, Equatable {
    case badServer(String, reason: String)
    case outOfReach(server: String, reason: String)
    /// 401 or 403.
    case refused(String)
    /// 503: it runs, and cannot answer yet.
    case notReady(String)
    /// 404 of something that was asked for by its name.
    case notFound(String)
    /// Any other problem that it reports.
    case problem(status: Int, String)
    /// Not the API: another program listens there.
    case badAnswer(String, reason: String)
    /// JSON, but not what this program understands.
    case otherVersion(String, JSONMismatch)

    init(_ error: any Error, server: String) {
        let reason: String
        switch (error as? URLError)?.code {
        case .timedOut: reason = "no answer within \(Int(DaemonClient.timeoutSeconds)) s"
        case .cannotConnectToHost: reason = "connection refused; does it run there? (mcp-sessiond serve)"
        case .cannotFindHost, .dnsLookupFailed: reason = "no such host"
        default:
            let text = HarmlessText((error as NSError).localizedDescription).text
            reason = text + Self.hint(text, server: server)
        }
        self = .outOfReach(server: server, reason: reason)
    }

    /// What to try where the words of the TLS library alone would not tell. By those words: their codes are all one.
    private static func hint(_ text: String, server: String) -> String {
        if server.hasPrefix("https:"), text.contains("certificate") {
            return "; is its authority among the system's? (docs/configuration.md#tls)"
        }
        if server.hasPrefix("http:"), text.hasPrefix("Empty reply") { return "; does it serve TLS? (https://)" }
        if server.hasPrefix("https:"), text.contains("wrong version number") || text.contains("packet length") {
            return "; does it serve plain HTTP? (http://)"
        }
        return ""
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
            "the server\(server.isEmpty ? "" : " \(HarmlessText(server).text)") is not right: \(reason)"
        case .outOfReach(let server, let reason): "the daemon at \(server) is out of reach: \(reason)"
        case .refused(let text): "refused: \(text); give a token in \(DaemonClient.tokenVariable) or with --token-file"
        case .notReady(let text), .notFound(let text), .problem(_, let text): text
        case .badAnswer(let server, let reason): "what listens at \(server) is no mcp-sessiond: \(reason)"
        case .otherVersion(let server, let mismatch):
            "what listens at \(server) is no mcp-sessiond, or one of another version: \(HarmlessText(mismatch.description).text)"
        }
    }
}
