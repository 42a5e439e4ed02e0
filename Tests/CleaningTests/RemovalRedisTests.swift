import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Serving
@testable import Watching

/// What becomes of each session of a batch, and what is written of it.
@Suite(.ownThreads) struct RemovalRedisTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var dialects = [Dialect.native]
        var dialect = 0
        /// What was looked at.
        var before: [[String]]
        /// What happened then.
        var then: [[String]] = []
        var result: RemovalOutcome.Result

        var testDescription: String { name }
    }

    private static let key = "mcp:session:\(uuid(1))"
    private static let value = "{\"node\":\"node-1\",\"boot\":\"b1\",\"created_at\":1787307302}"
    private static let hash = ["HSET", key, "node", "node-1", "boot", "b1"]
    private static let gateway = SessionOwner(node: "host:12", boot: nil)

    private static let native = [
        Case(name: "a string as it was", before: [["SET", key, value]], result: .cleaned),
        Case(
            name: "another value", before: [["SET", key, value]], then: [["SET", key, value + " "]], result: .changed),
        Case(
            name: "the same value, written again", before: [["SET", key, value]], then: [["SET", key, value]],
            result: .cleaned),
        Case(name: "a key that is gone", before: [["SET", key, value]], then: [["DEL", key]], result: .changed),
        Case(
            name: "a string that became a hash", before: [["SET", key, value]], then: [["DEL", key], hash],
            result: .changed),
        Case(
            name: "a string that became a list", before: [["SET", key, value]],
            then: [["DEL", key], ["RPUSH", key, value]], result: .changed),
        Case(name: "a hash as it was", before: [hash], result: .cleaned),
        Case(
            name: "a hash whose owner changed", before: [hash], then: [["HSET", key, "boot", "b2"]], result: .changed),
        Case(
            name: "a hash that was served", before: [hash], then: [["HSET", key, "last_seen", "1787307302"]],
            result: .changed),
        Case(name: "a hash that lost a field", before: [hash], then: [["HDEL", key, "boot"]], result: .changed),
        Case(
            name: "a hash with a field that nobody reads", before: [hash], then: [["HSET", key, "notes", "x"]],
            result: .cleaned),
        Case(
            name: "a hash that became a string", before: [hash], then: [["DEL", key], ["SET", key, value]],
            result: .changed),
    ]

    private static let ending = ["SET", key, value, "EX", "1000"]

    /// Somebody renewed or shortened it since it was looked at: it is in use.
    private static let renewed = [
        Case(name: "a session that was renewed", before: [ending], then: [["EXPIRE", key, "1010"]], result: .renewed),
        Case(
            name: "the same value, written again with another life", before: [ending],
            then: [["SET", key, value, "EX", "2000"]], result: .renewed),
        Case(
            name: "the same value, written again without an end", before: [ending], then: [["SET", key, value]],
            result: .renewed),
        Case(name: "a session that was given no end", before: [ending], then: [["PERSIST", key]], result: .renewed),
        Case(
            name: "one that was given an end", before: [["SET", key, value]], then: [["EXPIRE", key, "9"]],
            result: .renewed),
        Case(name: "one that was shortened", before: [ending], then: [["EXPIRE", key, "900"]], result: .renewed),
        Case(
            name: "a hash that was renewed", before: [hash, ["EXPIRE", key, "1000"]],
            then: [["EXPIRE", key, "1010"]], result: .renewed),
        Case(
            name: "what changed and was renewed", before: [ending], then: [["SET", key, value + " ", "EX", "2000"]],
            result: .changed),
        Case(name: "one that was touched", before: [ending], then: [["GETEX", key]], result: .cleaned),
    ]

    private static let owned = [
        Case(
            name: "a worker's session as it was", dialects: [.contextforge],
            before: [["SET", key, "1"], ["SET", "mcpgw:pool_owner:\(uuid(1))", "host:12"]], result: .cleaned),
        Case(
            name: "a worker's session with another value", dialects: [.contextforge],
            before: [["SET", key, "1"], ["SET", "mcpgw:pool_owner:\(uuid(1))", "host:12"]],
            then: [["SET", key, "2"]], result: .changed),
        Case(
            name: "a session that another worker took", dialects: [.contextforge],
            before: [["SET", key, "1"], ["SET", "mcpgw:pool_owner:\(uuid(1))", "host:12"]],
            then: [["SET", "mcpgw:pool_owner:\(uuid(1))", "host:13"]], result: .changed),
        Case(
            name: "a session whose owner's key is gone", dialects: [.contextforge],
            before: [["SET", key, "1"], ["SET", "mcpgw:pool_owner:\(uuid(1))", "host:12"]],
            then: [["DEL", "mcpgw:pool_owner:\(uuid(1))"]], result: .changed),
        Case(
            name: "a hash whose owner stands in a key of its own", dialects: [.native, .contextforge],
            before: [["HSET", key, "notes", "x"], ["SET", "mcpgw:pool_owner:\(uuid(1))", "host:12"]],
            result: .cleaned),
        Case(
            name: "a value that names its owner, and an owner's key that appeared", dialects: [.native, .contextforge],
            before: [["SET", key, "{\"node\":\"host:12\"}"]],
            then: [["SET", "mcpgw:pool_owner:\(uuid(1))", "host:13"]], result: .changed),
    ]

    @Test(arguments: native + renewed) func `of its node goes what is as it was judged`(_ given: Case) throws {
        try check(given, of: CleanupScene.owner)
    }

    @Test(arguments: owned) func `of a worker goes what is as it was judged`(_ given: Case) throws {
        try check(given, of: Self.gateway)
    }

    private func check(_ given: Case, of owner: SessionOwner) throws {
        let scene = try CleanupScene(given.dialects)
        try scene.giveLease()
        let other = "mcp:session:\(uuid(2))"
        try scene.redis.run(given.before + [["SET", other, "{\"node\":\"\(owner.node)\"}"]])
        var store = scene.store()
        let candidates = try scene.candidates([uuid(1), uuid(2)], of: owner)
        let look = try store.recheck(candidates)
        let found = try #require(look.records[0])
        #expect(found.owner.map { String(decoding: $0.node, as: UTF8.self) } == owner.node)
        try scene.redis.run(given.then)
        let was = try scene.existing([Self.key])

        #expect(try store.remove(scene.batch([candidates[0]], look)) == .done([given.result]))
        #expect(try scene.existing([Self.key, other]) == (given.result == .cleaned ? [] : was) + [other])
        #expect(try scene.auditLength() == (given.result == .cleaned ? 1 : 0))
    }

    /// Where the server takes a while, what is left to live is read long after the time.
    @Test(arguments: [(500, .cleaned), (1_000, .renewed), (60_000, .renewed)] as [(Int64, RemovalOutcome.Result)])
    func `a second more to live is a renewal`(_ milliseconds: Int64, _ result: RemovalOutcome.Result) throws {
        let scene = try CleanupScene()
        try scene.giveLease()
        let ids = (1...300).map(uuid)
        let keys = ids.map { "mcp:session:\($0)" }
        let end = Int64(try scene.redis.now() + 600) * 1000
        try scene.redis.run(keys.map { ["SET", $0, scene.value(), "PXAT", String(end)] })
        var store = scene.store()
        let candidates = try scene.candidates(ids)
        var look = try store.recheck(candidates)
        for place in look.records.indices {
            let found = try #require(look.records[place]?.deadline)
            // However long the machine took: never later than it is.
            #expect(found.milliseconds <= end && found.milliseconds > end - 60_000)
            look.records[place]?.deadline = UnixTime(milliseconds: end)
        }
        try scene.redis.run(keys.map { ["PEXPIREAT", $0, String(end + milliseconds)] })
        #expect(try store.remove(scene.batch(candidates, look)) == .done(ids.map { _ in result }))
        #expect(try scene.existing(keys) == (result == .cleaned ? [] : keys))
        #expect(try scene.auditLength() == (result == .cleaned ? 1 : 0))
    }

    @Test func `of a batch the renewed stay and the others go`() throws {
        let scene = try CleanupScene()
        try scene.giveLease()
        let keys = (1...3).map { "mcp:session:\(uuid($0))" }
        try scene.redis.run(keys.map { ["SET", $0, scene.value(), "EX", "1000"] })
        var store = scene.store()
        let candidates = try scene.candidates((1...3).map(uuid))
        for action in [CleanupPolicy.Action.expire(seconds: 60), .delete] {
            let batch = scene.batch(candidates, try store.recheck(candidates), action)
            try scene.redis.run([["EXPIRE", keys[1], action == .delete ? "3000" : "2000"]])
            #expect(try store.remove(batch) == .done([.cleaned, .renewed, .cleaned]))
        }
        #expect(try scene.existing(keys) == [keys[1]])
        #expect(try store.audit(after: nil, limit: 10).allSatisfy { $0.refs == [1, 3].map { ref(uuid($0)) } })
    }

    /// A value of bytes that are no UTF-8, and one that such bytes would become if they were taken for text.
    @Test func `bytes that are no text are compared as they are`() throws {
        let scene = try CleanupScene([.contextforge])
        try scene.giveLease()
        let owner = Self.gateway
        try scene.redis.run(
            [1, 2].flatMap {
                [
                    ["EVAL", "return redis.call('SET', KEYS[1], '\\255\\0\\r\\n')", "1", "mcp:session:\(uuid($0))"],
                    ["SET", "mcpgw:pool_owner:\(uuid($0))", owner.node],
                ]
            })
        var store = scene.store()
        let candidates = try scene.candidates([uuid(1), uuid(2)], of: owner)
        let look = try store.recheck(candidates)
        #expect(look.records[0]?.value == .text([255, 0, 13, 10]))
        try scene.redis.run([["SET", "mcp:session:\(uuid(2))", "\u{FFFD}\0\r\n"]])
        #expect(try store.remove(scene.batch(candidates, look)) == .done([.cleaned, .changed]))
    }

    /// `é` in one piece and in two are the same to people, and two nodes to Redis.
    @Test func `a name that only looks like the owner's is another's`() throws {
        let scene = try CleanupScene()
        try scene.redis.run([
            ["SET", "mcp:session:\(uuid(1))", scene.value(node: "caf\u{E9}")],
            ["SET", "mcp:session:\(uuid(2))", scene.value(node: "cafe\u{301}")],
        ])
        var store = scene.store()
        let owner = SessionOwner(node: "caf\u{E9}", boot: "b1")
        let look = try store.recheck(try scene.candidates([uuid(1), uuid(2)], of: owner))
        #expect(look.records.map { $0 != nil } == [true, false])
    }

    @Test func `what is no session is no record`() throws {
        let scene = try CleanupScene()
        try scene.redis.run([
            ["RPUSH", "mcp:session:\(uuid(1))", "x"], ["SET", "mcp:session:\(uuid(2))", "{\"node\":"],
            ["SET", "mcp:session:\(uuid(4))", "1"],
        ])
        var store = scene.store()
        let records = try store.recheck(try scene.candidates([uuid(1), uuid(2), uuid(3), uuid(4)])).records
        #expect(records.prefix(3).allSatisfy { $0 == nil })
        #expect(records[3] == HeldRecord(value: .text([UInt8(ascii: "1")]), owner: nil, deadline: nil))
    }

    @Test func `expire leaves little to live, and more than that to nobody`() throws {
        let scene = try CleanupScene()
        try scene.giveLease()
        let keys = (1...4).map { "mcp:session:\(uuid($0))" }
        try scene.redis.run([
            ["SET", keys[0], scene.value()], ["SET", keys[1], scene.value(), "EX", "86400"],
            ["SET", keys[2], scene.value(), "EX", "1800"], ["HSET", keys[3], "node", "node-1", "boot", "b1"],
        ])
        var store = scene.store()
        let candidates = try scene.candidates((1...4).map(uuid))
        let batch = scene.batch(candidates, try store.recheck(candidates), .expire(seconds: 3600))
        #expect(try store.remove(batch) == .done([.cleaned, .cleaned, .alreadyShort, .cleaned]))
        let lives = try scene.redis.run(keys.map { ["PTTL", $0] }).map { $0.integer ?? 0 }
        // The machine may be slow, and the server's clock runs meanwhile.
        #expect(lives.allSatisfy { $0 > 0 && $0 <= 3_600_000 } && lives[2] <= 1_800_000)
        let entries = try store.audit(after: nil, limit: 10)
        #expect(entries.map(\.refs) == [[1, 2, 4].map { ref(uuid($0)) }])
        #expect(entries.map(\.action) == [.expire])
        // What was judged before ends otherwise now; looked at again it is short enough.
        #expect(try store.remove(batch) == .done([.renewed, .renewed, .alreadyShort, .renewed]))
        let again = scene.batch(candidates, try store.recheck(candidates), .expire(seconds: 3600))
        #expect(try store.remove(again) == .done(Array(repeating: .alreadyShort, count: 4)))
        #expect(try scene.auditLength() == 1)
    }
}
