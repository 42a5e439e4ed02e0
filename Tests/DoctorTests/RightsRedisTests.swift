import Foundation
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Configuration
@testable import Doctor
@testable import Serving

/// What of the ACL is missing is named to the word, and what is named mends it.
@Suite(.ownThreads) struct RightsRedisTests {
    /// The lines of the docs, without what each test leaves out.
    static let watching = """
        %R~mcp:* %W~mcp:sessiond:canary:* &__redis__:invalidate +scan +mget +get +getrange +pttl +exists +type +hmget +hlen \
        +hgetall +zrevrange +set +client|id +client|tracking +subscribe +ping +time +info +role +select +cluster|slots \
        +asking
        """
    static let evidence =
        "~mcp:sessiond:* +eval +evalsha +hset +hdel +del +lpush +ltrim +lrange +xadd +xrange +xrevrange"
    static let removal = "~mcp:* +unlink +pexpire +hget +zscore +dump +pexpireat +hlen +hscan +restore +persist"

    private static func words(_ texts: String...) -> [String] {
        texts.flatMap { $0.split(separator: " ").map(String.init) }
    }

    /// What is found for a user with these rights.
    private static func check(
        _ rights: [String], _ mode: CleanupSettings.Mode, on redis: PrivateRedis,
        _ change: (inout Settings) -> Void = { _ in }
    ) throws -> Check {
        try redis.run([["ACL", "SETUSER", "sessiond", "reset", "on", ">secret"] + rights])
        return try check(mode, on: redis, change)
    }

    private static func check(
        _ mode: CleanupSettings.Mode, on redis: PrivateRedis, _ change: (inout Settings) -> Void = { _ in }
    ) throws -> Check {
        let findings = try CheckupRedisTests.findings(
            on: redis,
            { settings in
                settings.redis.username = "sessiond"
                settings.cleanup.mode = mode
                change(&settings)
            }, password: "secret")
        return try CheckupRedisTests.check("acl", findings)
    }

    @Test func `the users of the docs may do all that they need`() throws {
        let redis = try PrivateRedis()
        for (rights, mode) in [
            (Self.words(Self.watching), CleanupSettings.Mode.off),
            (Self.words(Self.watching, Self.evidence), .dryRun),
            (Self.words(Self.watching, Self.evidence, Self.removal), .delete),
        ] {
            let check = try Self.check(rights, mode, on: redis)
            #expect(check == Check("acl", .ok, "sessiond has all rights that these settings need"), "\(mode)")
        }
    }

