/// Header fields in the order they came; names compare without regard to case, a repeated name is kept.
public struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral {
    /// Every field, as sent.
    public private(set) var fields: [(name: String, value: String)] = []

    public init() {}

    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { (name: $0, value: $1) }
    }

    /// The first value of that name. Setting replaces all of that name; setting nil removes them.
    public subscript(name: String) -> String? {
        get { fields.first { isSameName($0.name, name) }?.value }
        set {
            fields.removeAll { isSameName($0.name, name) }
            if let newValue { fields.append((name, newValue)) }
        }
    }

    /// Adds a field beside those of the same name.
    public mutating func add(_ name: String, _ value: String) {
        fields.append((name, value))
    }

    /// All values of that name, in order.
    public func values(_ name: String) -> [String] {
        fields.compactMap { isSameName($0.name, name) ? $0.value : nil }
    }

    /// All values of that name as the one list they stand for (RFC 9110, 5.3); nil where there is none.
    public func list(_ name: String) -> String? {
        let all = values(name)
        return all.isEmpty ? nil : all.joined(separator: ", ")
    }

    /// The size on the wire: names, values, `: ` and line ends.
    var byteCount: Int {
        fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
    }
}

/// Equality of names and schemes, ASCII letters without regard to case.
func isSameName(_ one: String, _ other: String) -> Bool {
    guard one.utf8.count == other.utf8.count else { return false }
    return zip(one.utf8, other.utf8).allSatisfy { lowercased($0) == lowercased($1) }
}

private func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}
