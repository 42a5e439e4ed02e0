import Sessions

/// A piece of a line's bytes: a slice of an array, or a ``ByteView``.
protocol LineText: RandomAccessCollection<UInt8>, Equatable where Index == Int, SubSequence == Self {
    init()

    /// The text with `\"` and `\\` undone.
    var unquoted: Self { get }
    /// The text without the marks that editors, terminals and torn files leave in a line.
    var cleaned: Self { get }

    func sessionID(maxLength: Int) throws(SessionID.Illegal) -> SessionID
}

extension LineText {
    /// The text without white space at both ends.
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

    /// The first range of `text`.
    func range(of text: String) -> Range<Int>? {
        let needle = text.utf8
        guard let head = needle.first, count >= needle.count else { return nil }
        for start in startIndex...(endIndex - needle.count) where self[start] == head {
            if self[start...].starts(with: needle) { return start..<start + needle.count }
        }
        return nil
    }

    /// The first word, and the rest.
    var firstWord: (word: Self, rest: Self) {
        let text = trimmed
        let end = text.firstIndex(where: \.isSpace) ?? text.endIndex
        return (text[..<end], text[end...].trimmed)
    }

    /// The text as a name, with invalid UTF-8 replaced; nil if it is empty or too long.
    var name: String? {
        let text = trimmed
        guard (1...LineLimits.nameBytes).contains(text.count) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    /// The text without the marks that Rust's `{:?}` puts around a value: `"id"`, `Some("id")`, `SessionId("id")`.
    var peeled: Self {
        var text = trimmed
        for _ in 0..<3 {
            if text.count >= 2, text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\"") {
                text = text.dropFirst().dropLast().unquoted
            } else if text.last == UInt8(ascii: ")"), let open = text.firstIndex(of: UInt8(ascii: "(")),
                ["some", "sessionid", "ok", "arc", "id", "uuid"].contains(text[..<open].squeezed)
            {
                text = text[(open + 1)...].dropLast()
            } else {
                break
            }
        }
        return text
    }
}
