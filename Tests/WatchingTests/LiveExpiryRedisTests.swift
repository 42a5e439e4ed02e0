import Lab
import Redis
import Sessions
import TestSupport
import Testing

/// Sessions that end by their time to live, on a server that finds expired keys only when they are touched.
@Suite struct LiveExpiryRedisTests {
    private static func lazyServer() throws -> PrivateRedis {
        let redis = try PrivateRedis(arguments: ["--enable-debug-command", "yes"])
        try redis.run([["DEBUG", "SET-ACTIVE-EXPIRE", "0"]])
        return redis
    }

    @Test func aSessionWhoseTimeRunsOutHasExpiredThoughNobodyTouchesIt() async throws {
        let redis = try Self.lazyServer()
        let now = try redis.now()
        try redis.run([session(uuid(1), node: "node-1", boot: "b1", created: now)])
        let watched = try await WatchedRegistry.live(redis)
        try redis.run([
            ["SET", "mcp:session:\(uuid(2))", "{\"node\":\"node-1\",\"boot\":\"b1\"}", "PX", "3000"],
            ["HSET", "mcp:session:\(uuid(3))", "node", "node-2"], ["PEXPIRE", "mcp:session:\(uuid(3))", "3000"],
        ])
        try await eventually("both to be seen") { watched.sessions.count == 3 || watched.books.endedInAll > 0 }
        try await eventually("both to end") { watched.sessions.count == 1 && watched.books.endedInAll == 2 }
        #expect(watched.books.ended == ["node-1": [.expired: 1], "node-2": [.expired: 1]])
        #expect(watched.ending(uuid(2)) == .expired)
        #expect(watched.ending(uuid(3)) == .expired)
        #expect(watched.session(uuid(1)) != nil)
        #expect(watched.fullScans == 1)
        #expect(watched.drift == 0)
        await watched.stop()
    }

    @Test func aThousandThatEndAtOnceAllEnd() async throws {
        let redis = try Self.lazyServer()
        let watched = try await WatchedRegistry.live(redis)
        let end = (try redis.now() + 4) * 1_000
        try redis.run((0..<3_000).map { ["SET", "mcp:session:\(uuid($0))", "1", "PXAT", "\(end)"] })
        try await eventually("all of them to end", within: 120) { watched.books.endedInAll == 3_000 }
        #expect(watched.books.ended == ["": [.expired: 3_000]])
        #expect(watched.sessions.isEmpty)
        #expect(watched.fullScans == 1)
        await watched.stop()
    }

    @Test func oneThatIsExtendedAtTheLastMomentIsNotLost() async throws {
        let redis = try Self.lazyServer()
        let watched = try await WatchedRegistry.live(redis)
        let key = "mcp:session:\(uuid(1))"
        var deadline = 0
        var isExtended = false
        // Where the machine is so slow that the moment is missed, once more.
        while !isExtended {
            try redis.run([["SET", key, "{\"node\":\"node-1\"}", "PX", "2500"]])
            deadline = try redis.now() + 4
            try await eventually("the last moment") { try redis.run([["PTTL", key]])[0].integer ?? 0 < 200 }
            isExtended = try redis.run([["EXPIRE", key, "1000"]])[0].integer == 1
        }
        let ended = watched.books.endedInAll
        try await eventually("its old deadline to be well past") { try redis.now() > deadline + 2 }
        #expect(watched.session(uuid(1))?.node == "node-1")
        #expect(watched.books.endedInAll <= ended + 1)
        let left = watched.session(uuid(1))?.expiresAt.map { $0 - watched.watch.clock.now() } ?? 0
        #expect(left > 500)
        #expect(watched.fullScans == 1)
        await watched.stop()
    }
}
