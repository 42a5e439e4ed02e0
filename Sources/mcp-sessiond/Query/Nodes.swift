import API
import ArgumentParser
import Exposition
import Sessions

/// `mcp-sessiond nodes`: the servers of the cluster.
struct Nodes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows which nodes are alive, and how many sessions they own or have left behind.")

    @Option(help: "Only those of this status; without it all but the gone.", completion: .list(Node.Status.words))
    var status: String?

    @Option(help: "Only those of this workload.")
    var workload: String?

    @OptionGroup var options: QueryOptions

    private var filters: QueryFilters { QueryFilters([("status", status), ("workload", workload)]) }

    func validate() throws {
        try filters.refuseEmpty()
    }

    func run() async throws {
        try await options.ask { client, terminal in
            let answer = try await client.nodes(filters.query)
            let gone = filters.query.isEmpty ? try await client.status().data.nodes[.gone] : 0
            return options.print(answer, on: terminal, found: ExitStatus.nodes(answer.data)) {
                $0.nodes(answer, gone: gone)
            }
        }
    }
}

/// `mcp-sessiond node NAME`: one of them.
struct OneNode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "node", abstract: "Shows one node in full.")

    @Argument(help: "The name in its heartbeat.")
    var name: String

    @Flag(help: "Show the sessions that are lost if it stops now, or since it stopped: exit code 1 if any.")
    var drain = false

    @OptionGroup var options: QueryOptions

    func validate() throws {
        guard !name.isEmpty else { throw ValidationError("a node's name is not empty") }
    }

    func run() async throws {
        try await options.ask { client, terminal in
            let answer = try await ask(client)
            guard drain else {
                let found = ExitStatus.nodes([answer.data.row])
                return options.print(answer, on: terminal, found: found) { $0.node(answer) }
            }
            // An answer without `drain` must not be read as "nothing would be lost".
            guard let losses = answer.data.drain else {
                let mismatch = JSONMismatch(place: "data.drain", expected: "an object")
                throw DaemonClientError.otherVersion(client.server, mismatch)
            }
            return options.print(answer, on: terminal, found: ExitStatus.drain(losses)) { $0.drain(losses, of: answer) }
        }
    }

    private func ask(_ client: DaemonClient) async throws(DaemonClientError) -> DaemonAnswer<NodeAnswer> {
        do throws(DaemonClientError) {
            return try await client.node(name, drain: drain)
        } catch {
            guard case .notFound(let text) = error else { throw error }
            throw DaemonClientError.notFound(text + "; mcp-sessiond nodes lists the known ones")
        }
    }
}
