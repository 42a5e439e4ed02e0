import Foundation
import Lab
import Redis
import Sessions
import TestSupport
import Testing

/// What happens to the server itself, and keys that no server should have to bear.
@Suite struct ServerEventRedisTests {
    private static func fill(_ count: Int, at now: Int) -> [[String]] {
        (0..<count).map { session(uuid($0), node: "node-1", boot: "b1", created: now - 1_000) }
    }

    @Test func aServerThatComesBackEmptyHasLostAllOfThem() async throws {
        let redis = try PrivateRedis()
        try redis.run(Self.fill(300, at: try redis.now()))
        let watched = try await WatchedRegistry.live(redis)
        redis.signal(SIGKILL)
        try await eventually("the loss to be said") {
            watched.get("/readyz").status == 503 && !watched.view.isComplete
        }
        #expect(watched.counts.inAll == 300)
        try redis.restart()
        try await eventually("the empty server") { watched.counts.inAll == 0 && watched.isWholeAndLive }
        #expect(watched.books == RegistryBooks(ended: ["node-1": [.vanished: 300]]))
        #expect(watched.drift == 0)
        await watched.stop()
    }

    @Test func whereAServerComesBackWithItsDataNothingEnds() async throws {
        let redis = try PrivateRedis(arguments: ["--appendonly", "no"])
        try redis.run(Self.fill(300, at: try redis.now()) + [["SAVE"]])
        let watched = try await WatchedRegistry.live(redis)
        redis.signal(SIGKILL)
        try await eventually("the loss to be said") { !watched.view.isComplete }
        try redis.restart()
        try await eventually("the server with its data") {
            watched.isWholeAndLive && watched.resyncs["reconnect"] != nil
        }
        #expect(watched.counts.inAll == 300)
        #expect(watched.books == RegistryBooks())
        #expect(watched.drift == 0)
        try redis.run([["DEL", "mcp:session:\(uuid(1))"]])
        try await eventually("changes to be told again") { watched.counts.inAll == 299 }
        await watched.stop()
    }

    /// More at once than are asked for in one round trip.
    @Test func whatRedisEvictsIsSaidToBeEvicted() async throws {
        let redis = try PrivateRedis(arguments: ["--maxmemory", "200mb", "--maxmemory-policy", "allkeys-lru"])
        try redis.run(Self.fill(4_000, at: try redis.now()))
        let watched = try await WatchedRegistry.live(redis)
        try await eventually("the server's settings to be known") {
            try watched.json("/api/v1/status")["data"]?["redis"]?["evicts_sessions"] == true
        }
        try redis.run([["CONFIG", "SET", "maxmemory", "\(try redis.memory() - 300_000)"]])
        try await eventually("evictions") { try redis.info("stats", "evicted_keys") > 600 }
        try redis.run([["CONFIG", "SET", "maxmemory", "200mb"]])
        try await eventually("all of them to be seen") { try watched.sessions == redis.sessions() }
        let lost = 4_000 - watched.counts.inAll
        #expect(lost > 600)
        #expect(watched.books.ended == ["node-1": [.evicted: lost]])
        #expect(watched.fullScans == 1)
        #expect(watched.drift == 0)
        // What is closed a while later is closed.
        let later = try redis.now() + 5
        try await eventually("a while") { try redis.now() > later }
        let left = try #require(try redis.run([["KEYS", "mcp:session:*"]])[0].array?.first?.text)
        try redis.run([["DEL", left]])
        try await eventually("the last one") { watched.books.endedInAll == lost + 1 }
        #expect(watched.books.ended == ["node-1": [.evicted: lost, .closed: 1]])
        await watched.stop()
    }

    /// Keys of a million characters are no sessions; forty of them in one answer of SCAN are 40 MB.
    @Test(arguments: [1, 40])
    func keysOfAMillionCharactersKeepNobodyFromWatching(count: Int) async throws {
        let redis = try PrivateRedis()
        let long = String(repeating: "k", count: 1_000_000)
        for number in 0..<count { try redis.run([["SET", "mcp:session:\(long)\(number)", "1"]]) }
        try redis.run(Self.fill(20, at: try redis.now()))
        let watched = try await WatchedRegistry.live(redis)
        #expect(watched.counts.inAll == 20)
        #expect(try watched.json("/api/v1/status")["data"]?["keys"]?["skipped"]?["id_length"] == .int(count))
        try redis.run([["MULTI"]] + (0..<count).map { ["SET", "mcp:session:\(long)\($0)", "2"] } + [["EXEC"]])
        try redis.run([["DEL", "mcp:session:\(uuid(1))"]])
        try await eventually("the change behind them", within: 60) {
            watched.counts.inAll == 19 && watched.isWholeAndLive
        }
        await watched.stop()
    }
}
