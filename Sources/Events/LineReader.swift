/// The one way from a source's lines to events. A value per source: it remembers the format that fitted last, the
/// pieces of a line that is not whole, and the head of a record that goes on over several lines.
public struct LineReader: Sendable {
    /// How a source is read.
    public struct Options: Sendable, Equatable {
        /// The format of every line; nil finds it out for each.
        public var format: LineFormat?
        public var rules: [LogRule] = []
        /// The sticky cookie's name.
        public var cookie = "_mcp_backend"
        /// Bytes of a session id.
        public var maxIDLength = 1024

        public init(
            format: LineFormat? = nil, rules: [LogRule] = [], cookie: String = "_mcp_backend", maxIDLength: Int = 1024
        ) {
            self.format = format
            self.rules = rules
            self.cookie = cookie
            self.maxIDLength = maxIDLength
        }
    }

    let options: Options
    var records: RecordReader
    /// The kinds of lines that were read last.
    var templates: [JSONTemplate] = []
    /// False reads every line the long way: tests compare the two.
    var usesTemplates = true
    var lastTemplate = 0
    var templatesMade: UInt32 = 0
    /// The last line was of one of them.
    var isInRow = false
    var habits = LineHabits()
    let ruleWords: [RuleWord]
    /// Pieces of partial lines by stream (`stdout`, `stderr`).
    var pieces: [String: Joined] = [:]
    /// Lines read since the last piece came.
    var linesWaited = 0
    /// A Node object that is printed over several lines.
    var object: Joined?
    /// What came before in a record of .NET's console.
    var dotnet = DotnetRecord.none
    /// What the line that is read comes to does not hang on lines before it.
    var isOnItsOwn = true
    var settled = Settled()

    /// From where a new reader must start to lose nothing, and how many outcomes were handed on of the lines from there on.
    struct Settled: Sendable {
        var at: UInt64 = 0
        var counted = 0
    }

    /// Where in a record of .NET's simple console the source stands.
    enum DotnetRecord: Sendable {
        case none
        /// The head has been read, the message comes next.
        case head
        /// The message has been read; indented lines belong to it.
        case message
    }

    public init(_ options: Options = Options()) {
        self.options = options
        ruleWords = options.rules.map { RuleWord(of: $0) }
        records = RecordReader(rules: options.rules, cookie: options.cookie, maxIDLength: options.maxIDLength)
    }

    /// Whether the next line must be given to the reader even if ``CandidateFilter`` would pass it by: it may belong to
    /// one that was read.
    public var wantsNextLine: Bool { !pieces.isEmpty || object != nil || dotnet != .none }

    /// Reads one line, without its line feed.
    public mutating func read(_ line: Span<UInt8>) -> LineReading {
        guard line.count <= LineLimits.lineBytes else {
            return LineReading(outcome: .malformed(.tooLong), format: habits.lastFormat ?? .text)
        }
        if let reading = readAgain(line) { return reading }
        let bytes = unsafe line.withUnsafeBufferPointer { unsafe Array($0) }
        let unwrapped = UnwrappedLine(bytes[...])
        remember(unwrapped)
        var reading = joined(unwrapped)
        reading.wrappers = unwrapped.wrappers.map(\.rawValue)
        return reading
    }

    /// At the end of a source: what the lines still kept come to, if they came to something.
    public mutating func finish() -> LineReading.Outcome? {
        let isPartial = !pieces.isEmpty
        pieces.removeAll()
        dotnet = .none
        guard let object else { return isPartial ? .malformed(.parseError) : nil }
        self.object = nil
        return outcome(ofUnfinished: object)
    }

    /// Reads a line that is whole and without wrappers.
    mutating func content(_ line: UnwrappedLine) -> LineReading {
        if let json = line.json { return jsonLine(json, line) }
        let text = line.line
        if text.isEmpty { return LineReading(outcome: .irrelevant, format: habits.lastFormat ?? .text) }
        // A JSON value that is no object, and what only looks like text: `[]`, `[1,2]`.
        if text.first == UInt8(ascii: "["), text.last == UInt8(ascii: "]"), habits.wroteJSON || text.count == 2,
            (try? JSONWalk.line(Array("{\"a\":".utf8) + text + Array("}".utf8))) != nil
        {
            return LineReading(outcome: .malformed(.parseError), format: .json)
        }
        if TimeStamp.isAll(of: text) {
            return LineReading(outcome: .malformed(.parseError), format: habits.lastFormat ?? .text)
        }
        return textLine(line)
    }

    private mutating func jsonLine(_ json: Result<JSONLine, LineFault>, _ line: UnwrappedLine) -> LineReading {
        dotnet = .none
        guard case .success(let json) = json else {
            return inspected(line)
                ?? LineReading(
                    outcome: .malformed(.parseError),
                    format: habits.lastFormat.flatMap { $0.isJSON ? $0 : nil } ?? .json)
        }
        let format = note(JSONShape(json.fields).format)
        return records.read(record(format, json.fields, of: line))
    }

    /// A line taken apart, but for its message.
    func record(_ format: LineFormat, _ fields: [LogField], of line: UnwrappedLine) -> LineRecord {
        LineRecord(head: LineHead(format: format, wrapperTime: line.time), fields: fields, wrapperNode: line.node)
    }

    /// The format that a JSON line is taken for, which is remembered.
    mutating func note(_ format: LineFormat) -> LineFormat {
        let format = options.format.flatMap { $0.isJSON ? $0 : nil } ?? format
        habits.note(format)
        return format
    }

    /// `{ event: 'session_created', sessionId: '7c9e...' }`, as Node prints an object: names without quotes, unlike
    /// Python.
    private mutating func inspected(_ line: UnwrappedLine) -> LineReading? {
        let inside = line.line.dropFirst().drop(while: \.isSpace)
        var found = FieldCollector()
        guard let first = inside.first, first.isLetter || first == UInt8(ascii: "_"),
            InspectWalk.object(line.line, into: &found) == line.line.endIndex
        else { return nil }
        habits.note(.nodeConsole)
        // Its fields are named like those of JSON, the message among them.
        var reading = records.read(record(.json, found.fields, of: line))
        reading.format = .nodeConsole
        return reading
    }
}

/// Kept pieces may hold session ids.
extension LineReader: CustomStringConvertible, CustomReflectable {
    public var description: String { "reader of \(habits.lastFormat?.rawValue ?? "a source not read yet")" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
