import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Serving

/// What the server does not do, or not for us: then nothing goes without its record, and the error says what and why.
@Suite(.ownThreads) struct CleanupFaultRedisTests {
    private static let keys = (1...3).map { "mcp:session:\(uuid($0))" }

    /// Three sessions that may go, and their batch.
    private static func scene(_ commands: [[String]] = []) throws -> (CleanupScene, RemovalBatch) {
        let scene = try CleanupScene()
        try scene.giveLease()
        try scene.redis.run(keys.map { ["SET", $0, scene.value()] } + commands)
        var store = scene.store()
        let candidates = try scene.candidates((1...3).map(uuid))
        return (scene, scene.batch(candidates, try store.recheck(candidates)))
    }

    private static func user(_ name: String, _ rules: String...) -> [String] {
        ["ACL", "SETUSER", name, "on", ">secret", "~*", "+@all"] + rules
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        var name: String
        var commands: [[String]]
        var user = ""
        var text: String

        var testDescription: String { name }
    }

    private static let refused = [
        Refused(
            name: "the ACL forbids scripts", commands: [user("u", "-evalsha")], user: "u",
            text: "Redis denies access to the removal script: Redis at HERE refused: NOPERM "),
        Refused(
            name: "the ACL forbids what a script does", commands: [user("u", "-xadd")], user: "u",
            text:
                "Redis denies access to the removal script: Redis at HERE refused: ERR The user "),
        Refused(
            name: "the ACL forbids our keys",
            commands: [
                ["ACL", "SETUSER", "u", "on", ">secret", "+@all", "~mcp:session:*", "~mcp:node*", "%R~mcp:sessiond:*"]
            ],
            user: "u",
            text: "Redis denies access to the removal script: Redis at HERE refused: "),
        Refused(
            name: "no memory", commands: [["CONFIG", "SET", "maxmemory", "1"]],
            text: "Redis is out of memory for cleanup's writes: Redis at HERE refused: OOM "),
        Refused(
            name: "a instance", commands: [["REPLICAOF", "127.0.0.1", "1"]],
            text: "Redis takes no writes: Redis at HERE refused: READONLY "),
        Refused(
            name: "a master without replicas that wants some",
            commands: [["CONFIG", "SET", "min-replicas-to-write", "1"]],
            text: "Redis takes no writes: Redis at HERE refused: NOREPLICAS "),
        Refused(
            name: "an audit of another type", commands: [["SET", CleanupKeys.audit, "x"]],
            text: "mcp:sessiond:audit cannot be used: it has the wrong type"),
        Refused(
            name: "an audit that takes no more",
            commands: [["XADD", CleanupKeys.audit, "18446744073709551615-18446744073709551615", "v", "1"]],
            text: "Redis at HERE refused: ERR The stream has exhausted the last possible ID"),
    ]

