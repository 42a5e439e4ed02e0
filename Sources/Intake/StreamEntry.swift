import Exposition
import Redis

/// A log line from an entry of a Redis stream.
struct StreamEntry: Sendable, Equatable {
    let id: String
    /// Nil if the entry was trimmed before it could be read.
    let line: [UInt8]?
    /// The node named by a field beside the line.
    var node: String?

    /// The names of fields that may hold a complete line.
    static let lineFields = ["line", "log", "message", "msg", "data", "payload", "body", "event"]
    static let nodeFields = ["node", "node_id", "host", "hostname"]

    /// Parses `[id, [field, value, ...]]`; the fields are nil if the entry is gone.
    init?(_ reply: RedisReply) {
        guard let parts = reply.array, parts.count == 2, let id = parts[0].text else { return nil }
        self.id = id
        guard let words = parts[1].array else {
            line = nil
            return
        }
        var fields: [(name: String, value: [UInt8])] = []
        for place in stride(from: 0, to: words.count - 1, by: 2) {
            guard let name = words[place].text, let value = words[place + 1].bytes else { continue }
            fields.append((name, value))
        }
        if let line = Self.line(in: fields) {
            self.line = line
            node = fields.first { Self.nodeFields.contains($0.name.lowercased()) }
                .map { String(decoding: $0.value, as: UTF8.self) }
        } else {
            // The event was written field by field.
            let members = fields.map {
                (key: $0.name, value: JSONValue.string(String(decoding: $0.value, as: UTF8.self)))
            }
            line = Array(JSONValue.object(members).compact.utf8)
        }
    }

    /// The entry's only field; or else the first field named like a line, if it is a JSON object or no other field
    /// names a session.
    private static func line(in fields: [(name: String, value: [UInt8])]) -> [UInt8]? {
        if fields.count == 1 { return fields[0].value }
        for name in lineFields {
            guard let field = fields.first(where: { $0.name.lowercased() == name }) else { continue }
            let namesSession = fields.contains { $0.name.lowercased().contains("session") }
            if field.value.first == UInt8(ascii: "{") || !namesSession { return field.value }
        }
        return nil
    }
}
