import ArgumentParser

/// `mcp-sessiond nodes`: the servers of the cluster.
struct Nodes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The nodes: which are alive, and how many sessions they own or have left behind.")

    @OptionGroup var options: QueryOptions

    func run() async throws {
        try await options.ask { client, terminal in
            let answer = try await client.get(["nodes"])
            return options.print(answer, on: terminal, found: ExitStatus.nodes(answer.rows)) { $0.nodes(answer) }
        }
    }
}

/// `mcp-sessiond node NAME`: one of them.
struct OneNode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "node", abstract: "One node in full.")

    @Argument(help: "Its name, as its heartbeat has it.")
    var name: String

    @Flag(help: "What would be stranded if it stopped now, or is since it stopped: exit code 1 if anything.")
    var drain = false

    @OptionGroup var options: QueryOptions

    func validate() throws {
        guard !name.isEmpty else { throw ValidationError("a node's name is not empty") }
    }

    func run() async throws {
        try await options.ask { client, terminal in
            let query = drain ? [(name: "drain", value: "1")] : []
            let answer: DaemonAnswer
            do throws(DaemonClientError) {
                answer = try await client.get(["nodes", name], query: query)
            } catch {
                guard case .notFound(let text) = error else { throw error }
                throw DaemonClientError.notFound(text + "; mcp-sessiond nodes names those that are known")
            }
            let found = drain ? ExitStatus.drain(answer.data) : ExitStatus.nodes([answer.data])
            return options.print(answer, on: terminal, found: found) { drain ? $0.drain(answer) : $0.node(answer) }
        }
    }
}
