import ArgumentParser

/// `mcp-sessiond misroutes`: the requests that reached a node without their session.
struct Misroutes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows requests that could not be served: by node and owner, cause and client, and the latest.")

    @Option(help: "Only those that reached this node, or whose session it owns.")
    var node: String?

    @Option(help: "Number of the latest to show.")
    var limit = 20

    @OptionGroup var options: QueryOptions

    func validate() throws {
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit is 1 to 1000") }
    }

    func run() async throws {
        try await options.ask { client, terminal in
            let answer = try await client.misroutes(limit: limit, node: node)
            return options.print(answer, on: terminal, found: ExitStatus.misroutes(answer.data)) {
                $0.misroutes(answer)
            }
        }
    }
}
