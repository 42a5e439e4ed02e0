import Digests

/// A session's id as it stands in its key. A credential: no description shows it, and it leaves the process only for a
/// token with the `reveal` scope.
///
/// UUIDs in lower case, with or without dashes, take 16 bytes; any other legal id (upper case, a JWT) keeps its bytes.
public struct SessionID: Sendable, Hashable {
    enum Form: UInt8 {
        case dashedUUID, plainUUID, other
    }

    let form: Form
    /// A UUID's two halves.
    let high: UInt64
    let low: UInt64
    /// The bytes of any other id. Not an enum with the halves: its copies, made for each key of a reading, cost more.
    let text: [UInt8]?

    init(high: UInt64, low: UInt64, form: Form) {
        (self.high, self.low, self.form, text) = (high, low, form, nil)
    }

    init(text: [UInt8]) {
        (high, low, form, self.text) = (0, 0, .other, text)
    }

    /// Why a key's id is no session id: the `reason` label of `mcp_registry_skipped_keys`.
    public enum Illegal: String, Error, Sendable {
        case length = "id_length"
        case charset = "id_charset"
    }

    /// Takes 1 to `maxLength` bytes of visible ASCII (0x21-0x7E).
    public init(_ bytes: Span<UInt8>, maxLength: Int) throws(Illegal) {
        guard (1...maxLength).contains(bytes.count) else { throw .length }
        if let (high, low) = Self.uuid(bytes) {
            self.init(high: high, low: low, form: bytes.count == 36 ? .dashedUUID : .plainUUID)
            return
        }
        var copy: [UInt8] = []
        copy.reserveCapacity(bytes.count)
        for index in bytes.indices {
            guard (0x21...0x7E).contains(bytes[index]) else { throw .charset }
            copy.append(bytes[index])
        }
        self.init(text: copy)
    }

    public var bytes: [UInt8] {
        if let text { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(36)
        for position in 0..<32 {
            if form == .dashedUUID, [8, 12, 16, 20].contains(position) { bytes.append(UInt8(ascii: "-")) }
            let word = position < 16 ? high : low
            let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - (position % 16) * 4)) & 0xF
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
        return bytes
    }

    /// `7c9e6679-7425-40de-944b-e07fc1f90ae7`, or the same without dashes, as two halves.
    private static func uuid(_ bytes: Span<UInt8>) -> (high: UInt64, low: UInt64)? {
        let dashed = bytes.count == 36
        guard dashed || bytes.count == 32 else { return nil }
        if dashed,
            bytes[8] & bytes[13] & bytes[18] & bytes[23] != UInt8(ascii: "-")
                || bytes[8] | bytes[13] | bytes[18] | bytes[23] != UInt8(ascii: "-")
        {
            return nil
        }
        // No branch but at the end: half of all digits are letters, in no order that a processor could learn.
        func digits(_ start: Int, _ count: Int, _ word: inout UInt64, _ isHex: inout Bool) {
            for index in start..<start + count {
                let decimal = bytes[index] &- UInt8(ascii: "0")
                let letter = bytes[index] &- UInt8(ascii: "a")
                isHex = isHex && (decimal < 10 || letter < 6)
                word = word << 4 | UInt64(decimal < 10 ? decimal : (letter &+ 10) & 0xF)
            }
        }
        var (high, low, isHex) = (UInt64(0), UInt64(0), true)
        if dashed {
            digits(0, 8, &high, &isHex)
            digits(9, 4, &high, &isHex)
            digits(14, 4, &high, &isHex)
            digits(19, 4, &low, &isHex)
            digits(24, 12, &low, &isHex)
        } else {
            digits(0, 16, &high, &isHex)
            digits(16, 16, &low, &isHex)
        }
        return isHex ? (high, low) : nil
    }
}

extension SessionID: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(session id)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
