import Digests
import Redis

/// An MCP server as the registry sees it: writes sessions and heartbeats in the native dialect, and serves nobody.
///
/// A call that cannot reach Redis throws, and the next one connects anew.
public final class SimulatedNode {
    /// How values are written.
    public enum Form: Sendable {
        case json, hash
    }

    public let name: String
    /// As the proxy would be configured with it: `http://10.0.0.2:8080`.
    public let url: String
    public let form: Form
    /// How long a heartbeat lives: three beats.
    public let heartbeatSeconds: Double
    /// This process life; made anew by ``restart()``.
    public private(set) var boot: String
    /// Ids of the sessions whose transport is held here, oldest first.
    public private(set) var sessions: [String] = []
    public private(set) var isAlive = true
    public private(set) var isDraining = false

    private let client: RedisClient
    private var generator: SplitMix64
    private var startedAt = 0.0
    private var createdAt: [String: (seconds: Double, client: ClientName)] = [:]

    static let sessionSeconds = 30 * 86_400
    private static let version = "1.4.2"

    /// A node that has not written anything yet. Its boot and ids follow from `seed`; `number` is the N of its url.
    public init(
        _ name: String, number: Int = 1, endpoint: RedisEndpoint, form: Form = .json, beatSeconds: Double = 1,
        seed: UInt64 = .random(in: 0 ... .max)
    ) throws(RedisError) {
        self.name = name
        self.form = form
        url = "http://10.0.0.\(number):8080"
        heartbeatSeconds = 3 * beatSeconds
        client = RedisClient(endpoint)
        generator = SplitMix64(seed: seed)
        boot = generator.uuid()
        startedAt = try client.now()
    }

    /// Registers new sessions, each with a sub-key `:listener`, and gives their ids.
    @discardableResult
    public func register(count: Int = 1) throws(RedisError) -> [String] {
        let now = try client.now()
        let made = (0..<count).map { _ in (id: generator.uuid(), client: ClientName.random(using: &generator)) }
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

    /// Serves a request of each: `last_seen` moves, and the TTL begins anew. Other ids are passed over.
    public func touch(_ ids: [String]) throws(RedisError) {
        let now = try client.now()
        try client.run(
            ids.flatMap { id in
                createdAt[id].map { write(id: id, client: $0.client, createdAt: $0.seconds, lastSeen: now) } ?? []
            })
    }

    /// Ends this many sessions, drawn at random from those held, as a client's DELETE does; gives their ids.
    @discardableResult
    public func close(count: Int = 1) throws(RedisError) -> [String] {
        let closed = Array(sessions.shuffled(using: &generator).prefix(count))
        try client.run(closed.map { ["UNLINK", sessionKey($0), "\(sessionKey($0)):listener"] })
        for id in closed { createdAt[id] = nil }
        let gone = Set(closed)
        sessions.removeAll { gone.contains($0) }
        return closed
    }

    /// Writes the heartbeat; a dead node writes none.
    public func beat() throws(RedisError) {
        guard isAlive else { return }
        let now = try client.now()
        let fields: [SimulatedValue.Field] = [
            ("boot", .text(boot)), ("started_at", .seconds(startedAt)), ("seen_at", .seconds(now)), ("url", .text(url)),
            ("sessions", .integer(sessions.count)), ("version", .text(Self.version)),
            ("state", .text(isDraining ? "draining" : "serving")),
        ]
        let lifetime = max(1, Int(heartbeatSeconds * 1_000))
        try client.run(
            SimulatedValue(fields).commands(key: heartbeatKey, form: form, lifetimeMilliseconds: lifetime))
    }

    /// Goes on serving what it holds, but says that it takes no new sessions.
    public func drain() throws(RedisError) {
        isDraining = true
        try beat()
    }

    /// Crashes: beats no more, and leaves its keys behind.
    public func die() {
        isAlive = false
    }

    /// Begins a new life: another boot, no session held, a heartbeat at once. What it had registered stays.
    public func restart() throws(RedisError) {
        boot = generator.uuid()
        sessions = []
        createdAt = [:]
        isAlive = true
        isDraining = false
        startedAt = try client.now()
        try beat()
    }
}

extension SimulatedNode {
    public var heartbeatKey: String { "mcp:node:\(name)" }

    public func sessionKey(_ id: String) -> String {
        "mcp:session:\(id)"
    }

    private func write(id: String, client: ClientName, createdAt: Double, lastSeen: Double) -> [[String]] {
        let value = SimulatedValue([
            ("node", .text(name)), ("boot", .text(boot)), ("created_at", .seconds(createdAt)),
            ("last_seen", .seconds(lastSeen)), ("client", .client(client)),
        ])
        return value.commands(key: sessionKey(id), form: form, lifetimeMilliseconds: Self.sessionSeconds * 1_000)
    }
}
