extension Message {
    var mentionsSession: Bool { words.contains { $0.plain.contains("session") || $0.plain.hasPrefix("misroute") } }

    /// The id that stands behind the word session, wherever that is; else the first UUID but `owner`.
    func sessionID(besides owner: ArraySlice<UInt8>?) -> ArraySlice<UInt8>? {
        for (position, word) in words.enumerated() where word.plain == "session" || word.plain == "sessionid" {
            var next = position + 1
            if next < words.count, words[next].plain == "id" { next += 1 }
            if next < words.count, let id = words[next].id, id != owner { return id }
        }
        return words.lazy.map(\.bare).first { $0.isUUID && $0 != owner }
    }

    /// The name after one of some words, where `before` follows: `Worker gateway-2:105 | Session 7c9e...`.
    func name(after nouns: Set<String>, before next: String) -> String? {
        guard words.count >= 3 else { return nil }
        for position in 0..<(words.count - 2)
        where nouns.contains(words[position].plain) && words[position + 2].plain == next {
            return words[position + 1].name?.name
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    /// 32 hex digits, with or without dashes.
    var isUUID: Bool {
        (count == 36 || count == 32) && allSatisfy { $0.isHexDigit || $0 == UInt8(ascii: "-") }
            && filter(\.isHexDigit).count == 32
    }
}
