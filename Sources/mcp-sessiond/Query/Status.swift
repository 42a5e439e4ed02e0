import ArgumentParser

/// `mcp-sessiond status`: the findings, and the registry in total.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what is wrong, the daemon and Redis, and the number of sessions in each state.")

    @OptionGroup var options: QueryOptions

    func run() async throws {
        try await options.ask { client, terminal in
            let answer = try await client.status()
            let (found, watch) = (ExitStatus.status(answer.data.findings), answer.data.watch)
            return options.print(answer, on: terminal, found: found, watch: watch) { $0.status(answer) }
        }
    }
}
