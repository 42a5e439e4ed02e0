import Foundation
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Watching

/// Whatever may have made us miss a change leads to a new reading, which is said, counted by reason, and right.
@Suite struct LostTrackingRedisTests {
    private static let tracking = "mcp_sessiond_watch_mode{mcp_sessiond_watch_mode=\"tracking\"}"

    /// So many sessions of one node.
    private static func registry(of count: Int) async throws -> (redis: PrivateRedis, watched: WatchedRegistry) {
        let redis = try PrivateRedis()
        let now = try redis.now()
        try redis.run((0..<count).map { session(uuid($0), node: "node-1", boot: "b1", created: now - 100) })
        let watched = try await WatchedRegistry.live(redis)
        return (redis, watched)
    }

    private static func settled(_ watched: WatchedRegistry, _ redis: PrivateRedis) async throws {
        try await eventually("a whole view that is right", within: 120) {
            try watched.isWholeAndLive && watched.sessions == redis.sessions()
        }
    }

    struct Kill: CustomTestStringConvertible {
        let testDescription: String
        let commands: [[String]]
    }

    @Test(arguments: [
        Kill(testDescription: "the subscription", commands: [["CLIENT", "KILL", "TYPE", "pubsub"]]),
        Kill(testDescription: "the readers", commands: [["CLIENT", "KILL", "TYPE", "normal"]]),
        Kill(
            testDescription: "both",
            commands: [["CLIENT", "KILL", "TYPE", "normal"], ["CLIENT", "KILL", "TYPE", "pubsub"]]),
        Kill(
            testDescription: "the subscription, and the user that it ran as no more",
            commands: [["CLIENT", "NO-EVICT", "off"], ["CLIENT", "KILL", "TYPE", "pubsub"]]),
    ])
    func whatHappensWhileConnectionsAreKilledIsFound(kill: Kill) async throws {
        let (redis, watched) = try await Self.registry(of: 300)
        let changes = [
            session(uuid(1), node: "node-2", boot: "b1", created: try redis.now() - 100),
            ["DEL", "mcp:session:\(uuid(2))"],
            session(uuid(1_000), node: "node-2", boot: "b1", created: try redis.now() + 60),
            ["SET", "mcp:session:no-time", "1"],
        ]
        try redis.run([["MULTI"]] + kill.commands + changes + [["EXEC"]])
        try await eventually("the loss to be noticed") { !watched.resyncs.isEmpty }
        try await Self.settled(watched, redis)
        #expect(Set(watched.resyncs.keys) == ["reconnect"])
        // Only what its own times tell is counted across a gap.
        #expect(watched.books == RegistryBooks(created: ["node-2": 1], ownerChanges: 1))
        #expect(watched.ending(uuid(2)) == .closed)
        #expect(watched.drift == 0)
        // And changes are told again.
        try redis.run([["DEL", "mcp:session:\(uuid(3))"]])
        try await eventually("the next change") { watched.session(uuid(3)) == nil }
        #expect(watched.books.ended == ["node-1": [.closed: 1]])
        await watched.stop()
    }

    /// The view of before stays, and says that it may be wrong.
    @Test func untilAllIsReadAgainThePictureSaysThatItIsNotWhole() async throws {
        let redis = try PrivateRedis()
        let now = try redis.now()
        try redis.run((0..<200).map { session(uuid($0), node: "node-1", boot: "b1", created: now - 100) })
        let proxy = try MeddlingProxy(to: redis)
        let watched = try await WatchedRegistry.live(redis, through: proxy) { $0.limits.replySeconds = 300 }
        let asOf = try #require(watched.view.asOf)
        proxy.meddle(.hold("SCAN"))
        try redis.run([["MULTI"], ["CLIENT", "KILL", "TYPE", "pubsub"], ["DEL", "mcp:session:\(uuid(7))"], ["EXEC"]])
        try await eventually("the gap to be said") { watched.view.gap == .resync }
        let status = try watched.json("/api/v1/status")
        #expect(status["complete"] == false)
        #expect(status["data"]?["watch"]?["gap"] == "resync")
        #expect(status["data"]?["watch"]?["mode"] == "scan")
        #expect(status["data"]?["sessions"]?["registered"] == 200)
        #expect(watched.page()[Self.tracking] == 0)

        proxy.meddle(.nothing)
        try await Self.settled(watched, redis)
        #expect(watched.counts.inAll == 199)
        #expect(try #require(watched.view.asOf) > asOf)
        #expect(try watched.json("/api/v1/status")["complete"] == true)
        #expect(watched.page()[Self.tracking] == 1)
        await watched.stop()
    }

    /// Only the subscription is lost: what is read over the other connection need not be asked for again over a third.
    @Test func aSubscriptionLostInTheMiddleOfAReadingTakesNothingElseWithIt() async throws {
        let redis = try PrivateRedis()
        let now = try redis.now()
        try redis.run((0..<50).map { session(uuid($0), node: "node-1", boot: "b1", created: now - 100) })
        let proxy = try MeddlingProxy(to: redis)
        let watched = try await WatchedRegistry.live(redis, through: proxy) { plan in
            (plan.reconcileEverySeconds, plan.redisShare, plan.limits.replySeconds) = (0.5, 1, 300)
        }
        proxy.meddle(.hold("MGET\r\n$48\r\n"))
        try await eventually("the next reading") { proxy.isHolding }
        let clients = proxy.clients
        // It waits for the values. What changes now is told by nobody.
        try redis.run([
            ["MULTI"], ["CLIENT", "KILL", "TYPE", "pubsub"], ["DEL", "mcp:session:\(uuid(7))"], ["EXEC"],
        ])
        try await eventually("the subscription to be closed") { proxy.clients < clients }
        proxy.meddle(.nothing)
        try await eventually("the loss to be noticed") { !watched.resyncs.isEmpty }
        try await Self.settled(watched, redis)
        #expect(watched.counts.inAll == 49)
        #expect(watched.resyncs == ["reconnect": 1])
        #expect(watched.drift == 0)

        #expect(watched.log.lines.filter { $0.hasPrefix("warning") } == [])
        await watched.stop()
    }

