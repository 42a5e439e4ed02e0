import Configuration
import Exposition
import Foundation
import Lab
import Redis
import Testing

/// `doctor` as a whole: its exit codes, and that it shows no secret.
@Suite struct DoctorCommandTests {
    private static func beating(_ redis: PrivateRedis) throws {
        var connection = try redis.connect()
        _ = try connection.command(["SET", "mcp:node:node-1", #"{"boot":"b1","url":"http://10.0.0.1:8080"}"#])
        _ = try connection.command([
            "SET", "mcp:session:0b1f7a52-8f0e-4a55-9f0e-aa11bb22cc33", #"{"node":"node-1","boot":"b1"}"#, "EX", "600",
        ])
    }

    private static func doctor(
        _ redis: PrivateRedis, _ arguments: [String] = [], environment: [String: String] = [:]
    ) async throws -> Program.Outcome {
        let own = ["MCP_SESSIOND_REDIS_URL": redis.url].merging(environment) { $1 }
        return try await Program.run(["doctor"] + arguments, environment: own)
    }

    @Test func `all that is well is 0, something that is not is 1, Redis away is 3`() async throws {
        let redis = try PrivateRedis()
        // With no daemon named, that none answers is no fault; one that listens on this machine by chance is not asked.
        let token = ["MCP_SESSIOND_CLEANUP_MODE": "off"]
        let empty = try await Self.doctor(redis, environment: token)
        #expect(
            empty.status == 1 && empty.output.contains("\nheartbeats  fail  no node writes a heartbeat\n"), "\(empty)")
        try Self.beating(redis)
        let named = try await Self.doctor(redis, ["--server", "http://127.0.0.1:1"], environment: token)
        #expect(named.status == 1 && named.output.hasSuffix("\n8 ok, 1 fail\n"), "\(named)")
        #expect(named.errors.isEmpty)
        redis.stop()
        let away = try await Self.doctor(redis, ["--server", "http://127.0.0.1:1"])
        #expect(away.status == 3 && away.output.hasPrefix("redis       fail  "), "\(away)")
    }

    @Test func `with a daemon that answers all is looked at`() async throws {
        let fill: (inout RedisConnection) throws -> Void = { redis in
            _ = try redis.command(["SET", "mcp:node:node-1", #"{"boot":"b1","url":"http://10.0.0.1:8080"}"#])
            _ = try redis.command(["SET", "mcp:session:some-session", #"{"node":"node-1","boot":"b1"}"#, "EX", "600"])
        }
        let off: (inout Settings) -> Void = { $0.cleanup.mode = .off }
        try await withDaemon(fill: fill, change: off) { daemon in
            let environment = ["MCP_SESSIOND_REDIS_URL": daemon.redis.url]
            let outcome = try await daemon.run(["doctor"], environment: environment)
            #expect(
                outcome.status == 0 && outcome.output.contains("\nview        ok    complete, as of "), "\(outcome)")
            #expect(outcome.output.hasSuffix("\n9 ok, 4 not checked\n"))
            let json = try await daemon.run(["doctor", "-o", "json"], environment: environment)
            let checks = try JSONValue(parsing: Array(json.output.utf8))["checks"]?.array ?? []
            #expect(
                checks.compactMap { $0["check"]?.string } == [
                    "redis", "role", "clock", "eviction", "ttl", "acl", "tracking", "heartbeats", "view", "events",
                    "instances", "nodes", "cleanup",
                ])
            #expect(checks.allSatisfy { $0.object?.map(\.key) == ["check", "result", "found", "mend"] })
            let yaml = try await daemon.run(["doctor", "-o", "yaml"], environment: environment)
            #expect(yaml.status == 0 && yaml.output.hasPrefix("checks:\n- check: redis\n  result: ok\n"), "\(yaml)")
        }
    }

    @Test func `a mistake in the configuration is 2, and a password is shown nowhere`() async throws {
        let redis = try PrivateRedis(arguments: ["--requirepass", "hunter2-hunter2"])
        let mistake = try await Self.doctor(redis, environment: ["MCP_SESSIOND_WATCH_MODE": "often"])
        #expect(mistake.status == 2 && mistake.output.isEmpty && mistake.errors.contains("watch.mode"))
        let watching = try await Self.doctor(redis, ["--watch"])
        #expect(watching.status == 2)
        let wrong = try await Self.doctor(redis, environment: ["MCP_SESSIOND_REDIS_PASSWORD": "wrong-wrong"])
        #expect(wrong.status == 3 && wrong.output.contains("redis.password_file"), "\(wrong)")
        let right = try await Self.doctor(redis, environment: ["MCP_SESSIOND_REDIS_PASSWORD": "hunter2-hunter2"])
        for outcome in [wrong, right] {
            #expect(!"\(outcome)".contains("wrong-wrong") && !"\(outcome)".contains("hunter2"))
        }
        #expect(right.output.hasPrefix("redis       ok    "), "\(right)")
    }
}
