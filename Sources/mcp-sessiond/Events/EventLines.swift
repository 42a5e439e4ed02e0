import ArgumentParser
import Events
import Exposition
import Foundation
import Sessiond

/// `mcp-sessiond events`: what the daemon would make of log lines, without a daemon.
struct EventLines: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "What log lines are taken for.", subcommands: [TestLines.self])
}

/// `mcp-sessiond events test FILE`: each line of a file with what it was taken for.
struct TestLines: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Shows what each line of a log file is taken for, and the share that is understood.",
        discussion: "No session id is shown: refs, or how much of an id a line carries.")

    @Argument(help: ArgumentHelp("A log file, or - for standard input.", valueName: "file"))
    var file: String

    @Flag(help: "Only the totals.")
    var summary = false

    @Flag(help: "Also the lines that say nothing of a session.")
    var all = false

    @OptionGroup var options: SettingOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
        let settings = try options.load()
        let terminal = Terminal()
        do {
            summary ? try count(settings, on: terminal) : try report(settings, on: terminal)
        } catch let failure as LineFile.Failure {
            throw Refusal("events test: \(file): \(failure)", exitCode: .usage)
        }
    }

    /// Line by line.
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
        let formats = totals.formats.sorted { $0.value > $1.value }.map { "\($0.value) \($0.key.rawValue)" }
        facts.add("formats", formats.isEmpty ? nil : formats.joined(separator: ", "))
        facts.add("understood", totals.share.map { "\(Int(($0 * 100).rounded())) %" } ?? "nothing to understand")
        terminal.print([""] + facts.lines)
    }

    /// Only counts, by the way that the daemon itself reads.
    private func count(_ settings: Settings, on terminal: Terminal) throws {
        var reader = LineReader(LineReader.Options(settings))
        var events = LogEvent.Kind.allCases.map { _ in 0 }
        var malformed: [LineFault: Int] = [:]
        var (rest, offset, lines): ([UInt8], UInt64, Int) = ([], 0, 0)
        func take(_ chunk: Span<UInt8>, isLast: Bool) -> Int {
            let read = reader.readLines(in: chunk, at: offset, isLast: isLast) { outcome in
                switch outcome {
                case .event(let event): events[event.kind.place] += 1
                case .malformed(let fault): malformed[fault, default: 0] += 1
                case .irrelevant, .pending: break
                }
            }
            defer { offset = read.readTo }
            lines += read.lines
            return Int(read.readTo - offset)
        }
        try LineFile(file).read { chunk, isLast in
            var start = 0
            if !rest.isEmpty || isLast {
                // The line that the last chunk began is read by itself; the others where they are.
                while start < chunk.count, chunk[start] != UInt8(ascii: "\n") {
                    if rest.count <= LineLimits.lineBytes { rest.append(chunk[start]) }
                    start += 1
                }
                if start < chunk.count {
                    rest.append(UInt8(ascii: "\n"))
                    start += 1
                } else if !isLast {
                    return
                }
                _ = take(rest.span, isLast: isLast && start == chunk.count)
                rest.removeAll(keepingCapacity: true)
            }
            let whole = chunk.extracting(start..<chunk.count)
            let done = take(whole, isLast: false)
            for place in done..<whole.count { rest.append(whole[place]) }
        }
        var facts = Facts(limit: Table.columnLimit, isColoured: terminal.isColoured)
        facts.add("lines", "\(lines)")
        let counts = zip(LogEvent.Kind.allCases, events).map { ($0, $1) }
        Self.add(Dictionary(uniqueKeysWithValues: counts), malformed, to: &facts)
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

extension LogEvent.Kind {
    fileprivate var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
