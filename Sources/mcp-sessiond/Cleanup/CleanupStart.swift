import ArgumentParser
import Exposition
import Foundation
import Serving
import Sessions

/// `mcp-sessiond cleanup run`: asks the daemon for one run.
struct CleanupStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Ask the daemon for a run. Without --confirm it is a dry run, which removes nothing.")

    /// From one question of how far it is to the next.
    static let askSeconds = 0.5
    /// Longest that the daemon may neither be at the run nor tell how it ended.
    static let patienceSeconds = 30.0

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
            let answer = try await begin(["dry_run": .bool(isDry), "by": .string(Self.user)], client)
            if isDry {
                Terminal.note("a dry run: nothing is removed" + (dryRun ? "" : "; --confirm removes"))
                return options.print(answer, on: terminal, found: ExitStatus.run(answer.data)) { $0.run(answer.data) }
            }
            let finished = try await follow(answer.data["run"]?.string ?? "", client)
            return options.print(finished, on: terminal, found: ExitStatus.run(finished.data)) { $0.run(finished.data) }
        }
    }

    /// Who asks, for the audit.
    static var user: String { String(NSUserName().prefix(64)) }

    /// That it may not begin now is a refusal, and no fault of the command line.
    private func begin(_ order: JSONValue, _ client: DaemonClient) async throws -> DaemonAnswer {
        do {
            return try await client.post(["cleanup"], order)
        } catch .problem(409, let text) {
            throw Refusal(text, exitCode: .refused)
        }
    }

    /// Asks until the run is among the finished ones, and shows on a terminal how far it is.
    private func follow(_ run: String, _ client: DaemonClient) async throws -> DaemonAnswer {
        let progress = Progress()
        defer { progress.end() }
        var missing = 0.0
        while missing < Self.patienceSeconds {
            let answer = try await client.get(["cleanup"])
            if let report = answer.data["runs"]?.array?.first(where: { $0["run"]?.string == run }) {
                return DaemonAnswer(part: report, of: answer)
            }
            if let running = answer.data["running"], running["run"]?.string == run {
                progress.show(Picture.sum(running["cleaned"]), of: running["orphans"]?.int ?? 0)
                missing = 0
            } else {
                missing += Self.askSeconds
            }
            try await Task.sleep(for: .seconds(Self.askSeconds))
        }
        throw Refusal(
            "the daemon knows no run \(HarmlessText(run).text) any more: see cleanup history", exitCode: .outOfReach)
    }
}

extension CleanupStart {
    /// How far a run is, on a line of standard error that is written over and over; nothing where that is no terminal.
    struct Progress: Sendable {
        private let isShown = isatty(STDERR_FILENO) == 1

        func show(_ cleaned: Int, of orphans: Int) {
            if isShown { Terminal.progress("\(cleaned) of \(orphans) orphans cleaned") }
        }

        func showWaiting(_ seconds: Double) {
            if isShown { Terminal.progress("observing, \(TimeText.duration(seconds.rounded(.up))) left") }
        }

        func end() {
            if isShown { Terminal.progress(nil) }
        }
    }
}
