import Digests

/// A session's id as it stands in its key. A credential: no description shows it, and it leaves the process only for a
/// token with the `reveal` scope.
///
/// UUIDs in lower case, with or without dashes, take 16 bytes; any other legal id (upper case, a JWT) keeps its bytes.
public struct SessionID: Sendable, Hashable {
    enum Form: UInt8 {
        case dashedUUID, plainUUID, other
    }

    enum Storage: Sendable, Hashable {
        case uuid(high: UInt64, low: UInt64, dashed: Bool)
        case other([UInt8])
    }

    let storage: Storage

    init(storage: Storage) {
        self.storage = storage
    }

    /// Why a key's id is no session id: the `reason` label of `mcp_registry_skipped_keys`.
    public enum Illegal: String, Error, Sendable {
        case length = "id_length"
        case charset = "id_charset"
    }

    /// Takes 1 to `maxLength` bytes of visible ASCII (0x21-0x7E).
    public init(_ bytes: Span<UInt8>, maxLength: Int) throws(Illegal) {
        guard (1...maxLength).contains(bytes.count) else { throw .length }
        if let storage = Self.uuid(bytes) {
            self.storage = storage
            return
        }
        var copy: [UInt8] = []
        copy.reserveCapacity(bytes.count)
        for index in bytes.indices {
            guard (0x21...0x7E).contains(bytes[index]) else { throw .charset }
            copy.append(bytes[index])
        }
        storage = .other(copy)
    }

    public var bytes: [UInt8] {
        guard case .uuid(let high, let low, let dashed) = storage else {
            if case .other(let bytes) = storage { return bytes }
            return []
        }
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for position in 0..<32 {
            if dashed, [8, 12, 16, 20].contains(position) { text.append(UInt8(ascii: "-")) }
            let word = position < 16 ? high : low
            let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - (position % 16) * 4)) & 0xF
            text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
        return text
    }

    /// `7c9e6679-7425-40de-944b-e07fc1f90ae7`, or the same without dashes.
    private static func uuid(_ bytes: Span<UInt8>) -> Storage? {
        let dashed = bytes.count == 36
        guard dashed || bytes.count == 32 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if dashed, index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: return nil
            }
            if digits < 16 { words.0 = words.0 << 4 | UInt64(digit) } else { words.1 = words.1 << 4 | UInt64(digit) }
            digits += 1
        }
        return .uuid(high: words.0, low: words.1, dashed: dashed)
    }
}

extension SessionID: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(session id)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
