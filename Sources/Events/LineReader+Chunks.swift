extension LineReader {
    /// Reads the complete lines of `chunk` that may matter, and reports their outcomes, except irrelevant and pending
    /// ones. Lines that ``CandidateFilter`` does not pass are read only if they may belong to one that was read.
    ///
    /// `offset` is the position of the chunk in its source; the next chunk begins at ``LinesRead/readTo``. `isLast`
    /// means that the source has ended forever: its rest counts as a line, and nothing more is awaited.
    ///
    /// A new reader that starts at ``LinesRead/settledAt`` and skips ``LinesRead/counted`` outcomes counts each event
    /// of the source once.
    public mutating func readLines(
        in chunk: Span<UInt8>, at offset: UInt64, isLast: Bool = false, each: (LineReading.Outcome) -> Void
    ) -> LinesRead {
        let end = isLast ? chunk.count : LineFeeds.last(in: chunk, from: 0, before: chunk.count).map { $0 + 1 } ?? 0
        let lines = chunk.extracting(0..<end)
        var candidates = CandidateSearch(ruleWords)
        var start = 0
        while start < end {
            if let stop = readNextInRow(lines, from: start, each) {
                habits.recall()
                start = stop + 1
                continue
            }
            if !wantsNextLine {
                guard let hit = candidates.nextHit(in: lines, from: start) else { break }
                start = LineFeeds.last(in: lines, from: start, before: hit).map { $0 + 1 } ?? start
            }
            let stop = LineFeeds.first(in: lines, from: start) ?? end
            readLine(lines.extracting(start..<stop), at: offset + UInt64(start), each)
            start = stop + 1
        }
        let readTo = offset + UInt64(end)
        if isLast, let outcome = finish() { each(outcome) }
        if !wantsNextLine { settled = Settled(at: readTo) }
        let hasRest = isLast && end > 0 && chunk[end - 1] != 0x0A
        return LinesRead(
            readTo: readTo, settledAt: settled.at, counted: settled.counted,
            lines: LineFeeds.count(in: lines) + (hasRest ? 1 : 0))
    }

    /// Skips a line that is too long for ``readLines(in:at:isLast:each:)``. `end` is the offset after its line feed.
    public mutating func passOverLine(to end: UInt64, each: (LineReading.Outcome) -> Void) -> LinesRead {
        each(.malformed(.tooLong))
        settled.counted += 1
        if !wantsNextLine { settled = Settled(at: end) }
        return LinesRead(readTo: end, settledAt: settled.at, counted: settled.counted, lines: 1)
    }

    /// True if a line must be read; see also ``wantsNextLine``.
    func isCandidate(_ line: Span<UInt8>) -> Bool {
        var candidates = CandidateSearch(ruleWords)
        return candidates.nextHit(in: line, from: 0) != nil
    }

    private mutating func readLine(
        _ line: Span<UInt8>, at place: UInt64, _ each: (LineReading.Outcome) -> Void
    ) {
        let wasWanted = wantsNextLine
        isOnItsOwn = !wasWanted
        let reading = read(line)
        if let earlier = reading.earlier {
            each(earlier)
            settled.counted += 1
        }
        // The line was read for a record to which it does not belong. A new reader would skip it, so this one does too.
        let isPassedBy = wasWanted && isOnItsOwn && !isCandidate(line)
        let isCounted = reading.outcome.isHandedOn && !isPassedBy
        if isCounted { each(reading.outcome) }
        if isPassedBy { _ = finish() }
        if !wantsNextLine {
            habits.recall()
        } else if isOnItsOwn {
            settled = Settled(at: place, counted: isCounted ? 1 : 0)
            habits.setAside(dotnet == .none ? nil : .dotnetConsole)
        } else {
            settled.counted += isCounted ? 1 : 0
        }
    }
}
