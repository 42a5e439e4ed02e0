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
            // In a log that is JSON line for line anything else is a torn or foreign line; indented ones go on from it.
            let isForeign = habits.isJSONAlone && !line.isIndented
            let isGarbage = line.wasBytes && !line.line.isUTF8
            if isForeign || isGarbage { reading.outcome = .malformed(.parseError) }
            if isGarbage { reading.node = line.node }
        } else if head.format != .text {
            habits.note(head.format)
        }
        return reading
    }

    /// Reads a text line whose head is known.
    private mutating func textRecord(_ head: TextHead, _ line: UnwrappedLine) -> LineReading {
        if head.format == .commonLog { return LineReading(outcome: .irrelevant, format: .commonLog) }
        let body = TextBody(head.body)
        var record = record(head.format, body.fields, of: line)
        record.head.isBroken = body.isBroken && head.format != .text
        record.head.time = head.time
        record.head.hasBadTime = head.hasBadTime
        // Of key=value lines the message is a field; elsewhere it is what stands between the fields.
        let roles = FieldRoles(body.fields)
        record.message = body.message.trimmed
        if record.message.isEmpty || head.format == .logfmt, let message = roles.text(.message) {
            record.message = record.message + [0x20] + message
        }
        return records.read(record)
    }

    /// The lines after `warn: Category[0]`: the first one is the message, the others (exceptions, scopes) belong to it.
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
            // Behind a filter the head may have been passed by; the console pads messages with six spaces.
            case .none: line.indent == 6 && (habits.lastFormat == .dotnetConsole || options.format == .dotnetConsole)
            }
        guard isMessage || dotnet != .none else { return nil }
        // Scopes stand before the message.
        if line.line.starts(with: "=>") { return LineReading(outcome: .irrelevant, format: .dotnetConsole) }
        // Behind a head that was passed by, whether more lines belong to the record hangs on what was read before, which a
        // reader that starts anew cannot know.
        if dotnet != .none || options.format == .dotnetConsole { dotnet = .message }
        guard isMessage else { return LineReading(outcome: .irrelevant, format: .dotnetConsole) }
        let body = TextBody(line.line)
        var record = record(.dotnetConsole, body.fields, of: line)
        record.message = body.message
        return records.read(record)
    }
}

extension ArraySlice<UInt8> {
    var isUTF8: Bool { String(decoding: self, as: UTF8.self).utf8.elementsEqual(self) }
}
