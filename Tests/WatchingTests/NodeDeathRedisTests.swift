import Foundation
import HTTP
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Workers

/// Nodes that live, die and come back, as the heartbeats in a real Redis show them.
@Suite(.ownThreads) struct NodeDeathRedisTests {
    /// Three nodes that beat five times in a second, with twenty sessions each and nobody coming or going.
    private static func cluster(
        deadAfterSeconds: Double
    ) throws -> (redis: PrivateRedis, cluster: SimulatedCluster, watched: WatchedRegistry) {
        let redis = try PrivateRedis()
        var plan = ClusterPlan(nodes: 3, heartbeatSeconds: 0.2)
        plan.firstSessions = 60
        (plan.arrivalsPerSecond, plan.departuresPerSecond, plan.bareShare, plan.returningShare) = (0, 0, 0, 0)
        let cluster = SimulatedCluster(endpoint: redis.endpoint, plan: plan)
        try cluster.start()
        let watched = WatchedRegistry(redis) { plan in
            plan.scanEverySeconds = 0.5
            plan.nodes.deadAfterSeconds = deadAfterSeconds
            plan.nodes.unknownAfterSeconds = 1
        }
        watched.start()
        return (redis, cluster, watched)
    }

    private static func orphans(_ watched: WatchedRegistry, _ node: String) -> [OrphanReason: Int] {
        watched.node(node)?.counts.orphaned ?? [:]
    }

    @Test func aKilledNodeOrphansItsSessionsAndARestartedOneThoseOfItsLastLife() async throws {
        let (_, cluster, watched) = try Self.cluster(deadAfterSeconds: 1)
        try await eventually("all to be owned") { watched.view.isComplete && watched.counts.owned == 60 }

        cluster.kill(node: "node-2")
        try await eventually("node 2's sessions to be orphaned") { Self.orphans(watched, "node-2") == [.ownerDead: 20] }
        #expect(watched.node("node-2")?.node.status == .dead)
        let rows = try watched.json("/api/v1/sessions?state=orphaned")["data"]?.array ?? []
        #expect(rows.count == 20)
        #expect(
            rows.allSatisfy {
                $0["reason"] == "owner_dead" && $0["node"] == "node-2" && $0["orphaned_since"]?.string != nil
            })

        cluster.restart(node: "node-2")
        try await eventually("the new life to be seen") { Self.orphans(watched, "node-2") == [.ownerRestarted: 20] }
        let node = try #require(watched.node("node-2"))
        #expect(node.node.status == .alive)
        #expect(node.node.restarts == 1)

        cluster.restart(node: "node-3")
        try await eventually("a restart without a pause to be seen") {
            Self.orphans(watched, "node-3") == [.ownerRestarted: 20]
        }
        cluster.stop()
        await watched.stop()
    }

    @Test func aDrainingNodeKeepsItsSessions() async throws {
        let (_, cluster, watched) = try Self.cluster(deadAfterSeconds: 5)
        try await eventually("all to be owned") { watched.view.isComplete && watched.counts.owned == 60 }
        cluster.drain(node: "node-1")
        try await eventually("the node to drain") { watched.node("node-1")?.node.status == .draining }
        #expect(watched.counts.owned == 60)
        #expect(
            try watched.json("/api/v1/status")["data"]?["nodes"] == [
                "alive": 2, "draining": 1, "dead": 0, "unknown": 0, "gone": 0,
            ])
        // Where fullScans are delayed the page withholds it for a while.
        try await eventually("the node on the page") {
            watched.page()["mcp_registry_node_up{node_id=\"node-1\"}"] == 1
        }
        cluster.stop()
        await watched.stop()
    }

    @Test func anOutageOfRedisKillsNobody() async throws {
        let (redis, cluster, watched) = try Self.cluster(deadAfterSeconds: 2)
        try await eventually("all to be owned") { watched.view.isComplete && watched.counts.owned == 60 }
        redis.signal(SIGSTOP)
        // Longer than dead_after, on Redis' clock too: the heartbeats' keys expire meanwhile.
        try await Self.holds(forSeconds: 3) { watched.counts.orphanedInAll == 0 }
        redis.signal(SIGCONT)
        let before = watched.view.asOf
        try await eventually("the next complete view") {
            #expect(watched.counts.orphanedInAll == 0)
            return watched.view.isComplete && watched.view.asOf != before
        }
        try await Self.holds(forSeconds: 1) { watched.counts.orphanedInAll == 0 }
        #expect(watched.counts.owned == 60)
        cluster.stop()
        await watched.stop()
    }

    @Test func aSilenceShorterThanDeadAfterFlipsNothing() async throws {
        let redis = try PrivateRedis()
        let node = try SimulatedNode("node-1", endpoint: redis.endpoint, heartbeatSeconds: 0.2)
        try node.register(count: 20)
        let watched = WatchedRegistry(redis) { plan in
            plan.scanEverySeconds = 0.5
            plan.nodes.deadAfterSeconds = 6
        }
        watched.start()
        try await eventually("the node to be seen") {
            try node.writeHeartbeat()
            return watched.view.isComplete && watched.node("node-1")?.node.status == .alive
        }
        for _ in 0..<2 {
            // The heartbeat's key is gone after 0.6 s of it.
            try await Self.holds(forSeconds: 1.5) { watched.counts.owned == 20 }
            #expect(watched.node("node-1")?.node.status == .alive)
            try node.writeHeartbeat()
        }
        await watched.stop()
    }

    @Test func aNodeThatNeverBeatIsUnknownAfterAWhile() async throws {
        let redis = try PrivateRedis()
        try redis.run([session(uuid(1), node: "node-9", boot: "boot-9", created: try redis.now())])
        let watched = WatchedRegistry(redis) { plan in
            plan.scanEverySeconds = 0.2
            plan.nodes.unknownAfterSeconds = 1
        }
        watched.start()
        try await eventually("the reading") { watched.view.asOf != nil }
        try await eventually("the orphan") { Self.orphans(watched, "node-9") == [.ownerUnknown: 1] }
        #expect(watched.node("node-9")?.node.status == .unknown)
        // Late is not never.
        try redis.run([["SET", "mcp:node:node-9", "{\"boot\":\"boot-9\"}"]])
        try await eventually("the node to be heard of") { watched.counts.owned == 1 }
        await watched.stop()
    }

    @Test func heartbeatsInASortedSetAreRead() async throws {
        let redis = try PrivateRedis()
        let now = try redis.now()
        try redis.run([
            ["ZADD", "mcp:nodes", "\(now)", "node-1", "\(now - 3_600)", "node-2"],
            session(uuid(1), node: "node-1", boot: nil, created: now),
            session(uuid(2), node: "node-2", boot: nil, created: now),
        ])
        let watched = WatchedRegistry(redis) { $0.nodes.deadAfterSeconds = 3 }
        watched.start()
        var beats = 0
        try await eventually("the stale one alone to be dead") {
            beats += 1
            try redis.run([["ZADD", "mcp:nodes", "\(Double(now) + Double(beats) / 1_000)", "node-1"]])
            return watched.counts.orphaned == [.ownerDead: 1]
        }
        #expect(watched.node("node-1")?.node.status == .alive)
        #expect(watched.node("node-2")?.node.status == .dead)
        await watched.stop()
    }

    /// Whether the condition holds all the while.
    private static func holds(forSeconds seconds: Double, _ condition: () -> Bool) async throws {
        let end = monotonicSeconds() + seconds
        try await eventually("the end of the while") {
            try #require(condition())
            return monotonicSeconds() >= end
        }
    }
}
