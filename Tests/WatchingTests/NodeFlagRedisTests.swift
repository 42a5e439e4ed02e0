import Exposition
import Lab
import Redis
import Sessions
import TestSupport
import Testing

/// The flags of nodes, as heartbeats and sessions in a real Redis raise them.
@Suite(.ownThreads) struct NodeFlagRedisTests {
    private static func watched(_ redis: PrivateRedis) async throws -> WatchedRegistry {
        try await WatchedRegistry.live(redis) { plan in
            plan.nodes.deadAfterSeconds = 2
            plan.nodes.maxClockSkewSeconds = 1
        }
    }

    /// It says nothing of when it was written, and never ends.
    private static func beat(_ boot: String) -> [String] { ["SET", "mcp:node:node-1", "{\"boot\":\"\(boot)\"}"] }

    private static func flags(_ watched: WatchedRegistry) throws -> [String] {
        try watched.json("/api/v1/nodes/node-1")["data"]?["flags"]?.array?.compactMap(\.string) ?? []
    }

    /// Everywhere where flags are told.
    private static func expect(_ flag: String?, in watched: WatchedRegistry) throws {
        #expect(try flags(watched) == [flag].compactMap(\.self))
        let page = watched.page()
        let counts = try watched.json("/api/v1/status")["data"]?["node_flags"]
        for name in ["suspect", "silent_but_working", "shared_name"] {
            let isUp = name == flag ? 1 : 0
            #expect(page["mcp_registry_node_flags{node_id=\"node-1\",flag=\"\(name)\"}"] == Double(isUp), "\(name)")
            #expect(counts?[name]?.int == isUp, "\(name)")
        }
    }

    @Test func twoBootsThatTakeTurnsShareTheName() async throws {
        let redis = try PrivateRedis()
        try redis.run([Self.beat("b1")])
        let watched = try await Self.watched(redis)
        for boot in ["b1", "b2", "b1"] {
            try redis.run([Self.beat(boot)])
            try await eventually("the boot to be seen") { watched.node("node-1")?.node.heartbeat?.boot?.text == boot }
        }
        // One that is slow to end comes back once.
        try Self.expect(nil, in: watched)
        try redis.run([Self.beat("b2")])
        try await eventually("the flag") { try Self.flags(watched) == ["shared_name"] }
        try Self.expect("shared_name", in: watched)
        let row = try watched.json("/api/v1/nodes/node-1")["data"]
        #expect(row?["boots_taking_turns"] == ["b2", "b1"])
        #expect(row?["working"]?.isNull == true && row?["status"] == "alive")
        await watched.stop()
    }

    @Test func aNodeWithoutAHeartbeatThatRegistersASessionIsSilentButWorking() async throws {
        let redis = try PrivateRedis()
        try redis.run([
            Self.beat("b1"), session(uuid(1), node: "node-1", boot: "b1", created: try redis.now() - 100),
        ])
        let watched = try await Self.watched(redis)
        try await eventually("its session to be owned") { watched.counts.owned == 1 }
        try redis.run([["DEL", "mcp:node:node-1"]])
        try await eventually("its death") { watched.node("node-1")?.node.status == .dead }
        try Self.expect(nil, in: watched)
        var registered = 1
        try await eventually("the flag") {
            registered += 1
            let id = uuid(registered)
            try redis.run([session(id, node: "node-1", boot: "b1", created: try redis.now())])
            return try Self.flags(watched) == ["silent_but_working"]
        }
        try Self.expect("silent_but_working", in: watched)
        let row = try watched.json("/api/v1/nodes/node-1")["data"]
        #expect(row?["status"] == "dead")
        #expect(row?["working"]?["boot"] == "b1" && row?["working"]?["did"] == "registered")
        #expect(row?["working"]?["at"]?.string != nil)
        #expect((row?["working"]?["without_heartbeat_seconds"]?.double ?? 0) > 3)

        try redis.run([Self.beat("b1")])
        try await eventually("the heartbeat to be heard") { try Self.flags(watched) == [] }
        try Self.expect(nil, in: watched)
        await watched.stop()
    }
}
