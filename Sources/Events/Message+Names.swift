extension Message {
    var mentionsSession: Bool { words.contains { $0.plain.contains("session") || $0.plain.hasPrefix("misroute") } }

    /// The id after the word "session", wherever that is; otherwise the first UUID other than `owner`.
    func sessionID(besides owner: ArraySlice<UInt8>?) -> ArraySlice<UInt8>? {
        for (position, word) in words.enumerated() where word.plain == "session" || word.plain == "sessionid" {
            var next = position + 1
            if next < words.count, words[next].plain == "id" { next += 1 }
            if next < words.count, let id = words[next].id, id != owner { return id }
        }
        return words.lazy.map(\.bare).first { $0.isUUID && $0 != owner }
    }

    /// The name between one of some nouns and the word `before`, as in `Worker gateway-2:105 | Session 7c9e...`.
    func name(after nouns: Set<String>, before next: String) -> String? {
        guard words.count >= 3 else { return nil }
        for position in 0..<(words.count - 2)
        where nouns.contains(words[position].plain) && words[position + 2].plain == next {
            return words[position + 1].name?.name
        }
        return nil
    }
}
