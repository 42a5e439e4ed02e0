import Exposition
import HTTP
import Redis
import Sessions

@testable import Sessiond

/// A registry filled by hand with orphans of a dead node and of a node that restarted, what cleanup knows of them, and
/// the routes as values. Unlike ``PaperRegistry`` its times are those of now: with clocks that disagree nothing is cleaned.
final class CleaningRegistry: Sendable {
    static let readToken = "reader-token-0123456789"
    static let cleanupToken = "cleaner-token-0123456789"
    static let holder = CleanupBoard.Holder(name: "vm-7-a1b2", epoch: 3, isUs: true)

    let watched: WatchedRegistry
    let board: CleanupBoard
    /// Of the last look and of the reading.
    let now: UnixTime
    let router: Router

    /// `watched` is on a Redis where the routes are to write; else nothing is asked of any.
    init(
        _ mode: CleanupSettings.Mode = .delete, on watched: WatchedRegistry? = nil,
        _ change: (inout CleanupSettings) -> Void = { _ in }
    ) {
        // Heartbeats that were looked at a moment ago must not grow old while a slow machine gets to asking.
        let paper = PaperRegistry { $0.nodes.deadAfterSeconds = 300 }
        self.watched = watched ?? paper.watched
        now = RedisClock.local()
        var settings = Settings()
        settings.cleanup.mode = mode
        change(&settings.cleanup)
        board = CleanupBoard(settings.cleanup)
        let routes = Routes(
            watch: self.watched.watch, intake: self.watched.intake, board: board, settings: settings,
            replica: WatchedRegistry.replica, keptSeconds: 0)
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

    /// Three sessions of `node-2`, which died; two of a former boot of `node-1`; one that is owned.
    private func fill(_ paper: PaperRegistry) {
        let seconds = now - PaperRegistry.epoch
        let created = Int(now.seconds) - 3_600
        let reader = HeartbeatReader(.native)
        watched.watch.registry.withLock { registry in
            for ago in stride(from: 700.0, through: 10, by: -10) {
                var pulse = Pulse()
                for name in ago == 700 ? ["node-1", "node-2"] : ["node-1"] {
                    pulse.heartbeats[name] = reader.read(json: Array(#"{"boot":"b1"}"#.utf8).span)
                }
                registry.take(pulse, at: now - ago)
            }
        }
        let values = (1...3).map { (uuid($0), #"{"node":"node-2","boot":"b1","created_at":\#(created)}"#) }
        let former = (4...5).map { (uuid($0), #"{"node":"node-1","boot":"b0","created_at":\#(created)}"#) }
        let owned = (uuid(6), #"{"node":"node-1","boot":"b1","created_at":\#(created)}"#)
        paper.read(
            (values + former + [owned]).map { (id: $0.0, value: $0.1) }, ["node-1": #"{"boot":"b1"}"#], at: seconds)
    }

    /// The dead node has been gone for an hour, the former boot for two minutes; this replica holds the lease.
    private func note() {
        let dead = GoneOwner(reason: .ownerDead, since: now - 3_600, seenAt: now, goneSeconds: 3_600)
        let former = GoneOwner(reason: .ownerRestarted, since: now - 120, seenAt: now, goneSeconds: 120)
        board.state.withLock { state in
            state.gone = GoneOwners([
                GoneOwnerName(node: "node-2", boot: "b1"): dead, GoneOwnerName(node: "node-1", boot: "b0"): former,
            ])
            state.settled = (3_600, monotonicSeconds())
            state.readAt = now
            state.holder = Self.holder
        }
    }

    func get(_ target: String) -> HTTPResponse { router.respond(to: HTTPRequest(.get, target)).response }

    func answer(_ request: HTTPRequest) -> (response: HTTPResponse, template: String) { router.respond(to: request) }

    func post(_ target: String, _ body: String = "", token: String? = cleanupToken) -> HTTPResponse {
        let headers: HTTPHeaders = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
        return router.respond(to: HTTPRequest(.post, target, headers: headers, body: Array(body.utf8))).response
    }

    func data(_ target: String = "/api/v1/cleanup") throws -> JSONValue {
        try JSONValue(parsing: get(target).body)["data"] ?? .null
    }
}

extension HTTPResponse {
    /// The member `data`, with `"~"` for what was made or measured at the moment of the request.
    func steadyData() throws -> JSONValue {
        try (JSONValue(parsing: body)["data"] ?? .null).steadied([
            "run", "began", "ended", "at", "shared_state_age_seconds",
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
