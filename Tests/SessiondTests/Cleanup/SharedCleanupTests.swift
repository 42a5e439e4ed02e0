import Exposition
import Lab
import Redis
import Sessions
import Testing
import Trials

@testable import Sessiond

/// What replicas tell each other, through Redis and back.
@Suite(.ownThreads) struct SharedCleanupTests {
    @Test func `what one writes the other reads`() throws {
        let scene = try CleanupScene()
        var one = scene.store()
        var other = scene.store()
        #expect(try other.readShared() == SharedCleanup())
        var random = SeededGenerator(seed: 5)
        let owners = (0..<1_200).map { (GoneOwnerName(node: "node \($0)", boot: nil), GoneOwner.random(&random)) }
        var changes = GoneOwners.Changes()
        changes.noted = Dictionary(uniqueKeysWithValues: owners)
        try scene.giveLease()
        #expect(try one.note(changes.noted, holder: CleanupScene.holder, epoch: CleanupScene.epoch))
        let nodes = (0..<5).map { RecalledNode.random("node \($0)", &random) }
        try one.write(nodes, forgetting: [])
        let stop = CleanupStop(by: "api:ops", why: "a \"test\"", at: UnixTime(milliseconds: 1_787_307_302_125))
        try one.suspend(stop)
        var reports = (0..<3).map { _ in CleanupReport.random(&random) }
        for report in reports { try one.add(report) }
        var shared = SharedCleanup(
            stop: stop, gone: GoneOwners(changes.noted), nodes: nodes, runs: reports.reversed())
        var read = try other.readShared()
        read.nodes.sort { $0.name < $1.name }
        #expect(read == shared)

        try other.end(Set(owners.prefix(700).map(\.0)))
        try other.write([], forgetting: ["node 0", "node 4"])
        #expect(try other.resume() == true)
        #expect(try other.resume() == false)
        reports = (0..<120).map { _ in CleanupReport.random(&random) }
        for report in reports { try other.add(report) }
        shared = SharedCleanup(
            gone: GoneOwners(Dictionary(uniqueKeysWithValues: owners.dropFirst(700).map { $0 })),
            nodes: Array(nodes[1..<4]), runs: reports.suffix(100).reversed())
        read = try one.readShared()
        read.nodes.sort { $0.name < $1.name }
        #expect(read == shared)
    }

    /// It may have slept, and the next holder have seen the owner alive meanwhile.
    @Test func `a holder that has lost the lease notes nobody as gone`() throws {
        let scene = try CleanupScene()
        var store = scene.store()
        var random = SeededGenerator(seed: 9)
        let owners = [CleanupScene.owner: GoneOwner.random(&random)]
        let leases = [
            try scene.lease("replica-2", epoch: CleanupScene.epoch + 1, secondsLeft: 3600),
            try scene.lease(epoch: CleanupScene.epoch + 1, secondsLeft: 3600),
            try scene.lease(epoch: CleanupScene.epoch, secondsLeft: -1),
            ["DEL", CleanupKeys.lease],
        ]
        for lease in leases {
            try scene.redis.run([lease])
            #expect(try store.note(owners, holder: CleanupScene.holder, epoch: CleanupScene.epoch) == false)
        }
        #expect(try scene.existing([CleanupKeys.gone]) == [])
        try scene.giveLease()
        #expect(try store.note(owners, holder: CleanupScene.holder, epoch: CleanupScene.epoch))
        #expect(try store.readShared().gone == GoneOwners(owners))
    }

    @Test func `a stop ends by itself where it has an end`() throws {
        let scene = try CleanupScene()
        var store = scene.store()
        let now = UnixTime(milliseconds: Int64(try scene.redis.now()) * 1000)
        var stop = CleanupStop(by: "cli:ops", why: "upgrade", at: now, until: now + 3600)
        try store.suspend(stop)
        #expect(try store.readShared().stop == stop)
        let left = try scene.redis.run([["PTTL", CleanupKeys.stop]])[0].integer ?? 0
        #expect(left > 0 && left <= 3_600_000)
        // One that is over already ends what was there.
        stop.until = now - 60
        try store.suspend(stop)
        try waitUntil("the stop to end") { try store.readShared().stop == nil }
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        var key: String
        var commands: [[String]]
        /// Nil: of another version.
        var why: String?

        var testDescription: String { "\(key): \(why ?? "another version")" }
    }

