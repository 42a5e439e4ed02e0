import Exposition
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Configuration

/// Servers, rules and proxies that allow less than tracking needs: said clearly, and used as far as it goes.
@Suite struct RefusedTrackingRedisTests {
    private static let mode = "mcp_sessiond_watch_mode{mcp_sessiond_watch_mode=\"scan\"}"

    private static func watching(_ watched: WatchedRegistry) throws -> JSONValue {
        try #require(try watched.json("/api/v1/status")["data"]?["watch"])
    }

    /// Reads a registry that is scanned twice a second.
    private static func watched(
        _ endpoint: RedisEndpoint, of server: any AnyObject & Sendable, mode: WatchSettings.Mode = .auto
    ) -> WatchedRegistry {
        let watched = WatchedRegistry(endpoint, of: server) { plan in
            plan.mode = mode
            plan.scanEverySeconds = 0.5
            plan.retrySeconds = 0.5
        }
        watched.start()
        return watched
    }

    struct Refusal: CustomTestStringConvertible {
        let testDescription: String
        let rules: [String]
        let words: String
    }

    static let refusals = [
        Refusal(testDescription: "CLIENT TRACKING", rules: ["-client|tracking"], words: "NOPERM"),
        Refusal(testDescription: "CLIENT", rules: ["-client"], words: "NOPERM"),
        Refusal(testDescription: "SUBSCRIBE", rules: ["-subscribe"], words: "NOPERM"),
        Refusal(testDescription: "the channel", rules: ["resetchannels"], words: "NOPERM"),
    ]

    @Test(arguments: refusals)
    func whereAnACLForbidsItEverythingIsScannedInstead(refusal: Refusal) async throws {
        let redis = try PrivateRedis()
        try redis.run([session(uuid(1), node: "node-1", boot: "b1", created: try redis.now())])
        let watched = Self.watched(try redis.endpoint(forbidding: refusal.rules), of: redis)
        try await Self.checkScanning(watched, redis, words: refusal.words)
        await watched.stop()
    }

    /// Ready, current by scans alone, and it says why.
    private static func checkScanning(_ watched: WatchedRegistry, _ redis: PrivateRedis, words: String) async throws {
        try await eventually("a reading") { watched.view.isComplete }
        try redis.run([["SET", "mcp:session:\(uuid(2))", "1"], ["DEL", "mcp:session:\(uuid(1))"]])
        try await eventually("the next reading") { try watched.sessions == redis.sessions() }
        try await eventually("readiness") { watched.get("/readyz").status == 200 }
        let watching = try watching(watched)
        #expect(watching["mode"] == "scan")
        #expect(watching["configured_mode"] == "auto")
        #expect(watching["tracking_refused"]?.string?.contains(words) == true)
        #expect(watching["scan_every_seconds"] == 0.5)
        #expect(watched.page()[mode] == 1)
        #expect(watched.log.lines.count { $0.contains("no tracking") && $0.contains(words) } == 1)
        #expect(!watched.log.text.contains("hunter2"))
        #expect(watched.drift == 0)
    }

    /// Tracking is tried again now and then.
    @Test func whenAnACLAllowsItAgainChangesAreToldAgain() async throws {
        let redis = try PrivateRedis()
        try redis.run([session(uuid(1), node: "node-1", boot: "b1", created: try redis.now())])
        let watched = Self.watched(try redis.endpoint(forbidding: ["-client|tracking"]), of: redis)
        try await Self.checkScanning(watched, redis, words: "NOPERM")
        try redis.allow(["+client|tracking"])
        try redis.run([["SET", "mcp:session:\(uuid(3))", "1"]])
        try await eventually("tracking", within: 120) { watched.isWholeAndLive }
        let watching = try Self.watching(watched)
        #expect(watching["mode"] == "tracking")
        #expect(watching["tracking_refused"] == .null)
        #expect(watched.page()[Self.mode] == 0)
        #expect(watched.drift == 0)
        // The full scan that tracking began with may still be at work, and takes the first changes in itself.
        var (number, fullScans) = (4, 0)
        repeat {
            fullScans = watched.fullScans
            try redis.run([["SET", "mcp:session:\(uuid(number))", "1"]])
            try await eventually("a change") { watched.session(uuid(number)) != nil }
            number += 1
        } while watched.fullScans != fullScans && number < 10
        #expect(watched.fullScans == fullScans)
        await watched.stop()
    }

    @Test func aServerThatDoesNotKnowCLIENTIsScanned() async throws {
        let redis = try PrivateRedis(arguments: ["--rename-command", "CLIENT", ""])
        try redis.run([session(uuid(1), node: "node-1", boot: "b1", created: try redis.now())])
        let watched = Self.watched(redis.endpoint, of: redis)
        try await Self.checkScanning(watched, redis, words: "unknown command")
        await watched.stop()
    }

