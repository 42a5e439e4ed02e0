extension LineReader {
    mutating func textLine(_ line: UnwrappedLine) -> LineReading {
        if let reading = dotnetContinuation(line) { return reading }
        let head = TextHead.read(line.line, last: lastFormat, fixed: options.format)
        if head.format == .dotnetConsole {
            dotnet = head.body.isEmpty ? .head : .message
            lastFormat = .dotnetConsole
            wroteText = true
        }
        var reading = textRecord(head, line)
        if head.format == .text, reading.outcome == .irrelevant {
            // In a log that is JSON line for line anything else is a torn or foreign line; indented ones go on from it.
            let isForeign = wroteJSON && !wroteText && !line.isIndented
            let isGarbage = line.wasBytes && !line.line.isUTF8
            if isForeign || isGarbage { reading.outcome = .malformed(.parseError) }
            if isGarbage { reading.node = line.node }
        } else if head.format != .text {
            lastFormat = head.format
            wroteText = true
        }
        return reading
    }

    /// Reads a text line whose head is known.
    private mutating func textRecord(_ head: TextHead, _ line: UnwrappedLine) -> LineReading {
        if head.format == .commonLog { return LineReading(outcome: .irrelevant, format: .commonLog) }
        let body = TextBody(head.body)
        var record = LineRecord(format: head.format)
        record.fields = body.fields
        record.isBroken = body.isBroken && head.format != .text
        record.time = head.time
        record.hasBadTime = head.hasBadTime
        // Of key=value lines the message is a field; elsewhere it is what stands between the fields.
        let roles = FieldRoles(body.fields)
        record.message = body.message.trimmed
        if record.message.isEmpty || head.format == .logfmt, let message = roles.text(.message) {
            record.message = record.message + [0x20] + message
        }
        return records.read(record, node: line.node, time: line.time)
    }

    /// The lines after `warn: Category[0]`: the first one is the message, the others (exceptions, scopes) belong to it.
    private mutating func dotnetContinuation(_ line: UnwrappedLine) -> LineReading? {
        guard line.isIndented else {
            dotnet = .none
            return nil
        }
        let isMessage =
            switch dotnet {
            case .head: true
            case .message: false
            // Behind a filter the head may have been passed by; the console pads messages with six spaces.
            case .none: line.indent == 6 && (lastFormat == .dotnetConsole || options.format == .dotnetConsole)
            }
        guard isMessage || dotnet != .none else { return nil }
        // Scopes stand before the message.
        if line.line.starts(with: "=>") { return LineReading(outcome: .irrelevant, format: .dotnetConsole) }
        dotnet = .message
        guard isMessage else { return LineReading(outcome: .irrelevant, format: .dotnetConsole) }
        let body = TextBody(line.line)
        var record = LineRecord(format: .dotnetConsole)
        record.fields = body.fields
        record.message = body.message
        return records.read(record, node: line.node, time: line.time)
    }
}

extension ArraySlice<UInt8> {
    var isUTF8: Bool { String(decoding: self, as: UTF8.self).utf8.elementsEqual(self) }
}
