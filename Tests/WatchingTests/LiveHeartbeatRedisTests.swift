import Lab
import Redis
import Sessions
import TestSupport
import Testing

/// Heartbeats beside changes that are told at once.
@Suite struct LiveHeartbeatRedisTests {
    /// A node that restarts all the time: its heartbeat and the first session of its new boot come together, and looks at
    /// the heartbeats are rarer than news of sessions.
    @Test(arguments: [true, false])
    func aSessionOfANewBootIsNeverTakenForOneOfAnOldBoot(isTogether: Bool) async throws {
        let redis = try PrivateRedis()
        try redis.run([["SET", "mcp:node:node-1", "{\"boot\":\"boot-0\"}"]])
        let watched = try await WatchedRegistry.live(redis) { $0.nodes.deadAfterSeconds = 0.5 }
        for round in 1...60 {
            let (key, boot) = ("mcp:session:\(uuid(round))", "boot-\(round)")
            let beat = ["SET", "mcp:node:node-1", "{\"boot\":\"\(boot)\"}"]
            let first = session(uuid(round), node: "node-1", boot: boot, created: try redis.now())
            if isTogether {
                try redis.run([["MULTI"], ["DEL", "mcp:session:\(uuid(round - 1))"], first, beat, ["EXEC"]])
            } else {
                try redis.run([["DEL", "mcp:session:\(uuid(round - 1))"]])
                try await eventually("the old session to be gone") { watched.counts.inAll == 0 }
                try redis.run([beat])
                try redis.run([["SET", key, first[2]]])
            }
            var restarts = 0
            try await eventually("round \(round) to be seen") {
                let counts = watched.counts
                let isNew = watched.session(uuid(round)) != nil
                // The one of before may still be there while the new boot's heartbeat is; the new one may never be.
                if isNew, watched.session(uuid(round))?.state != .owned { restarts += 1 }
                return isNew && counts.owned == 1 && counts.inAll == 1
            }
            #expect(restarts == 0, "round \(round)")
        }
        try await eventually("the last boot's heartbeat") { watched.node("node-1")?.node.heartbeat?.boot == "boot-60" }
        #expect(watched.counts.owned == 1)
        #expect(watched.fullScans == 1)
        await watched.stop()
    }

    @Test func aHeartbeatThatGoesTurnsAllItsSessionsAndThatOfANewBootToo() async throws {
        let redis = try PrivateRedis()
        let now = try redis.now()
        try redis.run(
            (0..<100).map { session(uuid($0), node: "node-1", boot: "b1", created: now) }
                + [["SET", "mcp:node:node-1", "{\"boot\":\"b1\"}"], ["SET", "mcp:node:node-2", "{\"boot\":\"b1\"}"]])
        let watched = try await WatchedRegistry.live(redis) { $0.nodes.deadAfterSeconds = 1 }
        #expect(watched.counts.owned == 100)
        // On a machine that is slow enough, the look that ends the reading may be older than one that knew no node yet: then
        // the next one is the first that sees it.
        try await eventually("its heartbeat to be seen") {
            let now = watched.watch.clock.now()
            return watched.watch.registry.withLock { $0.nodeSummary(named: "node-1", at: now)?.node.status } == .alive
        }
        try redis.run([["DEL", "mcp:node:node-1"]])
        try await eventually("its death") { watched.counts.orphaned == [.ownerDead: 100] }
        try redis.run([["SET", "mcp:node:node-1", "{\"boot\":\"b2\"}"]])
        try await eventually("its new life") { watched.counts.orphaned == [.ownerRestarted: 100] }
        #expect(watched.fullScans == 1)
        #expect(watched.books == RegistryBooks())
        await watched.stop()
    }
}
