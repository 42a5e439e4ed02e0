import Exposition

/// Prints the pages of one listing as they come: one table, or one document in the form of a single answer.
struct SessionListing {
    private let output: OutputOptions
    private let terminal: Terminal
    private let picture: Picture
    private var first: DaemonAnswer?
    private var table: Table?
    private var found = ExitStatus.fine
    private(set) var count = 0
    private(set) var nextCursor: String?

    init(_ output: OutputOptions, _ terminal: Terminal) {
        self.output = output
        self.terminal = terminal
        picture = Picture(output, terminal)
    }

    mutating func take(_ answer: DaemonAnswer) {
        let isFirst = first == nil
        if isFirst {
            first = answer
            answer.warnings.forEach(Terminal.note)
        }
        let rows = answer.rows
        found = max(found, ExitStatus.sessions(rows))
        nextCursor = answer.nextCursor
        switch output.format {
        case .table, .wide: printTable(rows, answer, isFirst: isFirst)
        case .json: printJSON(rows, answer, isFirst: isFirst)
        case .yaml: printYAML(rows, answer, isFirst: isFirst)
        }
        count += rows.count
    }

    /// Closes the document, and says what was found.
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

    private mutating func printTable(_ rows: [JSONValue], _ answer: DaemonAnswer, isFirst: Bool) {
        if isFirst { terminal.print(["sessions \(answer.frame)"]) }
        guard !rows.isEmpty else { return }
        let table = table ?? picture.sessionTable(rows, in: answer)
        if self.table == nil { terminal.print([table.header]) }
        self.table = table
        terminal.print(picture.lines(rows, in: answer, table))
    }

    /// The members before `data`: as_of, view_age_seconds, complete, replica.
    private func frame(_ answer: DaemonAnswer) -> [(key: String, value: JSONValue)] {
        (answer.document.object ?? []).filter { !["data", "next_cursor"].contains($0.key) }
    }

    private func printJSON(_ rows: [JSONValue], _ answer: DaemonAnswer, isFirst: Bool) {
        let isPretty = terminal.isTerminal
        var text = ""
        if isFirst {
            let members = frame(answer).map {
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

    private func printYAML(_ rows: [JSONValue], _ answer: DaemonAnswer, isFirst: Bool) {
        if isFirst { terminal.print(YAMLText(.object(frame(answer))).lines + ["data:"]) }
        if !rows.isEmpty { terminal.print(YAMLText(.array(rows)).lines) }
    }
}