    @Test func aPauseOfTheServerLosesNothing() async throws {
        let (redis, watched) = try await Self.registry(of: 100)
        try redis.run([["CLIENT", "PAUSE", "1000", "WRITE"]])
        try redis.run([["DEL", "mcp:session:\(uuid(1))"], ["SET", "mcp:session:late", "1"]])
        try await eventually("what waited") { watched.session("late") != nil && watched.session(uuid(1)) == nil }
        #expect(watched.fullScans == 1)
        #expect(watched.resyncs == [:])
        await watched.stop()
    }
}

// MARK: - Floods

/// More changes at once than can be told, or are worth asking for.
@Suite struct FloodRedisTests {
    /// So many sessions in one script: however long that takes, Redis does nothing else meanwhile.
    private static func flood(_ redis: PrivateRedis, _ count: Int, limits: RedisConnection.Limits) throws {
        var connection = try RedisConnection.open(redis.endpoint, limits: limits)
        try connection.command([
            "EVAL", "for i = 1, tonumber(ARGV[1]) do redis.call('SET', 'mcp:session:flood-' .. i, '1') end", "0",
            "\(count)",
        ])
    }

    private static func check(_ redis: PrivateRedis, _ count: Int, reasons: Set<String>) async throws {
        let now = try redis.now()
        try redis.run((0..<50).map { session(uuid($0), node: "node-1", boot: "b1", created: now) })
        var limits = RedisConnection.Limits()
        (limits.connectSeconds, limits.replySeconds) = (120, 120)
        let watched = try await WatchedRegistry.live(redis) { [limits] plan in
            (plan.redisShare, plan.limits) = (1, limits)
        }
        let asOf = watched.view.asOf
        try redis.run([["DEL", "mcp:session:\(uuid(1))"]])
        try flood(redis, count, limits: limits)
        try redis.run([["DEL", "mcp:session:\(uuid(2))"]])
        try await eventually("the flood to be noticed", within: 300) { !watched.resyncs.isEmpty }
        try await eventually("all of it to be read", within: 600) {
            watched.isWholeAndLive && watched.counts.inAll == count + 48
        }
        #expect(reasons.isSuperset(of: watched.resyncs.keys), "\(watched.resyncs)")
        #expect(watched.view.asOf != asOf)
        #expect(watched.session(uuid(1)) == nil)
        #expect(watched.session(uuid(2)) == nil)
        #expect(watched.session("flood-\(count)") != nil)
        #expect(watched.drift == 0)
        await watched.stop()
    }

    /// Redis closes a subscription that does not take what it is told; it may do so before any of it was sent.
    @Test func whereRedisClosesTheSubscriptionAllIsReadAgain() async throws {
        let redis = try PrivateRedis(arguments: ["--client-output-buffer-limit", "pubsub 1mb 0 0"])
        try await Self.check(redis, 40_000, reasons: ["overflow", "reconnect"])
    }

    @Test func whereMoreIsToldThanIsWorthAskingForAllIsReadAgain() async throws {
        // Where it takes longer to hear it all than a canary or Redis has patience for, it is a gap or a lost connection.
        try await Self.check(try PrivateRedis(), 300_000, reasons: ["overflow", "gap", "reconnect"])
    }

    /// The signs of life come among the changes, and the view keeps up.
    @Test func underSteadyWritesThePictureStaysYoung() async throws {
        let redis = try PrivateRedis()
        let watched = try await WatchedRegistry.live(redis)
        let asOf = try #require(watched.view.asOf)
        let writers = SteadyWriters(redis, count: 2) { round in
            (0..<100).map { ["SET", "mcp:session:\(uuid((round * 100 + $0) % 3_000))", "\(round)"] }
        }
        defer { writers.stop() }
        try await eventually("the view to grow younger", within: 60) {
            watched.view.asOf.map { $0 - asOf > 5 } ?? false
        }
        #expect(watched.fullScans == 1)
        #expect(watched.resyncs == [:])
        writers.stop()
        await watched.stop()
    }

    /// What is told a moment after a reading saw it was told all the same.
    @Test func writesDuringAReconcilingReadingAreNoDrift() async throws {
        let redis = try PrivateRedis()
        try redis.run((0..<500).map { ["SET", "mcp:session:\(uuid($0))", "1"] })
        let watched = try await WatchedRegistry.live(redis) { plan in
            plan.reconcileEverySeconds = 0.2
            plan.redisShare = 0.5
        }
        let writers = SteadyWriters(redis, count: 1) { round in
            (0..<20).map { place in
                let number = round * 20 + place
                return ["SET", "mcp:session:\(uuid(number % 500))", "{\"node\":\"node-\(number / 500 % 5)\"}"]
            }
        }
        defer { writers.stop() }
        try await eventually("some fullScans", within: 300) { watched.fullScans > 6 }
        writers.stop()
        try await eventually("the last of the changes") { try watched.sessions == redis.sessions() }
        #expect(watched.drift == 0)
        #expect(watched.resyncs == [:])
        await watched.stop()
    }
}
