import FoundationEssentials
import Glibc

/// The log file of one simulated node. Each node writes another format that is found in the field.
final class SimulatedLog {
    /// The format of a log.
    enum Form: CaseIterable {
        case rustJSON, pythonText, logfmt
    }

    /// A request that reached a node without its session.
    struct Refusal {
        var session: String
        /// True if the node found the session in the registry.
        var isRegistered: Bool
        /// The value of the sticky cookie, if the request carried one.
        var cookie: String?
    }

    private let node: String
    private let form: Form
    private let file: Int32

    /// Makes `<folder>/<node>.log`.
    init(_ node: String, form: Form, folder: String) throws {
        self.node = node
        self.form = form
        let path = "\(folder)/\(node).log"
        file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw LabError.system(call: "open", reason: path) }
    }

    deinit {
        close(file)
    }

    func write(_ refusal: Refusal, at seconds: Double) {
        let line =
            switch form {
            case .rustJSON: rustJSON(refusal, Self.stamp(seconds))
            case .pythonText: pythonText(refusal, Self.stamp(seconds))
            case .logfmt: logfmt(refusal, Self.stamp(seconds))
            }
        // A full disk costs lines, and nothing else.
        let bytes = Array((line + "\n").utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
    }

    private func rustJSON(_ refusal: Refusal, _ stamp: String) -> String {
        let message =
            refusal.isRegistered ? "session exists in registry but not on this node" : "session not found in registry"
        let cookie = refusal.cookie.map { ",\"cookie\":\"\($0)\"" } ?? ""
        let fields =
            "\"message\":\"\(message)\",\"session_id\":\"\(refusal.session)\",\"node\":\"\(node)\"\(cookie)"
        return "{\"timestamp\":\"\(stamp)\",\"level\":\"WARN\",\"fields\":{\(fields)},\"target\":\"mcp_node::session\"}"
    }

    private func pythonText(_ refusal: Refusal, _ stamp: String) -> String {
        let text =
            refusal.isRegistered
            ? "Session \(refusal.session) exists in Redis but not in local cache"
            : "Rejected request with unknown or expired session ID: \(refusal.session)"
        return "\(stamp.prefix(19)) - mcp.server - INFO - \(text)"
    }

    private func logfmt(_ refusal: Refusal, _ stamp: String) -> String {
        let message =
            refusal.isRegistered ? "session exists in registry but not on this node" : "session not found"
        let cookie = refusal.cookie.map { " cookie=\($0)" } ?? ""
        return "time=\(stamp) level=WARN msg=\"\(message)\" session_id=\(refusal.session) node=\(node)\(cookie)"
    }

    /// The time as in `2026-11-22T18:07:49.123Z`.
    private static func stamp(_ seconds: Double) -> String {
        Date(timeIntervalSince1970: seconds).formatted(
            .iso8601.year().month().day().time(includingFractionalSeconds: true))
    }
}
