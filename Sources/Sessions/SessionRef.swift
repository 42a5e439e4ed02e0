import Digests

/// The public name of a session, shown wherever its id must not be: `s:` and the first 16 hex digits of the id's
/// SHA-256.
public struct SessionRef: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The digest's first eight bytes, big-endian.
    public let value: UInt64

    public init(_ value: UInt64) {
        self.value = value
    }

    public static func < (a: SessionRef, b: SessionRef) -> Bool { a.value < b.value }

    public var description: String {
        let digits = String(value, radix: 16)
        return "s:" + String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension SessionRef {
    /// The fewest hex digits that are looked up as a prefix.
    public static let prefixDigitsLeast = 4

    /// Returns the refs that begin with `text`: `s:` (which may be left out) and 4 to 16 hex digits. Nil for any other
    /// text.
    public static func range(prefix text: String) -> ClosedRange<SessionRef>? {
        let digits = text.hasPrefix("s:") ? text.dropFirst(2) : text[...]
        // The digits are checked, since UInt64 would accept a sign.
        guard (prefixDigitsLeast...16).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") }),
            let value = UInt64(digits, radix: 16)
        else { return nil }
        let free = UInt64((16 - digits.utf8.count) * 4)
        let low = value << free
        return SessionRef(low)...SessionRef(free == 0 ? low : low | ((1 << free) - 1))
    }
}
