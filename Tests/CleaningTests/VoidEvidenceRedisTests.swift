import Exposition
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Configuration
@testable import Sessions

/// Evidence in Redis that is not ours to use: it is told of, and neither used nor deleted.
@Suite(.ownThreads) struct VoidEvidenceRedisTests {
    private static let fingerprint = CleanupScene.fingerprint
    private static let field = SessionOwner(node: "node-2", boot: "b2").json.compact

    /// A record that would do, and what becomes of it.
    struct Given: Sendable, CustomTestStringConvertible {
        var name: String
        var field = VoidEvidenceRedisTests.field
        var value: String
        var why: String

        var testDescription: String { name }
    }

    private static var known: String {
        var known = KnownOwner(SessionOwner(node: "node-2", boot: "b2"))
        (known.lastHeartbeatAt, known.dialects) = (UnixTime(milliseconds: 1_787_307_302_000), [0])
        return known.json(fingerprint).compact
    }

    private static var silence: String {
        SilenceReport(fingerprint: fingerprint, history: RedisHistory([:]), nodes: []).json(count: 1).compact
    }

    private static func voids(_ good: String) -> [Given] {
        let (version, shape) = ("unknown version", "wrong shape")
        let watch = "another watch fingerprint"
        return [
            Given(name: "another version", value: good.replacing(#""v":1"#, with: #""v":2"#), why: version),
            Given(name: "no version", value: good.replacing(#""v":1,"#, with: ""), why: version),
            Given(name: "a version that is a text", value: good.replacing(#""v":1"#, with: #""v":"1""#), why: version),
            Given(
                name: "another fingerprint", value: good.replacing(fingerprint.description, with: "0123456789abcdef"),
                why: watch),
            Given(name: "no fingerprint", value: good.replacing(#""watch""#, with: #""look""#), why: watch),
            Given(name: "garbage", value: "\u{0}garbage", why: "not a JSON object"),
            Given(name: "half of it", value: String(good.dropLast(9)), why: "not a JSON object"),
            Given(name: "nothing", value: "", why: "not a JSON object"),
            Given(name: "no object", value: "[\(good)]", why: "not a JSON object"),
            Given(
                name: "no more than a head", value: #"{"v":1,"watch":"\#(fingerprint)"}"#, why: shape),
        ]
    }

    private static let knowns =
        voids(known)
        + ["node-2", "{}", #"{"node":7}"#, #"{"node":"","boot":null}"#, #"{"node":"a","boot":7}"#].map {
            Given(name: "a field that names no owner: \($0)", field: $0, value: known, why: "wrong shape")
        } + [
            Given(
                name: "neither seen nor vouched for", value: known.replacing("1787307302000", with: "null"),
                why: "wrong shape"),
            Given(
                name: "a silence below zero",
                value: known.replacing(#""silent_seconds":0.0"#, with: #""silent_seconds":-1"#),
                why: "wrong shape"),
        ]

    private static let silences =
        voids(silence) + [
            Given(name: "no count", value: silence.replacing(#""count":1,"#, with: ""), why: "wrong shape"),
            Given(
                name: "a node that is none", value: silence.replacing(#""nodes":[]"#, with: #""nodes":[{}]"#),
                why: "wrong shape"),
        ]

    @Test func `what they were made from would do`() throws {
        let scene = try CleanupScene()
        var store = scene.store()
        try scene.redis.run([
            ["HSET", store.knownKey, Self.field, Self.known], ["HSET", store.silenceKey, "one", Self.silence],
        ])
        let evidence = try store.readShared().evidence
        #expect(evidence.known.map(\.owner) == [SessionOwner(node: "node-2", boot: "b2")])
        #expect(evidence.reports.keys.sorted() == ["one"] && evidence.void == [])
    }

    @Test(arguments: knowns) func `an owner is not known by`(_ given: Given) throws {
        let scene = try CleanupScene()
        var store = scene.store()
        let field = given.field == Self.field ? #"{"node":"node-3","boot":null}"# : Self.field
        try scene.redis.run([["HSET", store.knownKey, given.field, given.value, field, Self.known]])
        let evidence = try store.readShared().evidence
        #expect(evidence.known.map(\.owner.node) == [given.field == Self.field ? "node-3" : "node-2"])
        #expect(evidence.void == [VoidEvidence(key: store.knownKey, why: given.why, count: 1)])
    }

    @Test(arguments: silences) func `nobody is silent by`(_ given: Given) throws {
        let scene = try CleanupScene()
        var store = scene.store()
        try scene.redis.run([["HSET", store.silenceKey, "one", given.value, "other", Self.silence]])
        let evidence = try store.readShared().evidence
        #expect(evidence.reports.keys.sorted() == ["other"])
        #expect(evidence.void == [VoidEvidence(key: store.silenceKey, why: given.why, count: 1)])
    }

    /// Of an owner that is to be forgotten, or of which a person says something.
    @Test(arguments: voids(known)) func `what is void is neither overwritten nor deleted`(_ given: Given) throws {
        let scene = try CleanupScene()
        var store = scene.store()
        try scene.redis.run([["HSET", store.knownKey, Self.field, given.value]])
        var known = KnownOwner(SessionOwner(node: "node-2", boot: "b2"))
        known.attestation = Attestation(by: "ann", why: "scrapped", at: UnixTime(milliseconds: 1_787_307_302_000))
        let refused = fault { () throws(CleanupFault) in try store.attest(known) }
        #expect(
            refused?.description
                .hasSuffix("the record of this owner is void (\(given.why)) and is left as it is") == true,
            "\(String(describing: refused))")
        _ = try store.readShared()
        try store.write([known])
        try store.forget([known])
        #expect(try scene.redis.run([["HGET", store.knownKey, Self.field]])[0].text == given.value)
        #expect(try scene.auditLength() == 0)
    }

    /// Each at a field of its own.
    private static func plant(_ redis: PrivateRedis) throws {
        let prefix = (CleanupKeys.known + fingerprint.description, CleanupKeys.silence + fingerprint.description)
        let commands = knowns.enumerated().map { number, void in
            let field =
                void.field == Self.field
                ? SessionOwner(node: "node-2", boot: Boot("b\(number)")).json.compact : void.field
            return ["HSET", prefix.0, field, void.value]
        }
        try redis.run(commands + silences.enumerated().map { ["HSET", prefix.1, "holder \($0)", $1.value] })
    }

    private static func fields(_ redis: PrivateRedis, _ key: String) throws -> [String: [UInt8]] {
        let words = try redis.run([["HGETALL", key + fingerprint.description]])[0].array ?? []
        return stride(from: 0, to: words.count - 1, by: 2).reduce(into: [:]) { fields, place in
            fields[words[place].text ?? ""] = words[place + 1].bytes
        }
    }

    /// A daemon keeps evidence of its own beside it, and forgets and drops what is its own to forget.
    @Test func `a daemon says what is void, once, and leaves it as it is`() async throws {
        let redis = try PrivateRedis()
        try Self.plant(redis)
        try redis.run([
            ["SET", "mcp:node:node-1", #"{"boot":"b1"}"#],
            ["SET", "mcp:session:\(uuid(1))", #"{"node":"node-2","boot":"b2"}"#],
        ])
        let before = [try Self.fields(redis, CleanupKeys.known), try Self.fields(redis, CleanupKeys.silence)]
        #expect(before[0].count == Self.knowns.count && before[1].count == Self.silences.count)
        let watched = WatchedRegistry(redis) { $0.nodes.deadAfterSeconds = 1 }
        var settings = CleanupSettings()
        (settings.mode, settings.grace, settings.every, settings.settle) = (.delete, .seconds(1), .seconds(1), .zero)
        let cleaning = CleaningRegistry(.delete, on: watched) { $0 = settings }
        let cleaner = Cleaner(watched.watch, board: cleaning.board, holder: "instance-a")
        watched.start()
        let task = Task { await cleaner.run() }
        defer { task.cancel() }
        try await eventually("its own evidence") {
            let names = try Self.fields(redis, CleanupKeys.known).keys
            let reports = try Self.fields(redis, CleanupKeys.silence).keys
            return names.contains(SessionOwner(node: "node-1", boot: "b1").json.compact)
                && reports.contains("instance-a")
        }
        try await eventually("a run") { cleaning.board.state.withLock { !$0.runs.isEmpty } }
        // What it reads again says nothing new.
        var store = CleanupStore(watched.watch.plan)
        let shared = try store.readShared()
        await cleaner.take(shared.evidence, at: monotonicSeconds())
        task.cancel()
        await task.value
        await watched.stop()

        let void = try cleaning.data()["void_evidence"]?.array ?? []
        for (key, given) in [(CleanupKeys.known, Self.knowns), (CleanupKeys.silence, Self.silences)] {
            for why in Set(given.map(\.why)) {
                let row: JSONValue = [
                    "key": .string(key + Self.fingerprint.description), "why": .string(why),
                    "records": .int(given.count { $0.why == why }),
                ]
                #expect(void.contains(row), "\(row.compact)")
            }
        }
        #expect(void.count == 8)
        let log = watched.log.text
        let warnings = log.components(separatedBy: "void evidence is neither used nor deleted").count - 1
        #expect(warnings == void.count, "\(log)")
        // Nobody is known by it: the session of whom it told is still there.
        #expect(try redis.run([["EXISTS", "mcp:session:\(uuid(1))"]])[0] == .integer(1))
        let after = [try Self.fields(redis, CleanupKeys.known), try Self.fields(redis, CleanupKeys.silence)]
        for (before, after) in zip(before, after) {
            for (field, value) in before { #expect(after[field] == value, "\(field)") }
        }
    }
}
