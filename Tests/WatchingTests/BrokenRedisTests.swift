import Foundation
import Lab
import Redis
import Sessions
import TestSupport
import Testing

/// What the daemon says while Redis is away, and that it comes back by itself.
@Suite(.ownThreads) struct BrokenRedisTests {
    private static let batches = "mcp_sessiond_redis_command_duration_seconds_count{command=\"scan\"}"

    /// A server with 300 sessions of one live node, and a watch that reads it all the time: after the first time with
    /// that share of its time.
    private static func watched(share: Double = 1, replySeconds: Double = 10) throws -> (PrivateRedis, WatchedRegistry)
    {
        let redis = try PrivateRedis()
        try fill(redis)
        let watched = WatchedRegistry(redis) { plan in
            plan.scanEverySeconds = 0.2
            plan.redisShare = share
            // Looks at the heartbeats every 0.2 s.
            plan.nodes.deadAfterSeconds = 1
            plan.limits.replySeconds = replySeconds
        }
        return (redis, watched)
    }

    private static func fill(_ redis: PrivateRedis) throws {
        let now = try redis.now()
        try redis.run(
            (0..<300).map { session(uuid($0), node: "node-1", boot: "boot-1", created: now) }
                + [["SET", "mcp:node:node-1", "{\"boot\":\"boot-1\"}"]])
    }

    /// A server that dies in the middle of a reading, and comes back empty.
    @Test func aReadingThatIsCutOffLeavesTheLastPictureAndTheNextOneIsWhole() async throws {
        // 30 batches of 10 names, with pauses 200 times as long as Redis takes.
        let (redis, watched) = try Self.watched(share: 0.005)
        watched.start()
        try await eventually("the first full scan") { watched.page()["mcp_sessiond_scans_total{result=\"ok\"}"] == 1 }
        let asOf = watched.view.asOf
        let batches = try #require(watched.page()[Self.batches])
        try await eventually("the second reading") { (watched.page()[Self.batches] ?? 0) >= batches + 2 }
        redis.signal(SIGKILL)
        try await eventually("the loss to be noticed") {
            watched.page()["mcp_sessiond_scans_total{result=\"partial\"}"] == 1 && watched.get("/readyz").status == 503
        }

        let sessions = try watched.json("/api/v1/sessions?limit=1000")
        #expect(sessions["complete"] == false)
        #expect(sessions["data"]?.array?.count == 300)
        #expect(watched.view.asOf == asOf)
        #expect(watched.counts.owned == 300)
        #expect(watched.get("/livez").status == 200)

        try redis.restart()
        try await eventually("a whole view again") {
            watched.get("/readyz").status == 200 && watched.counts.inAll == 0
        }
        await watched.stop()
        #expect(watched.view.isComplete)
        // What was lost while nobody looked is not said to have been closed.
        #expect(watched.node("node-1")?.ended == [.vanished: 300])
    }

    /// A server that hangs: no answer and no end of the connection.
    @Test func aServerThatHangsIsATimeoutAndItsPictureIsWithheldOnceItIsStale() async throws {
        let (redis, watched) = try Self.watched(replySeconds: 0.3)
        watched.start()
        try await eventually("the first full scan") { watched.get("/readyz").status == 200 }
        redis.signal(SIGSTOP)
        try await eventually("timeouts to be counted and the view to be stale") {
            let page = watched.page()
            return (page["mcp_sessiond_redis_errors_total{kind=\"timeout\"}"] ?? 0) > 0
                && (page["mcp_sessiond_scans_total{result=\"timeout\"}"] ?? 0) > 0 && !page.has(family: "mcp_registry_")
        }
        let page = watched.page()
        #expect(page["mcp_sessiond_redis_up"] == 0)
        #expect(page["mcp_sessiond_scan_last_success_timestamp_seconds"] == watched.watch.metrics.lastScanSuccess.value)
        let ready = watched.get("/readyz")
        #expect(ready.status == 503)
        #expect(ready.text.contains("[-] redis: Redis at \(redis.endpoint) did not answer within 0.3 s\n"))
        #expect(ready.text.contains("[-] freshness: the view is "))
        // The last view is still told, with its age.
        #expect(try watched.json("/api/v1/status")["data"]?["sessions"]?["owned"] == 300)

        redis.signal(SIGCONT)
        try await eventually("all to be well again") {
            let page = watched.page()
            // The fullScans had a timeout, so they had to connect anew.
            return watched.get("/readyz").status == 200 && page.has(family: "mcp_registry_")
                && (page["mcp_sessiond_redis_reconnects_total"] ?? 0) > 0
        }
        await watched.stop()
    }

