/// Reads session values of one dialect. It is a class, since it is passed around for each record and never changes.
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

    /// Reads a string key's value, which is a marker or such as
    /// `{"node":"node-2","boot":"b7","created_at":1787307302,"client":{"name":"inspector","version":"0.4"}}`.
    public func read(json: Span<UInt8>, _ names: inout RecordNames) throws(Malformation) -> SessionValue {
        guard let places = try fields.find(json: json) else { return .marker }
        return try value(places, in: json, &names)
    }

    /// Reads a hash key's fields from the answers of `HMGET`.
    public func read(hash values: [[UInt8]?], _ names: inout RecordNames) throws(Malformation) -> SessionValue {
        let (places, text) = try fields.find(hash: values)
        return try value(places, in: text.span, &names)
    }

    /// Reads the value of a session whose owner is named by a key of its own. `text` is that key's full text.
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

    /// Reads `{"name":"inspector","version":"0.4"}` as `inspector 0.4`, and any other text as it is, cut to
    /// ``RecordLimits/textBytes``.
    private func client(_ text: Span<UInt8>, _ names: inout RecordNames) -> RecordNames.Place {
        // The raw text is looked up first, since its meaning need be found only once.
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
