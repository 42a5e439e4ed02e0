import ArgumentParser
import Sessions

/// `mcp-sessiond incidents`: what went wrong, and what became of the sessions.
struct Incidents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what went wrong, the latest first: nodes, Redis, stickiness, and the lost sessions.",
        discussion: "Exit code 1 if one of those shown is open.")

    @Option(
        help: ArgumentHelp("Such as node_died, redis_outage.", valueName: "kind"),
        completion: .list(Incident.Kind.allCases.map(\.rawValue)))
    var kind: String?

    @Option(help: "Only those of this node.")
    var node: String?

    @Flag(help: "Only those that are not over.")
    var open = false

    @Option(help: "Number of the latest to show.")
    var limit = 20

    @OptionGroup var options: QueryOptions

    func validate() throws {
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit is 1 to 1000") }
    }

    private var query: [(name: String, value: String)] {
        var query = [(name: "limit", value: String(limit))]
        if let kind { query.append(("kind", kind)) }
        if let node { query.append(("node", node)) }
        if open { query.append(("open", "1")) }
        return query
    }

    func run() async throws {
        try await options.ask { client, terminal in
            let answer = try await client.incidents(query)
            return options.print(answer, on: terminal, found: ExitStatus.incidents(answer.data)) {
                $0.incidents(answer)
            }
        }
    }
}
