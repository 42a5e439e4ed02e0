import ArgumentParser
import Exposition
import Foundation

/// `mcp-sessiond cleanup run`: asks the daemon for one run.
struct CleanupStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Ask the daemon for a run. Without --confirm it is a dry run, which removes nothing.")

    /// From one question of how far it is to the next.
    static let askSeconds = 0.5

    @Flag(help: "Remove what the plan lets go.")
    var confirm = false

    @Flag(help: "Remove nothing, whatever else is said.")
    var dryRun = false

    @OptionGroup var options: QueryOptions

    func validate() throws {
        guard options.watch == nil else { throw ValidationError("a run is asked for once: --watch has no place here") }
    }

    func run() async throws {
        let isDry = dryRun || !confirm
        try await options.ask { client, terminal in
            let order: JSONValue = ["dry_run": .bool(isDry), "by": .string(Self.user)]
            let answer = try await client.post(["cleanup"], order)
            if isDry {
                Terminal.note("a dry run: nothing is removed" + (dryRun ? "" : "; --confirm removes"))
                return options.print(answer, on: terminal, found: Finding.run(answer.data)) { $0.run(answer.data) }
            }
            let finished = try await follow(answer.data["run"]?.string ?? "", client, terminal)
            return options.print(finished, on: terminal, found: Finding.run(finished.data)) { $0.run(finished.data) }
        }
    }

    /// Who asks, for the audit.
    static var user: String { String(NSUserName().prefix(64)) }

    /// Asks until the run is among the finished ones, and shows on a terminal how far it is.
    private func follow(
        _ run: String, _ client: DaemonClient, _ terminal: Terminal
    ) async throws -> DaemonAnswer {
        while true {
            let answer = try await client.get(["cleanup"])
            if let report = answer.data["runs"]?.array?.first(where: { $0["run"]?.string == run }) {
                if terminal.isTerminal { Terminal.progress(nil) }
                return DaemonAnswer(part: report, of: answer)
            }
            if terminal.isTerminal, let running = answer.data["running"] {
                let done = Picture.sum(running["cleaned"])
                Terminal.progress("\(done) of \(running["orphans"]?.int ?? 0) orphans cleaned")
            }
            try await Task.sleep(for: .seconds(Self.askSeconds))
        }
    }
}
