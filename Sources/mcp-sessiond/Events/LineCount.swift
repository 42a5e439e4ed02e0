import Events

/// Counts of a file's lines by result. The lines are read as the daemon reads them: chunk after chunk, without copying.
struct LineCount {
    private struct Tally {
        /// Counts in the order of the kinds.
        var events = LogEvent.Kind.allCases.map { _ in 0 }
        var malformed: [LineFault: Int] = [:]

        mutating func note(_ outcome: LineReading.Outcome) {
            switch outcome {
            case .event(let event): events[event.kind.place] += 1
            case .malformed(let fault): malformed[fault, default: 0] += 1
            case .irrelevant, .unreached, .pending: break
            }
        }

        mutating func add(_ other: Tally) {
            for place in events.indices { events[place] += other.events[place] }
            malformed.merge(other.malformed, uniquingKeysWith: +)
        }
    }

    private(set) var lines = 0
    private var tally = Tally()
    private var reader: LineReader
    /// The beginning of a line that the last chunk left unfinished.
    private var rest: [UInt8] = []
    private var offset: UInt64 = 0

    init(_ options: LineReader.Options) {
        reader = LineReader(options)
    }

    var events: [LogEvent.Kind: Int] { Dictionary(uniqueKeysWithValues: zip(LogEvent.Kind.allCases, tally.events)) }
    var malformed: [LineFault: Int] { tally.malformed }

    mutating func take(_ chunk: Span<UInt8>) {
        var start = 0
        if !rest.isEmpty {
            // The line that the last chunk began is read by itself; the others are read in place.
            guard let end = endRest(with: chunk) else { return }
            start = end
        }
        let whole = chunk.extracting(start..<chunk.count)
        let done = read(whole, isLast: false)
        for place in done..<whole.count { rest.append(whole[place]) }
    }

    /// Reads the last unfinished line, as no more chunks follow.
    mutating func finish() {
        let last = rest
        rest = []
        _ = read(last.span, isLast: true)
    }

    /// Completes the unfinished line from the chunk, and reads it. Returns the place where the next line begins; nil if
    /// the line still goes on.
    private mutating func endRest(with chunk: Span<UInt8>) -> Int? {
        var end = 0
        while end < chunk.count, chunk[end] != UInt8(ascii: "\n") {
            if rest.count <= LineLimits.lineBytes { rest.append(chunk[end]) }
            end += 1
        }
        guard end < chunk.count else { return nil }
        let line = rest + [UInt8(ascii: "\n")]
        rest.removeAll(keepingCapacity: true)
        _ = read(line.span, isLast: false)
        return end + 1
    }

    /// Returns how many of the bytes were read.
    private mutating func read(_ bytes: Span<UInt8>, isLast: Bool) -> Int {
        var found = Tally()
        let read = reader.readLines(in: bytes, at: offset, isLast: isLast) { found.note($0) }
        tally.add(found)
        lines += read.lines
        defer { offset = read.readTo }
        return Int(read.readTo - offset)
    }
}

extension LogEvent.Kind {
    fileprivate var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
