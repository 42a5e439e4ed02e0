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
public struct FieldReader: Sendable {
    /// All candidate names in order, for `HMGET`.
    public let names: [String]
    private let candidates: [[UInt8]]
    private let fieldOfCandidate: [Int]
    private let fieldCount: Int

    public init(wanted: [[String]]) {
        names = wanted.flatMap { $0 }
        candidates = names.map { Array($0.utf8) }
        fieldOfCandidate = wanted.enumerated().flatMap { index, names in names.map { _ in index } }
        fieldCount = wanted.count
    }

    /// The raw texts of the wanted fields of a JSON object, nil where absent, null or a boolean; a nested object as its
    /// JSON. Nil as a whole for a marker: any text that does not begin like an object.
    func texts(json: Span<UInt8>) throws(Malformation) -> [[UInt8]?]? {
        guard json.count <= RecordLimits.valueBytes else { throw .tooLarge }
        var start = 0
        while start < json.count, [0x20, 0x09, 0x0A, 0x0D].contains(json[start]) { start += 1 }
        guard start < json.count, json[start] == UInt8(ascii: "{") else { return nil }
        var values: [[UInt8]?] = Array(repeating: nil, count: candidates.count)
        do {
            try JSONFields.walk(json) { name, value in
                // A field given twice: the later one counts, as with most JSON libraries.
                guard let candidate = candidate(json.extracting(name)) else { return }
                switch value {
                case .string(let range, true): values[candidate] = JSONFields.unescape(json, range)
                case .string(let range, false), .number(let range), .nested(let range):
                    values[candidate] = json.extracting(range).copied()
                case .bool, .null: values[candidate] = nil
                }
            }
        } catch {
            throw error == .tooDeep ? .tooLarge : .badJSON
        }
        return try texts(hash: values)
    }

    /// The same of a hash, from `HMGET`'s answers in the order of ``names``.
    func texts(hash values: [[UInt8]?]) throws(Malformation) -> [[UInt8]?] {
        var texts: [[UInt8]?] = Array(repeating: nil, count: fieldCount)
        for (candidate, value) in values.enumerated().prefix(candidates.count) {
            guard let value, texts[fieldOfCandidate[candidate]] == nil else { continue }
            guard value.count <= RecordLimits.valueBytes else { throw .tooLarge }
            texts[fieldOfCandidate[candidate]] = value
        }
        return texts
    }

    private func candidate(_ name: Span<UInt8>) -> Int? {
        candidates.firstIndex { name.equals($0) }
    }
}
