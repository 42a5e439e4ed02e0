import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Watching

/// Databases that are emptied, filled and swapped.
@Suite struct FlushRedisTests {
    private static func registry(
        of count: Int = 300, _ change: (inout WatchPlan) -> Void = { _ in }
    ) async throws -> (redis: PrivateRedis, watched: WatchedRegistry) {
        let redis = try PrivateRedis()
        try redis.run(fill(count, at: try redis.now()))
        return (redis, try await WatchedRegistry.live(redis, change))
    }

    private static func fill(_ count: Int, from first: Int = 0, at now: Int) -> [[String]] {
        (first..<first + count).map { session(uuid($0), node: "node-1", boot: "b1", created: now - 1_000) }
    }

    @Test(arguments: [["FLUSHALL"], ["FLUSHDB"], ["FLUSHALL", "ASYNC"]], [300, 5])
    func whatAFlushTookHasVanished(flush: [String], count: Int) async throws {
        let (redis, watched) = try await Self.registry(of: count)
        try redis.run([flush])
        try await eventually("nothing to be left") { watched.counts.inAll == 0 && watched.isWholeAndLive }
        #expect(watched.books == RegistryBooks(ended: ["node-1": [.vanished: count]]))
        #expect(watched.ending(uuid(1)) == .vanished)
        #expect(watched.resyncs == ["flush": 1])
        // It is counted a moment after its view shows.
        try await eventually("the second reading to be counted") { watched.fullScans == 2 }
        #expect(watched.drift == 0)
        await watched.stop()
    }

    @Test func aFlushAndARefillAtOnceLeaveWhatThereIs() async throws {
        let (redis, watched) = try await Self.registry(of: 1_000) { $0.redisShare = 1 }
        // Half of those that were there come back, and many more.
        try redis.run([["FLUSHALL"]] + Self.fill(20_000, from: 500, at: try redis.now()))
        try await eventually("all that there is now", within: 120) {
            try watched.isWholeAndLive && watched.sessions.count == 20_000 && watched.sessions == redis.sessions()
        }
        #expect(watched.resyncs["flush"] == 1)
        #expect(watched.books.created == [:], "they say themselves that they are older than the flush")
        #expect(watched.ending(uuid(1)) == .vanished)
        #expect(watched.ending(uuid(700)) == nil)
        #expect(watched.drift == 0)
        await watched.stop()
    }

    @Test func theFlushOfAnotherDatabaseLosesNothing() async throws {
        let (redis, watched) = try await Self.registry()
        try redis.run([["SELECT", "3"], ["SET", "mcp:session:\(uuid(1))", "1"], ["FLUSHDB"]])
        try await eventually("the reading after it") { watched.resyncs == ["flush": 1] && watched.isWholeAndLive }
        #expect(watched.counts.inAll == 300)
        #expect(watched.books == RegistryBooks())
        await watched.stop()
    }

    /// Redis tells nobody of it.
    @Test func aSwapOfDatabasesIsFoundByTheReconcilingReadingAsDrift() async throws {
        let redis = try PrivateRedis()
        let now = try redis.now()
        // Well before anybody watches, since a change in any database is told.
        try redis.run(
            Self.fill(20, at: now) + [["SELECT", "1"]] + Self.fill(5, from: 100, at: now) + [
                session(uuid(1), node: "node-2", boot: "b1", created: now - 1_000)
            ])
        let watched = try await WatchedRegistry.live(redis) { $0.reconcileEverySeconds = 0.5 }
        try redis.run([["SWAPDB", "0", "1"]])
        try await eventually("what the other database held") { try watched.sessions == redis.sessions() }
        try await watched.settle()
        // 19 gone, 5 come, 1 changed.
        #expect(watched.drift == 25)
        #expect(watched.page()["mcp_sessiond_tracking_drift_total"] == 25)
        #expect(watched.resyncs == [:])
        #expect(watched.isWholeAndLive)
        await watched.stop()
    }

    /// A swap in the middle of a reading: what was read of the one database stays until the next reading, the rest is
    /// that of the other.
    @Test func aSwapInTheMiddleOfAReadingIsPutRightByTheNextOne() async throws {
        let redis = try PrivateRedis()
        let now = try redis.now()
        try redis.run(Self.fill(400, at: now) + [["SELECT", "1"]] + Self.fill(5, from: 1_000, at: now))
        let watched = try await WatchedRegistry.live(redis) {
            ($0.reconcileEverySeconds, $0.redisShare) = (0.5, 0.01)
        }
        try await eventually("a reading to be well under way") {
            watched.watch.fullScans.withLock { $0[0].map { (0.4...0.6).contains($0.progress) } ?? false }
        }
        try redis.run([["SWAPDB", "0", "1"]])
        try await eventually("what the other database held") { try watched.sessions == redis.sessions() }
        #expect(watched.books.endedInAll == 400)
        #expect(Set(watched.books.ended["node-1", default: [:]].keys).isSubset(of: [.closed, .vanished]))
        #expect(watched.drift == 405)
        #expect(watched.resyncs == [:])
        await watched.stop()
    }

    /// The last answer of a reading shows nothing any more, and nobody has listened yet to why.
    @Test func aFlushInTheLastStepOfAReadingIsOne() async throws {
        let redis = try PrivateRedis()
        try redis.run(Self.fill(50, at: try redis.now()))
        let proxy = try MeddlingProxy(to: redis)
        let watched = try await WatchedRegistry.live(redis, through: proxy) { plan in
            (plan.reconcileEverySeconds, plan.redisShare, plan.limits.replySeconds) = (0.5, 1, 300)
        }
        proxy.meddle(.hold("SCAN"))
        try await eventually("the next reading") { proxy.isHolding }
        let pushes = proxy.pushes
        try redis.run([["FLUSHALL"]])
        try await eventually("the flush to be told") { proxy.pushes > pushes }
        proxy.meddle(.nothing)
        try await eventually("nothing to be left") { watched.counts.inAll == 0 && watched.isWholeAndLive }
        #expect(watched.books == RegistryBooks(ended: ["node-1": [.vanished: 50]]))
        #expect(watched.resyncs == ["flush": 1])
        #expect(watched.drift == 0)
        await watched.stop()
    }
}
