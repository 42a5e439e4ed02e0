import ArgumentParser
import Sessions

/// `mcp-sessiond sessions`: a listing, page after page, so that the largest registry needs no more memory than a page.
struct ListSessions: AsyncParsableCommand {
    /// Most rows that the API gives in one answer.
    static let pageLimit = 1_000

    static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "Lists the registered sessions, in the order of their refs.")

    @Option(
        help: "owned, orphaned, unowned or malformed.", completion: .list(SessionState.words))
    var state: String?

    @Option(help: "Such as owner_dead, owner_restarted, no_owner.", completion: .list(SessionState.reasonWords))
    var reason: String?

    @Option(help: "Only those of this node.")
    var node: String?

    @Option(help: "Only those of this client.")
    var client: String?

    @Flag(help: "Only those with a misrouted request in the last 15 minutes.")
    var misrouted = false

    @Flag(help: "Only those whose clients keep failing on them, and those that are not registered, too.")
    var stuck = false

    @Option(help: ArgumentHelp("Only those created longer ago than this: 15s, 10m, 1h, 30d.", valueName: "duration"))
    var olderThan: String?

    @Option(help: "Largest number; 0 for all.")
    var limit = 100

    @OptionGroup var options: QueryOptions

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit is 0 or more") }
        try QueryFilters([("state", state), ("reason", reason), ("node", node), ("client", client)]).refuseEmpty()
    }

    func run() async throws {
        try await options.ask { daemon, terminal in
            var listing = SessionListing(options.output, terminal)
            repeat {
                let left = limit == 0 ? Self.pageLimit : limit - listing.count
                let query = filters.query + [(name: "limit", value: String(min(left, Self.pageLimit)))]
                let cursor = listing.nextCursor.map { [(name: "cursor", value: $0)] } ?? []
                try listing.take(try await daemon.sessions(query + cursor))
            } while listing.nextCursor != nil && (limit == 0 || listing.count < limit)
            return listing.end()
        }
    }

    private var filters: QueryFilters {
        QueryFilters([
            ("state", state), ("reason", reason), ("node", node), ("client", client), ("older_than", olderThan),
            ("misrouted", misrouted ? "true" : nil), ("stuck", stuck ? "true" : nil),
        ])
    }
}
