import Exposition
import Sessions

/// What the API answered:
/// `{"as_of":"2026-11-22T18:07:49.123Z","view_age_seconds":0.4,"complete":true,"replica":"a","data":[],"next_cursor":null}`.
struct DaemonAnswer {
    /// As it came.
    let bytes: [UInt8]
    let document: JSONValue
    let data: JSONValue

    init(bytes: [UInt8], document: JSONValue, data: JSONValue) {
        self.bytes = bytes
        self.document = document
        self.data = data
    }

    /// A part of another answer, with that one's frame.
    init(part: JSONValue, of answer: DaemonAnswer) {
        let members = (answer.document.object ?? []).map { $0.key == "data" ? (key: $0.key, value: part) : $0 }
        let document = JSONValue.object(members)
        self.init(bytes: Array((document.compact + "\n").utf8), document: document, data: part)
    }

    init(status: Int, bytes: [UInt8], server: String) throws(DaemonClientError) {
        let document = try? JSONValue(parsing: bytes)
        guard status == 200 || status == 202 else { throw Self.error(status, document, server: server) }
        guard let document, let data = document["data"] else {
            throw .badAnswer(server, reason: "its answer has no data")
        }
        self.init(bytes: bytes, document: document, data: data)
    }

    /// A problem (RFC 9457) as one line: `Bad Request: unknown parameter (limt)`.
    private static func error(_ status: Int, _ document: JSONValue?, server: String) -> DaemonClientError {
        guard let document, let title = document["title"]?.string else {
            return .badAnswer(server, reason: "status \(status)")
        }
        var text = title
        if let detail = document["detail"]?.string { text += ": \(detail)" }
        for name in ["parameter", "member", "refs"] {
            if let value = document[name]?.string { text += " (\(value))" }
        }
        text = HarmlessText(text).text
        switch status {
        case 401, 403: return .refused(text)
        case 404: return .notFound(text)
        case 503: return .notReady(text)
        default: return .problem(status: status, text)
        }
    }

    var rows: [JSONValue] { data.array ?? [] }
    var nextCursor: String? { document["next_cursor"]?.string }
    var isComplete: Bool { document["complete"]?.bool ?? false }
    /// Nil before the first complete reading.
    var viewAgeSeconds: Double? { document["view_age_seconds"]?.double }

    /// The daemon's own now, against which ages are told: its clock is Redis', ours may differ.
    var now: Double? {
        guard let asOf = document["as_of"]?.string.flatMap(TimeText.seconds), let age = viewAgeSeconds else {
            return nil
        }
        return asOf + age
    }

    /// `3m12s ago` of one of its times; nil for null.
    func age(_ time: JSONValue?) -> String? {
        guard let text = time?.string else { return nil }
        guard let seconds = TimeText.seconds(text), let now else { return text }
        return TimeText.age(now - seconds)
    }
}

extension DaemonAnswer {
    /// Older views are warned about where the daemon itself does not say what is old.
    static let oldSeconds = 90.0

    /// `as of 2s ago, replica node-a`
    var frame: String {
        let age = viewAgeSeconds.map { "as of \(TimeText.age($0))" } ?? "no complete reading yet"
        return age + (document["replica"]?.string.map { ", replica \(HarmlessText($0).cut(to: 40))" } ?? "")
    }

    /// What the reader must know before believing any of it.
    var warnings: [String] {
        guard let viewAgeSeconds else {
            return ["WARNING: the registry was never read completely; this is no picture of it"]
        }
        var warnings: [String] = []
        if !isComplete {
            let gap = data["watch"]?["gap"]?.string.map { " (\(HarmlessText($0).text))" } ?? ""
            warnings.append("WARNING: not complete\(gap): sessions may be missing, or shown that are gone")
        }
        if viewAgeSeconds > data["watch"]?["stale_after_seconds"]?.double ?? Self.oldSeconds {
            warnings.append("WARNING: this view is old: as of \(TimeText.age(viewAgeSeconds))")
        }
        return warnings
    }
}