    private static let hashes = [CleanupKeys.gone, CleanupKeys.nodes, CleanupKeys.servers]
    private static let owner = GoneOwnerName(node: "a", boot: nil).json.compact

    private static let broken: [Broken] =
        [CleanupKeys.stop, CleanupKeys.runs].map { key in
            Broken(key: key, commands: [["HSET", key, "a", "b"]], why: "it is of another type")
        }
        + hashes.map { Broken(key: $0, commands: [["SET", $0, "x"]], why: "it is of another type") }
        + [
            ("{\"v\":2}", nil), ("{\"v\":1}", "a record of it lacks what it must have"),
            ("{}", "it holds a record without a version"), ("{", "it holds no JSON"),
        ]
        .flatMap { value, why in
            [
                Broken(key: CleanupKeys.stop, commands: [["SET", CleanupKeys.stop, value]], why: why),
                Broken(key: CleanupKeys.runs, commands: [["LPUSH", CleanupKeys.runs, value]], why: why),
            ] + hashes.map { Broken(key: $0, commands: [["HSET", $0, owner, value]], why: why) }
        }
        + ["x", "{\"node\":7}", "{\"node\":\"a\",\"boot\":7}", "{\"node\":\"a\",\"before\":-1}"].map { field in
            Broken(
                key: CleanupKeys.gone, commands: [["HSET", CleanupKeys.gone, field, "{\"v\":1}"]],
                why: "a field of it names no owner")
        }

    @Test(arguments: broken) func `a record that cannot be read is an error that names its key`(_ given: Broken) throws
    {
        let scene = try CleanupScene()
        try scene.redis.run(given.commands)
        var store = scene.store()
        let expected =
            given.why.map { CleanupFault.badRecord(key: given.key, why: $0) } ?? .unknownVersion(key: given.key)
        if given.key == CleanupKeys.servers {
            #expect(fault { () throws(CleanupFault) in try store.settledSeconds() } == expected)
        } else {
            #expect(fault { () throws(CleanupFault) in try store.readShared() } == expected)
        }
        #expect(expected.description.hasPrefix(given.key))
    }

    @Test(arguments: [
        (
            [["SET", CleanupKeys.audit, "x"]],
            CleanupFault.badRecord(key: CleanupKeys.audit, why: "it is of another type")
        ),
        ([["XADD", CleanupKeys.audit, "1-1", "v", "1"]], .unknownVersion(key: CleanupKeys.audit)),
        (
            [["XADD", CleanupKeys.audit, "1-1", "v", "2", "refs", "s:1"]],
            .badRecord(key: CleanupKeys.audit, why: "its entry 1-1 lacks what it must have")
        ),
        (
            [["XADD", CleanupKeys.audit, "1-1", "refs", "s:1"]],
            .badRecord(key: CleanupKeys.audit, why: "its entry 1-1 lacks what it must have")
        ),
    ])
    func `so is a record of the audit`(_ commands: [[String]], _ expected: CleanupFault) throws {
        let scene = try CleanupScene()
        try scene.redis.run(commands)
        var store = scene.store()
        #expect(fault { () throws(CleanupFault) in try store.audit(after: nil, limit: 5) } == expected)
        #expect(fault { () throws(CleanupFault) in try store.audit(after: "0-1", limit: 5) } == expected)
    }

    @Test func `writing where something else stands is an error too`() throws {
        let scene = try CleanupScene()
        try scene.redis.run(
            [CleanupKeys.gone, CleanupKeys.nodes, CleanupKeys.runs, CleanupKeys.servers].map { ["SET", $0, "x"] })
        try scene.giveLease()
        var store = scene.store()
        var random = SeededGenerator(seed: 1)
        let owners = [CleanupScene.owner: GoneOwner.random(&random)]
        let report = CleanupReport.random(&random)
        let faults = [
            fault { () throws(CleanupFault) in
                try store.note(owners, holder: CleanupScene.holder, epoch: CleanupScene.epoch)
            },
            fault { () throws(CleanupFault) in try store.end([CleanupScene.owner]) },
            fault { () throws(CleanupFault) in try store.write([], forgetting: ["a"]) },
            fault { () throws(CleanupFault) in try store.add(report) },
            fault { () throws(CleanupFault) in try store.settledSeconds() },
        ]
        #expect(
            faults
                == [
                    CleanupKeys.gone, CleanupKeys.gone, CleanupKeys.nodes, CleanupKeys.runs, CleanupKeys.servers,
                ].map {
                    .badRecord(key: $0, why: "it is of another type")
                })
    }
}
