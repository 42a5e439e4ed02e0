/// A number for each of a list of words: `{"owner_dead":3,"owner_restarted":0}`.
public struct Counts<Key: Word & CaseIterable & Hashable>: Codable, Sendable {
    public var numbers: [Key: Int]

    public init(_ numbers: [Key: Int]) { self.numbers = numbers }

    public init(count: (Key) -> Int) {
        numbers = Dictionary(uniqueKeysWithValues: Key.allCases.map { ($0, count($0)) })
    }

    public subscript(key: Key) -> Int { numbers[key] ?? 0 }
    public var sum: Int { numbers.values.reduce(0, +) }
    /// All words, in their own order.
    public var all: [(key: Key, count: Int)] { Key.allCases.map { ($0, self[$0]) } }

    public init(from decoder: any Decoder) throws { numbers = try WordKey.counts(from: decoder) }

    public func encode(to encoder: any Encoder) throws { try WordKey.encode(all, to: encoder) }
}

/// A number for those words of a list that occurred: `{"owner_dead":3}`.
public struct SomeCounts<Key: Word & CaseIterable & Hashable>: Codable, Sendable {
    public var numbers: [Key: Int]

    public init(_ numbers: [Key: Int]) { self.numbers = numbers }

    public subscript(key: Key) -> Int { numbers[key] ?? 0 }
    public var sum: Int { numbers.values.reduce(0, +) }
    /// The words that occurred, in their own order.
    public var all: [(key: Key, count: Int)] { Key.allCases.compactMap { key in numbers[key].map { (key, $0) } } }

    public init(from decoder: any Decoder) throws { numbers = try WordKey.counts(from: decoder) }

    public func encode(to encoder: any Encoder) throws { try WordKey.encode(all, to: encoder) }
}

extension Counts: SelfDescribing {
    public static var schema: Schema { .counts(Key.words) }
    public static var example: Counts { Counts([:]) }
}

extension SomeCounts: SelfDescribing {
    public static var schema: Schema { .object([], optional: Key.words.map { ($0, .count) }) }
    public static var example: SomeCounts { SomeCounts([:]) }
}

/// A word as the name of a member.
private struct WordKey: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(_ word: String) { stringValue = word }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }

    /// Skips words of a newer version.
    static func counts<Key: Word & Hashable>(from decoder: any Decoder) throws -> [Key: Int] {
        let members = try decoder.container(keyedBy: WordKey.self)
        var counts: [Key: Int] = [:]
        for member in members.allKeys {
            guard let key = Key(rawValue: member.stringValue) else { continue }
            counts[key] = try members.decode(Int.self, forKey: member)
        }
        return counts
    }

    static func encode<Key: Word>(_ counts: [(key: Key, count: Int)], to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: WordKey.self)
        for (key, count) in counts { try members.encode(count, forKey: WordKey(key.rawValue)) }
    }
}
