import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Sessions

/// What was removed comes back, if it may.
@Suite(.ownThreads) struct UndoRedisTests {
    private static func scene(_ commands: [[String]] = []) throws -> CleanupScene {
        let scene = try CleanupScene()
        try scene.giveLease()
        try scene.redis.run(commands)
        return scene
    }

    /// What Redis holds under a key, and when it ends.
    private static func held(_ keys: [String], _ scene: CleanupScene) throws -> [[RedisReply]] {
        try keys.map { try scene.redis.run([["DUMP", $0], ["PTTL", $0]]) }
    }

    private static let keys = (1...4).map(CleanupScene.key)

    @Test(arguments: [CleanupPolicy.Action.delete, .expire(seconds: 60)])
    func `values and deadlines come back as they were`(_ action: CleanupPolicy.Action) throws {
        let scene = try Self.scene()
        var store = scene.store()
        try scene.redis.run([
            ["SET", Self.keys[0], scene.value()], ["SET", Self.keys[1], scene.value(), "EX", "86400"],
            ["HSET", Self.keys[2], "node", "node-1", "boot", "b1", "notes", "nobody reads \u{0} this"],
            ["HSET", Self.keys[3], "node", "node-1", "boot", "b1"], ["EXPIRE", Self.keys[3], "2592000"],
        ])
        let before = try Self.held(Self.keys, scene)
        #expect(try scene.remove(1...4, as: action, &store) == .done(Array(repeating: .cleaned, count: 4)))
        #expect(try scene.existing(Self.keys).isEmpty == (action == .delete))
        #expect(try scene.kept(&store) == ["run-1:0": 4])

        #expect(try scene.undo(.run("run-1"), &store) == UndoReport(restored: 4))
        let after = try Self.held(Self.keys, scene)
        #expect(after.map(\.[0]) == before.map(\.[0]))
        for (was, now) in zip(before, after) {
            let (was, now) = (was[1].integer ?? 0, now[1].integer ?? 0)
            // However slow the machine is: as much later, as much less is left.
            #expect(was < 0 ? now < 0 : now > was - 60_000 && now <= was)
        }
        let entries = try store.audit(after: nil, limit: 10)
        #expect(entries.map(\.action.rawValue) == [action.word, "restored"])
        #expect(Set(entries[1].refs) == Set((1...4).map { ref(uuid($0)) }))
        #expect(
            (entries[1].node, entries[1].boot, entries[1].by, entries[1].run) == ("node-1", "b1", "api:ann", "run-1"))
        #expect(try scene.kept(&store).isEmpty)
        #expect(try scene.undo(.run("run-1"), &store).isEmpty)
    }

    @Test func `one session comes back by its ref, the others stay kept`() throws {
        let scene = try Self.scene(Self.keys.map { ["SET", $0, "{\"node\":\"node-1\",\"boot\":\"b1\"}"] })
        var store = scene.store()
        _ = try scene.remove(1...2, &store)
        _ = try scene.remove(3...4, run: "run-2", &store)
        #expect(try scene.undo(.session(ref(uuid(3))), &store) == UndoReport(restored: 1))
        #expect(try scene.existing(Self.keys) == [Self.keys[2]])
        #expect(try scene.kept(&store) == ["run-1:0": 2, "run-2:0": 1])
        #expect(try scene.undo(.session(ref(uuid(3))), &store).isEmpty)
        #expect(try scene.undo(.session(ref(uuid(9))), &store).isEmpty)
        #expect(try scene.undo(.run("run"), &store).isEmpty)
    }

    @Test func `what is there or would have expired stays as it is`() throws {
        let scene = try Self.scene()
        var store = scene.store()
        // The machine may be slow before the removal, but not after it: what expires is made to.
        try scene.redis.run([
            ["SET", Self.keys[0], scene.value(), "EX", "1000"], ["SET", Self.keys[1], scene.value()],
        ])
        _ = try scene.remove(1...2, &store)
        let part = UndoPart.key("run-1:0")
        let record = try #require(try scene.redis.run([["HGET", part, ref(uuid(1)).description]])[0].bytes)
        var past = try #require(UndoRecord(record))
        #expect(past.key == Self.keys[0])
        past.deadline = UnixTime(milliseconds: Int64(try scene.redis.now() - 1) * 1000)
        try store.forgetAndKeep(ref(uuid(1)), past)
        try scene.redis.run([["SET", Self.keys[1], "another"]])

        #expect(try scene.undo(.run("run-1"), &store) == UndoReport(present: 1, expired: 1))
        #expect(try scene.existing(Self.keys) == [Self.keys[1]])
        #expect(try scene.redis.run([["GET", Self.keys[1]]])[0].text == "another")
        #expect(try scene.auditLength() == 1)
        #expect(try scene.kept(&store).isEmpty)
    }

    @Test func `what got less time to live and was changed since stays as it is`() throws {
        let scene = try Self.scene([["SET", Self.keys[0], "{\"node\":\"node-1\",\"boot\":\"b1\"}"]])
        var store = scene.store()
        _ = try scene.remove(1...1, as: .expire(seconds: 60), &store)
        try scene.redis.run([["SET", Self.keys[0], "another", "KEEPTTL"]])
        #expect(try scene.undo(.run("run-1"), &store) == UndoReport(present: 1))
        #expect(try scene.redis.run([["TTL", Self.keys[0]]])[0].integer ?? 0 <= 60)
    }

    @Test func `a closed session is not restored`() throws {
        let scene = try Self.scene(Self.keys.map { ["SET", $0, "{\"node\":\"node-1\",\"boot\":\"b1\"}"] })
        var store = scene.store()
        _ = try scene.remove(1...2, &store)
        _ = try scene.remove(3...4, run: "run-2", &store)
        #expect(try store.forgetUndo([1, 4, 9].map { ref(uuid($0)) }) == 2)
        #expect(try scene.undo(.run("run-1"), &store) == UndoReport(restored: 1))
        #expect(try scene.undo(.run("run-2"), &store) == UndoReport(restored: 1))
        #expect(try scene.existing(Self.keys) == [Self.keys[1], Self.keys[2]])
    }

    @Test func `what is out of time is restored by the next order`() throws {
        let keys = (1...250).map(CleanupScene.key)
        let scene = try Self.scene(keys.map { ["SET", $0, "{\"node\":\"node-1\",\"boot\":\"b1\"}"] })
        var store = scene.store()
        for start in stride(from: 1, to: 250, by: 50) { _ = try scene.remove(start...(start + 49), &store) }
        #expect(try store.restore(.run("run-1"), by: "api:ann") { false } == UndoReport(remaining: 250))
        var steps = 1
        let first = try store.restore(.run("run-1"), by: "api:ann") {
            defer { steps -= 1 }
            return steps > 0
        }
        #expect(first.restored > 0 && first.restored + first.remaining == 250)
        let second = try scene.undo(.run("run-1"), &store)
        #expect(second == UndoReport(restored: first.remaining))
        #expect(try scene.existing(keys) == keys)
    }

    @Test func `sessions of several owners in one run each have their record`() throws {
        let other = SessionOwner(node: "caf\u{E9}", boot: nil)
        let scene = try Self.scene()
        var store = scene.store()
        try scene.redis.run([
            ["SET", Self.keys[0], scene.value()], ["SET", Self.keys[1], scene.value(node: other.node, boot: nil)],
        ])
        _ = try scene.remove(1...1, &store)
        _ = try scene.remove(2...2, of: other, &store)
        #expect(try scene.undo(.run("run-1"), &store) == UndoReport(restored: 2))
        let entries = try store.audit(after: nil, limit: 10).filter { $0.action == .restored }
        #expect(Set(entries.map(\.node)) == ["node-1", "caf\u{E9}"])
        #expect(Set(entries.map(\.boot)) == ["b1", nil])
    }
}

extension CleanupStore {
    /// Changes a record.
    fileprivate mutating func forgetAndKeep(_ ref: SessionRef, _ record: UndoRecord) throws {
        _ = try forgetUndo([ref])
        var keeping = ScriptCall(keys: [CleanupKeys.undo, UndoPart.key("run-1:0")])
        keeping.add("run-1:0", "86400000", "1000000", ref.description)
        keeping.add(bytes: record.bytes)
        #expect(try call(.keepUndo, keeping, of: "undo").integer == 0)
    }
}
