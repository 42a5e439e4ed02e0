/// The few questions that are asked of bytes in log lines. Case and classes are those of ASCII.
extension UInt8 {
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isLetter: Bool { self | 0x20 >= 0x61 && self | 0x20 <= 0x7A }
    var isHexDigit: Bool { isDigit || self | 0x20 >= 0x61 && self | 0x20 <= 0x66 }
    var isSpace: Bool { self == 0x20 || self >= 0x09 && self <= 0x0D }
    /// What a JSON number is made of.
    var isNumeric: Bool {
        isDigit || self == UInt8(ascii: ".") || self == UInt8(ascii: "-") || self == UInt8(ascii: "+")
            || self | 0x20 == UInt8(ascii: "e")
    }
    var isVisible: Bool { self >= 0x21 && self <= 0x7E }
}

extension Collection<UInt8> {
    func starts(with text: String) -> Bool { starts(with: text.utf8) }

    /// The letters and digits alone, in lower case: `Mcp-Session-Id`, `mcp.session.id` and `mcpSessionId` are one name.
    var squeezed: String {
        // Up to 15 bytes this needs no memory of its own; names are asked for often.
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
