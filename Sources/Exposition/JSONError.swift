/// A mistake in a JSON document, with its offset in bytes from the start.
public enum JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The document ends in the middle of a value.
    case unexpectedEnd(offset: Int)
    /// A byte that cannot stand there.
    case unexpectedByte(UInt8, offset: Int)
    /// More bytes follow the document.
    case trailingBytes(offset: Int)
    /// A number in a form that JSON does not have (`01`, `1.`), or too large for a double.
    case badNumber(offset: Int)
    /// A string with an unknown escape or half a surrogate pair.
    case badEscape(offset: Int)
    /// A string that is not UTF-8.
    case badUTF8(offset: Int)
    /// The same key twice in one object.
    case duplicateKey(offset: Int)
    /// Arrays and objects are nested too deeply.
    case tooDeep(limit: Int, offset: Int)
    /// The document is too long.
    case tooLong(limit: Int)

    public var description: String {
        switch self {
        case .unexpectedEnd(let offset): "the document ends at byte \(offset) in the middle of a value"
        case .unexpectedByte(let byte, let offset):
            (0x21...0x7E).contains(byte)
                ? "unexpected \"\(Character(Unicode.Scalar(byte)))\" at byte \(offset)"
                : "unexpected byte \(byte) at byte \(offset)"
        case .trailingBytes(let offset): "more than one document: the next begins at byte \(offset)"
        case .badNumber(let offset): "bad number at byte \(offset)"
        case .badEscape(let offset): "bad escape in a string at byte \(offset)"
        case .badUTF8(let offset): "a string that is not UTF-8 at byte \(offset)"
        case .duplicateKey(let offset): "the same key again at byte \(offset)"
        case .tooDeep(let limit, let offset): "nested deeper than \(limit) levels at byte \(offset)"
        case .tooLong(let limit): "longer than \(limit) bytes"
        }
    }
}
