/// The header fields of a message, in order. Names compare without regard to case, and may repeat.
public struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral {
    /// Every field as it was sent.
    public private(set) var fields: [(name: String, value: String)] = []

    public init() {}

    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { (name: $0, value: $1) }
    }

    /// The first value of the name. Setting it replaces all fields of the name; setting nil removes them.
    public subscript(name: String) -> String? {
        get { fields.first { $0.name.isSameName(as: name) }?.value }
        set {
            fields.removeAll { $0.name.isSameName(as: name) }
            if let newValue { fields.append((name, newValue)) }
        }
    }

    /// Adds a field beside those of the same name.
    public mutating func add(_ name: String, _ value: String) {
        fields.append((name, value))
    }

    /// All values of the name, in order.
    public func values(_ name: String) -> [String] {
        fields.compactMap { $0.name.isSameName(as: name) ? $0.value : nil }
    }

    /// All values of the name joined to one list (RFC 9110, 5.3); nil if there is none.
    public func list(_ name: String) -> String? {
        let all = values(name)
        return all.isEmpty ? nil : all.joined(separator: ", ")
    }

    /// The size on the wire: names, values, `: ` and line ends.
    var byteCount: Int {
        fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
    }
}
