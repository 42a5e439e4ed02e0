import ArgumentParser
import Configuration
import Events
import Exposition

/// `mcp-sessiond events`: shows how the daemon would read log lines, without a daemon.
struct EventLines: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Shows how log lines are read.", subcommands: [TestLines.self])
}

/// `mcp-sessiond events test FILE`: each line of a file with what it was taken for.
struct TestLines: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Shows what each line of a log file is taken for, and the share that is understood.",
        discussion: "No session id is shown, only refs, or how much of an id a line carries.")

    @Argument(help: ArgumentHelp("A log file, or - for standard input.", valueName: "file"))
    var file: String

    @Flag(help: "Only the totals.")
    var summary = false

    @Flag(help: "Also show the lines that say nothing about a session.")
    var all = false

    @OptionGroup var options: SettingOptions

    func run() throws {
        let settings = try options.load()
        let terminal = Terminal()
        do {
            summary ? try count(settings, on: terminal) : try report(settings, on: terminal)
        } catch let failure as LineFile.Failure {
            throw Refusal("events test: \(file): \(failure)", exitCode: .usage)
        }
    }

    /// Shows each line.
    private func report(_ settings: Settings, on terminal: Terminal) throws {
        var report = LineReport(LineReader.Options(settings))
        try LineFile(file).read { chunk, isLast in
            report.take(chunk, isLast: isLast) { line in
                if all || line.isOfInterest { terminal.print([Self.text(line)]) }
            }
        }
        let totals = report.totals
        var facts = Facts(limit: Table.columnLimit, isColoured: terminal.isColoured)
        facts.add("lines", "\(totals.lines), \(totals.records) of them read")
        Self.add(totals.events, totals.malformed, to: &facts)
        let formats = totals.formats.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
            .map { "\($0.value) \($0.key.rawValue)" }
        facts.add("formats", formats.isEmpty ? nil : formats.joined(separator: ", "))
        facts.add("understood", totals.share.map { "\(Int(($0 * 100).rounded())) %" } ?? "nothing to understand")
        terminal.print([""] + facts.lines)
    }

    /// Only counts, with the daemon's own code.
    private func count(_ settings: Settings, on terminal: Terminal) throws {
        var count = LineCount(LineReader.Options(settings))
        try LineFile(file).read { chunk, isLast in isLast ? count.finish() : count.take(chunk) }
        var facts = Facts(limit: Table.columnLimit, isColoured: terminal.isColoured)
        facts.add("lines", "\(count.lines)")
        Self.add(count.events, count.malformed, to: &facts)
        terminal.print(facts.lines)
    }

    private static func add(_ events: [LogEvent.Kind: Int], _ malformed: [LineFault: Int], to facts: inout Facts) {
        facts.add("events", "\(events.values.reduce(0, +))")
        for kind in LogEvent.Kind.allCases {
            if let count = events[kind], count > 0 { facts.add("  \(kind.rawValue)", "\(count)") }
        }
        for fault in LineFault.allCases {
            if let count = malformed[fault], count > 0 {
                facts.add("  rejected", "\(count) \(fault.rawValue)", .attention)
            }
        }
    }

    /// `12  misroute  rust_tracing_json  node-2  s:3cb320740b7361fe`
    private static func text(_ line: LineReport.Line) -> String {
        let outcome =
            switch line.outcome {
            case .event(let kind): kind.rawValue
            case .irrelevant: "no event"
            case .malformed(let fault): "malformed (\(fault.rawValue))"
            case .pending: "goes on"
            case .passedBy: "passed by"
            }
        let session: String? =
            switch line.session {
            case .none: nil
            case .ref(let ref): ref.description
            case .prefix(let count): "\(count) characters of an id"
            }
        let owner = line.owner?.name.map { "owner \($0)" }
        let words = [line.format?.rawValue, line.node, owner, session] + line.wrappers.map { "in \($0)" }
        return HarmlessText("\(line.number)  \(outcome)  " + words.compactMap(\.self).joined(separator: "  ")).text
    }
}
