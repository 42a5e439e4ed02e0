import Digests
import Sessions

/// A report of how the lines of a source are read, line by line and in total. Lines that ``CandidateFilter`` does not
/// pass are not read here either, so the report shows how the daemon would read the source. It contains no credentials.
public struct LineReport {
    /// The reading of one line.
    public struct Line: Sendable, Equatable {
        public enum Outcome: Sendable, Equatable {
            case event(LogEvent.Kind)
            case irrelevant
            case malformed(LineFault)
            /// A piece of a record that later lines complete.
            case pending
            /// The line was not read, since nothing in it can concern a session.
            case passedBy
        }

        /// The part of a session's id that the line contains.
        public enum Session: Sendable, Equatable {
            case none
            case ref(SessionRef)
            /// The number of bytes of its beginning.
            case prefix(Int)
        }

        /// The line's number, from 1. For a record whose end never came: the last line that may belong to it.
        public let number: Int
        public let outcome: Outcome
        /// The line's format; nil for a line that was not read.
        public var format: LineFormat?
        public var wrappers: [String] = []
        public var node: String?
        public var owner: LogOwner?
        public var time: UnixTime?
        public var session = Session.none

        /// True if it is an event, or begins like one.
        public var isOfInterest: Bool {
            switch outcome {
            case .event, .malformed: true
            case .irrelevant, .pending, .passedBy: false
            }
        }
    }

    /// The sums over all lines so far.
    public struct Totals: Sendable, Equatable {
        public var lines = 0
        /// The records that were read. A record of several lines counts once.
        public var records = 0
        public var events: [LogEvent.Kind: Int] = [:]
        public var malformed: [LineFault: Int] = [:]
        /// The records by format.
        public var formats: [LineFormat: Int] = [:]
        /// The records that are events, or irrelevant and in the format of a known logger.
        public var understood = 0

        /// The share of records that are understood, 0 to 1; nil if none was read.
        public var share: Double? { records == 0 ? nil : Double(understood) / Double(records) }
    }

    public private(set) var totals = Totals()
    private var reader: LineReader
    private let digest = SHA256()
    /// The beginning of a line whose end has not come yet.
    private var rest: [UInt8] = []

    public init(_ options: LineReader.Options = LineReader.Options()) {
        reader = LineReader(options)
    }

    /// Takes the next bytes of the source, and reports each line that ends in them. `isLast` means that nothing
    /// follows.
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

    /// Keeps a piece of a line, up to a length that proves the line too long.
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

    /// Counts the outcome of a record, and returns its line of the report.
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
        case .irrelevant, .unreached, .pending:
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
