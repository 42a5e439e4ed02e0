import API
import ArgumentParser
import Exposition

/// `mcp-sessiond cleanup undo`: restores what a run removed, or one session.
struct CleanupUndo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Restore what a run removed, or one session, with the values and deadlines that they had.",
        discussion: """
            What was removed stays restorable for cleanup.undo_for. A session whose key is there again stays as it is, \
            and so does one whose deadline has passed or that was closed. Cleanup is suspended first, since it would \
            remove the same sessions again: once their nodes are well, mcp-sessiond cleanup resume.
            """)

    @Argument(help: "The run, as cleanup history shows it, or the ref of a session.")
    var what: String

    @OptionGroup var options: QueryOptions

    func validate() throws {
        guard options.watch == nil else { throw ValidationError("--watch cannot be used here") }
    }

    func run() async throws {
        try await options.ask { client, terminal in
            let answer = try await undo(client)
            return options.print(answer, on: terminal, found: .fine) { $0.undone(answer) }
        }
    }

    /// Repeats the order until nothing is left, since each works for a moment only. The answer holds the sums.
    private func undo(_ client: DaemonClient) async throws -> DaemonAnswer<UndoAnswer> {
        let isRef = what.hasPrefix("s:")
        let order = UndoOrder(run: isRef ? nil : what, ref: isRef ? what : nil, by: CleanupStart.user)
        let progress = CleanupStart.Progress()
        defer { progress.end() }
        var answer = try await first(order, client)
        var sum = answer.data
        while sum.remaining > 0 {
            progress.show("\(sum.restored) restored, \(sum.remaining) left")
            do {
                answer = try await client.undo(order)
            } catch .notFound {
                // Somebody else restored the rest.
                sum.remaining = 0
                break
            }
            let more = answer.data
            sum.restored += more.restored
            sum.present += more.present
            sum.expired += more.expired
            sum.remaining = more.remaining
        }
        return answer.part(sum, asReceived: try JSONValue(parsing: JSONEncoding.bytes(sum)))
    }

    /// If nothing is kept of it, that is a mistake in the command line.
    private func first(_ order: UndoOrder, _ client: DaemonClient) async throws -> DaemonAnswer<UndoAnswer> {
        do {
            return try await client.undo(order)
        } catch .notFound(let text) {
            throw Refusal(text, exitCode: .usage)
        }
    }
}
