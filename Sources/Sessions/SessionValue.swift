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

/// A text of a record as a key. Hashed as a whole: byte by byte, as arrays hash themselves, takes four times as long.
struct RecordText: Sendable, Hashable {
    let bytes: [UInt8]

    func hash(into hasher: inout Hasher) {
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}

/// The pair (node, boot) that holds a session's transport, as its record names it.
public struct OwnerName: Sendable, Hashable {
    public var node: [UInt8]
    public var boot: [UInt8]?

    public init(node: [UInt8], boot: [UInt8]?) {
        self.node = node
        self.boot = boot
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(RecordText(bytes: node))
        hasher.combine(RecordText(bytes: boot ?? []))
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
        guard let places = try fields.find(json: json) else { return .marker }
        return try value(places, in: json)
    }

    /// Reads a hash key's fields, given `HMGET`'s answers.
    public func read(hash values: [[UInt8]?]) throws(Malformation) -> SessionValue {
        let (places, text) = try fields.find(hash: values)
        return try value(places, in: text.span)
    }

    private func value(_ places: FieldPlaces, in record: Span<UInt8>) throws(Malformation) -> SessionValue {
        var value = SessionValue()
        if let node = try places.name(Self.node, in: record) {
            value.owner = OwnerName(node: node, boot: try places.name(Self.boot, in: record))
        }
        value.createdAt = try places.time(Self.createdAt, in: record)
        value.lastSeen = try places.time(Self.lastSeen, in: record)
        if let place = places.place(Self.client) {
            if place.isEscaped, let text = places.text(Self.client, in: record) {
                value.client = clientName(text.span)
            } else {
                value.client = clientName(record.extracting(place.range))
            }
        }
        return value
    }

    /// `{"name":"inspector","version":"0.4"}` as `inspector 0.4`, any other text as it is; cut to
    /// ``RecordLimits/textBytes``.
    private func clientName(_ text: Span<UInt8>) -> [UInt8] {
        guard let found = try? clientFields.find(json: text) else {
            return text.extracting(0..<min(text.count, RecordLimits.textBytes)).copied()
        }
        var name = found.text(0, in: text) ?? []
        if let version = found.text(1, in: text), !version.isEmpty {
            if !name.isEmpty { name.append(UInt8(ascii: " ")) }
            name += version
        }
        return name.count <= RecordLimits.textBytes ? name : Array(name.prefix(RecordLimits.textBytes))
    }
}
