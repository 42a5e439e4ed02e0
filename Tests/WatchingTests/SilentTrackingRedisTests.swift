import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Watching
@testable import Workers

/// A subscription that stays open and tells nothing: the canary finds it.
@Suite struct SilentTrackingRedisTests {
    private static func registry() async throws -> (PrivateRedis, MeddlingProxy, WatchedRegistry) {
        let redis = try PrivateRedis()
        let now = try redis.now()
        try redis.run((0..<50).map { session(uuid($0), node: "node-1", boot: "b1", created: now - 100) })
        let proxy = try MeddlingProxy(to: redis)
        let watched = try await WatchedRegistry.live(redis, through: proxy)
        return (redis, proxy, watched)
    }

    @Test func whatASilentSubscriptionDidNotTellIsReadAgain() async throws {
        let (redis, proxy, watched) = try await Self.registry()
        try redis.run([["DEL", "mcp:session:\(uuid(1))"]])
        try await eventually("a change through the proxy") { watched.counts.inAll == 49 }
        let asOf = watched.view.asOf
        proxy.meddle(.swallowPushes)
        try redis.run([["DEL", "mcp:session:\(uuid(2))"], ["SET", "mcp:session:new", "1"]])
        try await eventually("the silence to be noticed", within: 120) { watched.resyncs["gap"] != nil }
        proxy.meddle(.nothing)
        try await eventually("all of it", within: 120) {
            try watched.isWholeAndLive && watched.sessions == redis.sessions()
        }
        #expect(watched.view.asOf != asOf)
        #expect(watched.drift == 0)
        try redis.run([["DEL", "mcp:session:\(uuid(3))"]])
        try await eventually("the next change") { watched.session(uuid(3)) == nil }
        await watched.stop()
    }

    /// Subscriptions that never tell anything are as good as none.
    @Test func whereSubscriptionsNeverTellAnythingEverythingIsScanned() async throws {
        let (redis, proxy, watched) = try await Self.registry()
        proxy.meddle(.swallowPushes)
        try await eventually("the silence to be noticed", within: 120) { watched.resyncs["gap"] != nil }
        try await eventually("scanning instead", within: 120) {
            let watching = try watched.json("/api/v1/status")["data"]?["watch"]
            return watched.view.isComplete && watching?["mode"] == "scan"
                && watching?["tracking_refused"]?.string != nil
        }
        #expect(try watched.sessions == redis.sessions())
        await watched.stop()
    }

    struct Sign: CustomTestStringConvertible {
        let testDescription: String
        let rules: [String]
        var readsFromReplica = false
    }

    /// Nobody listens while the first full scan is all that is done, and there is nothing to be missed.
    @Test(arguments: [
        Sign(testDescription: "canaries", rules: []), Sign(testDescription: "PING", rules: ["-set"]),
        Sign(testDescription: "PING from the first", rules: [], readsFromReplica: true),
    ])
    func aLongFirstReadingIsNoSilence(sign: Sign) async throws {
        let redis = try PrivateRedis()
        try redis.run([session(uuid(1), node: "node-1", boot: "b1", created: try redis.now())])
        let proxy = try MeddlingProxy(to: redis)
        proxy.meddle(.hold("SCAN"))
        var endpoint = try redis.endpoint(forbidding: sign.rules)
        endpoint.transport = proxy.endpoint.transport
        let watched = WatchedRegistry(endpoint, of: proxy) { plan in
            plan.mode = .auto
            plan.readsFromReplica = sign.readsFromReplica
            plan.limits.replySeconds = 60
        }
        watched.start()
        try await Self.pass(seconds: 2 * ShardSchedule.canaryPatienceSeconds)
        proxy.meddle(.nothing)
        try await eventually("the first full scan, with tracking") { watched.isWholeAndLive }
        let asOf = try #require(watched.view.asOf)
        try await eventually("signs of life") { watched.view.asOf.map { $0 - asOf > 5 } ?? false }
        #expect(watched.resyncs == [:])
        #expect(watched.fullScans == 1)
        await watched.stop()
    }

