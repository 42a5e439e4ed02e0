import Sessions

extension LineReader {
    /// The maximum number of streams whose pieces are kept at the same time.
    private static let streams = 4

    /// Joins the pieces of a partial line (CRI's `P`, Docker's split lines) and reads the complete line.
    mutating func joined(_ line: UnwrappedLine) -> LineReading {
        guard let stream = line.stream, line.continues || pieces[stream] != nil else { return otherLine(line) }
        linesWaited = 0
        if line.continues {
            if pieces[stream] == nil, pieces.count >= Self.streams { pieces.removeAll() }
            pieces[stream, default: JoinedLines()].append(line.piece)
            return LineReading(outcome: .pending, format: habits.lastFormat ?? .text)
        }
        guard var kept = pieces.removeValue(forKey: stream) else { return wholeLine(line) }
        defer { isOnItsOwn = false }
        kept.append(line.piece)
        if kept.isOverLimit { return LineReading(outcome: .malformed(.tooLong), format: habits.lastFormat ?? .text) }
        var whole = UnwrappedLine(kept.bytes[...])
        whole.node = whole.node ?? line.node
        whole.time = whole.time ?? line.time
        return wholeLine(whole)
    }

    /// Reads a line that does not belong to the kept pieces. A piece whose rest never comes is dropped after a while,
    /// since until then every line must be read.
    private mutating func otherLine(_ line: UnwrappedLine) -> LineReading {
        guard !pieces.isEmpty else { return wholeLine(line) }
        linesWaited += 1
        guard linesWaited > LineLimits.waitingLines else { return wholeLine(line) }
        pieces.removeAll()
        var reading = wholeLine(line)
        reading.earlier = reading.earlier ?? .malformed(.parseError)
        return reading
    }

    /// Joins the lines of an object that Node prints over several lines, and reads the whole object.
    private mutating func wholeLine(_ line: UnwrappedLine) -> LineReading {
        guard var object else {
            guard beginsObject(line) else { return content(line) }
            var begun = JoinedLines(node: line.node, time: line.time)
            begun.append(line.line)
            self.object = begun
            return LineReading(outcome: .pending, format: .nodeConsole)
        }
        let closes = line.line.first == UInt8(ascii: "}")
        guard line.isIndented || closes else {
            // The record is over, though its end is missing; this line is another record.
            self.object = nil
            isOnItsOwn = pieces.isEmpty && dotnet == .none
            let outcome = outcome(ofUnfinished: object)
            var reading = wholeLine(line)
            reading.earlier = outcome
            return reading
        }
        object.append(line.line, space: true)
        self.object = object
        guard closes, !line.isIndented || object.isOverLimit else {
            return LineReading(outcome: .pending, format: .nodeConsole)
        }
        self.object = nil
        defer { isOnItsOwn = false }
        if object.isOverLimit { return LineReading(outcome: .malformed(.tooLong), format: .nodeConsole) }
        var whole = UnwrappedLine(object.bytes[...])
        whole.node = object.node
        whole.time = object.time
        return content(whole)
    }

    /// True if the line begins an object: `Session not found {`, or only `{`.
    private func beginsObject(_ line: UnwrappedLine) -> Bool {
        guard line.line.last == UInt8(ascii: "{"), !line.isIndented else { return false }
        return line.line.count == 1 || line.line[line.line.endIndex - 2] == 0x20
    }

    /// The outcome of a record whose end never came; nil if it says nothing.
    func outcome(ofUnfinished object: JoinedLines) -> LineReading.Outcome? {
        if object.isOverLimit { return .malformed(.tooLong) }
        var reader = self
        reader.object = nil
        // Without its opening brace, the text is a line like any other.
        var text = object.bytes
        if let brace = text.lastIndex(of: UInt8(ascii: "{")) { text.remove(at: brace) }
        var line = UnwrappedLine(text[...])
        line.node = object.node
        line.time = object.time
        let outcome = reader.content(line).outcome
        return outcome == .irrelevant || outcome == .pending ? nil : outcome
    }
}
