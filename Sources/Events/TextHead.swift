import Sessions

/// The head of a text line, which identifies its logger: a timestamp, a level, the logger's name.
struct TextHead {
    let format: LineFormat
    var time: UnixTime?
    var hasBadTime = false
    /// The text after the head.
    let body: ArraySlice<UInt8>

    /// The readers of the text formats, each of which returns nil for a line of another format. They are tried in this
    /// order, so specific ones come before general ones.
    private static let readers: [(format: LineFormat, read: @Sendable (ArraySlice<UInt8>) -> TextHead?)] = [
        (.zapConsole, zapConsole), (.dotnetConsole, dotnetConsole), (.structlogConsole, structlogConsole),
        (.rustTracingText, rustTracing), (.pythonText, python), (.logfmt, logfmt), (.commonLog, commonLog),
        (.nodeConsole, node),
    ]

    /// Tries the last format, then the others, or only `fixed` if it is given.
    static func read(_ line: ArraySlice<UInt8>, last: LineFormat?, fixed: LineFormat? = nil) -> TextHead {
        if let first = readers.first(where: { $0.format == fixed ?? last }), let head = first.read(line) { return head }
        if fixed == nil {
            for reader in readers where reader.format != last {
                if let head = reader.read(line) { return head }
            }
        }
        guard let stamp = TimeStamp(line) else { return TextHead(format: .text, body: line) }
        return TextHead(format: .text, stamp, body: line[stamp.end...])
    }

    private init(format: LineFormat, _ stamp: TimeStamp? = nil, body: ArraySlice<UInt8>) {
        self.format = format
        time = stamp?.time
        hasBadTime = stamp?.isBad ?? false
        self.body = body.trimmed
    }

    private static let levels: Set<String> = [
        "trace", "debug", "info", "information", "notice", "warn", "warning", "error", "err", "critical", "crit",
        "fatal",
        "panic", "dpanic", "success", "verbose", "log", "inf", "wrn", "dbg", "ftl", "vrb", "exception",
    ]

    private static func isLevel(_ word: ArraySlice<UInt8>) -> Bool {
        word.count <= 14 && levels.contains(word.squeezed)
    }

    /// zap: `2026-08-21T10:15:03.100Z<tab>WARN<tab>mcp/route.go:91<tab>session not found<tab>{"session_id": "..."}`.
    private static func zapConsole(_ line: ArraySlice<UInt8>) -> TextHead? {
        var columns = line.split(separator: 0x09, maxSplits: 5, omittingEmptySubsequences: false)
        guard columns.count >= 3, isLevel(columns[1]) else { return nil }
        let stamp = TimeStamp(columns[0])
        guard stamp != nil || Double(String(decoding: columns[0], as: UTF8.self)) != nil else { return nil }
        columns.removeFirst(2)
        // The logger's name and the caller are words without spaces. The message may be one too, but comes last.
        while columns.count > 1, !columns[0].contains(0x20), columns[1].first != UInt8(ascii: "{") {
            columns.removeFirst()
        }
        var head = TextHead(format: .zapConsole, stamp, body: line[columns[0].startIndex...])
        if stamp == nil { head.time = UnixTime(text: line.prefix { $0 != 0x09 }) }
        return head
    }

    /// .NET: `warn: Microsoft.McpGateway.SessionRoutingHandler[50106]`, with the message after it or on the next line,
    /// and possibly a timestamp before it.
    private static func dotnetConsole(_ line: ArraySlice<UInt8>) -> TextHead? {
        let stamp = TimeStamp(line)
        let text = line[(stamp?.end ?? line.startIndex)...].trimmed
        let (word, rest) = text.firstWord
        guard ["trce:", "dbug:", "info:", "warn:", "fail:", "crit:"].contains(where: { word.elementsEqual($0.utf8) })
        else {
            return nil
        }
        let (category, message) = rest.firstWord
        guard category.last == UInt8(ascii: "]"), let open = category.lastIndex(of: UInt8(ascii: "[")),
            category[(open + 1)...].dropLast().allSatisfy({ $0.isDigit || $0 == UInt8(ascii: "-") })
        else { return nil }
        return TextHead(format: .dotnetConsole, stamp, body: message)
    }

    /// structlog: `2026-08-21T10:15:02.123Z [warning  ] session_misrouted   [mcp.sessions] node=node-b`; Serilog:
    /// `[10:15:02 WRN] text`.
    private static func structlogConsole(_ line: ArraySlice<UInt8>) -> TextHead? {
        let stamp = TimeStamp(line)
        let text = line[(stamp?.end ?? line.startIndex)...].trimmed
        guard text.first == UInt8(ascii: "["), let close = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        let inside = text[(text.startIndex + 1)..<close]
        guard close + 1 < text.endIndex, let level = inside.split(separator: 0x20).last, isLevel(level),
            stamp != nil || inside.contains(0x20)
        else { return nil }
        return TextHead(format: .structlogConsole, stamp, body: text[(close + 1)...])
    }

