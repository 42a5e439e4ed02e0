import API
import ArgumentParser
import Exposition
import FoundationEssentials
import Glibc
import Sessions

/// `mcp-sessiond cleanup run`: orders one run from the daemon.
struct CleanupStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Order a run from the daemon. Without --confirm it is a dry run, which removes nothing.")

    /// From one progress request to the next.
    static let askSeconds = 0.5
    /// Longest time in which the daemon neither works on the run nor reports its end.
    static let patienceSeconds = 30.0

    @Flag(help: "Remove what the plan allows.")
    var confirm = false

    @Flag(help: "Remove nothing, whatever the other flags say.")
    var dryRun = false

    @OptionGroup var options: QueryOptions

    func validate() throws {
        guard options.watch == nil else { throw ValidationError("--watch cannot be used here: a run is ordered once") }
    }

    func run() async throws {
        try await options.ask { client, terminal in
            guard confirm, !dryRun else {
                let answer = try await begin { try await client.dryRun(by: Self.user) }
                Terminal.note("a dry run: nothing is removed" + (dryRun ? "" : "; --confirm removes"))
                let run = answer.data.run
                return options.print(answer, on: terminal, found: ExitStatus.run(run)) { $0.run(run) }
            }
            let begun = try await begin { try await client.beginRun(by: Self.user) }
            let finished = try await follow(begun.data.run, client)
            return options.print(finished, on: terminal, found: ExitStatus.run(finished.data)) { $0.run(finished.data) }
        }
    }

    /// The person who asks, for the audit.
    static var user: String { String(ProcessInfo.processInfo.userName.prefix(64)) }

    /// A run that may not begin now is a refusal, not a mistake in the command line.
    private func begin<Content>(
        _ ask: () async throws -> DaemonAnswer<Content>
    ) async throws -> DaemonAnswer<Content> {
        do {
            return try await ask()
        } catch DaemonClientError.problem(409, let text) {
            throw Refusal(text, exitCode: .refused)
        }
    }

    /// Waits until the run is among the finished ones, and shows its progress on a terminal.
    private func follow(_ run: String, _ client: DaemonClient) async throws -> DaemonAnswer<RunRow> {
        let progress = Progress()
        defer { progress.end() }
        var missing = 0.0
        while missing < Self.patienceSeconds {
            let answer = try await client.cleanup()
            if let finished = try Self.finished(run, in: answer) { return finished }
            if let running = answer.data.running, running.run == run {
                progress.show(running.cleaned.sum, of: running.orphans)
                missing = 0
            } else {
                missing += Self.askSeconds
            }
            try await Task.sleep(for: .seconds(Self.askSeconds))
        }
        throw Refusal(
            "the daemon knows no run \(HarmlessText(run).text) any more: see cleanup history", exitCode: .outOfReach)
    }

    /// The report of the run alone, in the answer's frame; nil while the run is not over.
    private static func finished(
        _ run: String, in answer: DaemonAnswer<CleanupAnswer>
    ) throws(DaemonClientError) -> DaemonAnswer<RunRow>? {
        struct AsReceived: Decodable {
            struct Content: Decodable {
                var runs: [JSONValue]
            }

            var data: Content
        }
        guard let place = answer.data.runs.firstIndex(where: { $0.run == run }) else { return nil }
        let runs = try answer.received.decode(AsReceived.self).data.runs
        return answer.part(answer.data.runs[place], asReceived: runs[place])
    }
}

extension CleanupStart {
    /// The progress of an order, on one line of standard error that is overwritten; nothing if that is not a terminal.
    struct Progress: Sendable {
        private let isShown = isatty(STDERR_FILENO) == 1

        func show(_ text: String) {
            if isShown { Terminal.progress(text) }
        }

        func show(_ cleaned: Int, of orphans: Int) { show("\(cleaned) of \(orphans) orphans cleaned") }

        func showWaiting(_ seconds: Double) { show("observing, \(TimeText.duration(seconds.rounded(.up))) left") }

        func end() {
            if isShown { Terminal.progress(nil) }
        }
    }
}
