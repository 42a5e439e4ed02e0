// ASCII character classes for the bytes of log lines.

extension UInt8 {
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isLetter: Bool { self | 0x20 >= 0x61 && self | 0x20 <= 0x7A }
    var isHexDigit: Bool { isDigit || self | 0x20 >= 0x61 && self | 0x20 <= 0x66 }
    var isSpace: Bool { self == 0x20 || self >= 0x09 && self <= 0x0D }
    /// True if a JSON number may hold it.
    var isNumeric: Bool {
        isDigit || self == UInt8(ascii: ".") || self == UInt8(ascii: "-") || self == UInt8(ascii: "+")
            || self | 0x20 == UInt8(ascii: "e")
    }
    var isVisible: Bool { self >= 0x21 && self <= 0x7E }
}

extension Collection<UInt8> {
    func starts(with text: String) -> Bool { starts(with: text.utf8) }

    /// Only the letters and digits, in lower case, so that `Mcp-Session-Id`, `mcp.session.id` and `mcpSessionId` are
    /// one name.
    var squeezed: String {
        // A string of up to 15 bytes allocates nothing, and this is called often.
        unsafe String(unsafeUninitializedCapacity: count) { buffer in
            var length = 0
            for byte in self where byte.isLetter || byte.isDigit {
                unsafe buffer[length] = byte.isLetter ? byte | 0x20 : byte
                length += 1
            }
            return length
        }
    }
}
