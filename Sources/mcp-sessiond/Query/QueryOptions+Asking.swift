import API
import ArgumentParser

extension QueryOptions {
    /// Requests and prints one report, and returns the exit code for its findings.
    typealias Show = (DaemonClient, Terminal) async throws -> ExitStatus

    /// Shows one report, or with `--watch` one after the other; ends the command with the exit code for its findings.
    func ask(_ show: Show) async throws {
        do {
            let client = try client()
            let terminal = Terminal()
            guard let watch else { return try Refusal.end(try await show(client, terminal)) }
            try await repeating(every: watch, client, terminal, show)
        } catch let error as DaemonClientError {
            throw Refusal(error.description, exitCode: error.status)
        }
    }

    private func repeating(
        every seconds: Double, _ client: DaemonClient, _ terminal: Terminal, _ show: Show
    ) async throws {
        var isFirst = true
        while true {
            terminal.beginReport(isFirst: isFirst)
            isFirst = false
            do {
                _ = try await show(client, terminal)
            } catch let error as DaemonClientError where error.status != .usage {
                // The daemon may come back, and what is missing may appear.
                Terminal.note(error.description)
            }
            try await Task.sleep(for: .seconds(seconds))
        }
    }

    /// Prints one answer: warnings on standard error, `lines` as the table. An answer from before the first full scan
    /// says nothing about the cluster, whatever it holds. `watch`: the part of a status about watching.
    func print<Content>(
        _ answer: DaemonAnswer<Content>, on terminal: Terminal, found: ExitStatus, watch: StatusAnswer.Watch? = nil,
        lines: (Report) -> [String]
    ) -> ExitStatus {
        answer.frame.warnings(watch).forEach(Terminal.note)
        switch output.format {
        case .json, .yaml:
            output.printDocument(answer.received.document, bytes: answer.received.bytes, on: terminal)
        case .table, .wide: terminal.print(lines(Report(output, terminal)))
        }
        return answer.frame.viewAgeSeconds == nil ? .outOfReach : found
    }
}
