import Lab
import Redis
import Sessions
import TestSupport
import Testing

/// Other servers' ways to write sessions, alone and side by side.
@Suite struct LiveDialectRedisTests {
    private static let worker = "10.0.0.7:4711"
    private static let other = "10.0.0.8:99"

    private static func marker(_ number: Int) -> [String] { ["SET", "mcp:session:\(uuid(number))", "1", "EX", "3600"] }

    private static func owner(_ number: Int, _ worker: String) -> [String] {
        ["SET", "mcpgw:pool_owner:\(uuid(number))", worker, "EX", "3600"]
    }

    private static func beat(_ worker: String) -> [String] { ["SET", "mcpgw:worker_heartbeat:\(worker)", "alive"] }

    private static func see(
        _ watched: WatchedRegistry, _ what: String, _ expected: [Int: String]
    ) async throws {
        let sessions = Dictionary(uniqueKeysWithValues: expected.map { (ref(uuid($0)), $1) })
        try await eventually(what) { watched.sessions == sessions }
    }

    @Test(arguments: [[Dialect.contextforge], [.native, .contextforge], [.contextforge, .native]])
    func contextforgeOwnersComeChangeAndGo(dialects: [Dialect]) async throws {
        let redis = try PrivateRedis()
        try redis.run([
            Self.beat(Self.worker), Self.beat(Self.other), Self.marker(1), Self.owner(1, Self.worker), Self.marker(2),
        ])
        let watched = try await WatchedRegistry.live(redis, dialects: dialects) { $0.nodes.deadAfterSeconds = 1 }
        let (mine, others) = ("\(Self.worker) -", "\(Self.other) -")
        try await Self.see(watched, "the first full scan", [1: mine, 2: "unowned"])

        try redis.run([Self.owner(2, Self.worker), Self.marker(3)])
        try await Self.see(watched, "an owner that comes later", [1: mine, 2: mine, 3: "unowned"])
        try redis.run([Self.owner(2, Self.other), Self.owner(3, Self.other)])
        try await Self.see(watched, "another owner", [1: mine, 2: others, 3: others])
        try await eventually("all to be owned") { watched.counts.owned == 3 }
        try redis.run([["DEL", "mcpgw:pool_owner:\(uuid(3))"]])
        try await Self.see(watched, "an owner that goes", [1: mine, 2: others, 3: "unowned"])
        try redis.run([["PEXPIRE", "mcpgw:pool_owner:\(uuid(2))", "20"]])
        try await Self.see(watched, "an owner that expires", [1: mine, 2: "unowned", 3: "unowned"])
        // An owner without a session is none.
        try redis.run([Self.owner(9, Self.worker), Self.owner(2, Self.other), ["DEL", "mcp:session:\(uuid(3))"]])
        try await Self.see(watched, "the end of one", [1: mine, 2: others])

        try redis.run([["DEL", "mcpgw:worker_heartbeat:\(Self.worker)"]])
        try await eventually("the worker's death") { watched.counts.orphaned == [.ownerDead: 1] }
        #expect(watched.counts.owned == 1)
        #expect(watched.node(Self.worker)?.node.status == .dead)
        #expect(watched.fullScans == 1)
        #expect(watched.drift == 0)
        await watched.stop()
    }

    /// A value that names its owner has the last word.
    @Test func besideNativeAValuesOwnOwnerWins() async throws {
        let redis = try PrivateRedis()
        let watched = try await WatchedRegistry.live(redis, dialects: [.native, .contextforge])
        try redis.run([
            session(uuid(1), node: "node-1", boot: "b1", created: try redis.now()), Self.owner(1, Self.worker),
            Self.marker(2), Self.owner(2, Self.worker), ["HSET", "mcp:session:\(uuid(3))", "node", "node-3"],
            Self.owner(3, Self.worker), ["HSET", "mcp:session:\(uuid(4))", "note", "no owner here"],
            Self.owner(4, Self.worker),
        ])
        try await Self.see(
            watched, "each with its owner",
            [1: "node-1 b1", 2: "\(Self.worker) -", 3: "node-3 -", 4: "\(Self.worker) -"])
        await watched.stop()
    }

    @Test func aDialectOfOnesOwnRunsBesideTheNativeOne() async throws {
        var fields = Dialect.Fields()
        (fields.node, fields.boot, fields.createdAt) = (["srv"], ["life"], ["t"])
        let acme = Dialect(
            name: "acme", sessions: Dialect.KeyPattern(prefix: "acme:sess:"),
            nodes: Dialect.KeyPattern(prefix: "acme:srv:"),
            fields: fields)
        let redis = try PrivateRedis()
        let now = try redis.now()
        try redis.run([
            session(uuid(1), node: "node-1", boot: "b1", created: now),
            ["SET", "mcp:node:node-1", "{\"boot\":\"b1\"}"],
            ["SET", "acme:sess:\(uuid(2))", "{\"srv\":\"web-1\",\"life\":\"x\",\"t\":\(now)}"],
            ["SET", "acme:srv:web-1", "{\"life\":\"x\"}"],
        ])
        let watched = try await WatchedRegistry.live(redis, dialects: [.native, acme]) { $0.nodes.deadAfterSeconds = 1 }
        try await Self.see(watched, "both", [1: "node-1 b1", 2: "web-1 x"])
        try await eventually("both to be owned") { watched.counts.owned == 2 }
        try redis.run([
            ["HSET", "acme:sess:\(uuid(3))", "srv", "web-1", "life", "x"], ["DEL", "mcp:session:\(uuid(1))"],
            ["SET", "acme:sess:\(uuid(2))", "{\"srv\":\"web-1\",\"life\":\"y\",\"t\":\(now)}"],
        ])
        try await Self.see(watched, "changes in both", [2: "web-1 y", 3: "web-1 x"])
        try redis.run([["DEL", "acme:srv:web-1"]])
        try await eventually("the death of a server") { watched.counts.orphaned == [.ownerDead: 2] }
        #expect(watched.fullScans == 1)
        await watched.stop()
    }
}
