import Sessions

extension LogEvent.Kind {
    /// A request that was not served as it should be.
    var isFailure: Bool {
        switch self {
        case .misroute, .unknown, .miss, .ownerDead, .ownerRestarted, .registryError: true
        case .created, .held, .closed, .modern: false
        }
    }
}

extension EventWords {
    /// A word as general as `created` names an event of a session only in a field that is there for nothing else.
    static func kind(of text: ArraySlice<UInt8>, of field: LogField) -> LogEvent.Kind? {
        guard let kind = kind(of: text) else { return nil }
        return text.squeezed != kind.rawValue || ["event", "kind", "eventname"].contains(field.key) || kind == .misroute
            ? kind : nil
    }
}

extension UnixTime {
    /// Reads a whole text as a time.
    init?(text: some Collection<UInt8>) {
        let bytes = Array(text)
        self.init(parsing: bytes.span)
    }

    /// Reads a stamp in seconds, milliseconds, microseconds or nanoseconds since the epoch, or as ISO 8601. Nil where
    /// the text has no date (`10:15AM`); throws where it claims a time and is none.
    static func stamped(_ text: ArraySlice<UInt8>, isNumber: Bool) throws(LineFault) -> UnixTime? {
        if isNumber || text.allSatisfy(\.isDigit) {
            let digits = text.prefix(while: \.isDigit).count
            // Zap and some others write 16 or 19 digits.
            let whole = digits >= 15 ? text.prefix(while: \.isDigit).dropLast(digits >= 18 ? 6 : 3) : text
            guard let time = UnixTime(text: whole) else { throw .badTime }
            return time
        }
        if let stamp = TimeStamp(text) {
            if stamp.isBad { throw .badTime }
            return stamp.time ?? UnixTime(text: text)
        }
        return UnixTime(text: text)
    }
}

/// Which revision of the protocol a request spoke.
enum ProtocolRevision {
    /// From this one on requests have no session.
    static let sessionless = "2026-07-28"

    static func isSessionless(_ roles: FieldRoles) -> Bool {
        if roles.text(.modernMethod) != nil { return true }
        // Revisions are dates, so that their texts compare like them.
        guard let version = roles.text(.protocolVersion), version.count == sessionless.utf8.count,
            version.first?.isDigit == true
        else { return false }
        return String(decoding: version, as: UTF8.self) >= sessionless
    }
}

/// A `Cookie` or `Set-Cookie` header, or one cookie's value alone.
enum CookieHeader {
    /// The value of the cookie `name` in a header.
    static func value(of name: String, in header: ArraySlice<UInt8>) -> String? {
        for pair in header.split(separator: UInt8(ascii: ";")).map(\.trimmed) {
            guard let sign = pair.firstIndex(of: UInt8(ascii: "=")), pair[..<sign].elementsEqual(name.utf8) else {
                continue
            }
            return pair[(sign + 1)...].peeled.name
        }
        return nil
    }

    /// The same from a field that holds either the header or the value alone, which is no list of pairs.
    static func value(of name: String, inField text: ArraySlice<UInt8>) -> String? {
        if let value = value(of: name, in: text) { return value }
        var stem = text
        // Base64 may end with these.
        while stem.last == UInt8(ascii: "=") { stem.removeLast() }
        let isURL = stem.contains("://")
        guard isURL || !stem.contains(where: { "=; ".utf8.contains($0) }), text.squeezed != "redacted" else {
            return nil
        }
        return text.peeled.name
    }
}

extension ArraySlice<UInt8> {
    /// Without what `{:?}` of Rust puts around a value: `"id"`, `Some("id")`, `SessionId("id")`.
    var peeled: ArraySlice<UInt8> {
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

    /// With `\"` and `\\` undone.
    private var unquoted: ArraySlice<UInt8> {
        guard contains(UInt8(ascii: "\\")) else { return self }
        var out: [UInt8] = []
        var isEscaped = false
        for byte in self {
            if !isEscaped, byte == UInt8(ascii: "\\") {
                isEscaped = true
                continue
            }
            if isEscaped, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { out.append(UInt8(ascii: "\\")) }
            out.append(byte)
            isEscaped = false
        }
        return out[...]
    }
}

extension ArraySlice<UInt8> {
    /// 32 hex digits, with or without dashes.
    var isUUID: Bool {
        (count == 36 || count == 32) && allSatisfy { $0.isHexDigit || $0 == UInt8(ascii: "-") }
            && filter(\.isHexDigit).count == 32
    }
}

extension [UInt8] {
    /// A message without colours, which some loggers put into JSON too.
    var cleanedMessage: ArraySlice<UInt8> { self[...].cleaned }
}

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
