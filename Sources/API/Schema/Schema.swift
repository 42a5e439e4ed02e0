import Exposition

/// A JSON Schema (draft 2020-12), made with short functions so that a list of members reads like a table.
public struct Schema: Sendable {
    public typealias Member = (name: String, schema: Schema)

    public private(set) var json: JSONValue

    private init(_ json: JSONValue) { self.json = json }

    /// One of the document's `components/schemas`.
    public static func component(_ name: String) -> Schema { Schema(["$ref": "#/components/schemas/\(name)"]) }

    // MARK: Texts

    public static let text = Schema(["type": "string"])
    public static let time = Schema(["type": "string", "format": "date-time"])
    public static let ref = Schema([
        "type": "string", "pattern": "^s:[0-9a-f]{16}$", "examples": ["s:65261524dff648f3"],
    ])
    /// Anything at all.
    public static let anything = Schema([:])
    /// Nothing but null.
    public static let null = Schema(["type": "null"])

    public static func text(_ pattern: String, longest: Int? = nil, example: String? = nil) -> Schema {
        Schema(["type": "string", "pattern": .string(pattern)])
            .with("maxLength", longest.map { .int($0) }).with("examples", example.map { [.string($0)] })
    }

    /// One word of a list.
    public static func word(_ words: [String]) -> Schema {
        Schema(["type": "string", "enum": .array(words.map { .string($0) })])
    }

    public static func word<Word: CaseIterable & RawRepresentable<String>>(_ type: Word.Type) -> Schema {
        word(type.allCases.map(\.rawValue))
    }

    // MARK: Numbers and truth

    public static let flag = Schema(["type": "boolean"])
    public static let number = Schema(["type": "number"])
    /// A number that is never below zero, such as a time.
    public static let seconds = Schema(["type": "number", "minimum": 0])
    public static let share = Schema(["type": "number", "minimum": 0, "maximum": 1])
    public static let count = Schema(["type": "integer", "minimum": 0])

    public static func integer(_ range: ClosedRange<Int>, standard: Int) -> Schema {
        Schema([
            "type": "integer", "minimum": .int(range.lowerBound), "maximum": .int(range.upperBound),
            "default": .int(standard),
        ])
    }

    // MARK: Lists and objects

    public static func list(_ element: Schema, most: Int? = nil) -> Schema {
        Schema(["type": "array", "items": element.json]).with("maxItems", most.map { .int($0) })
    }

    /// An object with all of these members; the `optional` ones may be missing.
    public static func object(_ members: [Member], optional: [Member] = []) -> Schema {
        let properties = (members + optional).map { (key: $0.name, value: $0.schema.json) }
        return Schema(["type": "object", "properties": .object(properties)])
            .with("required", members.isEmpty ? nil : .array(members.map { .string($0.name) }))
    }

    /// Texts by names that are data.
    public static let texts = Schema(["type": "object", "additionalProperties": text.json])

    /// A number for each of the words.
    public static func counts(_ words: [String]) -> Schema { object(words.map { ($0, count) }) }

    public static func counts<Word: CaseIterable & RawRepresentable<String>>(_ type: Word.Type) -> Schema {
        counts(type.allCases.map(\.rawValue))
    }

    /// A number for those words that occurred.
    public static func someCounts<Word: CaseIterable & RawRepresentable<String>>(_ type: Word.Type) -> Schema {
        object([], optional: type.allCases.map { ($0.rawValue, count) })
    }

    // MARK: Combinations

    /// The same schema, or null.
    public var orNull: Schema {
        guard let type = json["type"] else { return .any([self, .null]) }
        if type.array != nil { return self }
        let nullable = replacing("type", [type, "null"])
        guard let words = json["enum"]?.array else { return nullable }
        return nullable.replacing("enum", .array(words + [.null]))
    }

    /// The same schema, or an empty text: a parameter without a value counts as missing.
    public var orEmpty: Schema {
        guard let words = json["enum"]?.array else { return .any([self, Schema(["const": ""])]) }
        return replacing("enum", .array(words + [""]))
    }

    public static func any(_ schemas: [Schema]) -> Schema { Schema(["anyOf": .array(schemas.map(\.json))]) }

    /// A request's object: it must not have other members.
    public var closed: Schema { with("additionalProperties", false) }

    public func saying(_ description: String) -> Schema { with("description", .string(description)) }

    /// At most one of two members is there and not null.
    public func eitherOr(_ one: String, _ other: String) -> Schema {
        let absent = [one, other].map { JSONValue.object([("properties", .object([($0, Schema.null.json)]))]) }
        return with("anyOf", .array(absent))
    }

    /// One of two members is there, and not both.
    public func oneOf(_ one: String, _ other: String) -> Schema {
        with("oneOf", .array([one, other].map { .object([("required", .array([.string($0)]))]) }))
    }

    private func with(_ key: String, _ value: JSONValue?) -> Schema {
        value.map { Schema(.object((json.object ?? []) + [(key, $0)])) } ?? self
    }

    private func replacing(_ key: String, _ value: JSONValue) -> Schema {
        Schema(.object((json.object ?? []).map { $0.key == key ? (key, value) : $0 }))
    }
}
