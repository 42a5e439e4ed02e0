import ArgumentParser

/// `mcp-sessiond status`: the findings, and the registry in total.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "How the daemon and Redis are, and how many sessions are in which state.")

    @OptionGroup var options: QueryOptions

    func run() async throws {
        try await options.ask { client, terminal in
            let answer = try await client.status()
            let (found, watch) = (ExitStatus.status(answer.data.findings), answer.data.watch)
            return options.print(answer, on: terminal, found: found, watch: watch) { $0.status(answer) }
        }
    }
}
