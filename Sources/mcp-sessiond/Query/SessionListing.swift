import API
import Exposition

/// Prints the pages of one listing as they come: one table, or one document in the form of a single answer.
struct SessionListing {
    private let output: OutputOptions
    private let terminal: Terminal
    private let report: Report
    private var first: AnswerFrame?
    private var table: Table?
    private var found = ExitStatus.fine
    private(set) var count = 0
    private(set) var nextCursor: String?

    init(_ output: OutputOptions, _ terminal: Terminal) {
        self.output = output
        self.terminal = terminal
        report = Report(output, terminal)
    }

    mutating func take(_ answer: DaemonAnswer<[SessionRow]>) throws(DaemonClientError) {
        let isFirst = first == nil
        if isFirst {
            first = answer.frame
            answer.frame.warnings().forEach(Terminal.note)
        }
        found = max(found, ExitStatus.sessions(answer.data))
        nextCursor = answer.nextCursor
        switch output.format {
        case .table, .wide: printTable(answer.data, answer.frame, isFirst: isFirst)
        case .json: printJSON(try Self.rows(answer), answer.received, isFirst: isFirst)
        case .yaml: printYAML(try Self.rows(answer), answer.received, isFirst: isFirst)
        }
        count += answer.data.count
    }

    /// The rows as they came.
    private static func rows(_ answer: DaemonAnswer<[SessionRow]>) throws(DaemonClientError) -> [JSONValue] {
        struct Page: Decodable {
            var data: [JSONValue]
        }
        return try answer.received.decode(Page.self).data
    }

    /// Closes the document, and returns the exit code.
    func end() -> ExitStatus {
        let cursor = JSONValue.string(orNull: nextCursor).compact
        switch output.format {
        case .table, .wide:
            if count == 0 { terminal.print(["no sessions"]) }
            if nextCursor != nil { Terminal.note("there are more: --limit 0 shows all") }
        case .json:
            terminal.write(
                terminal.isTerminal ? "\n  ],\n  \"next_cursor\": \(cursor)\n}\n" : "],\"next_cursor\":\(cursor)}\n")
        case .yaml: terminal.print((count == 0 ? ["  []"] : []) + ["next_cursor: \(cursor)"])
        }
        return first?.viewAgeSeconds == nil ? .outOfReach : found
    }

    private mutating func printTable(_ rows: [SessionRow], _ frame: AnswerFrame, isFirst: Bool) {
        if isFirst { terminal.print(["sessions \(frame)"]) }
        guard !rows.isEmpty else { return }
        let table = table ?? report.sessionTable(rows, in: frame)
        if self.table == nil { terminal.print([table.header]) }
        self.table = table
        terminal.print(report.lines(rows, in: frame, table))
    }

    private func printJSON(_ rows: [JSONValue], _ received: ReceivedAnswer, isFirst: Bool) {
        let isPretty = terminal.isTerminal
        var text = ""
        if isFirst {
            let members = received.frame.map {
                "\(JSONValue.string($0.key).compact):\(isPretty ? " " : "")\($0.value.compact)"
            }
            text = isPretty ? "{\n" : "{"
            for member in members { text += isPretty ? "  \(member),\n" : "\(member)," }
            text += isPretty ? "  \"data\": [" : "\"data\":["
        }
        for (position, row) in rows.enumerated() {
            if count + position > 0 { text += "," }
            text += isPretty ? "\n    " + row.pretty.replacing("\n", with: "\n    ") : row.compact
        }
        terminal.write(isPretty ? JSONText.harmless(text) : text)
    }

    private func printYAML(_ rows: [JSONValue], _ received: ReceivedAnswer, isFirst: Bool) {
        if isFirst { terminal.print(YAMLText(.object(received.frame)).lines + ["data:"]) }
        if !rows.isEmpty { terminal.print(YAMLText(.array(rows)).lines) }
    }
}
