extension LineReader {
    mutating func textLine(_ line: UnwrappedLine) -> LineReading {
        if let reading = dotnetContinuation(line) { return reading }
        let head = TextHead.read(line.line, last: habits.lastFormat, fixed: options.format)
        if head.format == .dotnetConsole {
            dotnet = head.body.isEmpty ? .head : .message
            habits.note(.dotnetConsole)
        }
        var reading = textRecord(head, line)
        if head.format == .text, reading.outcome == .irrelevant {
            // In a log of JSON lines, any other line is torn or foreign, and indented lines continue it.
            let isForeign = habits.isJSONAlone && !line.isIndented
            let isGarbage = line.wasBytes && !line.line.isUTF8
            if isForeign || isGarbage { reading.outcome = .malformed(.parseError) }
            if isGarbage { reading.node = line.node }
        } else if head.format != .text {
            habits.note(head.format)
        }
        return reading
    }

    /// Reads a text line with a known head.
    private mutating func textRecord(_ head: TextHead, _ line: UnwrappedLine) -> LineReading {
        if head.format == .commonLog { return LineReading(outcome: .irrelevant, format: .commonLog) }
        let body = TextBody(head.body)
        var record = record(head.format, body.fields, of: line)
        record.head.isBroken = body.isBroken && head.format != .text
        record.head.time = head.time
        record.head.hasBadTime = head.hasBadTime
        // In key=value lines the message is a field; in others it is the text between the fields.
        let roles = FieldRoles(body.fields)
        record.message = body.message.trimmed
        if record.message.isEmpty || head.format == .logfmt, let message = roles.text(.message) {
            record.message = record.message + [0x20] + message
        }
        return records.read(record)
    }

    /// Reads a line after `warn: Category[0]`. The first one is the message; the others (exceptions, scopes) belong to
    /// it.
    private mutating func dotnetContinuation(_ line: UnwrappedLine) -> LineReading? {
        guard line.isIndented else {
            dotnet = .none
            isOnItsOwn = pieces.isEmpty && object == nil
            return nil
        }
        let isMessage =
            switch dotnet {
            case .head: true
            case .message: false
            // The head may have been filtered out. The console pads messages with six spaces.
            case .none: line.indent == 6 && (habits.lastFormat == .dotnetConsole || options.format == .dotnetConsole)
            }
        guard isMessage || dotnet != .none else { return nil }
        // Scopes come before the message.
        if line.line.starts(with: "=>") { return LineReading(outcome: .irrelevant, format: .dotnetConsole) }
        // If the head was filtered out, only earlier lines could tell whether more lines belong to the record, and a
        // new reader would not know them.
        if dotnet != .none || options.format == .dotnetConsole { dotnet = .message }
        guard isMessage else { return LineReading(outcome: .irrelevant, format: .dotnetConsole) }
        let body = TextBody(line.line)
        var record = record(.dotnetConsole, body.fields, of: line)
        record.message = body.message
        return records.read(record)
    }
}
