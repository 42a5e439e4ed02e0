import Digests

/// A session's id as it is in its key. It is a credential: no description shows it, and it leaves the process only for
/// a token with the `reveal` scope.
///
/// UUIDs in lower case, with or without dashes, take 16 bytes. Any other legal id (upper case, a JWT) keeps its bytes.
public struct SessionID: Sendable, Hashable {
    enum Form: UInt8 {
        case dashedUUID, plainUUID, other
    }

    let form: Form
    /// The two halves of a UUID.
    let high: UInt64
    let low: UInt64
    /// The bytes of any other id. This and the halves are no enum, since its copies, one for each key of a full scan,
    /// cost more.
    let text: [UInt8]?

    init(high: UInt64, low: UInt64, form: Form) {
        (self.high, self.low, self.form, text) = (high, low, form, nil)
    }

    init(text: [UInt8]) {
        (high, low, form, self.text) = (0, 0, .other, text)
    }

    /// The reason why a key's id is no session id: the `reason` label of `mcp_registry_skipped_keys`.
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

    /// Reads `7c9e6679-7425-40de-944b-e07fc1f90ae7`, or the same without dashes, as two halves.
    private static func uuid(_ bytes: Span<UInt8>) -> (high: UInt64, low: UInt64)? {
        unsafe bytes.withUnsafeBytes { bytes in
            /// Loads the bytes of a `Word` from `start` on, the first one as the highest.
            func load<Word: FixedWidthInteger>(_ start: Int, as type: Word.Type) -> UInt64 {
                UInt64(Word(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: start, as: type)))
            }
            let texts: (UInt64, UInt64, UInt64, UInt64)
            switch bytes.count {
            case 32:
                texts = (
                    load(0, as: UInt64.self), load(8, as: UInt64.self), load(16, as: UInt64.self),
                    load(24, as: UInt64.self)
                )
            case 36:
                for place in [8, 13, 18, 23] where unsafe bytes[place] != UInt8(ascii: "-") { return nil }
                texts = (
                    load(0, as: UInt64.self), load(9, as: UInt32.self) << 32 | load(14, as: UInt32.self),
                    load(19, as: UInt32.self) << 32 | load(24, as: UInt32.self), load(28, as: UInt64.self)
                )
            default: return nil
            }
            guard let a = hex(texts.0), let b = hex(texts.1), let c = hex(texts.2), let d = hex(texts.3) else {
                return nil
            }
            return (a << 32 | b, c << 32 | d)
        }
    }

    /// Returns the number that eight lower-case hex digits write, the first one in the highest byte. Nil if one is no
    /// digit. All eight are read at once; one by one, ids would take a twentieth of a full scan.
    private static func hex(_ text: UInt64) -> UInt64? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // Letters are 0x61 to 0x66, decimal digits 0x30 to 0x39.
        let letters = (text >> 6) & ones
        let digits = (text & (0x0F * ones)) &+ 9 * letters
        // A decimal digit is below 10 (6 more do not reach 16), a letter is at least 10, and no digit reaches 16.
        guard text & (0xF0 * ones) == 0x30 * ones &+ 0x30 * letters,
            (digits &+ 6 * ones) & (0x10 * ones) == letters << 4, digits & (0xF0 * ones) == 0
        else { return nil }
        let pairs = (digits | digits >> 4) & 0x00FF_00FF_00FF_00FF
        let fours = (pairs | pairs >> 8) & 0x0000_FFFF_0000_FFFF
        return (fours | fours >> 16) & 0xFFFF_FFFF
    }
}

extension SessionID: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(session id)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
