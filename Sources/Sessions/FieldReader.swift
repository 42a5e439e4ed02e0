/// The limits of one record. A larger one is `too_large`.
public enum RecordLimits {
    /// The value of a session or heartbeat.
    public static let valueBytes = 65_536
    /// A node's name, a boot, a client's name or a URL.
    public static let textBytes = 512
}

/// Finds the wanted fields of a record, in any of its forms. A field is known by its position in `wanted`. Each item of
/// `wanted` lists candidate names, and the first one found wins.
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

    /// Returns the places of the wanted fields in the text of a JSON object. Nulls and booleans count as absent. Nil
    /// for a marker, which is any text that does not begin like an object.
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

    /// Returns the places of the wanted fields of a hash, from `HMGET`'s answers in the order of ``names``. `text`
    /// joins the answers.
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
