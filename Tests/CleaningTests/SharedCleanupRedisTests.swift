import Digests
import Exposition
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning

/// What instances tell each other, through Redis and back.
@Suite(.ownThreads) struct SharedCleanupRedisTests {
    @Test func `what one writes the other reads`() throws {
        let scene = try CleanupScene()
        var one = scene.store()
        var other = scene.store()
        #expect(try other.readShared() == SharedCleanup())
        var random = SplitMix64(seed: 5)
        let known = (0..<1_200).map { number in
            KnownOwner.random(&random, of: SessionOwner(node: "node \(number)", boot: nil))
        }
        try one.write(known)
        let silence = SilenceReport.random(CleanupScene.fingerprint, &random)
        try one.write(silence, count: 7, as: "one")
        try one.write(silence, count: 1, as: "a \"third\"")
        let stop = CleanupStop(by: "api:ops", why: "a \"test\"", at: UnixTime(milliseconds: 1_787_307_302_125))
        try one.suspend(stop)
        var reports = (0..<3).map { _ in CleanupReport.random(&random) }
        for report in reports { try one.add(report) }
        var shared = SharedCleanup(stop: stop, runs: reports.reversed())
        shared.evidence.known = known
        shared.evidence.reports = [
            "one": .init(count: 7, silence: silence), "a \"third\"": .init(count: 1, silence: silence),
        ]
        #expect(try Self.read(&other) == shared.sorted)

        try other.forget(Array(known.prefix(700)))
        try other.dropReports(of: ["a \"third\"", "nobody"])
        try one.write(silence, count: 8, as: "one")
        #expect(try other.resume() == true)
        #expect(try other.resume() == false)
        reports = (0..<120).map { _ in CleanupReport.random(&random) }
        for report in reports { try other.add(report) }
        shared = SharedCleanup(runs: reports.suffix(100).reversed())
        shared.evidence.known = Array(known.dropFirst(700))
        shared.evidence.reports = ["one": .init(count: 8, silence: silence)]
        #expect(try Self.read(&one) == shared.sorted)
        // Nobody who watches the same may be there any more: then both keys end, long after any session.
        let lives = try scene.redis.run([["PTTL", one.knownKey], ["PTTL", one.silenceKey]]).map { $0.integer ?? 0 }
        #expect((44 * 86_400_000...45 * 86_400_000).contains(lives[0]) && (1...86_400_000).contains(lives[1]))
    }

    private static func read(_ store: inout CleanupStore) throws -> SharedCleanup { try store.readShared().sorted }

    /// Another database, or other keys: what is known there is nobody's here.
    @Test func `whoever watches something else neither reads nor writes the same evidence`() throws {
        let scene = try CleanupScene()
        var random = SplitMix64(seed: 7)
        var store = scene.store()
        try store.write([.random(&random)])
        try store.write(.random(CleanupScene.fingerprint, &random), count: 1, as: "one")
        var other = CleanupStore(CleanupScene.plan(scene.redis.endpoint, [.native, .contextforge]))
        #expect(try other.readShared() == SharedCleanup())
        let known = KnownOwner.random(&random)
        try other.write([known])
        try other.forget([known])
        #expect(try store.readShared().evidence.known.count == 1)
        #expect(try store.readShared().evidence.reports.count == 1)
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

    private static let known = CleanupKeys.known + CleanupScene.fingerprint.description
    private static let silence = CleanupKeys.silence + CleanupScene.fingerprint.description

    private static let broken: [Broken] =
        [CleanupKeys.stop, CleanupKeys.runs].map { key in
            Broken(key: key, commands: [["HSET", key, "a", "b"]], why: "it has the wrong type")
        }
        + [known, silence, CleanupKeys.servers].map {
            Broken(key: $0, commands: [["SET", $0, "x"]], why: "it has the wrong type")
        }
        + [
            ("{\"v\":2}", nil), ("{\"v\":1}", "a record has missing or invalid members"),
            ("{}", "it holds a record without a version"), ("{", "it is not JSON"),
        ]
        .flatMap { value, why in
            [
                Broken(key: CleanupKeys.stop, commands: [["SET", CleanupKeys.stop, value]], why: why),
                Broken(key: CleanupKeys.runs, commands: [["LPUSH", CleanupKeys.runs, value]], why: why),
                Broken(key: CleanupKeys.servers, commands: [["HSET", CleanupKeys.servers, "a", value]], why: why),
            ]
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
            CleanupFault.badRecord(key: CleanupKeys.audit, why: "it has the wrong type")
        ),
        ([["XADD", CleanupKeys.audit, "1-1", "v", "2"]], .unknownVersion(key: CleanupKeys.audit)),
        (
            [["XADD", CleanupKeys.audit, "1-1", "v", "3", "refs", "s:1"]],
            .badRecord(key: CleanupKeys.audit, why: "entry 1-1 has missing or invalid fields")
        ),
        (
            [["XADD", CleanupKeys.audit, "1-1", "refs", "s:1"]],
            .badRecord(key: CleanupKeys.audit, why: "entry 1-1 has missing or invalid fields")
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
            [Self.known, Self.silence, CleanupKeys.runs, CleanupKeys.servers].map { ["SET", $0, "x"] })
        var store = scene.store()
        var random = SplitMix64(seed: 1)
        let (known, report) = (KnownOwner.random(&random), CleanupReport.random(&random))
        let silence = SilenceReport.random(CleanupScene.fingerprint, &random)
        let faults = [
            fault { () throws(CleanupFault) in try store.write([known]) },
            fault { () throws(CleanupFault) in try store.forget([known]) },
            fault { () throws(CleanupFault) in try store.write(silence, count: 1, as: "one") },
            fault { () throws(CleanupFault) in try store.dropReports(of: ["one"]) },
            fault { () throws(CleanupFault) in try store.add(report) },
            fault { () throws(CleanupFault) in try store.settledSeconds() },
        ]
        let keys = [Self.known, Self.known, Self.silence, Self.silence, CleanupKeys.runs, CleanupKeys.servers]
        #expect(faults == keys.map { .badRecord(key: $0, why: "it has the wrong type") })
    }
}

extension SharedCleanup {
    /// Of a hash the fields come in any order.
    fileprivate var sorted: SharedCleanup {
        var sorted = self
        sorted.evidence.known.sort { $0.owner.node < $1.owner.node }
        return sorted
    }
}
