import Cleaning
import Exposition
import Foundation
import Lab
import Redis
import Sessions
import Synchronization
import TestSupport
import Testing

@testable import Configuration

/// Another replica that holds the lease, and renews it on a thread of its own however long the program takes to start.
private final class OtherHolder: Sendable {
    private let hasEnded = Mutex(false)

    /// It holds the lease when this returns.
    init(_ redis: PrivateRedis) throws {
        var first = try redis.connect()
        try Self.renew(&first)
        Thread.detachNewThread { [self] in
            guard var connection = try? redis.connect() else { return }
            while !hasEnded.withLock({ $0 }), (try? Self.renew(&connection)) != nil {
                Thread.sleep(forTimeInterval: 0.2)
            }
        }
    }

    func end() { hasEnded.withLock { $0 = true } }

    private static func renew(_ connection: inout RedisConnection) throws {
        let now = try connection.command(["TIME"]).array?.first?.integer ?? 0
        _ = try connection.command([
            "HSET", "mcp:sessiond:lease", "v", "1", "holder", "replica-b", "epoch", "7", "until",
            "\((now + 14) * 1000)",
        ])
    }
}

/// `mcp-sessiond cleanup --once`: a run without a daemon.
@Suite(.ownThreads) struct CleanupOnceCommandTests {
    /// Runs it on that server, as that user.
    private static func once(
        _ redis: PrivateRedis, mode: String = "delete", grace: String = "1s", unknownAfter: String = "1m",
        _ arguments: [String] = ["--confirm"], user: String = ""
    ) async throws -> Program.Outcome {
        let folder = try TemporaryFolder(prefix: "once")
        defer { folder.remove() }
        let file = folder.file("sessiond.yaml")
        try """
        redis: {url: "\(redis.url.replacing("unix://", with: "unix://\(user)"))"}
        nodes: {dead_after: 10s, unknown_after: \(unknownAfter)}
        cleanup: {mode: \(mode), grace: \(grace), settle: 0s}
        log: {level: error}
        """.write(toFile: file, atomically: true, encoding: .utf8)
        let outcome = try await Program.run(["cleanup", "--once", "--config", file] + arguments)
        if outcome.status == 0 { try verify(redis, file) }
        return outcome
    }

    /// Whatever it removed, it kept to the rules.
    private static func verify(_ redis: PrivateRedis, _ config: String) throws {
        var settings = try Settings.load(file: config, environment: [:], flags: [])
        settings.redis.url = redis.url
        let found = try AuditVerifier(settings: settings, environment: [:]).verify()
        #expect(found.broken == 0, "\(found.violations)")
    }

    private static func filled() throws -> PrivateRedis {
        let redis = try PrivateRedis()
        var connection = try redis.connect()
        try CleanableRegistry.fill(&connection)
        return redis
    }

