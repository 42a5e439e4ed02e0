/// What one session's value says: who owns it, since when, for which client.
public struct SessionValue: Sendable, Equatable {
    /// Nil where no owner is known.
    public var owner: OwnerName?
    public var createdAt: UnixTime?
    public var lastSeen: UnixTime?
    /// `claude-code 2.1.0`; empty where unknown.
    public var client: [UInt8] = []

    /// A session of which only the existence is known.
    public static let marker = SessionValue()
}

/// The pair (node, boot) that holds a session's transport, as its record names it.
public struct OwnerName: Sendable, Hashable {
    public var node: [UInt8]
    public var boot: [UInt8]?

    public init(node: [UInt8], boot: [UInt8]?) {
        self.node = node
        self.boot = boot
    }
}

/// Reads session values of one dialect.
public struct SessionValueReader: Sendable {
    private static let node = 0
    private static let boot = 1
    private static let createdAt = 2
    private static let lastSeen = 3
    private static let client = 4

    public let fields: FieldReader
    private let clientFields = FieldReader(wanted: [["name"], ["version"]])

    public init(_ dialect: Dialect) {
        let names = dialect.fields
        fields = FieldReader(wanted: [names.node, names.boot, names.createdAt, names.lastSeen, names.client])
    }

    /// Reads a string key's value:
    /// `{"node":"node-2","boot":"b7","created_at":1787307302,"client":{"name":"inspector","version":"0.4"}}` or a marker.
    public func read(json: Span<UInt8>) throws(Malformation) -> SessionValue {
        guard let texts = try fields.texts(json: json) else { return .marker }
        return try value(texts)
    }

    /// Reads a hash key's fields, given `HMGET`'s answers.
    public func read(hash values: [[UInt8]?]) throws(Malformation) -> SessionValue {
        try value(try fields.texts(hash: values))
    }

    private func value(_ texts: [[UInt8]?]) throws(Malformation) -> SessionValue {
        var value = SessionValue()
        if let node = try name(texts[Self.node]) {
            value.owner = OwnerName(node: node, boot: try name(texts[Self.boot]))
        }
        value.createdAt = try time(texts[Self.createdAt])
        value.lastSeen = try time(texts[Self.lastSeen])
        if let text = texts[Self.client] { value.client = clientName(text) }
        return value
    }

    /// `{"name":"inspector","version":"0.4"}` or `inspector/0.4`, cut to ``RecordLimits/textBytes``.
    private func clientName(_ text: [UInt8]) -> [UInt8] {
        guard let texts = try? clientFields.texts(json: text.span) else {
            return Array(text.prefix(RecordLimits.textBytes))
        }
        let words = texts.compactMap { $0 }.filter { !$0.isEmpty }
        return Array(words.joined(separator: [UInt8(ascii: " ")]).prefix(RecordLimits.textBytes))
    }
}

/// A name that may be shown and compared: nil where absent or empty, or where it is a nested object.
func name(_ text: [UInt8]?) throws(Malformation) -> [UInt8]? {
    guard let text, let first = text.first, first != UInt8(ascii: "{"), first != UInt8(ascii: "[") else { return nil }
    guard text.count <= RecordLimits.textBytes else { throw .tooLarge }
    return text
}

/// A time; nil where absent or empty.
func time(_ text: [UInt8]?) throws(Malformation) -> UnixTime? {
    guard let text, !text.isEmpty else { return nil }
    guard let time = UnixTime(parsing: text.span) else { throw .badTime }
    return time
}
