extension LineReader {
    /// Reads the whole lines of `chunk` that may matter, and gives each reading that is not irrelevant, with the line's
    /// place in the chunk. Lines that ``CandidateFilter`` passes by are not read, unless they may belong to one that
    /// was.
    ///
    /// Returns how many bytes were done with: up to the last line feed. The rest is the beginning of a line.
    public mutating func readLines(in chunk: Span<UInt8>, each: (LineReading, Range<Int>) -> Void) -> Int {
        var end = chunk.count
        while end > 0, chunk[end - 1] != 0x0A { end -= 1 }
        let lines = chunk.extracting(0..<end)
        var start = 0
        while start < end {
            if !wantsNextLine {
                guard let hit = CandidateFilter.nextHit(in: lines, from: start) else { break }
                start = Self.lineStart(lines, of: hit, from: start)
            }
            let stop = Self.lineEnd(lines, from: start)
            let reading = read(lines.extracting(start..<stop))
            if reading.outcome != .irrelevant || reading.earlier != nil { each(reading, start..<stop) }
            start = stop + 1
        }
        return end
    }

    private static func lineStart(_ text: Span<UInt8>, of position: Int, from first: Int) -> Int {
        var at = position
        while at > first, text[at - 1] != 0x0A { at -= 1 }
        return at
    }

    /// The line feed at the end of the line that begins at `start`; there is one.
    private static func lineEnd(_ text: Span<UInt8>, from start: Int) -> Int {
        var at = start
        while at < text.count, text[at] != 0x0A { at += 1 }
        return at
    }
}
