import Digests
import Sessions

/// What a source's lines are taken for, line by line and in sum. The lines that ``CandidateFilter`` passes by are not
/// read here either, so that the report says what the daemon would make of the source. Credentials are not in it.
public struct LineReport {
    /// What one line was taken for.
    public struct Line: Sendable, Equatable {
        public enum Outcome: Sendable, Equatable {
            case event(LogEvent.Kind)
            case irrelevant
            case malformed(LineFault)
            /// A piece of a record that later lines complete.
            case pending
            /// Not read: nothing in it may tell of a session.
            case passedBy
        }

        /// How much of a session's id the line carries.
        public enum Session: Sendable, Equatable {
            case none
            case ref(SessionRef)
            /// Bytes of its beginning.
            case prefix(Int)
        }

        /// From 1. Of a record whose end never came, the last line that may have belonged to it.
        public let number: Int
        public let outcome: Outcome
        /// Nil for a line that was not read.
        public var format: LineFormat?
        public var wrappers: [String] = []
        public var node: String?
        public var owner: LogOwner?
        public var time: UnixTime?
        public var session = Session.none

        /// Whether it tells of a session, or fails to.
        public var isOfInterest: Bool {
            switch outcome {
            case .event, .malformed: true
            case .irrelevant, .pending, .passedBy: false
            }
        }
    }

    /// All lines so far.
    public struct Totals: Sendable, Equatable {
        public var lines = 0
        /// Records that were read: those of several lines count once.
        public var records = 0
        public var events: [LogEvent.Kind: Int] = [:]
        public var malformed: [LineFault: Int] = [:]
        /// Of the records, by what they were taken for.
        public var formats: [LineFormat: Int] = [:]
        /// Records that are events, or irrelevant and in the format of a known logger.
        public var understood = 0

        /// The part of the records that is understood: 0 to 1; nil where none was read.
        public var share: Double? { records == 0 ? nil : Double(understood) / Double(records) }
    }

    public private(set) var totals = Totals()
    private var reader: LineReader
    private let digest = SHA256()
    /// The beginning of a line whose end has not come.
    private var rest: [UInt8] = []

    public init(_ options: LineReader.Options = LineReader.Options()) {
        reader = LineReader(options)
    }

    /// Takes the source's next bytes, and hands on each line that ends in them. `isLast`: nothing follows.
    public mutating func take(_ chunk: Span<UInt8>, isLast: Bool, each: (Line) -> Void) {
        var start = 0
        while let end = LineFeeds.first(in: chunk, from: start) {
            keep(chunk.extracting(start..<end))
            endLine(each)
            start = end + 1
        }
        keep(chunk.extracting(start..<chunk.count))
        guard isLast else { return }
        if !rest.isEmpty { endLine(each) }
        if let outcome = reader.finish() { each(line(outcome, totals.lines, format: nil)) }
    }

    /// A line that is too long is kept as far as it shows that it is.
    private mutating func keep(_ bytes: Span<UInt8>) {
        let room = LineLimits.lineBytes + 1 - rest.count
        for place in 0..<min(bytes.count, room) { rest.append(bytes[place]) }
    }

    private mutating func endLine(_ each: (Line) -> Void) {
        totals.lines += 1
        let bytes = rest
        rest = []
        guard reader.wantsNextLine || reader.isCandidate(bytes.span) else {
            each(Line(number: totals.lines, outcome: .passedBy))
            return
        }
        let reading = reader.read(bytes.span)
        if let earlier = reading.earlier { each(line(earlier, totals.lines - 1, format: nil)) }
        var line = line(reading.outcome, totals.lines, format: reading.format)
        line.wrappers = reading.wrappers
        line.node = line.node ?? reading.node
        each(line)
    }

    /// Counts what a record came to, and says so.
    private mutating func line(_ outcome: LineReading.Outcome, _ number: Int, format: LineFormat?) -> Line {
        if outcome == .pending { return Line(number: number, outcome: .pending, format: format) }
        totals.records += 1
        if let format { totals.formats[format, default: 0] += 1 }
        switch outcome {
        case .event(let event):
            totals.events[event.kind, default: 0] += 1
            totals.understood += 1
            return Line(
                number: number, outcome: .event(event.kind), format: format, node: event.node, owner: event.owner,
                time: event.time, session: shown(event.session))
        case .malformed(let fault):
            totals.malformed[fault, default: 0] += 1
            return Line(number: number, outcome: .malformed(fault), format: format)
        case .irrelevant, .pending:
            if format != .json && format != .text { totals.understood += 1 }
            return Line(number: number, outcome: .irrelevant, format: format)
        }
    }

    private func shown(_ session: LogSession) -> Line.Session {
        switch session {
        case .full(let id): .ref(SessionRef(digest.prefix64(id.bytes.span)))
        case .prefix(let bytes): .prefix(bytes.count)
        case .none: .none
        }
    }
}
