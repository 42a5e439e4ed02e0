/// What one session's value says: who owns it, since when, for which client. The names stand in ``RecordNames``.
public struct SessionValue: Sendable, Equatable {
    /// 0 where no owner is known.
    public var owner: RecordNames.Place = 0
    public var createdAt: UnixTime?
    public var lastSeen: UnixTime?
    /// `claude-code 2.1.0`; 0 where unknown.
    public var client: RecordNames.Place = 0

    /// A session of which only the existence is known.
    public static let marker = SessionValue()

    public init() {}
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

/// Reads session values of one dialect. A class, since it is handed about for each record and never changes.
public final class SessionValueReader: Sendable {
    private static let node = 0
    private static let boot = 1
    private static let createdAt = 2
    private static let lastSeen = 3
    private static let client = 4

    public let fields: FieldReader
    private let isAdoptable: Bool
    private let clientFields = FieldReader(wanted: [["name"], ["version"]])

    public init(_ dialect: Dialect) {
        let names = dialect.fields
        fields = FieldReader(wanted: [names.node, names.boot, names.createdAt, names.lastSeen, names.client])
        isAdoptable = dialect.isAdoptable
    }

    /// Reads a string key's value:
    /// `{"node":"node-2","boot":"b7","created_at":1787307302,"client":{"name":"inspector","version":"0.4"}}` or a marker.
    public func read(json: Span<UInt8>, _ names: inout RecordNames) throws(Malformation) -> SessionValue {
        guard let places = try fields.find(json: json) else { return .marker }
        return try value(places, in: json, &names)
    }

    /// Reads a hash key's fields, given `HMGET`'s answers.
    public func read(hash values: [[UInt8]?], _ names: inout RecordNames) throws(Malformation) -> SessionValue {
        let (places, text) = try fields.find(hash: values)
        return try value(places, in: text.span, &names)
    }

    /// The value of a session whose owner stands in a key of its own, as that key's whole text.
    public func read(owner text: Span<UInt8>, _ names: inout RecordNames) throws(Malformation) -> SessionValue {
        guard text.count <= RecordLimits.textBytes else { throw .tooLarge }
        var value = SessionValue()
        if !text.isEmpty { value.owner = names.owner(node: text, boot: Span(), isAdoptable: isAdoptable) }
        return value
    }

    private func value(
        _ places: FieldPlaces, in record: Span<UInt8>, _ names: inout RecordNames
    ) throws(Malformation) -> SessionValue {
        var value = SessionValue()
        value.owner = try owner(places, in: record, &names)
        value.createdAt = try places.time(Self.createdAt, in: record)
        value.lastSeen = try places.time(Self.lastSeen, in: record)
        if let place = places.place(Self.client) {
            if place.isEscaped, let text = places.text(Self.client, in: record) {
                value.client = client(text.span, &names)
            } else {
                value.client = client(record.extracting(place.range), &names)
            }
        }
        return value
    }

    private func owner(
        _ places: FieldPlaces, in record: Span<UInt8>, _ names: inout RecordNames
    ) throws(Malformation) -> RecordNames.Place {
        if places.isEscaped(Self.node) || places.isEscaped(Self.boot) {
            guard let node = try places.name(Self.node, in: record) else { return 0 }
            let boot = try places.name(Self.boot, in: record) ?? []
            return names.owner(node: node.span, boot: boot.span, isAdoptable: isAdoptable)
        }
        guard let node = try places.nameRange(Self.node) else { return 0 }
        let boot = try places.nameRange(Self.boot) ?? 0..<0
        return names.owner(node: record.extracting(node), boot: record.extracting(boot), isAdoptable: isAdoptable)
    }

    /// `{"name":"inspector","version":"0.4"}` as `inspector 0.4`, any other text as it is; cut to
    /// ``RecordLimits/textBytes``.
    private func client(_ text: Span<UInt8>, _ names: inout RecordNames) -> RecordNames.Place {
        // The raw text is looked up first: what it means need be found out only once.
        guard text.count <= RecordLimits.textBytes, !text.isEmpty else { return named(text, &names) }
        return names.client(of: text) { names in named(text, &names) }
    }

    private func named(_ text: Span<UInt8>, _ names: inout RecordNames) -> RecordNames.Place {
        guard let found = try? clientFields.find(json: text) else {
            return names.client(text.extracting(0..<min(text.count, RecordLimits.textBytes)))
        }
        var name = found.text(0, in: text) ?? []
        if let version = found.text(1, in: text), !version.isEmpty {
            if !name.isEmpty { name.append(UInt8(ascii: " ")) }
            name += version
        }
        if name.count > RecordLimits.textBytes { name.removeLast(name.count - RecordLimits.textBytes) }
        return names.client(name.span)
    }
}
