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
        return output.document.bytes
    }

    /// `as_of` for `asOf`.
    public static func memberName(_ name: String) -> String {
        var member: [UInt8] = []
        write(memberName: name, into: &member)
        return String(decoding: member, as: UTF8.self)
    }

    /// Names of properties are ASCII, so they need no escapes.
    fileprivate static func write(memberName name: String, into bytes: inout [UInt8]) {
        for byte in name.utf8 {
            if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) {
                bytes.append(UInt8(ascii: "_"))
                bytes.append(byte | 0x20)
            } else {
                bytes.append(byte)
            }
        }
    }
}

/// A document that is being written: its bytes so far, and the objects and arrays still open at their end.
private struct JSONDocument {
    private enum Open {
        /// A value whose kind is not known yet.
        case nothing
        case object(isEmpty: Bool)
        case array(isEmpty: Bool)
    }

    private(set) var bytes: [UInt8] = []
    private var open: [Open] = []

    init(reservingBytes: Int) { bytes.reserveCapacity(reservingBytes) }

    mutating func write(_ value: JSONValue) { value.write(into: &bytes) }

    mutating func write(_ value: JSONValue, member name: String) {
        beginMember(name)
        write(value)
    }

    mutating func write(element value: JSONValue) {
        beginElement()
        write(value)
    }

    mutating func beginValue() { open.append(.nothing) }

    mutating func endValue() {
        switch open.removeLast() {
        case .nothing: break
        case .object: bytes.append(UInt8(ascii: "}"))
        case .array: bytes.append(UInt8(ascii: "]"))
        }
    }

    mutating func beginObject() {
        guard case .nothing = open[open.count - 1] else { return }
        open[open.count - 1] = .object(isEmpty: true)
        bytes.append(UInt8(ascii: "{"))
    }

    mutating func beginArray() {
        open[open.count - 1] = .array(isEmpty: true)
        bytes.append(UInt8(ascii: "["))
    }

    /// Begins a member, as in `"as_of":`, by the name of its property.
    mutating func beginMember(_ name: String) {
        guard case .object(let isEmpty) = open[open.count - 1] else { return }
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        open[open.count - 1] = .object(isEmpty: false)
        bytes.append(UInt8(ascii: "\""))
        JSONEncoding.write(memberName: name, into: &bytes)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    mutating func beginElement() {
        guard case .array(let isEmpty) = open[open.count - 1] else { return }
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        open[open.count - 1] = .array(isEmpty: false)
    }
}

/// The encoder that all values of one document share. Each step changes the document once, since Swift checks each
/// access to a stored property of a class.
private final class JSONOutput: Encoder {
    var document: JSONDocument
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    init(reservingBytes: Int) { document = JSONDocument(reservingBytes: reservingBytes) }

    func write<Value: Encodable>(_ value: Value) throws {
        document.beginValue()
        try value.encode(to: self)
        document.endValue()
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        document.beginObject()
        return KeyedEncodingContainer(JSONMembers(output: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        document.beginArray()
        return JSONElements(output: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { JSONScalar(output: self) }
}

/// The members of one object.
private struct JSONMembers<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let output: JSONOutput
    var codingPath: [any CodingKey] { [] }

    private func write(_ value: JSONValue, _ key: Key) {
        output.document.write(value, member: key.stringValue)
    }

    func encodeNil(forKey key: Key) { write(.null, key) }
    func encode(_ value: Bool, forKey key: Key) { write(.bool(value), key) }
    func encode(_ value: String, forKey key: Key) { write(.string(value), key) }
    func encode(_ value: Double, forKey key: Key) { write(.double(value), key) }
    func encode(_ value: Int, forKey key: Key) { write(.int(value), key) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        output.document.beginMember(key.stringValue)
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
        output.document.write(element: value)
        count += 1
    }

    mutating func encodeNil() { write(.null) }
    mutating func encode(_ value: Bool) { write(.bool(value)) }
    mutating func encode(_ value: String) { write(.string(value)) }
    mutating func encode(_ value: Double) { write(.double(value)) }
    mutating func encode(_ value: Int) { write(.int(value)) }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
        output.document.beginElement()
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

    func encodeNil() { output.document.write(.null) }
    func encode(_ value: Bool) { output.document.write(.bool(value)) }
    func encode(_ value: String) { output.document.write(.string(value)) }
    func encode(_ value: Double) { output.document.write(.double(value)) }
    func encode(_ value: Int) { output.document.write(.int(value)) }
    func encode<Value: Encodable>(_ value: Value) throws { try value.encode(to: output) }
}
