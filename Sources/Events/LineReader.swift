// Events: turns log lines into events. A `LineReader` takes the lines of one source. `CandidateFilter` drops those that
// cannot matter, `UnwrappedLine` removes the wrappers of containers and shippers, and `RecordReader` derives a
// `LogEvent` from a line's fields and words.

/// A reader that turns the lines of one source into events. It remembers the format of the last lines, the pieces of a
/// partial line, and the head of a record of several lines.
public struct LineReader: Sendable {
    /// The options of a source.
    public struct Options: Sendable, Equatable {
        /// The format of every line; if nil, it is detected for each line.
        public var format: LineFormat?
        public var rules: [LogRule] = []
        /// The name of the sticky cookie.
        public var cookie = "_mcp_backend"
        /// The longest session id in bytes.
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
    /// The kinds of the last lines.
    var templates: [JSONTemplate] = []
    /// True if templates are used. Tests compare both modes.
    var usesTemplates = true
    var lastTemplate = 0
    var templatesMade: UInt32 = 0
    /// True if the last line fitted a template.
    var isInRow = false
    var habits = LineHabits()
    let ruleWords: [RuleWord]
    /// The pieces of partial lines by stream (`stdout`, `stderr`).
    var pieces: [String: JoinedLines] = [:]
    /// The number of lines since the last piece.
    var linesWaited = 0
    /// A Node object that is printed over several lines.
    var object: JoinedLines?
    /// The state of a record of .NET's console.
    var dotnet = DotnetRecord.none
    /// True if the outcome of the current line does not depend on earlier lines.
    var isOnItsOwn = true
    var settled = Settled()

    /// The offset at which a new reader must start to lose nothing, and the number of outcomes since then.
    struct Settled: Sendable {
        var at: UInt64 = 0
        var counted = 0
    }

    /// The state of a record of .NET's simple console.
    enum DotnetRecord: Sendable {
        case none
        /// The head was read; the message comes next.
        case head
        /// The message was read; indented lines belong to it.
        case message
    }

    public init(_ options: Options = Options()) {
        self.options = options
        ruleWords = options.rules.map { RuleWord(of: $0) }
        records = RecordReader(rules: options.rules, cookie: options.cookie, maxIDLength: options.maxIDLength)
    }

    /// True if the next line must be read even if ``CandidateFilter`` does not pass it, since it may belong to a line
    /// that was read.
    public var wantsNextLine: Bool { !pieces.isEmpty || object != nil || dotnet != .none }

    /// Reads one line, without its line feed.
    public mutating func read(_ line: Span<UInt8>) -> LineReading {
        guard line.count <= LineLimits.lineBytes else {
            return LineReading(outcome: .malformed(.tooLong), format: habits.lastFormat ?? .text)
        }
        if let reading = readKnownKind(line) { return reading }
        let bytes = unsafe line.withUnsafeBufferPointer { unsafe Array($0) }
        let unwrapped = UnwrappedLine(bytes[...])
        remember(unwrapped)
        var reading = joined(unwrapped)
        reading.wrappers = unwrapped.wrappers.map(\.rawValue)
        return reading
    }

    /// Ends the source, and returns the outcome of the kept lines, if there is one.
    public mutating func finish() -> LineReading.Outcome? {
        let isPartial = !pieces.isEmpty
        pieces.removeAll()
        dotnet = .none
        guard let object else { return isPartial ? .malformed(.parseError) : nil }
        self.object = nil
        return outcome(ofUnfinished: object)
    }

    /// Reads a whole line without wrappers.
    mutating func content(_ line: UnwrappedLine) -> LineReading {
        if let json = line.json { return jsonLine(json, line) }
        let text = line.line
        if text.isEmpty { return LineReading(outcome: .irrelevant, format: habits.lastFormat ?? .text) }
        // A JSON value that is not an object, such as `[]` or `[1,2]`.
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

    /// Makes a record of a line, without its message.
    func record(_ format: LineFormat, _ fields: [LogField], of line: UnwrappedLine) -> LineRecord {
        let head = LineRecord.Head(format: format, wrapperTime: line.time)
        return LineRecord(head: head, fields: fields, wrapperNode: line.node)
    }

    /// Remembers the format of a JSON line, or the one that the options set.
    mutating func note(_ format: LineFormat) -> LineFormat {
        let format = options.format.flatMap { $0.isJSON ? $0 : nil } ?? format
        habits.note(format)
        return format
    }

    /// Reads an object as Node prints it, with unquoted names: `{ event: 'session_created', sessionId: '7c9e...' }`.
    private mutating func inspected(_ line: UnwrappedLine) -> LineReading? {
        let inside = line.line.dropFirst().drop(while: \.isSpace)
        var found = FieldCollector()
        guard let first = inside.first, first.isLetter || first == UInt8(ascii: "_"),
            InspectWalk.object(line.line, into: &found) == line.line.endIndex
        else { return nil }
        habits.note(.nodeConsole)
        // Its fields, the message included, are named like those of JSON.
        var reading = records.read(record(.json, found.fields, of: line))
        reading.format = .nodeConsole
        return reading
    }
}

// Kept pieces may hold session ids, so they are not printed.
extension LineReader: CustomStringConvertible, CustomReflectable {
    public var description: String { "reader of \(habits.lastFormat?.rawValue ?? "a source not read yet")" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
