import Cleaning
import Configuration
import Exposition
import HTTP
import Lab
import Redis
import Serving
import Sessions
import Watching

/// A registry filled by hand with orphans of a dead node and of a node that restarted, what cleanup knows of them, and
/// the routes as values. Unlike ``PaperRegistry`` its times are those of now: with clocks that disagree nothing is cleaned.
public final class CleaningRegistry: Sendable {
    public static let readToken = "reader-token-0123456789"
    public static let cleanupToken = "cleaner-token-0123456789"
    public static let holder = CleanupBoard.Holder(name: "vm-7-a1b2", epoch: 3, isUs: true)

    public let watched: WatchedRegistry
    public let board: CleanupBoard
    /// Of the last look and of the reading.
    public let now: UnixTime
    public let router: Router

    /// `watched` is on a Redis where the routes are to write, and `redis` one where they are to write beside what was filled
    /// by hand; else nothing is asked of any.
    public init(
        _ mode: CleanupSettings.Mode = .delete, on watched: WatchedRegistry? = nil,
        writingTo redis: PrivateRedis? = nil,
        _ change: (inout CleanupSettings) -> Void = { _ in }
    ) {
        // Heartbeats that were looked at a moment ago must not grow old while a slow machine gets to asking.
        let paper = PaperRegistry(on: redis) { $0.nodes.deadAfterSeconds = 300 }
        self.watched = watched ?? paper.watched
        now = RedisClock.local()
        var settings = Settings()
        settings.cleanup.mode = mode
        change(&settings.cleanup)
        board = CleanupBoard(settings.cleanup)
        let routes = Routes(
            watch: self.watched.watch, intake: self.watched.intake, board: board, settings: settings,
            instance: WatchedRegistry.instance, keptSeconds: 0)
        let tokens = [
            AccessToken(Self.readToken, scopes: [.read]), AccessToken(Self.cleanupToken, scopes: [.read, .cleanup]),
        ]
        router = Router(
            routes.all,
            access: AccessRules(
                tokens: tokens.compactMap(\.self), listen: ListenAddress(host: "127.0.0.1", port: 0)))
        guard watched == nil else { return }
        fill(paper)
        note()
    }

    /// Three sessions of `node-2`, of which nothing was heard for an hour; two of a former boot of `node-1`, which another
    /// one has followed for two minutes; one that is owned.
    private func fill(_ paper: PaperRegistry) {
        let seconds = now - PaperRegistry.epoch
        let created = Int(now.seconds) - 3_600
        let reader = HeartbeatReader(.native)
        let values = (1...3).map { (uuid($0), #"{"node":"node-2","boot":"b1","created_at":\#(created)}"#) }
        let former = (4...5).map { (uuid($0), #"{"node":"node-1","boot":"b0","created_at":\#(created)}"#) }
        let owned = (uuid(6), #"{"node":"node-1","boot":"b1","created_at":\#(created)}"#)
        let sessions = (values + former + [owned]).map { (id: $0.0, value: $0.1) }
        // Silence counts from the first full scan on.
        paper.read(sessions, at: seconds - Self.deadSeconds - 10)
        watched.watch.registry.withLock { registry in
            // No longer apart than what one check may count.
            for ago in stride(from: Self.deadSeconds, through: 10, by: -10) {
                var pulse = HeartbeatCheck()
                func beat(_ node: String, _ boot: String) {
                    pulse.heartbeats[node] = reader.read(json: Array(#"{"boot":"\#(boot)"}"#.utf8).span)
                }
                beat("node-1", ago < Self.formerSeconds ? "b1" : "b0")
                if ago == Self.deadSeconds { beat("node-2", "b1") }
                registry.take(pulse, at: now - ago)
            }
        }
        paper.read(sessions, ["node-1": #"{"boot":"b1"}"#], at: seconds)
    }

    /// How long ago the dead node, and the former boot of the other one, were last heard.
    public static let (deadSeconds, formerSeconds) = (3_600.0, 120.0)

    /// This instance holds the lease.
    private func note() {
        board.state.withLock { state in
            state.settled = (3_600, monotonicSeconds())
            state.readAt = now
            state.holder = Self.holder
        }
    }

    public func get(_ target: String) -> HTTPResponse { router.respond(to: HTTPRequest(.get, target)).response }

    public func answer(_ request: HTTPRequest) -> (response: HTTPResponse, template: String) {
        router.respond(to: request)
    }

    public func post(_ target: String, _ body: String = "", token: String? = cleanupToken) -> HTTPResponse {
        let headers: HTTPHeaders = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
        return router.respond(to: HTTPRequest(.post, target, headers: headers, body: Array(body.utf8))).response
    }

    public func data(_ target: String = "/api/v1/cleanup") throws -> JSONValue {
        try JSONValue(parsing: get(target).body)["data"] ?? .null
    }
}

extension HTTPResponse {
    /// The member `data`, with `"~"` for what was made or measured at the moment of the request.
    public func steadyData() throws -> JSONValue {
        try (JSONValue(parsing: body)["data"] ?? .null).steadied([
            "run", "began_at", "ended_at", "at", "shared_state_age_seconds",
        ])
    }
}

extension JSONValue {
    fileprivate func steadied(_ names: Set<String>) -> JSONValue {
        switch self {
        case .array(let elements): .array(elements.map { $0.steadied(names) })
        case .object(let members):
            .object(
                members.map { member in
                    let isSteady = member.value.isNull || !names.contains(member.key)
                    return (member.key, isSteady ? member.value.steadied(names) : "~")
                })
        default: self
        }
    }
}
