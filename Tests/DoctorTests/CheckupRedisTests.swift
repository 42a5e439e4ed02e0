import Foundation
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Configuration
@testable import Doctor

/// What a look at the set-up finds, on real servers.
@Suite(.ownThreads) struct CheckupRedisTests {
    /// The server as a user of the daemon's is to find it; `change` sets what the test is about.
    static func findings(
        on redis: PrivateRedis, _ change: (inout Settings) -> Void = { _ in }, password: String? = nil
    ) throws -> Checkup.Findings {
        var settings = Settings()
        settings.redis.url = redis.url
        settings.cleanup.mode = .off
        change(&settings)
        let environment = password.map { [Settings.passwordVariable: $0] } ?? [:]
        return try Checkup(settings: settings, environment: environment).run()
    }

    /// One live node with one session that expires.
    static func fill(_ redis: PrivateRedis) throws {
        try redis.run([
            ["SET", "mcp:node:node-1", #"{"boot":"b1","url":"http://10.0.0.1:8080"}"#],
            ["SET", "mcp:session:\(uuid(1))", #"{"node":"node-1","boot":"b1"}"#, "EX", "2592000"],
        ])
    }

    static func check(_ name: String, _ findings: Checkup.Findings) throws -> Check {
        try #require(findings.checks.first { $0.name == name })
    }

    @Test func `a set-up that is right is ok throughout, and nothing is left in it but a canary`() throws {
        let redis = try PrivateRedis()
        try Self.fill(redis)
        for mode in [CleanupSettings.Mode.off, .dryRun, .delete] {
            let findings = try Self.findings(on: redis) { $0.cleanup.mode = mode }
            #expect(findings.isRedisReached)
            #expect(findings.checks.allSatisfy { $0.result == .ok && $0.mend.isEmpty }, "\(findings.checks)")
            #expect(
                findings.checks.map(\.name) == [
                    "redis", "role", "clock", "eviction", "ttl", "acl", "tracking", "heartbeats",
                ])
        }
        let keys = try redis.keys.filter { !$0.hasPrefix(KeySpace.canaryPrefix) }
        #expect(keys.sorted() == ["mcp:node:node-1", "mcp:session:\(uuid(1))"])
        for key in try redis.keys where key.hasPrefix(KeySpace.canaryPrefix) {
            var connection = try redis.connect()
            #expect((1...60).contains(try connection.command(["TTL", key]).integer ?? -1))
        }
    }

    @Test func `a server that nobody answers for is out of reach, and says how to find out`() throws {
        let redis = try PrivateRedis()
        redis.stop()
        let findings = try Self.findings(on: redis)
        #expect(!findings.isRedisReached && findings.checks.map(\.name) == ["redis"])
        #expect(findings.checks[0].result == .fail && findings.checks[0].mend.count == 1)
    }

    @Test func `a wrong password is told from a server that is away, and stands nowhere`() throws {
        let redis = try PrivateRedis(arguments: ["--requirepass", "the-right-one"])
        let findings = try Self.findings(on: redis, password: "a-wrong-one")
        #expect(!findings.isRedisReached)
        #expect(findings.checks[0].mend[0].contains("redis.password_file"))
        #expect(!"\(findings)".contains("a-wrong-one") && !"\(findings)".contains("the-right-one"))
    }

    @Test(arguments: [
        (["--maxmemory", "100mb", "--maxmemory-policy", "volatile-lru"], Check.Result.warn),
        (["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"], .warn),
        (["--maxmemory", "100mb"], .ok), (["--maxmemory-policy", "allkeys-lru"], .ok),
    ])
    func `a server that may drop sessions is of note`(arguments: [String], result: Check.Result) throws {
        let check = try Self.check("eviction", try Self.findings(on: try PrivateRedis(arguments: arguments)))
        #expect(check.result == result, "\(check)")
        #expect(check.mend.contains("CONFIG SET maxmemory-policy noeviction") == (result == .warn))
    }

    @Test func `sessions that never expire, or far too late, are of note`() throws {
        let redis = try PrivateRedis()
        let none = try Self.check("ttl", try Self.findings(on: redis))
        #expect(none.result == .warn && none.found == "no session key (mcp:session:*)")
        try Self.fill(redis)
        try redis.run([["SET", "mcp:session:\(uuid(2))", "1", "EX", "25920000"]])
        let long = try Self.check("ttl", try Self.findings(on: redis))
        #expect(long.result == .warn && long.found == "1 of 2 sampled session keys live for far more than 30 days")
        try redis.run([["SET", "mcp:session:\(uuid(3))", "1"]])
        let never = try Self.check("ttl", try Self.findings(on: redis))
        #expect(never.result == .warn && never.found.hasPrefix("1 of 3 sampled session keys have no expiry"))
    }

    @Test func `a large registry is sampled`() throws {
        let redis = try PrivateRedis()
        try redis.run((0..<3_000).map { ["SET", "mcp:session:\(uuid($0))", "1", "EX", "60"] })
        let found = try Self.check("ttl", try Self.findings(on: redis)).found
        let count = try #require(found.firstMatch(of: #/all (\d+) sampled/#).flatMap { Int($0.output.1) })
        #expect((CheckedServer.sampleSessions...2 * CheckedServer.sampleSessions).contains(count))
    }

    @Test func `heartbeats that are missing, silent or say too little are told by their nodes`() throws {
        let redis = try PrivateRedis()
        try redis.run([["SET", "mcp:session:\(uuid(1))", #"{"node":"node-7"}"#, "EX", "60"]])
        let none = try Self.check("heartbeats", try Self.findings(on: redis))
        #expect(none.result == .fail && none.found == "no node writes a heartbeat; sessions name node-7")
        try redis.run([["SET", "mcp:node:node-1", #"{"boot":"b1"}"#]])
        let little = try Self.check("heartbeats", try Self.findings(on: redis))
        #expect(little.result == .warn)
        #expect(little.found == "1 heartbeat; node-1 without url: sticky cookies cannot be matched to it")
        try redis.run([["SET", "mcp:node:node-1", #"{"boot""#]])
        let broken = try Self.check("heartbeats", try Self.findings(on: redis))
        #expect(broken.result == .warn && broken.found == "1 heartbeat; that of node-1 cannot be read")
        try redis.run(
            [["HSET", "mcp:node:node-1", "boot", "b1", "url", "http://10.0.0.1:8080"]],
            after: ["DEL", "mcp:node:node-1"])
        let rest = try Self.check("heartbeats", try Self.findings(on: redis))
        #expect(
            rest.result == .ok
                && rest.found
                    == "1 heartbeat with boot and url; none of node-7 for 15 s"
        )
    }

    @Test func `heartbeats that are all old, or of the future, are of note`() throws {
        let redis = try PrivateRedis()
        func found(_ ages: [Int]) throws -> Check {
            let now = try redis.now()
            try redis.run(
                ages.enumerated().map { number, age in
                    ["SET", "mcp:node:node-\(number)", #"{"boot":"b","url":"http://h","seen_at":\#(now - age)}"#]
                })
            return try Self.check("heartbeats", try Self.findings(on: redis))
        }
        #expect(try found([60, 60]).found == "2 heartbeats; all are older than nodes.dead_after")
        #expect(try found([1, 60]).found == "2 heartbeats with boot and url; none of node-1 for 15 s")
        let early = try found([1, -60])
        #expect(early.result == .warn && early.found == "2 heartbeats; that of node-1 is in the future")
    }

    @Test func `a replica that is read where a primary is wanted is of note`() throws {
        let redis = try PrivateRedis()
        // Its master need not be there.
        try redis.run([["REPLICAOF", "127.0.0.1", "1"]])
        let findings = try Self.findings(on: redis)
        #expect(try Self.check("role", findings).result == .warn)
        // It is no lack of rights that it takes no writes.
        #expect(try Self.check("acl", findings).result == .ok)
        let wanted = try Self.findings(on: redis) { $0.redis.readFrom = .replica }
        #expect(try Self.check("role", wanted).found.hasPrefix("replica whose link to its master is "))
    }

    @Test(arguments: [
        (0o600, Check.Result.ok), (0o640, .ok), (0o400, .ok), (0o660, .warn), (0o644, .fail), (0o666, .fail),
    ])
    func `files with secrets are for their owner alone`(mode: Int, result: Check.Result) throws {
        let folder = try TemporaryFolder(prefix: "checkup")
        defer { folder.remove() }
        let path = folder.file("tokens")
        try "read x\n".write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        let check = Checkup.judge("tokens", "http.tokens_file", path)
        #expect(check.result == result && check.mend == (result == .ok ? [] : ["chmod 600 \(path)"]), "\(check)")
        #expect(Checkup.judge("tokens", "http.tokens_file", folder.file("none")).result == .fail)
    }

    @Test func `of several servers the worst is told`() {
        let each: [[Check]] = [
            [Check("a", .ok, "1"), Check("b", .warn, "1")], [Check("a", .fail, "2"), Check("b", .ok, "2")],
            [Check("a", .warn, "3"), Check("b", .warn, "3")],
        ]
        #expect(Checkup.worst(each).map(\.found) == ["2", "1"])
        #expect(Checkup.worst([]).isEmpty)
    }
}

extension PrivateRedis {
    /// Every key that it holds.
    fileprivate var keys: [String] {
        get throws {
            var connection = try connect()
            return try connection.command(["KEYS", "*"]).array?.compactMap(\.text) ?? []
        }
    }

    fileprivate func run(_ commands: [[String]], after first: [String]) throws { try run([first] + commands) }
}
