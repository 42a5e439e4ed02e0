import API
import Exposition

/// An answer as it came, whatever it holds: `-o json` and `-o yaml` also show members that this version does not know.
struct ReceivedAnswer: Sendable {
    let server: String
    let bytes: [UInt8]
    let document: JSONValue

    /// Throws for a problem that the daemon reports, and for anything that is not an answer of a daemon.
    init(status: Int, bytes: [UInt8], server: String) throws(DaemonClientError) {
        let document = try? JSONValue(parsing: bytes)
        guard status == 200 || status == 202 else { throw Self.error(status, document, server: server) }
        guard let document else { throw .badAnswer(server, reason: "its answer is not JSON") }
        self.init(document, bytes: bytes, server: server)
    }

    private init(_ document: JSONValue, bytes: [UInt8], server: String) {
        (self.document, self.bytes, self.server) = (document, bytes, server)
    }

    func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws(DaemonClientError) -> Value {
        do throws(JSONMismatch) {
            return try JSONDecoding.decode(type, from: document)
        } catch {
            throw .otherVersion(server, error)
        }
    }

    /// A problem (RFC 9457) as one line: `Bad Request: unknown parameter (limt)`.
    private static func error(_ status: Int, _ document: JSONValue?, server: String) -> DaemonClientError {
        guard let document, let problem = try? JSONDecoding.decode(ProblemAnswer.self, from: document) else {
            return .badAnswer(server, reason: "status \(status)")
        }
        var text = problem.title
        if let detail = problem.detail { text += ": \(detail)" }
        let refs = problem.refs.map { $0.map(\.description).joined(separator: " ") }
        for concerned in [problem.parameter, problem.member, refs] {
            if let concerned { text += " (\(concerned))" }
        }
        text = HarmlessText(text).text
        switch status {
        case 401, 403: return .refused(text)
        // A filter that names nothing is a mistake of whoever typed it.
        case 404 where problem.parameter == nil: return .notFound(text)
        case 503: return .notReady(text)
        default: return .problem(status: status, text)
        }
    }
}

extension ReceivedAnswer {
    private static let dataMember = "data"
    private static let listMembers = [dataMember, "next_cursor"]

    /// The members around the rows of a list.
    var frame: [(key: String, value: JSONValue)] {
        (document.object ?? []).filter { !Self.listMembers.contains($0.key) }
    }

    /// The same frame around a part of the data.
    func replacingData(with part: JSONValue) -> ReceivedAnswer {
        let document = JSONValue.object(
            (document.object ?? []).map { $0.key == Self.dataMember ? (key: $0.key, value: part) : $0 })
        return ReceivedAnswer(document, bytes: Array((document.compact + "\n").utf8), server: server)
    }
}