    /// A server that answers nobody for a while: what it tells comes late, and is not lost.
    @Test func aPauseLongerThanACanarysPatienceIsNoSilence() async throws {
        let redis = try PrivateRedis()
        let watched = try await WatchedRegistry.live(redis) { $0.limits.replySeconds = 60 }
        try await eventually("the first canary") { watched.watch.metrics.trackingLag.value > 0 }
        let milliseconds = Int(2_000 * ShardSchedule.canaryPatienceSeconds)
        try redis.run([["CLIENT", "PAUSE", "\(milliseconds)", "ALL"]])
        let asOf = try #require(watched.view.asOf)
        try await eventually("the end of the pause, and life after it", within: 180) {
            watched.view.asOf.map { $0 - asOf > Double(milliseconds) / 1_000 + 3 } ?? false
        }
        #expect(watched.resyncs == [:])
        #expect(watched.fullScans == 1)
        await watched.stop()
    }

    /// However long Redis takes to take a canary in, it is missed only from then on.
    @Test func aCanaryThatIsTakenInLateIsNoSilence() async throws {
        let redis = try PrivateRedis()
        let proxy = try MeddlingProxy(to: redis)
        let watched = try await WatchedRegistry.live(redis, through: proxy) { $0.limits.replySeconds = 300 }
        proxy.meddle(.hold("canary"))
        try await eventually("a canary on its way") { proxy.isHolding }
        try await Self.pass(seconds: ShardSchedule.canaryPatienceSeconds + 1)
        let (asOf, pushes) = (try #require(watched.view.asOf), proxy.pushes)
        proxy.meddle(.delayPushes)
        try await eventually("the canary to come back") { proxy.pushes > pushes }
        proxy.meddle(.nothing)
        try await eventually("life after it") { watched.view.asOf.map { $0 - asOf > 5 } ?? false }
        #expect(watched.resyncs == [:])
        #expect(watched.fullScans == 1)
        await watched.stop()
    }

    /// In mode `tracking` a subscription has to prove itself first, and there is nothing instead of it.
    @Test func whereTrackingIsAMustNothingIsReadBesideAMuteSubscription() async throws {
        let redis = try PrivateRedis()
        let now = try redis.now()
        try redis.run((0..<50).map { session(uuid($0), node: "node-1", boot: "b1", created: now - 100) })
        let proxy = try MeddlingProxy(to: redis)
        proxy.meddle(.swallowPushes)
        let watched = WatchedRegistry(proxy.endpoint, of: proxy) { plan in
            (plan.mode, plan.scanEverySeconds, plan.retrySeconds) = (.tracking, 0.2, 1)
        }
        watched.start()
        func isRefused() throws -> Bool {
            let watching = try watched.json("/api/v1/status")["data"]?["watch"]
            return watching?["tracking_refused"]?.string?.contains("did not answer") == true
        }
        try await eventually("the silence to be noticed") { try isRefused() }
        #expect(watched.log.text.contains("no tracking, so nothing is read: "))
        try await Self.pass(seconds: ShardSchedule.canaryPatienceSeconds)
        #expect(watched.fullScans == 0)
        #expect(watched.view.asOf == nil)
        #expect(watched.get("/readyz").status == 503)
        #expect(try isRefused())
        proxy.meddle(.nothing)
        try await eventually("tracking") { watched.isWholeAndLive && watched.get("/readyz").status == 200 }
        #expect(watched.counts.inAll == 50)
        #expect(try !isRefused())

        // One that falls silent leaves the view as it was, and not ready.
        let fullScans = watched.fullScans
        proxy.meddle(.swallowPushes)
        try redis.run([["DEL", "mcp:session:\(uuid(1))"]])
        try await eventually("the silence to be noticed again") { try isRefused() }
        #expect(watched.get("/readyz").status == 503)
        #expect(watched.fullScans == fullScans)
        #expect(watched.counts.inAll == 50)
        proxy.meddle(.nothing)
        try await eventually("tracking again") { watched.isWholeAndLive && watched.counts.inAll == 49 }
        await watched.stop()
    }

    private static func pass(seconds: Double) async throws {
        let end = monotonicSeconds() + seconds
        try await eventually("the while to be over", within: seconds + 30) { monotonicSeconds() >= end }
    }
}