    @Test func throughAProxyThatHangsUpOnCLIENTEverythingIsScanned() async throws {
        let redis = try PrivateRedis()
        try redis.run([session(uuid(1), node: "node-1", boot: "b1", created: try redis.now())])
        let proxy = try MeddlingProxy(to: redis)
        proxy.meddle(.hangUpOnClient)
        let watched = Self.watched(proxy.endpoint, of: proxy)
        try await Self.checkScanning(watched, redis, words: "lost")
        await watched.stop()
    }

    /// In mode `tracking` nothing else will do.
    @Test func whereTrackingIsAMustItsRefusalIsNoReadiness() async throws {
        let redis = try PrivateRedis()
        try redis.run([session(uuid(1), node: "node-1", boot: "b1", created: try redis.now())])
        let endpoint = try redis.endpoint(forbidding: ["-client|tracking"])
        let watched = Self.watched(endpoint, of: redis, mode: .tracking)
        try await eventually("the refusal to be named") { watched.get("/readyz").text.contains("NOPERM") }
        let ready = watched.get("/readyz")
        #expect(ready.status == 503)
        #expect(ready.text.contains("client|tracking"))
        #expect(!watched.view.isComplete)
        #expect(try Self.watching(watched)["tracking_refused"]?.string?.contains("NOPERM") == true)
        #expect(watched.page()["mcp_sessiond_scans_total{result=\"ok\"}"] == 0)
        try redis.allow(["+client|tracking"])
        try await eventually("tracking", within: 120) {
            watched.isWholeAndLive && watched.get("/readyz").status == 200
        }
        await watched.stop()
    }
}

/// Commands besides tracking that an ACL may forbid.
@Suite struct RefusedCommandRedisTests {
    /// Without these nothing can be read: a clear line says so, and it goes on by itself once it may.
    @Test(arguments: ["scan", "time", "mget", "pttl"])
    func withoutItNothingIsReadUntilItIsAllowed(command: String) async throws {
        let redis = try PrivateRedis()
        try redis.run([session(uuid(1), node: "node-1", boot: "b1", created: try redis.now())])
        let watched = WatchedRegistry(try redis.endpoint(forbidding: ["-\(command)"]), of: redis) { $0.mode = .auto }
        watched.start()
        try await eventually("the refusal to be named") {
            let ready = watched.get("/readyz")
            return ready.status == 503 && ready.text.contains("NOPERM") && ready.text.contains("'\(command)'")
        }
        #expect(!watched.view.isComplete)
        #expect(watched.log.text.contains("'\(command)'"))
        try redis.allow(["+\(command)"])
        try await eventually("tracking", within: 120) {
            watched.isWholeAndLive && watched.counts.inAll == 1 && watched.get("/readyz").status == 200
        }
        await watched.stop()
    }

    /// Without these it goes on, with less to go by.
    @Test(arguments: ["set", "info", "hmget"])
    func withoutItChangesAreToldAllTheSame(command: String) async throws {
        let redis = try PrivateRedis()
        try redis.run([session(uuid(1), node: "node-1", boot: "b1", created: try redis.now())])
        let watched = try await WatchedRegistry.live(
            redis, as: try redis.endpoint(forbidding: ["-\(command)"]), { $0.nodes.deadAfterSeconds = 2 })
        let asOf = try #require(watched.view.asOf)
        try redis.run([["SET", "mcp:session:\(uuid(2))", "1"], ["DEL", "mcp:session:\(uuid(1))"]])
        try await eventually("the changes") { watched.sessions == [ref(uuid(2)): "unowned"] }
        try await eventually("signs of life") { watched.view.asOf.map { $0 - asOf > 7 } ?? false }
        #expect(watched.resyncs == [:])
        #expect(watched.fullScans == 1)
        #expect(watched.isWholeAndLive)
        #expect(watched.get("/readyz").status == 200)
        let server = try watched.json("/api/v1/status")["data"]?["redis"]
        #expect((server?["version"] == .null) == (command == "info"))
        await watched.stop()
    }

    /// A server may be out of memory, or take no writes, for a moment.
    @Test func aCanaryThatWasRefusedIsTriedAgain() async throws {
        let redis = try PrivateRedis()
        let watched = try await WatchedRegistry.live(redis, as: try redis.endpoint(forbidding: ["-set"])) {
            $0.retrySeconds = 0.5
        }
        let asOf = try #require(watched.view.asOf)
        try await eventually("signs of life") { watched.view.asOf.map { $0 - asOf > 3 } ?? false }
        #expect(watched.watch.metrics.trackingLag.value == 0)
        #expect(watched.log.lines.count { $0.contains("no canary can be written") } == 1)
        try redis.allow(["+set"])
        try await eventually("a canary") { watched.watch.metrics.trackingLag.value > 0 }
        #expect(watched.resyncs == [:])
        #expect(watched.fullScans == 1)
        await watched.stop()
    }
}
