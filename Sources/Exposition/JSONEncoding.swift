/// Writes `Codable` values as JSON, in one pass and straight into bytes.
///
/// Members are in the order of their declaration, under names in `snake_case`, and nil is `null`: each answer has all
/// of its members, in an order that people can read. Foundation's encoder offers neither.
public enum JSONEncoding {
    /// The document on one line.
    public static func bytes(_ value: some Encodable, reservingBytes: Int = 1024) -> [UInt8] {
        let output = JSONOutput(reservingBytes: reservingBytes)
        // Only an encodable type itself could throw, and ours do not.
        try? output.write(value)
        return output.bytes
    }

    /// `as_of` for `asOf`.
    public static func memberName(_ name: String) -> String {
        var member = ""
        for character in name {
            if character.isUppercase { member += "_" + character.lowercased() } else { member.append(character) }
        }
        return member
    }
}

/// The bytes so far, and the objects and arrays still open at their end.
private final class JSONOutput: Encoder {
    private enum Open {
        /// A value whose kind is not known yet.
        case nothing
        case object(isEmpty: Bool)
        case array(isEmpty: Bool)
    }

    private(set) var bytes: [UInt8] = []
    private var open: [Open] = []
    /// Begins a member: `"as_of":`, by the name of the property.
    private var members: [String: [UInt8]] = [:]
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    init(reservingBytes: Int) { bytes.reserveCapacity(reservingBytes) }

    func write<Value: Encodable>(_ value: Value) throws {
        open.append(.nothing)
        try value.encode(to: self)
        switch open.removeLast() {
        case .nothing: break
        case .object: bytes.append(UInt8(ascii: "}"))
        case .array: bytes.append(UInt8(ascii: "]"))
        }
    }

    func write(_ value: JSONValue) { value.write(into: &bytes) }

    func beginMember(_ key: String) {
        guard case .object(let isEmpty) = open[open.count - 1] else { return }
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        open[open.count - 1] = .object(isEmpty: false)
        if let member = members[key] { return bytes.append(contentsOf: member) }
        var member: [UInt8] = []
        JSONValue.string(JSONEncoding.memberName(key)).write(into: &member)
        member.append(UInt8(ascii: ":"))
        members[key] = member
        bytes.append(contentsOf: member)
    }

    func beginElement() {
        guard case .array(let isEmpty) = open[open.count - 1] else { return }
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        open[open.count - 1] = .array(isEmpty: false)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .nothing = open[open.count - 1] {
            open[open.count - 1] = .object(isEmpty: true)
            bytes.append(UInt8(ascii: "{"))
        }
        return KeyedEncodingContainer(JSONMembers(output: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        open[open.count - 1] = .array(isEmpty: true)
        bytes.append(UInt8(ascii: "["))
        return JSONElements(output: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { JSONScalar(output: self) }
}

/// The members of one object.
private struct JSONMembers<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let output: JSONOutput
    var codingPath: [any CodingKey] { [] }

    private func write(_ value: JSONValue, _ key: Key) {
        output.beginMember(key.stringValue)
        output.write(value)
    }

    func encodeNil(forKey key: Key) { write(.null, key) }
    func encode(_ value: Bool, forKey key: Key) { write(.bool(value), key) }
    func encode(_ value: String, forKey key: Key) { write(.string(value), key) }
    func encode(_ value: Double, forKey key: Key) { write(.double(value), key) }
    func encode(_ value: Int, forKey key: Key) { write(.int(value), key) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        output.beginMember(key.stringValue)
        try output.write(value)
    }

    // Nil is written too, as `null`.
    func encodeIfPresent(_ value: Bool?, forKey key: Key) { write(value.map { .bool($0) } ?? .null, key) }
    func encodeIfPresent(_ value: String?, forKey key: Key) { write(.string(orNull: value), key) }
    func encodeIfPresent(_ value: Double?, forKey key: Key) { write(.double(orNull: value), key) }
    func encodeIfPresent(_ value: Int?, forKey key: Key) { write(value.map { .int($0) } ?? .null, key) }

    func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws {
        guard let value else { return encodeNil(forKey: key) }
        try encode(value, forKey: key)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> { preconditionFailure("nest a Codable value instead") }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        preconditionFailure("nest an array instead")
    }

    func superEncoder() -> any Encoder { output }
    func superEncoder(forKey key: Key) -> any Encoder { output }
}

/// The elements of one array.
private struct JSONElements: UnkeyedEncodingContainer {
    let output: JSONOutput
    var codingPath: [any CodingKey] { [] }
    private(set) var count = 0

    private mutating func write(_ value: JSONValue) {
        output.beginElement()
        output.write(value)
        count += 1
    }

    mutating func encodeNil() { write(.null) }
    mutating func encode(_ value: Bool) { write(.bool(value)) }
    mutating func encode(_ value: String) { write(.string(value)) }
    mutating func encode(_ value: Double) { write(.double(value)) }
    mutating func encode(_ value: Int) { write(.int(value)) }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
        output.beginElement()
        try output.write(value)
        count += 1
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy: Nested.Type) -> KeyedEncodingContainer<Nested> {
        preconditionFailure("nest a Codable value instead")
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        preconditionFailure("nest an array instead")
    }

    mutating func superEncoder() -> any Encoder { output }
}

/// A value that is neither an object nor an array.
private struct JSONScalar: SingleValueEncodingContainer {
    let output: JSONOutput
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { output.write(.null) }
    func encode(_ value: Bool) { output.write(.bool(value)) }
    func encode(_ value: String) { output.write(.string(value)) }
    func encode(_ value: Double) { output.write(.double(value)) }
    func encode(_ value: Int) { output.write(.int(value)) }
    func encode<Value: Encodable>(_ value: Value) throws { try value.encode(to: output) }
}
