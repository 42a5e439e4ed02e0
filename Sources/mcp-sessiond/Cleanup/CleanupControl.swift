import API
import ArgumentParser

/// `mcp-sessiond cleanup history`: the last runs of all instances.
struct CleanupHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Shows the last runs of all instances: who asked, what was removed, what was not and why.")

    @OptionGroup var options: QueryOptions

    func run() async throws {
        try await options.ask { client, terminal in
            let answer = try await client.cleanup()
            return options.print(answer, on: terminal, found: .fine) { $0.history(answer.data.runs, answer.frame) }
        }
    }
}

/// `mcp-sessiond cleanup suspend`: suspends cleanup on all instances.
struct CleanupSuspend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Suspend cleanup on all instances, at once and until it is resumed.")

    @Option(help: "The reason; others who find cleanup suspended will read it.")
    var why: String

    @Option(name: .customLong("for"), help: ArgumentHelp("Duration, for example 2h.", valueName: "duration"))
    var duration: String?

    @Option(help: ArgumentHelp("End time, for example 2026-11-23T12:00:00Z.", valueName: "time"))
    var until: String?

    @OptionGroup var options: QueryOptions

    func validate() throws {
        guard duration == nil || until == nil else { throw ValidationError("give --for or --until, not both") }
        guard options.watch == nil else { throw ValidationError("--watch cannot be used here") }
    }

    func run() async throws {
        try await options.ask { client, terminal in
            let order = SuspendOrder(why: why, by: CleanupStart.user, for: duration, until: until)
            let answer = try await client.suspend(order)
            return options.print(answer, on: terminal, found: .fine) { $0.suspended(answer) }
        }
    }
}

/// `mcp-sessiond cleanup resume`: lets all instances clean again.
struct CleanupResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Resume cleanup after suspend.")

    @OptionGroup var options: QueryOptions

    func validate() throws {
        guard options.watch == nil else { throw ValidationError("--watch cannot be used here") }
    }

    func run() async throws {
        try await options.ask { client, terminal in
            let answer = try await client.resume(ResumeOrder(by: CleanupStart.user))
            return options.print(answer, on: terminal, found: .fine) { $0.resumed(answer.data) }
        }
    }
}

/// `mcp-sessiond cleanup attest`: attests that an owner that no instance ever saw alive is gone.
struct CleanupAttest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attest",
        abstract: "Attest that a node, or one boot of it, is gone for ever, though no instance ever saw it alive.",
        discussion: """
            Its sessions are then removed like those of any other dead owner: after it was silent for \
            cleanup.grace. It is refused for a node that is heard.
            """)

    @Argument(help: "The node, by the name that its sessions use.")
    var node: String

    @Option(help: "The boot that is gone; without it the whole node.")
    var boot: String?

    @Option(help: "How you know; the audit keeps it.")
    var why: String

    @OptionGroup var options: QueryOptions

    func validate() throws {
        guard options.watch == nil else { throw ValidationError("--watch cannot be used here") }
    }

    /// An attestation that is not allowed now is a refusal. If no session names the owner, that is a mistake in the
    /// command line.
    private func attest(_ order: AttestOrder, _ client: DaemonClient) async throws -> DaemonAnswer<AttestAnswer> {
        do {
            return try await client.attest(order)
        } catch .problem(409, let text) {
            throw Refusal(text, exitCode: .refused)
        } catch .notFound(let text) {
            throw Refusal(text, exitCode: .usage)
        }
    }

    func run() async throws {
        try await options.ask { client, terminal in
            let order = AttestOrder(node: node, boot: boot, why: why, by: CleanupStart.user)
            let answer = try await attest(order, client)
            return options.print(answer, on: terminal, found: .fine) { $0.attested(answer.data) }
        }
    }
}
