import Sessions

/// Pieces of one record that came in several lines.
struct Joined: Sendable {
    var bytes: [UInt8] = []
    var lines = 0
    /// Too long: what follows is only waited out.
    var isOverLimit = false
    var node: String?
    var time: UnixTime?

    mutating func append(_ piece: ArraySlice<UInt8>, space: Bool = false) {
        lines += 1
        if bytes.count + piece.count + 1 > LineLimits.lineBytes || lines > LineLimits.joinedLines {
            isOverLimit = true
            bytes = []
        }
        guard !isOverLimit else { return }
        if space, !bytes.isEmpty { bytes.append(0x20) }
        bytes.append(contentsOf: piece)
    }
}

extension LineReader {
    /// Streams whose pieces are kept at one time.
    private static let streams = 4

    /// Joins the pieces of a partial line (CRI's `P`, Docker's cut lines) and reads the whole.
    mutating func joined(_ line: UnwrappedLine) -> LineReading {
        guard let stream = line.stream, line.continues || pieces[stream] != nil else { return otherLine(line) }
        linesWaited = 0
        if line.continues {
            if pieces[stream] == nil, pieces.count >= Self.streams { pieces.removeAll() }
            pieces[stream, default: Joined()].append(line.piece)
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

    /// Reads a line that has nothing to do with the pieces kept. A piece whose rest never comes is given up after a
    /// while: as long as it is kept, every line must be read.
    private mutating func otherLine(_ line: UnwrappedLine) -> LineReading {
        guard !pieces.isEmpty else { return wholeLine(line) }
        linesWaited += 1
        guard linesWaited > LineLimits.waitingLines else { return wholeLine(line) }
        pieces.removeAll()
        var reading = wholeLine(line)
        reading.earlier = reading.earlier ?? .malformed(.parseError)
        return reading
    }

    /// Joins the lines of an object that Node prints over several lines, and reads the whole.
    private mutating func wholeLine(_ line: UnwrappedLine) -> LineReading {
        guard var object else {
            guard beginsObject(line) else { return content(line) }
            var begun = Joined(node: line.node, time: line.time)
            begun.append(line.line)
            self.object = begun
            return LineReading(outcome: .pending, format: .nodeConsole)
        }
        let closes = line.line.first == UInt8(ascii: "}")
        guard line.isIndented || closes else {
            // The record ended without its end; this line is another one.
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

    /// `Session not found {`, or a line that is `{` alone.
    private func beginsObject(_ line: UnwrappedLine) -> Bool {
        guard line.line.last == UInt8(ascii: "{"), !line.isIndented else { return false }
        return line.line.count == 1 || line.line[line.line.endIndex - 2] == 0x20
    }

    /// What a record comes to whose end never came; nil where it says nothing.
    func outcome(ofUnfinished object: Joined) -> LineReading.Outcome? {
        if object.isOverLimit { return .malformed(.tooLong) }
        var reader = self
        reader.object = nil
        // Without the brace that opens an object its text is a line like any other.
        var text = object.bytes
        if let brace = text.lastIndex(of: UInt8(ascii: "{")) { text.remove(at: brace) }
        var line = UnwrappedLine(text[...])
        line.node = object.node
        line.time = object.time
        let outcome = reader.content(line).outcome
        return outcome == .irrelevant || outcome == .pending ? nil : outcome
    }
}
