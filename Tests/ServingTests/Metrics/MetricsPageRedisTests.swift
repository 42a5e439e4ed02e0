import Foundation
import HTTP
import Lab
import TestSupport
import Testing

@testable import Watching

@Suite(.ownThreads) struct MetricsPageRedisTests {
    /// A registry of every kind of key after two full scans, with changes between them. By its clock next to no time
    /// passes, however long it takes: no session grows a bucket older, and no node dies.
    private static func watched() async throws -> WatchedRegistry {
        let redis = try PrivateRedis()
        let now = try redis.now()
        let registry = RegistryOfEveryKind(now: now)
        let proxy = try MeddlingProxy(to: redis)
        proxy.meddle(.tellTime(seconds: now))
        let watched = WatchedRegistry(proxy.endpoint, of: proxy) { plan in
            plan.nodes.deadAfterSeconds = 60
            plan.nodes.unknownAfterSeconds = 0
            plan.clockRunsOn = false
            (plan.limits.connectSeconds, plan.limits.replySeconds) = (600, 600)
        }
        registry.remember(in: watched)
        // Redis' own clock goes on: far from the end of the bucket, which is 900 s.
        try redis.run(registry.keys + [["EXPIRE", "mcp:session:\(uuid(7))", "3500"]])
        try await watched.read()
        try redis.run(registry.changes)
        try await watched.look()
        try await watched.read()
        return watched
    }

    @Test(arguments: [
        ("metrics.txt", "text/plain", "text/plain; version=0.0.4; charset=utf-8"),
        (
            "metrics.openmetrics.txt", "application/openmetrics-text",
            "application/openmetrics-text; version=1.0.0; charset=utf-8"
        ),
    ])
    func theWholePageIsTheRecordedOne(file: String, accept: String, contentType: String) async throws {
        let watched = try await Self.watched()
        let answer = watched.get("/metrics", headers: ["Accept": accept])
        #expect(answer.status == 200)
        #expect(answer.headers["Content-Type"] == contentType)
        try Recorded(file).compare(with: answer.text)
    }

    @Test func promtoolFindsNothingWrongWithThePage() async throws {
        let page = try await Self.watched().page()
        let check = try ForeignProgram(
            ["promtool", "check", "metrics"], input: Array(page.text.utf8), package: "apt-get install prometheus")
        #expect(check.status == 0, "\(check.text)")
        #expect(check.text.isEmpty)
    }

    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["OPENMETRICS_PYTHON"] != nil,
            "OPENMETRICS_PYTHON is not set: a python3 that has the package prometheus-client"))
    func theReferenceParserReadsEverySample() async throws {
        let python = try #require(ProcessInfo.processInfo.environment["OPENMETRICS_PYTHON"])
        let page = try await Self.watched().page("application/openmetrics-text")
        let script = """
            import sys
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
            text = sys.stdin.buffer.read().decode()
            print(sum(len(family.samples) for family in text_string_to_metric_families(text)))
            """
        let parser = try ForeignProgram(
            [python, "-c", script], input: Array(page.text.utf8), package: "set OPENMETRICS_PYTHON to a python3")
        #expect(parser.status == 0)
        #expect(parser.text == "\(page.samples.count)\n")
    }

    @Test func bothFormatsCarryTheSameSamplesAndNoneTwice() async throws {
        let watched = try await Self.watched()
        let pages = ["text/plain", "application/openmetrics-text"].map { watched.page($0) }
        #expect(pages.map(\.repeated) == [[], []])
        let series = pages.map { Set($0.samples.map(\.series)) }
        #expect(series[0] == series[1])
        let steady = pages.map { page in
            Set(page.samples.filter { !Recorded.isVolatile($0.series) })
        }
        #expect(steady[0] == steady[1])
        #expect(steady[0].count > 200)
    }

    @Test func countsOfThePageAreThoseOfTheStatus() async throws {
        let watched = try await Self.watched()
        let (page, status) = (watched.page(), try watched.json("/api/v1/status"))
        let sessions = status["data"]?["sessions"]
        for state in ["owned", "orphaned", "unowned"] {
            #expect(page.sum("mcp_registry_sessions", "state=\"\(state)\"") == sessions?[state]?.double, "\(state)")
        }
        #expect(page.sum("mcp_registry_malformed_keys", "kind=\"session\"") == sessions?["malformed"]?.double)
        #expect(page["mcp_registry_sessions_without_ttl"] == sessions?["no_expiry"]?.double)
    }

    @Test func beforeTheFirstReadingThereIsNoRegistryOnThePage() throws {
        let redis = try PrivateRedis()
        let page = WatchedRegistry(redis).page()
        #expect(!page.has(family: "mcp_registry_"))
        #expect(page["mcp_sessiond_scan_last_success_timestamp_seconds"] == 0)
        #expect(page["mcp_sessiond_redis_up"] == 0)
        #expect(page["mcp_sessiond_scans_total{result=\"ok\"}"] == 0)
    }
}