    @Test func `the lines of the docs are those that are tested here`() throws {
        for (page, rights) in [
            ("docs/watching.md", Self.words(Self.watching)), ("README.md", Self.words(Self.watching)),
            ("docs/cleanup.md", Self.words(Self.evidence)), ("docs/cleanup.md", Self.words(Self.removal)),
        ] {
            let text = try String(contentsOf: repository.appending(path: page), encoding: .utf8)
            let lines = text.matches(of: #/    ACL SETUSER sessiond (?:reset on >PASSWORD )?((?:.+\n)(?: {8}.+\n)*)/#)
            let written = lines.map { Self.words(String($0.output.1).replacing("\n", with: " ")) }
            #expect(written.contains(rights), "\(page): \(written)")
        }
    }

    @Test func `each command that is missing is named, with the line that mends it`() throws {
        let redis = try PrivateRedis()
        let all = Self.words(Self.watching, Self.evidence, Self.removal)
        // Needed in other deployments only.
        let spared = ["+select", "+role", "+cluster|slots", "+asking"]
        for word in all where word.hasPrefix("+") && !spared.contains(word) {
            let check = try Self.check(all.filter { $0 != word }, .delete, on: redis)
            #expect(check.mend.last == "ACL SETUSER sessiond \(word)", "\(word): \(check)")
            #expect(check.result == (Self.isOptional(word) ? .warn : .fail), "\(word)")
        }
    }

    private static func isOptional(_ word: String) -> Bool {
        ["+set", "+client|id", "+client|tracking", "+subscribe", "+ping"].contains(word)
    }

    /// Where nothing is removed, `INFO` tells little more than a version.
    @Test func `INFO is needed to remove, and else of use`() throws {
        let redis = try PrivateRedis()
        let rights = Self.words(Self.watching, Self.evidence, Self.removal).filter { $0 != "+info" }
        for (mode, result) in [(CleanupSettings.Mode.off, Check.Result.warn), (.dryRun, .warn), (.delete, .fail)] {
            let check = try Self.check(rights, mode, on: redis)
            #expect(check.result == result && check.mend.last == "ACL SETUSER sessiond +info", "\(mode): \(check)")
        }
    }

    @Test(arguments: [
        ("%R~mcp:*", "%R~mcp:session:* %R~mcp:node:* %R~mcp:nodes"),
        ("%W~mcp:sessiond:canary:*", "~mcp:sessiond:canary:*"), ("&__redis__:invalidate", "&__redis__:invalidate"),
    ])
    func `each pattern of keys or channels that is missing is named`(word: String, named: String) throws {
        let redis = try PrivateRedis()
        let check = try Self.check(Self.words(Self.watching).filter { $0 != word }, .off, on: redis)
        #expect(check.mend.last == "ACL SETUSER sessiond \(named)", "\(check)")
    }

    @Test(arguments: [
        (CleanupSettings.Mode.off, ""), (.dryRun, ""), (.delete, ""), (.delete, Self.evidence), (.off, "nothing"),
    ])
    func `what is named mends it at once, and takes no effect but that`(
        mode: CleanupSettings.Mode, more: String
    ) throws {
        let redis = try PrivateRedis()
        try CheckupRedisTests.fill(redis)
        let rights = more == "nothing" ? ["+ping"] : Self.words(Self.watching, more)
        let before = try Self.check(rights, mode, on: redis)
        guard mode != .off || more == "nothing" else { return #expect(before.result == .ok) }
        let line = try #require(before.mend.last).split(separator: " ").map(String.init)
        #expect(line.prefix(3) == ["ACL", "SETUSER", "sessiond"])
        try redis.run([line])
        var after = try Self.check(mode, on: redis)
        if after.result != .ok, more == "nothing" {
            // Whoever may not run a command is not told which of its keys are closed to them.
            try redis.run([try #require(after.mend.last).split(separator: " ").map(String.init)])
            after = try Self.check(mode, on: redis)
        }
        #expect(after.result == .ok, "\(before) \(after)")
        var connection = try redis.connect()
        let keys = try connection.command(["KEYS", "*"]).array?.compactMap(\.text) ?? []
        #expect(
            Set(keys.filter { !$0.hasPrefix(KeySpace.canaryPrefix) }) == ["mcp:node:node-1", "mcp:session:\(uuid(1))"])
    }

    @Test func `the event stream needs rights of its own, and none is read or acknowledged`() throws {
        let redis = try PrivateRedis()
        try redis.run([
            ["XADD", "mcp:events", "*", "line", "x"], ["XGROUP", "CREATE", "mcp:events", "mcp-sessiond", "0"],
        ])
        let check = try Self.check(Self.words(Self.watching), .off, on: redis) { $0.events.stream.key = "mcp:events" }
        let line = try #require(check.mend.last)
        let commands = "+xreadgroup +xack +xclaim +xautoclaim +xgroup|create +xinfo|stream +xinfo|groups"
        #expect(check.result == .fail && line == "ACL SETUSER sessiond \(commands)")
        try redis.run([line.split(separator: " ").map(String.init) + ["~mcp:events"]])
        #expect(try Self.check(.off, on: redis) { $0.events.stream.key = "mcp:events" }.result == .ok)
        var connection = try redis.connect()
        #expect(try connection.command(["XPENDING", "mcp:events", "mcp-sessiond"]).array?.first?.integer == 0)
        #expect(try connection.command(["XINFO", "GROUPS", "mcp:events"]).array?.count == 1)
    }

    @Test(arguments: [(WatchSettings.Mode.auto, Check.Result.warn), (.tracking, .fail), (.scan, .skipped)])
    func `that changes are not told counts as the mode has it`(mode: WatchSettings.Mode, result: Check.Result) throws {
        let redis = try PrivateRedis()
        try redis.run([
            ["ACL", "SETUSER", "sessiond", "reset", "on", ">secret"]
                + Self.words(Self.watching).filter { $0 != "+client|tracking" }
        ])
        let findings = try CheckupRedisTests.findings(
            on: redis,
            { settings in
                settings.redis.username = "sessiond"
                settings.watch.mode = mode
            }, password: "secret")
        #expect(try CheckupRedisTests.check("tracking", findings).result == result)
    }

    @Test func `before Redis 7 keys have one kind of right`() {
        let right = AccessNeed.KeyRight(pattern: "mcp:*", isReadOnly: true)
        #expect(right.text(majorVersion: 6) == "~mcp:*" && right.text(majorVersion: 7) == "%R~mcp:*")
        #expect(right.text(majorVersion: nil) == "%R~mcp:*")
        var gaps = AccessGaps()
        let need = AccessNeed(.watching, ["GET", "k"], keys: right)
        for text in [
            "NOPERM this user has no permissions to run the 'get' command or its subcommand",
            "NOPERM this user has no permissions to access one of the keys used as arguments",
        ] { gaps.note(text, of: need) }
        #expect(gaps.line(user: "u", majorVersion: 6) == "ACL SETUSER u ~mcp:* +get")
        var none = AccessGaps()
        for text in ["WRONGTYPE Operation", "ERR syntax error", "MOVED 1 h:1", nil] { none.note(text, of: need) }
        #expect(none.isEmpty)
    }
}