    /// tracing: `2026-08-21T10:15:02.223456Z  WARN request{method=POST}: mcp_node::session: not on this node
    /// session_id=7c9e...`.
    private static func rustTracing(_ line: ArraySlice<UInt8>) -> TextHead? {
        guard let stamp = TimeStamp(line), stamp.isISO else { return nil }
        let (level, rest) = line[stamp.end...].firstWord
        guard ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"].contains(where: { level.elementsEqual($0.utf8) }),
            !rest.isEmpty, rest.first != UInt8(ascii: "["), rest.first != UInt8(ascii: "-")
        else { return nil }
        // If no spans precede it, the target ends with a colon. It does not say what happened.
        let (target, message) = rest.firstWord
        let isTarget =
            target.last == UInt8(ascii: ":") && !target.contains(UInt8(ascii: "{"))
            && target.allSatisfy { $0.isLetter || $0.isDigit || "_:-".utf8.contains($0) }
        return TextHead(format: .rustTracingText, stamp, body: isTarget ? message : rest)
    }
}

extension TextHead {
    /// Python: `2026-08-21 10:15:03,001 - mcp.server - INFO - text`, `WARNING:mcp_node.sessions:text`,
    /// `INFO:     text`, `2026-08-21 10:15:02.123 | INFO | module:run:88 - text`, or
    /// `[08/21/26 10:15:02] INFO     text`.
    private static func python(_ line: ArraySlice<UInt8>) -> TextHead? {
        if let stamp = TimeStamp(line) { return stampedPython(line, stamp) }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon - line.startIndex <= 10,
            line[..<colon].allSatisfy({ $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }), isLevel(line[..<colon])
        else { return nil }
        let rest = line[(colon + 1)...]
        guard let first = rest.first, !first.isSpace else { return TextHead(format: .pythonText, body: rest) }
        guard let end = rest.firstIndex(of: UInt8(ascii: ":")), !rest[..<end].contains(0x20) else { return nil }
        return TextHead(format: .pythonText, body: rest[(end + 1)...])
    }

    private static func stampedPython(_ line: ArraySlice<UInt8>, _ stamp: TimeStamp) -> TextHead? {
        var rest = line[stamp.end...].trimmed
        var hasLevel = false
        var separators = 0
        // Name, level, process and thread come in any order between dashes or bars, at most eight words.
        for _ in 0..<8 {
            let (word, after) = rest.firstWord
            if word.count == 1, word.first == UInt8(ascii: "-") || word.first == UInt8(ascii: "|") {
                separators += 1
                rest = after
                if hasLevel, after.firstWord.rest.first != UInt8(ascii: "-") { break }
            } else if isLevel(word), !hasLevel {
                hasLevel = true
                rest = after
            } else if separators > 0, !hasLevel, !after.isEmpty {
                rest = after
            } else {
                break
            }
        }
        guard hasLevel, separators > 0 || !stamp.isISO else { return nil }
        return TextHead(format: .pythonText, stamp, body: rest)
    }

    /// logfmt: `time=2026-08-21T10:15:02.123Z level=WARN msg="session not found" session_id=7c9e...`.
    private static func logfmt(_ line: ArraySlice<UInt8>) -> TextHead? {
        let key = line.prefix { $0.isLetter || $0.isDigit || "_.-@".utf8.contains($0) }
        guard let first = key.first, first.isLetter || first == UInt8(ascii: "_"), key.endIndex < line.endIndex,
            line[key.endIndex] == UInt8(ascii: "=")
        else { return nil }
        return TextHead(format: .logfmt, body: line)
    }

    /// The common log format: `203.0.113.7 - - [21/Aug/2026:10:15:02 +0000] "POST /mcp HTTP/1.1" 404 88`.
    private static func commonLog(_ line: ArraySlice<UInt8>) -> TextHead? {
        let (address, rest) = line.firstWord
        guard address.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }), address.count <= 64,
            let open = rest.firstIndex(of: UInt8(ascii: "[")), open - rest.startIndex <= 128,
            let close = rest.range(of: "] \""), close.lowerBound - open > 20, rest[open...].contains("/")
        else { return nil }
        return TextHead(format: .commonLog, body: line)
    }

    /// Node: `2025-12-05T17:20:02.719Z [mcpx] WARN: text sessionId="..."`, `[RedisSessionStore] text`, or
    /// `[Nest] 17  - 08/21/2026, ...`.
    private static func node(_ line: ArraySlice<UInt8>) -> TextHead? {
        let stamp = TimeStamp(line)
        var rest = line[(stamp?.end ?? line.startIndex)...].trimmed
        guard rest.first == UInt8(ascii: "["), let close = rest.firstIndex(of: UInt8(ascii: "]")) else {
            let (word, after) = rest.firstWord
            guard stamp != nil, isLevel(word) else { return nil }
            return TextHead(format: .nodeConsole, stamp, body: after)
        }
        rest = rest[(close + 1)...].trimmed
        let (word, after) = rest.firstWord
        // "Error getting session ..." is a sentence; `ERROR` and `error:` are levels.
        if isLevel(word), word.last == UInt8(ascii: ":") || !word.contains(where: { $0 > UInt8(ascii: "Z") }) {
            rest = after
        }
        return TextHead(format: .nodeConsole, stamp, body: rest)
    }
}
