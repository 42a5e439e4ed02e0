/// The few questions that are asked of bytes in log lines. Case and classes are those of ASCII.
extension UInt8 {
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isLetter: Bool { self | 0x20 >= 0x61 && self | 0x20 <= 0x7A }
    var isHexDigit: Bool { isDigit || self | 0x20 >= 0x61 && self | 0x20 <= 0x66 }
    var isSpace: Bool { self == 0x20 || self >= 0x09 && self <= 0x0D }
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

extension ArraySlice<UInt8> {
    /// Without white space at both ends.
    var trimmed: ArraySlice<UInt8> {
        var (start, end) = (startIndex, endIndex)
        while start < end, self[start].isSpace { start += 1 }
        while end > start, self[end - 1].isSpace { end -= 1 }
        return self[start..<end]
    }

    func ends(with text: String) -> Bool {
        count >= text.utf8.count && suffix(text.utf8.count).elementsEqual(text.utf8)
    }

    func contains(_ text: String) -> Bool { range(of: text) != nil }

    /// Where `text` stands first.
    func range(of text: String) -> Range<Int>? {
        let needle = text.utf8
        guard let head = needle.first, count >= needle.count else { return nil }
        for start in startIndex...(endIndex - needle.count) where self[start] == head {
            if self[start...].starts(with: needle) { return start..<start + needle.count }
        }
        return nil
    }

    /// The first word and what follows it.
    var firstWord: (word: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
        let text = trimmed
        let end = text.firstIndex(where: \.isSpace) ?? text.endIndex
        return (text[..<end], text[end...].trimmed)
    }

    /// As text, broken UTF-8 replaced; nil where it is empty or longer than a name may be.
    var name: String? {
        let text = trimmed
        guard (1...LineLimits.nameBytes).contains(text.count) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }
}
