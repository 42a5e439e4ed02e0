// Literals build answers: `["ref": .string(ref), "stuck": false, "boot": .null]`.

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { (key: $0.0, value: $0.1) })
    }
}

extension JSONValue {
    /// Makes a whole number.
    public static func int(_ number: Int) -> JSONValue { .int(Int64(number)) }

    /// Makes a string, or null if there is none.
    public static func string(orNull text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// Makes a number, or null if there is none.
    public static func double(orNull number: Double?) -> JSONValue { number.map { .double($0) } ?? .null }

    /// Makes a time as RFC 3339 from Unix seconds, or null if there is none.
    public static func time(_ seconds: Double?) -> JSONValue { seconds.map { .string(RFC3339.text($0)) } ?? .null }
}
