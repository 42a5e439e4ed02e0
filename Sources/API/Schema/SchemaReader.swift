import Exposition
import Sessions

/// A type whose schema is not that of an object with its properties.
public protocol SelfDescribing: Decodable {
    static var schema: Schema { get }
    /// Any value, so that types that hold one can be read.
    static var example: Self { get }
}

extension Schema {
    /// The schema of a `Codable` type, derived from how it decodes itself. The objects inside it go into `components`
    /// by name: each object is a component of its own.
    public static func of<Value: Decodable>(_ type: Value.Type, components: inout [String: Schema]) -> Schema {
        let reading = SchemaReading()
        let (schema, _) = (try? reading.read(type, named: "")) ?? (.anything, nil)
        components.merge(reading.components) { first, _ in first }
        return schema
    }

    /// The name of an object type among the components: `StatusAnswerRedis`.
    static func componentName(_ type: Any.Type) -> String {
        String(reflecting: type).split(separator: ".").dropFirst().joined()
    }

    /// The schema of a number, with the bounds that its name implies.
    static func number(named name: String) -> Schema {
        if name.hasSuffix("_skew_seconds") || name.hasSuffix("_offset_seconds") { return .number }
        if name.hasSuffix("seconds") { return .seconds }
        if name.hasSuffix("share") || name.hasSuffix("fraction") || name == "progress" { return .share }
        return .number
    }
}

/// The object types found so far.
private final class SchemaReading {
    var components: [String: Schema] = [:]

    /// The schema of a type, and a value of it. `name`: the member that holds it.
    func read<Value: Decodable>(_ type: Value.Type, named name: String) throws -> (Schema, Value?) {
        if let type = type as? any SelfDescribing.Type { return (type.schema, type.example as? Value) }
        if type == String.self { return (.text, "" as? Value) }
        if type == Bool.self { return (.flag, false as? Value) }
        if type == Int.self { return (.count, 0 as? Value) }
        if type == Double.self { return (.number(named: name), 0.0 as? Value) }
        if type == [String: String].self { return (.texts, [String: String]() as? Value) }
        let shape = SchemaShape(self)
        let value = try Value(from: shape)
        if let element = shape.element { return (.list(element), value) }
        let component = Schema.componentName(type)
        // A type that decodes another one in its own place has the members of both.
        components[component] = .object(shape.members, optional: shape.optional)
        return (.component(component), value)
    }
}

/// Records what a type requests from its decoder.
private final class SchemaShape: Decoder {
    let reading: SchemaReading
    var members: [Schema.Member] = []
    var optional: [Schema.Member] = []
    /// The schema of an array's elements.
    var element: Schema?
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    init(_ reading: SchemaReading) { self.reading = reading }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Members(shape: self))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer { Elements(shape: self) }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        throw JSONMismatch(place: "", expected: "an object, or a type that describes itself")
    }

    private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let shape: SchemaShape
        var codingPath: [any CodingKey] { [] }
        var allKeys: [Key] { [] }

        func contains(_ key: Key) -> Bool { true }
        func decodeNil(forKey key: Key) -> Bool { false }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            let name = JSONEncoding.memberName(key.stringValue)
            let (schema, value) = try shape.reading.read(type, named: name)
            shape.members.append((name, schema))
            guard let value else { throw JSONMismatch(place: name, expected: "a \(type)") }
            return value
        }

        private func decodeNullable<Value: Decodable>(_ type: Value.Type, _ key: Key) throws -> Value? {
            let name = JSONEncoding.memberName(key.stringValue)
            shape.members.append((name, try shape.reading.read(type, named: name).0.orNull))
            return nil
        }

        func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try decodeNullable(type, key) }
        func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try decodeNullable(type, key) }
        func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try decodeNullable(type, key) }
        func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try decodeNullable(type, key) }

        func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
            try decodeNullable(type, key)
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> { throw JSONMismatch(place: "", expected: "a Codable value") }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            throw JSONMismatch(place: "", expected: "an array")
        }

        func superDecoder() throws -> any Decoder { shape }
        func superDecoder(forKey key: Key) throws -> any Decoder { shape }
    }

    /// Shows one element, to learn the type of all.
    private struct Elements: UnkeyedDecodingContainer {
        let shape: SchemaShape
        var codingPath: [any CodingKey] { [] }
        var count: Int? { nil }
        var isAtEnd: Bool { shape.element != nil }
        var currentIndex: Int { 0 }

        init(shape: SchemaShape) { self.shape = shape }

        func decodeNil() -> Bool { false }

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            let (schema, value) = try shape.reading.read(type, named: "")
            shape.element = schema
            guard let value else { throw JSONMismatch(place: "", expected: "a \(type)") }
            return value
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> { throw JSONMismatch(place: "", expected: "a Codable value") }

        func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
            throw JSONMismatch(place: "", expected: "an array")
        }

        func superDecoder() throws -> any Decoder { shape }
    }
}
