/// Why a record cannot be read: the `reason` label of `mcp_registry_malformed_keys`.
public enum Malformation: UInt8, Sendable, CaseIterable, Error {
    case badJSON = 1
    case tooLarge
    case badTime

    public var word: String {
        switch self {
        case .badJSON: "bad_json"
        case .tooLarge: "too_large"
        case .badTime: "bad_time"
        }
    }
}

/// Bounds on what one record may hold; beyond them it is `too_large`.
public enum RecordLimits {
    /// A session's or heartbeat's whole value.
    public static let valueBytes = 65_536
    /// A node's name, a boot, a client's name, a URL.
    public static let textBytes = 512
}

/// Finds the wanted fields of a record, whichever form it has. A field is known by its position in `wanted`, each a list
/// of candidate names of which the first that is there wins.
public final class FieldReader: Sendable {
    /// All candidate names in order, for `HMGET`.
    public let names: [String]
    private let candidates: [[UInt8]]
    private let fieldOfCandidate: [Int]

    public init(wanted: [[String]]) {
        precondition(wanted.count <= FieldPlaces.limit, "more fields than a record has places for")
        names = wanted.flatMap { $0 }
        candidates = names.map { Array($0.utf8) }
        fieldOfCandidate = wanted.enumerated().flatMap { index, names in names.map { _ in index } }
    }

    /// Where the wanted fields of a JSON object stand in its text; nulls and booleans count as absent. Nil for a marker:
    /// any text that does not begin like an object.
    func find(json: Span<UInt8>) throws(Malformation) -> FieldPlaces? {
        guard json.count <= RecordLimits.valueBytes else { throw .tooLarge }
        var start = 0
        while start < json.count, json[start] == 0x20 || (0x09...0x0D).contains(json[start]) { start += 1 }
        guard start < json.count, json[start] == UInt8(ascii: "{") else { return nil }
        var places = FieldPlaces()
        do {
            try JSONFields.walk(json) { name, value in
                guard let candidate = candidate(json.extracting(name)) else { return }
                let rank = UInt8(clamping: candidate)
                switch value {
                case .string(let range, let escaped):
                    places.put(fieldOfCandidate[candidate], FieldPlace(range, rank: rank, isEscaped: escaped))
                case .number(let range):
                    places.put(fieldOfCandidate[candidate], FieldPlace(range, rank: rank))
                case .nested(let range):
                    places.put(fieldOfCandidate[candidate], FieldPlace(range, rank: rank, isNested: true))
                case .bool, .null: places.remove(fieldOfCandidate[candidate], rank: rank)
                }
            }
        } catch {
            throw error == .tooDeep ? .tooLarge : .badJSON
        }
        return places
    }

    /// The same of a hash, from `HMGET`'s answers in the order of ``names``: the texts one after the other, and where
    /// each stands.
    func find(hash values: [[UInt8]?]) throws(Malformation) -> (places: FieldPlaces, text: [UInt8]) {
        var places = FieldPlaces()
        var text: [UInt8] = []
        for (candidate, value) in values.enumerated().prefix(candidates.count) {
            guard let value else { continue }
            guard text.count + value.count <= RecordLimits.valueBytes else { throw .tooLarge }
            let place = FieldPlace(
                text.count..<text.count + value.count, rank: UInt8(clamping: candidate))
            places.put(fieldOfCandidate[candidate], place)
            text += value
        }
        return (places, text)
    }

    private func candidate(_ name: Span<UInt8>) -> Int? {
        for index in candidates.indices where name.equals(candidates[index]) { return index }
        return nil
    }
}

/// Where one field's value stands in a record's text.
struct FieldPlace: Sendable {
    let start: Int32
    let end: Int32
    /// Position of its name among the candidates.
    let rank: UInt8
    /// A JSON string with a backslash in it.
    let isEscaped: Bool
    /// An object or array.
    let isNested: Bool

    init(_ range: Range<Int>, rank: UInt8, isEscaped: Bool = false, isNested: Bool = false) {
        (start, end) = (Int32(range.lowerBound), Int32(range.upperBound))
        (self.rank, self.isEscaped, self.isNested) = (rank, isEscaped, isNested)
    }

    var range: Range<Int> { Int(start)..<Int(end) }
}

/// The places of a record's wanted fields. No list on the heap: one is made for each record that is read.
struct FieldPlaces: Sendable {
    static let limit = 8

    private var places = InlineArray<8, FieldPlace?>(repeating: nil)

    /// A field given twice: the better candidate counts, and of one name the later, as with most JSON libraries.
    mutating func put(_ field: Int, _ place: FieldPlace) {
        if let held = places[field], held.rank < place.rank { return }
        places[field] = place
    }

    /// Its name stands there again, with no value: the later counts here too.
    mutating func remove(_ field: Int, rank: UInt8) {
        if let held = places[field], held.rank == rank { places[field] = nil }
    }

    func place(_ field: Int) -> FieldPlace? { places[field] }

    /// The field's text, nil where absent.
    func text(_ field: Int, in record: Span<UInt8>) -> [UInt8]? {
        guard let place = places[field] else { return nil }
        return place.isEscaped
            ? JSONFields.unescape(record, place.range) : record.extracting(place.range).copied()
    }

    /// A name that may be shown and compared: nil where absent or empty, or where it is a nested object.
    func name(_ field: Int, in record: Span<UInt8>) throws(Malformation) -> [UInt8]? {
        guard let place = places[field], !place.range.isEmpty, !place.isNested else { return nil }
        guard let text = text(field, in: record), text.count <= RecordLimits.textBytes else { throw .tooLarge }
        return text
    }

    /// Where a name stands that has no escapes (``isEscaped(_:)``); nil and errors as with ``name(_:in:)``.
    func nameRange(_ field: Int) throws(Malformation) -> Range<Int>? {
        guard let place = places[field], !place.range.isEmpty, !place.isNested else { return nil }
        guard place.range.count <= RecordLimits.textBytes else { throw .tooLarge }
        return place.range
    }

    func isEscaped(_ field: Int) -> Bool { places[field]?.isEscaped ?? false }

    /// A time; nil where absent or empty.
    func time(_ field: Int, in record: Span<UInt8>) throws(Malformation) -> UnixTime? {
        guard let place = places[field], !place.range.isEmpty else { return nil }
        guard let time = UnixTime(parsing: record.extracting(place.range)) else { throw .badTime }
        return time
    }
}
