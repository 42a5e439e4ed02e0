import Sessions

/// A piece of a line's bytes: a slice of an array, or a ``ByteView`` of the line where it lies.
protocol LineText: RandomAccessCollection<UInt8>, Equatable where Index == Int, SubSequence == Self {
    init()

    /// With `\"` and `\\` undone.
    var unquoted: Self { get }
    /// Without what editors, terminals and torn files leave in a line.
    var cleaned: Self { get }

    func sessionID(maxLength: Int) throws(SessionID.Illegal) -> SessionID
}

extension ArraySlice: LineText where Element == UInt8 {
    func sessionID(maxLength: Int) throws(SessionID.Illegal) -> SessionID { try SessionID(span, maxLength: maxLength) }
}

extension LineText {
    /// Without white space at both ends.
    var trimmed: Self {
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
    var firstWord: (word: Self, rest: Self) {
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

extension Int {
    /// The number that a text begins with, in its first four bytes.
    init?(leading text: some LineText) {
        var number = 0
        for byte in text.prefix(4) {
            guard byte.isDigit else { return nil }
            number = number * 10 + Int(byte - 0x30)
        }
        self = number
    }
}