    @Test(arguments: refused) func `nothing is removed without its record`(_ given: Refused) throws {
        let (scene, batch) = try Self.scene(given.commands)
        let before = try scene.redis.run([["DBSIZE"]])
        var store = scene.store(user: given.user)
        let text = fault { () throws(CleanupFault) in try store.remove(batch) }?.description ?? "none"
        let expected = given.text.split(separator: "HERE", maxSplits: 1).map(String.init)
        #expect(
            text == expected.first || text.hasPrefix(expected.joined(separator: "\(scene.redis.endpoint)")), "\(text)")
        #expect(!text.contains(uuid(1)) && !text.contains("secret"))
        #expect(try scene.existing(Self.keys) == Self.keys)
        #expect(try scene.redis.run([["DBSIZE"]]) == before)
    }

    /// Memory that ends in the middle ends nothing by half: the server decides before the first write of a step.
    @Test func `memory that lasts for the record lasts for the step`() throws {
        let (scene, batch) = try Self.scene()
        let info = try scene.redis.run([["INFO", "memory"]])[0].text ?? ""
        let used = info.split(separator: "\r\n").first { $0.hasPrefix("used_memory:") }?.dropFirst(12) ?? ""
        var store = scene.store()
        // More and more room, until there is enough for the record.
        for spare in stride(from: -20_000, through: 400_000, by: 1_000) {
            let limit = max((Int(used) ?? 0) + spare, 1)
            try scene.redis.run([["CONFIG", "SET", "maxmemory", String(limit)]])
            let outcome = try? store.remove(batch)
            let (left, records) = (try scene.existing(Self.keys).count, try scene.auditLength())
            #expect((left, records) == (3, 0) || (left, records) == (0, 1), "\(spare) bytes to spare")
            #expect(outcome == nil || left == 0)
            if left == 0 { break }
        }
    }

    @Test func `what was refused after its record is said to be kept`() throws {
        let (scene, batch) = try Self.scene([Self.user("u", "-unlink", "-pexpire")])
        var store = scene.store(user: "u")
        for action in [CleanupPolicy.Action.delete, .expire(seconds: 60)] {
            var batch = batch
            batch.action = action
            let failure = fault { () throws(CleanupFault) in try store.remove(batch) }
            guard case .forbidden = failure else {
                Issue.record("\(String(describing: failure))")
                continue
            }
        }
        #expect(try scene.existing(Self.keys) == Self.keys)
        let entries = try store.audit(after: nil, limit: 10)
        #expect(entries.map(\.action) == [.delete, .kept, .expire, .kept])
        #expect(entries.allSatisfy { $0.refs == (1...3).map { ref(uuid($0)) } })
    }

    @Test func `a server that forgot the script is told it again`() throws {
        let (scene, batch) = try Self.scene()
        var store = scene.store()
        #expect(try store.takeLease(CleanupScene.holder, removes: true) == .held(epoch: CleanupScene.epoch))
        for _ in 0..<2 {
            try scene.redis.run([["SCRIPT", "FLUSH"]])
            #expect(try store.takeLease(CleanupScene.holder, removes: true) == .held(epoch: CleanupScene.epoch))
        }
        try scene.giveLease()
        try scene.redis.run([["SCRIPT", "FLUSH"]])
        #expect(try store.remove(batch) == .done([.cleaned, .cleaned, .cleaned]))
        #expect(try scene.auditLength() == 1)
        let scripts = [CleanupScript.takeLease, .releaseLease, .remove, .isOurs, .removeOne]
        let loaded = try scene.redis.run(scripts.map { ["SCRIPT", "LOAD", $0.text] })
        #expect(loaded.map(\.text) == scripts.map(\.digest))
    }

    @Test func `a server that went away is found again`() throws {
        let (scene, batch) = try Self.scene()
        var store = scene.store()
        #expect(try store.takeLease(CleanupScene.holder, removes: true) == .held(epoch: CleanupScene.epoch))
        try scene.redis.restart()
        // The connection is lost, or its socket is: either is an error, and the next call connects anew.
        #expect(fault { () throws(CleanupFault) in try store.remove(batch) } != nil)
        #expect(try store.remove(batch) == .refused(.leaseLost))
    }

    /// As a master that was demoted: it answers, and takes no writes.
    @Test func `after a refusal to write the server is looked for anew`() throws {
        let scene = try CleanupScene()
        var store = scene.store()
        try scene.redis.run([["REPLICAOF", "127.0.0.1", "1"]])
        let failure = fault { () throws(CleanupFault) in try store.takeLease("one", removes: true) }
        guard case .readOnly = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        try scene.redis.run([["CLIENT", "KILL", "TYPE", "normal"], ["REPLICAOF", "NO", "ONE"]])
        #expect(try store.takeLease("one", removes: true) == .held(epoch: 1))
    }

    /// As servers before Redis 7 put it.
    @Test(arguments: [
        (
            "ERR Error running script (call to f_0123456789abcdef): @user_script:7: @user_script: "
                + "7: -OOM command not allowed when used memory > 'maxmemory'.", "OOM"
        ),
        (
            "ERR Error running script (call to f_0123456789abcdef): @user_script:7: @user_script: "
                + "7: -READONLY You can't write against a read only instance.", "READONLY"
        ),
        (
            "ERR Error running script (call to f_0123456789abcdef): @user_script:7: WRONGTYPE "
                + "Operation against a key holding the wrong kind of value", "WRONGTYPE"
        ),
        ("@user_script: 7: -NOPERM The user executing the script can't run this command or subcommand", "NOPERM"),
        ("ERR user_script:1: attempt to compare number with nil", "ERR"),
        ("ERR unknown command 'EVALSHA'", "ERR"), ("LOADING Redis is loading the dataset in memory", "LOADING"),
    ])
    func `an error inside a script is known by what it is about`(_ text: String, _ code: String) throws {
        let endpoint = RedisEndpoint(.unix(path: "/r"))
        let error = RedisError.refusal(text, from: endpoint)
        let expected: CleanupFault =
            switch code {
            case "OOM": .outOfMemory(error)
            case "READONLY": .readOnly(error)
            case "NOPERM": .forbidden("x", error)
            case "WRONGTYPE": .badRecord(key: "x", why: "it has the wrong type")
            default: .redis(error)
            }
        #expect(CleanupFault(error, of: "x") == expected)
    }
}
