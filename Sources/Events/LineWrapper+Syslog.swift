import Sessions

extension LineWrapper {
    /// Syslog: RFC 5424, RFC 3164, and the lines that syslog daemons write to files.
    static func syslog(_ line: ArraySlice<UInt8>) -> LineWrapper? {
        var text = line
        // Octet counting (RFC 6587) puts the message's length before it.
        if line.first?.isDigit == true {
            let count = line.prefix(while: \.isDigit)
            let rest = line[count.endIndex...]
            if count.count <= 6, rest.starts(with: " <") { text = rest.dropFirst() }
        }
        let hasPriority = text.first == UInt8(ascii: "<")
        if hasPriority {
            let digits = text.dropFirst().prefix(while: \.isDigit)
            guard (1...3).contains(digits.count), digits.endIndex < text.endIndex,
                text[digits.endIndex] == UInt8(ascii: ">")
            else { return nil }
            text = text[(digits.endIndex + 1)...]
            if text.starts(with: "1 ") { return rfc5424(text.dropFirst(2)) }
        }
        return rfc3164(text, hasPriority: hasPriority)
    }

    /// RFC 5424: `2026-08-21T10:15:02.124Z node-b mcp-node 4711 - - {...}`, possibly with structured data in brackets
    /// instead of the last dash.
    private static func rfc5424(_ text: ArraySlice<UInt8>) -> LineWrapper? {
        var rest = text
        var head: [ArraySlice<UInt8>] = []
        for _ in 0..<5 {
            guard let space = rest.firstIndex(of: 0x20) else { return nil }
            head.append(rest[..<space])
            rest = rest[(space + 1)...]
        }
        while rest.first == UInt8(ascii: "[") {
            guard let end = endOfElement(rest) else { return nil }
            rest = rest[end...]
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let host = head[1].elementsEqual("-".utf8) ? nil : head[1].name
        return LineWrapper(name: .syslog, line: rest.dropFirst(), node: host, time: UnixTime(text: head[0]))
    }

    /// The end of `[id name="value with \] and \""]`.
    private static func endOfElement(_ text: ArraySlice<UInt8>) -> Int? {
        var isQuoted = false
        var at = text.startIndex
        while at < text.endIndex {
            switch text[at] {
            case UInt8(ascii: "\\"): at += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "]") where !isQuoted: return at + 1
            default: break
            }
            at += 1
        }
        return nil
    }

    /// RFC 3164: `Aug 21 10:15:02 node-b mcp-node[4711]: {...}`. rsyslog's files have an ISO time instead. A time
    /// without year and zone is left out, as it would be a guess.
    private static func rfc3164(_ text: ArraySlice<UInt8>, hasPriority: Bool) -> LineWrapper? {
        guard let first = text.first, first.isLetter || first.isDigit, let stamp = TimeStamp(text),
            stamp.isISO || first.isLetter
        else { return nil }
        let (host, rest) = text[stamp.end...].firstWord
        let (tag, _) = rest.firstWord
        // A tag without a process number looks like a logger's name, unless a priority comes first.
        let isTag = tag.ends(with: "]:") && tag.contains(UInt8(ascii: "["))
        guard isTag || (hasPriority || first.isLetter) && tag.last == UInt8(ascii: ":"),
            host.allSatisfy({ $0.isLetter || $0.isDigit || "_.-:".utf8.contains($0) }), host.last != UInt8(ascii: ":")
        else { return nil }
        return LineWrapper(name: .syslog, line: rest[tag.endIndex...].dropFirst(), node: host.name, time: stamp.time)
    }
}