    @Test func `what nothing was heard of is cleaned, the lease given up, the report kept`() async throws {
        let redis = try Self.filled()
        let outcome = try await Self.once(redis)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.first?.hasSuffix(" by cron") == true)
        #expect(lines.dropFirst() == ["result      completed", "orphans     30", "cleaned     30 owner_dead"])
        #expect(try CleanableRegistry.count(redis) == 1)
        #expect(try CleanableRegistry.audit(redis) == Array(repeating: "cron", count: 30))
        var connection = try redis.connect()
        #expect(try connection.command(["HGET", "mcp:sessiond:lease", "until"]).text == "0")
        #expect(try connection.command(["LLEN", "mcp:sessiond:runs"]).integer == 1)
        // Nothing is left: the next one completes too.
        let again = try await Self.once(redis, ["--confirm", "-o", "json"])
        #expect(again.status == 0 && again.output.contains("\"result\":\"completed\",\"why\":null,\"orphans\":0"))
    }

    /// An entry of a collection stays when its node dies: that it is old is known from the owners that were kept.
    @Test func `an old heartbeat that another process knew is no sign of life`() async throws {
        let redis = try Self.filled()
        var connection = try redis.connect()
        let hourAgo = Int64(Date().timeIntervalSince1970) - 3600
        _ = try connection.command(["HSET", "mcp:nodes", "node-2", "{\"boot\":\"b2\",\"seen_at\":\(hourAgo)}"])
        let time = UnixTime(milliseconds: hourAgo * 1000)
        try CleanableRegistry.know(CleanableRegistry.dead, seen: time, seenAt: time, interval: 0.2, &connection)
        let outcome = try await Self.once(redis)
        #expect(outcome.status == 0 && outcome.output.contains("cleaned     30 owner_dead"), "\(outcome)")
    }

    /// However long nothing is heard of it: no instance that watches these keys ever saw it alive.
    @Test func `an owner that was never seen is left, and nobody waits for it`() async throws {
        let redis = try Self.filled()
        var connection = try redis.connect()
        let key = "mcp:sessiond:known:\(CleanableRegistry.fingerprint)"
        #expect(try connection.command(["DEL", key]).integer == 1)
        // Another database's evidence, or that of other keys.
        let other = "mcp:sessiond:known:\(WatchFingerprint([.native], database: 1))"
        let known = KnownOwner(CleanableRegistry.dead).json(WatchFingerprint([.native], database: 1)).compact
        _ = try connection.command(["HSET", other, CleanableRegistry.dead.json.compact, known])
        let outcome = try await Self.once(redis, grace: "1h")
        #expect(outcome.status == 0 && outcome.output.contains("cleaned     none\n"), "\(outcome)")
        #expect(try CleanableRegistry.count(redis) == 31)
        #expect(try connection.command(["HLEN", other]).integer == 1)
    }

    /// Whether it never was takes `nodes.unknown_after` to tell.
    @Test(arguments: [[], ["--no-wait"]]) func `what somebody says of an owner that was never seen is waited for`(
        _ arguments: [String]
    ) async throws {
        let change = { (settings: inout Settings) in
            (settings.cleanup.mode, settings.cleanup.grace, settings.cleanup.settle) = (.dryRun, .seconds(1), .zero)
            settings.nodes.unknownAfter = .seconds(1)
        }
        func fill(_ redis: inout RedisConnection) throws {
            try CleanableRegistry.fill(&redis)
            _ = try redis.command(["SET", "mcp:session:nobody-saw-it", #"{"node":"node-9","boot":"b9"}"#])
            try CleanableRegistry.attest(SessionOwner(node: "node-9", boot: "b9"), &redis)
        }
        try await withDaemon(fill: fill, change: change) { daemon in
            var connection = try daemon.redis.connect()
            try waitUntil("the lease") {
                try connection.command(["HGET", "mcp:sessiond:lease", "until"]).text != nil
            }
            let isWaiting = !arguments.contains("--no-wait")
            // Without waiting it is as long as the daemon has observed, and on a busy machine it may be heard of late.
            try await waitUntil("it to have been silent for long enough") {
                let outcome = try await Self.once(daemon.redis, unknownAfter: "6s", ["--confirm"] + arguments)
                if isWaiting { #expect(outcome.status == 0, "\(outcome)") }
                return isWaiting || outcome.output.contains("1 owner_unknown")
            }
            #expect(try connection.command(["EXISTS", "mcp:session:nobody-saw-it"]).integer == 0)
        }
    }

    /// A daemon saw it alive; the run that follows stays until it was silent for long enough.
    @Test func `an owner that a daemon saw alive goes once nothing was heard of it`() async throws {
        let redis = try await Self.seenByADaemon()
        var connection = try redis.connect()
        let began = Date()
        let outcome = try await Self.once(redis, grace: "4s")
        #expect(outcome.status == 0 && outcome.output.contains("cleaned     30 owner_dead\n"), "\(outcome)")
        #expect(Date().timeIntervalSince(began) > 4)
        #expect(try connection.command(["EXISTS", CleanableRegistry.live]).integer == 1)
    }

    /// Its heartbeat is back before the grace is over, under another process or not at all in time.
    @Test func `an owner that is heard meanwhile stays`() async throws {
        let redis = try await Self.seenByADaemon()
        let run = Task { try await Self.once(redis, grace: "4s") }
        var connection = try redis.connect()
        // For as long as it runs.
        try waitUntil("the run to end") {
            let beat = #"{"boot":"b2","seen_at":\#(Date().timeIntervalSince1970)}"#
            _ = try connection.command(["SET", "mcp:node:node-2", beat, "PX", "3000"])
            return try connection.command(["LLEN", "mcp:sessiond:runs"]).integer == 1
        }
        let outcome = try await run.value
        #expect(outcome.status == 0 && outcome.output.contains("cleaned     none\n"), "\(outcome)")
        #expect(try CleanableRegistry.count(redis) == 31)
    }

    /// A server where a daemon that is gone by now has seen `node-2` alive.
    private static func seenByADaemon() async throws -> PrivateRedis {
        let daemon = try await RunningDaemon(fill: CleanableRegistry.fill, change: { $0.cleanup.mode = .dryRun })
        var connection = try daemon.redis.connect()
        let key = "mcp:sessiond:known:\(CleanableRegistry.fingerprint)"
        do {
            _ = try connection.command(["DEL", key])
            try waitUntil("the daemon to keep that it saw it") {
                _ = try connection.command(["SET", "mcp:node:node-2", #"{"boot":"b2"}"#, "PX", "2000"])
                return try connection.command(["HEXISTS", key, CleanableRegistry.dead.json.compact]).integer == 1
            }
        } catch {
            await daemon.stop()
            throw error
        }
        await daemon.end()
        try waitUntil("its heartbeat to end") {
            try connection.command(["EXISTS", "mcp:node:node-2"]).integer == 0
        }
        return daemon.redis
    }

    @Test(arguments: [
        ("delete", [], "a dry run: nothing was removed; --confirm removes\n"),
        ("delete", ["--dry-run"], "a dry run: nothing was removed\n"),
        ("delete", ["--confirm", "--dry-run"], "a dry run: nothing was removed\n"),
        ("dry-run", ["--confirm"], "cleanup.mode is dry-run: nothing was removed\n"),
    ])
    func `without --confirm and a mode that removes it is a dry run that says so`(
        mode: String, arguments: [String], note: String
    ) async throws {
        let redis = try Self.filled()
        let outcome = try await Self.once(redis, mode: mode, arguments)
        #expect(outcome.status == 0 && outcome.errors == note, "\(outcome)")
        #expect(outcome.output.contains("would go    30 owner_dead\n"))
        #expect(try CleanableRegistry.count(redis) == 31)
        #expect(try CleanableRegistry.audit(redis) == [])
    }

    @Test func `where it is off nothing is read and nothing written`() async throws {
        let redis = try PrivateRedis()
        let outcome = try await Self.once(redis, mode: "off")
        let words = "cleanup.mode is off: nothing is read, and nothing removed\n"
        #expect(outcome == .init(status: 2, output: "", errors: words))
        var connection = try redis.connect()
        #expect(try connection.command(["DBSIZE"]).integer == 0)
    }

    @Test func `with the lease elsewhere it is 4 and names the holder`() async throws {
        let redis = try Self.filled()
        let other = try OtherHolder(redis)
        defer { other.end() }
        let outcome = try await Self.once(redis)
        #expect(outcome == .init(status: 4, output: "", errors: "cleanup's lease is held by replica-b\n"))
        #expect(try CleanableRegistry.count(redis) == 31)
    }

    @Test func `while cleanup is suspended it is 1`() async throws {
        let redis = try Self.filled()
        var connection = try redis.connect()
        let stop: JSONValue = ["v": 1, "by": "ann", "why": "deploy", "at": 1_795_404_635_000, "tripped": false]
        _ = try connection.command(["SET", "mcp:sessiond:suspend", stop.compact])
        let outcome = try await Self.once(redis)
        #expect(outcome.status == 1, "\(outcome)")
        #expect(outcome.output.contains("result      suspended: ann suspended cleanup: deploy\n"))
        #expect(try CleanableRegistry.count(redis) == 31)
    }

    /// A daemon that only plans observes, and yields the lease.
    @Test func `without waiting it goes on with what a running daemon observed`() async throws {
        let change = { (settings: inout Settings) in
            (settings.cleanup.mode, settings.cleanup.grace, settings.cleanup.settle) = (.dryRun, .seconds(6), .zero)
            settings.nodes.deadAfter = .seconds(10)
        }
        try await withDaemon(fill: CleanableRegistry.fill, change: change) { daemon in
            // It has observed for less than that. On a busy machine it may take its time to report.
            try await waitUntil("a run to hear of the daemon") {
                let early = try await Self.once(daemon.redis, grace: "1h", ["--confirm", "--no-wait"])
                return early.status == 0 && early.output.contains("left alone  30 grace\n")
            }
            #expect(try CleanableRegistry.count(daemon.redis) == 31)
            var connection = try daemon.redis.connect()
            try await waitUntil("the daemon to have observed for long enough, and the lease") {
                let plan = try await daemon.run(["cleanup", "-o", "json"])
                let end = try connection.command(["HGET", "mcp:sessiond:lease", "until"]).text
                return plan.output.contains("\"may_go\":\(CleanableRegistry.orphans),") && end != "0"
            }
            let dry = try await Self.once(daemon.redis, grace: "6s", ["--no-wait", "--dry-run"])
            // Two that only plan: neither yields.
            #expect(dry.status == 4 && dry.errors.hasPrefix("cleanup's lease is held by "), "\(dry)")
            let outcome = try await Self.once(daemon.redis, grace: "6s", ["--confirm", "--no-wait"])
            #expect(outcome.status == 0 && outcome.output.contains("cleaned     30 owner_dead\n"), "\(outcome)")
            #expect(try CleanableRegistry.count(daemon.redis) == 1)
            #expect(try CleanableRegistry.audit(daemon.redis) == Array(repeating: "cron", count: 30))
            try await waitUntil("the daemon to have the lease again") {
                try await daemon.run(["cleanup"]).output.contains("\nlease       held here")
            }
        }
    }

    @Test func `without waiting and without a daemon nothing was observed, and it is 1`() async throws {
        let redis = try Self.filled()
        var connection = try redis.connect()
        // What one that is gone had observed is nobody's to go on with.
        let node = SilenceReport.Node(
            name: "node-2", owners: [.init(boot: "b2", silentSeconds: 5_000, wasHeard: true)], soleBoot: nil,
            soleSeconds: 0, isShared: false, renewed: [])
        let report = SilenceReport(
            fingerprint: CleanableRegistry.fingerprint, history: RedisHistory([:]), nodes: [node])
        let key = "mcp:sessiond:silence:\(CleanableRegistry.fingerprint)"
        _ = try connection.command(["HSET", key, "vm-7-1", report.json(count: 9).compact])
        let outcome = try await Self.once(redis, ["--confirm", "--no-wait"])
        let words =
            "no running instance watches the same keys of this Redis, so nothing was observed: start one with a "
            + "cleanup.mode other than off, or leave --no-wait out\n"
        #expect(outcome == .init(status: 1, output: "", errors: words))
        #expect(try CleanableRegistry.count(redis) == 31)
        #expect(try connection.command(["HGET", "mcp:sessiond:lease", "until"]).text == "0")
    }

    @Test func `with Redis out of reach it is 3`() async throws {
        let redis = try PrivateRedis()
        redis.stop()
        let outcome = try await Self.once(redis)
        #expect(outcome.status == 3 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errors.hasPrefix("cleanup failed: cannot connect to Redis at "), "\(outcome)")
    }
}

// MARK: - The ACL that the docs name

extension CleanupOnceCommandTests {
    /// The lines of a doc that set up the user: each a command, in words.
    private static func rules(_ doc: String) throws -> [[String]] {
        let text = try String(contentsOf: repository.appending(path: "docs/\(doc)"), encoding: .utf8)
        var rules: [[String]] = []
        var isInside = false
        for line in text.components(separatedBy: "\n") {
            let words = line.split(separator: " ").map(String.init)
            let begins = line.hasPrefix("    ACL SETUSER ")
            if begins { rules.append([]) }
            isInside = begins || isInside && line.hasPrefix("        +")
            if isInside { rules[rules.count - 1] += words }
        }
        return rules
    }

    @Test func `the Redis user of the docs may do what it must, and no more without the last line`() async throws {
        let redis = try Self.filled()
        let (base, more) = (try Self.rules("watching.md"), try Self.rules("cleanup.md"))
        #expect(base.count == 1 && more.count == 2)
        var connection = try redis.connect()
        for rule in base + more.prefix(1) { _ = try connection.command(rule) }
        let user = "sessiond:PASSWORD@"
        let dry = try await Self.once(redis, mode: "dry-run", user: user)
        #expect(dry.status == 0 && dry.output.contains("would go    30 owner_dead\n"), "\(dry)")

        let refused = try await Self.once(redis, user: user)
        #expect(refused.status == 3 && refused.output.isEmpty, "\(refused)")
        #expect(refused.errors.hasPrefix("cleanup failed: Redis denies access to "), "\(refused)")
        #expect(try CleanableRegistry.count(redis) == 31)
        let last = try connection.command(["LINDEX", "mcp:sessiond:runs", "0"]).text ?? ""
        #expect(try JSONValue(parsing: Array(last.utf8))["result"] == "error")

        _ = try connection.command(more[1])
        let outcome = try await Self.once(redis, user: user)
        #expect(outcome.status == 0 && outcome.output.contains("cleaned     30 owner_dead\n"), "\(outcome)")
        #expect(try CleanableRegistry.count(redis) == 1)
    }
}
