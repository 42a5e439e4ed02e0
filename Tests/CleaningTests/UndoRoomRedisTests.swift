import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Sessions

/// The room for what was removed, and what becomes of a removal or an undo for which the server does not do all.
@Suite(.ownThreads) struct UndoRoomRedisTests {
    private static let keys = (1...40).map(CleanupScene.key)

    private static func scene(_ commands: [[String]] = []) throws -> CleanupScene {
        let scene = try CleanupScene()
        try scene.giveLease()
        try scene.redis.run(keys.map { ["SET", $0, scene.value(), "EX", "100000"] } + commands)
        return scene
    }

    @Test func `without room the oldest run goes, and is counted`() throws {
        let scene = try Self.scene()
        var store = scene.store()
        // Ten sessions take some 3,000 bytes.
        let undo = CleanupPolicy.Undo(maxBytes: 8_000)
        for run in 1...4 {
            _ = try scene.remove((run * 10 - 9)...(run * 10), run: "run-\(run)", undo: undo, &store)
            let bytes = try store.undoParts().reduce(0) { $0 + $1.bytes }
            #expect(bytes > 0 && bytes <= undo.maxBytes)
        }
        #expect(try scene.kept(&store) == ["run-3:0": 10, "run-4:0": 10])
        #expect(store.undoDropped == 20)
        #expect(try scene.undo(.run("run-1"), &store).isEmpty)
        #expect(try scene.undo(.run("run-3"), &store) == UndoReport(restored: 10))
        #expect(try scene.existing(Self.keys) == Array(Self.keys[20..<30]))
    }

    @Test func `a large run is kept in parts, of which the oldest goes`() throws {
        let scene = try Self.scene()
        var store = scene.store()
        let undo = CleanupPolicy.Undo(maxBytes: 8_000)
        for step in 1...8 { _ = try scene.remove((step * 5 - 4)...(step * 5), undo: undo, &store) }
        let kept = try scene.kept(&store)
        #expect(kept.count > 1 && kept["run-1:0"] == nil)
        #expect(kept.values.reduce(0, +) + store.undoDropped == 40)
        #expect(try scene.undo(.run("run-1"), &store) == UndoReport(restored: 40 - store.undoDropped))
        #expect(try scene.existing(Self.keys) == Array(Self.keys[store.undoDropped...]))
    }

    @Test func `what does not fit at all is not removed, and nothing goes for it`() throws {
        let scene = try Self.scene()
        var store = scene.store()
        _ = try scene.remove(1...1, &store)
        let candidates = try scene.candidates((2...40).map(uuid))
        let batch = scene.batch(
            candidates, try store.recheck(candidates), run: "run-2", undo: CleanupPolicy.Undo(maxBytes: 5_000))
        let failure = fault { () throws(CleanupFault) in try store.remove(batch) }
        #expect(failure == .undoFull)
        #expect(try scene.existing(Self.keys) == Array(Self.keys[1...]))
        #expect(try scene.kept(&store) == ["run-1:0": 1])
        #expect(try scene.auditLength() == 1)
    }

    @Test func `after its time it is gone, and its room is free`() throws {
        let scene = try Self.scene()
        var store = scene.store()
        _ = try scene.remove(1...5, undo: .init(seconds: 0.05), &store)
        try waitUntil("the part is gone") { try scene.existing([UndoPart.key("run-1:0")]).isEmpty }
        #expect(try scene.undo(.run("run-1"), &store).isEmpty)
        _ = try scene.remove(6...10, run: "run-2", undo: .init(maxBytes: 3_000), &store)
        #expect(try scene.kept(&store) == ["run-2:0": 5])
        #expect(store.undoDropped == 0)
        #expect(try scene.redis.run([["HLEN", CleanupKeys.undo]])[0].integer == 1)
        // Nothing of it is left for ever.
        let lives = try scene.redis.run([["PTTL", CleanupKeys.undo], ["PTTL", UndoPart.key("run-2:0")]])
        #expect(lives.allSatisfy { (1...86_400_000).contains($0.integer ?? 0) })
    }

    @Test func `who asks for no undo keeps nothing`() throws {
        let scene = try Self.scene()
        var store = scene.store()
        _ = try scene.remove(1...5, undo: nil, &store)
        #expect(try scene.existing([CleanupKeys.undo, UndoPart.key("run-1:0")]).isEmpty)
        #expect(try scene.undo(.run("run-1"), &store).isEmpty)
    }

