/// Reads `Codable` values from JSON as ``JSONEncoding`` writes it. Members that a type does not know are skipped, so
/// that a newer writer may add some.
public struct JSONDecoding: Decoder {
    let value: JSONValue
    private let place: String
    public var codingPath: [any CodingKey] { [] }
    public var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// Throws ``JSONMismatch`` if the document lacks a member, or has another kind of value there.
    public static func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, from value: JSONValue
    ) throws(JSONMismatch) -> Value {
        do {
            return try Value(from: JSONDecoding(value: value, place: ""))
        } catch let error as JSONMismatch {
            throw error
        } catch {
            throw JSONMismatch(place: "", expected: "\(Value.self)")
        }
    }

    public func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let members = value.object else { throw mismatch("an object") }
        let byName = Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        return KeyedDecodingContainer(Members(members: byName, place: place))
    }

    public func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let elements = value.array else { throw mismatch("an array") }
        return Elements(elements: elements, place: place)
    }

    public func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    private func mismatch(_ expected: String) -> JSONMismatch { JSONMismatch(place: place, expected: expected) }
}

/// A mismatch between a document and the type that is read from it.
public struct JSONMismatch: Error, Equatable, CustomStringConvertible {
    /// `data.redis.up`; empty for the document itself.
    public let place: String
    /// `a whole number`
    public let expected: String

    public init(place: String, expected: String) {
        self.place = place
        self.expected = expected
    }

    public var description: String { "\(place.isEmpty ? "it" : place) is not \(expected)" }
}

extension JSONDecoding: SingleValueDecodingContainer {
    public func decodeNil() -> Bool { value.isNull }
    public func decode(_ type: Bool.Type) throws -> Bool { try scalar(value.bool, "true or false") }
    public func decode(_ type: String.Type) throws -> String { try scalar(value.string, "a text") }
    public func decode(_ type: Double.Type) throws -> Double { try scalar(value.double, "a number") }
    public func decode(_ type: Int.Type) throws -> Int { try scalar(value.int, "a whole number") }

    public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try Value(from: self)
        } catch let error as JSONMismatch {
            // A value that reads a text, such as a time, does not know its own place.
            throw error.place.isEmpty ? mismatch(error.expected) : error
        } catch {
            throw mismatch("a \(Value.self)")
        }
    }

    private func scalar<Value>(_ value: Value?, _ expected: String) throws -> Value {
        guard let value else { throw mismatch(expected) }
        return value
    }
}

extension JSONDecoding {
    private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let members: [String: JSONValue]
        let place: String
        var codingPath: [any CodingKey] { [] }
        var allKeys: [Key] { members.keys.compactMap(Key.init(stringValue:)) }

        /// Names that are data, such as those of a dictionary, are not converted.
        private func name(_ key: Key) -> String {
            members.keys.contains(key.stringValue) ? key.stringValue : JSONEncoding.memberName(key.stringValue)
        }

        private func decoding(_ key: Key) -> JSONDecoding {
            let name = name(key)
            let inner = place.isEmpty ? name : "\(place).\(name)"
            return JSONDecoding(value: members[name] ?? .null, place: inner)
        }

        func contains(_ key: Key) -> Bool { members[name(key)] != nil }
        func decodeNil(forKey key: Key) -> Bool { decoding(key).decodeNil() }
        func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try decoding(key).decode(type) }
        func decode(_ type: String.Type, forKey key: Key) throws -> String { try decoding(key).decode(type) }
        func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try decoding(key).decode(type) }
        func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try decoding(key).decode(type) }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            try decoding(key).decode(type)
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> { try decoding(key).container(keyedBy: type) }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try decoding(key).unkeyedContainer()
        }

        func superDecoder() throws -> any Decoder { JSONDecoding(value: .null, place: place) }
        func superDecoder(forKey key: Key) throws -> any Decoder { decoding(key) }
    }

    private struct Elements: UnkeyedDecodingContainer {
        let elements: [JSONValue]
        let place: String
        private(set) var currentIndex = 0
        var codingPath: [any CodingKey] { [] }
        var count: Int? { elements.count }
        var isAtEnd: Bool { currentIndex == elements.count }

        init(elements: [JSONValue], place: String) {
            self.elements = elements
            self.place = place
        }

        private mutating func next() throws -> JSONDecoding {
            guard !isAtEnd else { throw JSONMismatch(place: place, expected: "longer") }
            defer { currentIndex += 1 }
            return JSONDecoding(value: elements[currentIndex], place: "\(place)[\(currentIndex)]")
        }

        mutating func decodeNil() throws -> Bool {
            guard !isAtEnd, elements[currentIndex].isNull else { return false }
            currentIndex += 1
            return true
        }

        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decode(type) }

        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> { try next().container(keyedBy: type) }

        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
            try next().unkeyedContainer()
        }

        mutating func superDecoder() throws -> any Decoder { try next() }
    }
}
