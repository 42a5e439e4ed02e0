import Digests
import Redis

/// An MCP server as the registry sees it. It writes sessions and heartbeats in the native dialect, and serves nobody.
///
/// A call that cannot reach Redis throws, and the next one connects anew.
public final class SimulatedNode {
    /// The form in which values are written.
    public enum Form: Sendable {
        case json, hash
    }

    public let name: String
    /// The URL by which the proxy would know it: `http://10.0.0.2:8080`.
    public let url: String
    public let form: Form
    /// The time to live of a heartbeat: three intervals.
    public let heartbeatLifetimeSeconds: Double
    /// The present boot; ``restart()`` makes a new one.
    public private(set) var boot: String
    /// The ids of the sessions that it holds, oldest first.
    public private(set) var sessions: [String] = []
    public private(set) var isAlive = true
    public private(set) var isDraining = false

    private let client: PipelineClient
    private var generator: SplitMix64
    private var startedAt = 0.0
    private var createdAt: [String: (seconds: Double, client: SimulatedValue.Client)] = [:]

    static let sessionSeconds = 30 * 86_400
    private static let version = "1.4.2"

    /// Makes a node that has not written anything yet. `seed` determines its boot and ids, `number` is the last part of
    /// its address.
    public init(
        _ name: String, number: Int = 1, endpoint: RedisEndpoint, form: Form = .json, heartbeatSeconds: Double = 1,
        seed: UInt64 = .random(in: 0 ... .max)
    ) throws(RedisError) {
        self.name = name
        self.form = form
        url = "http://10.0.0.\(number):8080"
        heartbeatLifetimeSeconds = 3 * heartbeatSeconds
        client = PipelineClient(endpoint)
        generator = SplitMix64(seed: seed)
        boot = generator.uuid()
        startedAt = try client.now()
    }

    /// Registers new sessions, each with a sub-key `:listener`, and returns their ids.
    @discardableResult
    public func register(count: Int = 1) throws(RedisError) -> [String] {
        let now = try client.now()
        let made = (0..<count).map { _ in
            (id: generator.uuid(), client: SimulatedValue.Client.random(using: &generator))
        }
        var commands: [[String]] = []
        for (id, client) in made {
            commands += write(id: id, client: client, createdAt: now, lastSeen: now)
            commands.append(["SET", "\(sessionKey(id)):listener", "1", "EX", String(Self.sessionSeconds)])
        }
        try client.run(commands)
        for (id, client) in made {
            sessions.append(id)
            createdAt[id] = (now, client)
        }
        return made.map(\.id)
    }

    /// Serves a request for each session: moves `last_seen` and renews the TTL. Ignores unknown ids.
    public func touch(_ ids: [String]) throws(RedisError) {
        let now = try client.now()
        try client.run(
            ids.flatMap { id in
                createdAt[id].map { write(id: id, client: $0.client, createdAt: $0.seconds, lastSeen: now) } ?? []
            })
    }

    /// Ends `count` random sessions as their clients' DELETE would, and returns their ids.
    @discardableResult
    public func close(count: Int = 1) throws(RedisError) -> [String] {
        let closed = Array(sessions.shuffled(using: &generator).prefix(count))
        try client.run(closed.map { ["UNLINK", sessionKey($0), "\(sessionKey($0)):listener"] })
        for id in closed { createdAt[id] = nil }
        let gone = Set(closed)
        sessions.removeAll { gone.contains($0) }
        return closed
    }

    /// Writes the heartbeat, unless the node is dead.
    public func writeHeartbeat() throws(RedisError) {
        guard isAlive else { return }
        let now = try client.now()
        let fields: [SimulatedValue.Field] = [
            ("boot", .text(boot)), ("started_at", .seconds(startedAt)), ("seen_at", .seconds(now)), ("url", .text(url)),
            ("sessions", .integer(sessions.count)), ("version", .text(Self.version)),
            ("state", .text(isDraining ? "draining" : "serving")),
        ]
        let lifetime = max(1, Int(heartbeatLifetimeSeconds * 1_000))
        try client.run(
            SimulatedValue(fields).commands(key: heartbeatKey, form: form, lifetimeMilliseconds: lifetime))
    }

    /// Reports that it takes no new sessions. It still serves those that it holds.
    public func drain() throws(RedisError) {
        isDraining = true
        try writeHeartbeat()
    }

    /// Crashes: writes no more heartbeats, and leaves its keys behind.
    public func die() {
        isAlive = false
    }

    /// Restarts with a new boot, no sessions, and a heartbeat at once. Its old keys stay.
    public func restart() throws(RedisError) {
        boot = generator.uuid()
        sessions = []
        createdAt = [:]
        isAlive = true
        isDraining = false
        startedAt = try client.now()
        try writeHeartbeat()
    }
}

extension SimulatedNode {
    public var heartbeatKey: String { "mcp:node:\(name)" }

    public func sessionKey(_ id: String) -> String {
        "mcp:session:\(id)"
    }

    private func write(
        id: String, client: SimulatedValue.Client, createdAt: Double, lastSeen: Double
    ) -> [[String]] {
        let value = SimulatedValue([
            ("node", .text(name)), ("boot", .text(boot)), ("created_at", .seconds(createdAt)),
            ("last_seen", .seconds(lastSeen)), ("client", .client(client)),
        ])
        return value.commands(key: sessionKey(id), form: form, lifetimeMilliseconds: Self.sessionSeconds * 1_000)
    }
}
