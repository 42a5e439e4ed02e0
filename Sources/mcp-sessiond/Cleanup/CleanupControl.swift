import ArgumentParser
import Exposition

/// `mcp-sessiond cleanup history`: the last runs of all replicas.
struct CleanupHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "The last runs of all replicas: who asked, what went, what did not and why.")

    @OptionGroup var options: QueryOptions

    func run() async throws {
        try await options.ask { client, terminal in
            let answer = try await client.get(["cleanup"])
            return options.print(answer, on: terminal, found: .fine) { $0.history(answer) }
        }
    }
}

/// `mcp-sessiond cleanup suspend`: stops cleanup on all replicas.
struct CleanupSuspend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Stop cleanup on all replicas, at once and until it is resumed.")

    @Option(help: "Why; whoever finds cleanup stopped will read it.")
    var why: String

    @Option(name: .customLong("for"), help: ArgumentHelp("For how long, for example 2h.", valueName: "duration"))
    var duration: String?

    @Option(help: ArgumentHelp("Until when, for example 2026-11-23T12:00:00Z.", valueName: "time"))
    var until: String?

    @OptionGroup var options: QueryOptions

    func validate() throws {
        guard duration == nil || until == nil else { throw ValidationError("--for or --until, not both") }
        guard options.watch == nil else { throw ValidationError("--watch has no place here") }
    }

    func run() async throws {
        try await options.ask { client, terminal in
            let order: JSONValue = [
                "why": .string(why), "by": .string(CleanupStart.user), "for": .string(orNull: duration),
                "until": .string(orNull: until),
            ]
            let answer = try await client.post(["cleanup", "suspend"], order)
            return options.print(answer, on: terminal, found: .fine) { $0.stopped(answer) }
        }
    }
}

/// `mcp-sessiond cleanup resume`: lets it go on.
struct CleanupResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let cleanup go on after suspend.")

    @OptionGroup var options: QueryOptions

    func validate() throws {
        guard options.watch == nil else { throw ValidationError("--watch has no place here") }
    }

    func run() async throws {
        try await options.ask { client, terminal in
            let answer = try await client.post(["cleanup", "resume"], ["by": .string(CleanupStart.user)])
            return options.print(answer, on: terminal, found: .fine) { $0.stopped(answer) }
        }
    }
}