    @Test func afterFLUSHALLThereIsNothingAndAfterRefillingThereIsAllOfItAgain() async throws {
        let (redis, watched) = try Self.watched()
        watched.start()
        try await watched.settle()
        #expect(watched.counts.owned == 300)
        try redis.run([["FLUSHALL"]])
        try await watched.settle()
        #expect(watched.counts == StateCounts())
        #expect(watched.view.isComplete)
        let ended = watched.node("node-1")?.ended.values.reduce(0, +)
        #expect(ended == 300)
        try Self.fill(redis)
        try await watched.settle()
        #expect(watched.counts.owned == 300)
        await watched.stop()
    }
}

/// Servers that answer, and refuse or make no sense: each is named wherever somebody may look.
@Suite(.ownThreads) struct RefusingRedisTests {
    struct Refusal: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var server: [String] = []
        var script: [ScriptedServer.Step]?
        var acl: [String]?
        var username = ""
        var password = ""
        /// The `kind` of the errors, and words of the error.
        let kind: String
        let words: String
    }

    static let refusals = [
        Refusal(
            testDescription: "no password where one is needed", server: ["--requirepass", "open-sesame"], kind: "auth",
            words: "NOAUTH Authentication required"),
        Refusal(
            testDescription: "a wrong password", server: ["--requirepass", "open-sesame"], password: "hunter2",
            kind: "auth",
            words: "WRONGPASS invalid username-password pair"),
        Refusal(
            testDescription: "an ACL without SCAN",
            acl: ["ACL", "SETUSER", "watcher", "on", ">hunter2", "~*", "+@all", "-scan"], username: "watcher",
            password: "hunter2", kind: "auth", words: "NOPERM"),
        Refusal(
            testDescription: "a server that loads its data",
            script: [.send("-LOADING Redis is loading the dataset in memory\r\n"), .hang], kind: "other",
            words: "LOADING Redis is loading the dataset in memory"),
        Refusal(
            testDescription: "a replica whose primary is gone",
            script: [.send("-MASTERDOWN Link with MASTER is down\r\n"), .hang], kind: "other",
            words: "MASTERDOWN Link with MASTER is down"),
        Refusal(
            testDescription: "a cluster's node asked for another's keys",
            script: [.send("-MOVED 3999 127.0.0.1:6381\r\n"), .hang], kind: "moved", words: "MOVED 3999"),
        Refusal(
            testDescription: "a server of another protocol",
            script: [.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), .close], kind: "other",
            words: "sent an invalid reply"),
        Refusal(testDescription: "a server that hangs up", script: [.close], kind: "io", words: "lost"),
    ]

    @Test(arguments: refusals)
    func itIsNamedInReadinessStatusMetricsAndLog(refusal: Refusal) async throws {
        let watched: WatchedRegistry
        if let script = refusal.script {
            let server = try ScriptedServer(script)
            watched = WatchedRegistry(server.endpoint, of: server)
        } else {
            let redis = try PrivateRedis(arguments: refusal.server)
            if let acl = refusal.acl { try redis.run([acl]) }
            var endpoint = redis.endpoint
            (endpoint.username, endpoint.password) = (refusal.username, refusal.password)
            watched = WatchedRegistry(endpoint, of: redis)
        }
        watched.start()
        try await eventually("the refusal to be named in the status") {
            try watched.json("/api/v1/status")["data"]?["watch"]?["full_scan_failure"]?.string?.contains(refusal.words)
                == true
        }
        await watched.stop()

        let status = try watched.json("/api/v1/status")
        #expect(status["complete"] == false)
        #expect(status["as_of"] == .null)
        let ready = watched.get("/readyz")
        #expect(ready.status == 503)
        #expect(ready.text.contains("[-] full scan: "))
        #expect(ready.text.contains(refusal.words))
        let page = watched.page()
        #expect((page["mcp_sessiond_redis_errors_total{kind=\"\(refusal.kind)\"}"] ?? 0) > 0)
        #expect(page["mcp_sessiond_scans_total{result=\"ok\"}"] == 0)
        #expect(!page.has(family: "mcp_registry_"))
        #expect(watched.log.text.contains(refusal.words))
        for secret in ["hunter2", "open-sesame"] {
            #expect(![ready.text, page.text, watched.log.text, status.compact].contains { $0.contains(secret) })
        }
    }
}