    private static func user(_ rules: String...) -> [String] {
        ["ACL", "SETUSER", "u", "on", ">secret", "~*", "+@all"] + rules
    }

    @Test(arguments: [
        [["SET", CleanupKeys.undo, "x"]], [["SET", UndoPart.key("run-1:0"), "x"]],
        [user("-dump")], [user("-hset")],
        [["ACL", "SETUSER", "u", "on", ">secret", "+@all", "~mcp:session:*", "~mcp:node*", "~mcp:sessiond:[a-z]*"]],
    ]) func `where it cannot be kept, nothing is removed`(_ commands: [[String]]) throws {
        let scene = try Self.scene(commands)
        var store = scene.store(user: commands[0][0] == "ACL" ? "u" : "")
        let before = try scene.redis.run([["DBSIZE"]])
        #expect(throws: CleanupFault.self) { try scene.remove(1...5, &store) }
        #expect(try scene.existing(Self.keys) == Self.keys)
        #expect(try scene.redis.run([["DBSIZE"]]) == before)
    }

    @Test func `what is not removed after all is not kept`() throws {
        let scene = try Self.scene([Self.user("-unlink")])
        var store = scene.store(user: "u")
        #expect(throws: CleanupFault.self) { try scene.remove(1...5, &store) }
        #expect(try scene.kept(&store).isEmpty)
        try scene.redis.run([["SET", CleanupKeys.audit + "x", "x"], ["DEL", CleanupKeys.audit], Self.user("-xadd")])
        #expect(throws: CleanupFault.self) { try scene.remove(6...10, &store) }
        #expect(try scene.kept(&store).isEmpty)
        #expect(try scene.existing([UndoPart.key("run-1:0")]).isEmpty)
    }

    @Test func `nothing is restored without its audit record`() throws {
        let scene = try Self.scene([Self.user("-xadd")])
        var store = scene.store()
        _ = try scene.remove(1...5, &store)
        _ = try scene.remove(6...10, as: .expire(seconds: 60), &store)
        var other = scene.store(user: "u")
        #expect(throws: CleanupFault.self) { try scene.undo(.run("run-1"), &other) }
        #expect(try scene.existing(Self.keys) == Array(Self.keys[5...]))
        let lives = try scene.redis.run((5..<10).map { ["TTL", Self.keys[$0]] })
        #expect(lives.allSatisfy { $0.integer ?? 100 <= 60 })
        #expect(try scene.kept(&store) == ["run-1:0": 10])
        try scene.redis.run([["RENAME", CleanupKeys.audit, "x"], ["SET", CleanupKeys.audit, "x"]])
        #expect(
            fault { () throws(CleanupFault) in try store.restore(.run("run-1"), by: "ann") { true } }
                == .badRecord(key: CleanupKeys.audit, why: "it has the wrong type"))
        try scene.redis.run([["RENAME", "x", CleanupKeys.audit]])
        #expect(try scene.undo(.run("run-1"), &store) == UndoReport(restored: 10))
    }

    @Test func `a server that refuses to restore keeps the record`() throws {
        let scene = try Self.scene([Self.user("-restore")])
        var store = scene.store()
        _ = try scene.remove(1...5, &store)
        var other = scene.store(user: "u")
        #expect(throws: CleanupFault.self) { try scene.undo(.run("run-1"), &other) }
        #expect(try scene.kept(&store) == ["run-1:0": 5])
        #expect(try scene.auditLength() == 1)
    }

    @Test(arguments: [["s:0", "x"], [ref(uuid(1)).description, "3:abc,"], ["x", ""]])
    func `what is no record is named, and left alone`(_ field: [String]) throws {
        let scene = try Self.scene()
        var store = scene.store()
        _ = try scene.remove(1...1, &store)
        try scene.redis.run([["HSET", UndoPart.key("run-1:0")] + field])
        let failure = fault { () throws(CleanupFault) in try store.restore(.run("run-1"), by: "ann") { true } }
        guard case .badRecord(UndoPart.key("run-1:0"), _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(try scene.redis.run([["HGET", UndoPart.key("run-1:0"), field[0]]])[0].text == field[1])
    }
}
