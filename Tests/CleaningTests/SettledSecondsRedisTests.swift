import Exposition
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning

/// For how long the same server has been the master, up and loaded.
@Suite(.ownThreads) struct SettledSecondsRedisTests {
    private static let now = UnixTime(milliseconds: 1_787_307_302_000)
    private static let up = "run_id:aa\r\nuptime_in_seconds:5000\r\nloading:0\r\nmaster_replid:ff\r\n"

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var info = up
        var known: [String: MasterLife] = [:]
        var settled: Double?

        var testDescription: String { name }
    }

    private static func life(_ runID: String = "aa", _ replicationID: String? = "ff", secondsAgo: Double) -> MasterLife
    {
        MasterLife(runID: runID, replicationID: replicationID, since: now - secondsAgo)
    }

    private static let cases = [
        Case(name: "nobody noted any server, or it was flushed", settled: 0),
        Case(name: "the same life", known: ["master": life(secondsAgo: 300)], settled: 300),
        Case(
            name: "the same life, up for less", info: up.replacing("5000", with: "50"),
            known: ["master": life(secondsAgo: 300)], settled: 50),
        Case(name: "another process", known: ["master": life("bb", secondsAgo: 300)], settled: 0),
        Case(
            name: "the same process, which was an instance in between",
            known: ["master": life("aa", "ee", secondsAgo: 300)], settled: 0),
        Case(
            name: "a note without the replication's id", known: ["master": life("aa", nil, secondsAgo: 300)],
            settled: 300),
        Case(
            name: "a server that does not tell its replication's id", info: up.replacing("master_replid", with: "x"),
            known: ["master": life(secondsAgo: 300)], settled: 300),
        Case(name: "noted in time to come", known: ["master": life(secondsAgo: -300)], settled: 0),
        Case(name: "another server was noted", known: ["other": life(secondsAgo: 300)], settled: 0),
        Case(
            name: "it is loading", info: up.replacing("loading:0", with: "loading:1"),
            known: ["master": life(secondsAgo: 300)], settled: 0),
        Case(name: "it does not tell who it is", info: "redis_version:7.0.15\r\n", settled: nil),
    ]

    @Test(arguments: cases) func `it is the time since what is seen began`(_ given: Case) throws {
        func bulk(_ text: String) -> String { "$\(text.utf8.count)\r\n\(text)\r\n" }
        let pairs = given.known.map { bulk($0.key) + bulk($0.value.json.compact) }.joined()
        // The answers to INFO, TIME, HGETALL, and what may be written.
        let answers =
            bulk(given.info) + "*2\r\n" + bulk("1787307302") + bulk("500") + "*\(2 * given.known.count)\r\n" + pairs
            + ":1\r\n:1\r\n"
        let server = try ScriptedServer([.send(answers), .hang])
        defer { server.stop() }
        var store = CleanupStore(CleanupScene.plan(server.endpoint, [.native]))
        #expect(try store.settledSeconds() == given.settled)
    }

    @Test func `a life is noted when it is first seen, and others are forgotten`() throws {
        let scene = try CleanupScene()
        var store = scene.store()
        let before = try scene.redis.now()
        #expect(try store.settledSeconds() == 0)
        func noted() throws -> [String: MasterLife] {
            let words = try scene.redis.run([["HGETALL", CleanupKeys.servers]])[0].array ?? []
            var lives: [String: MasterLife] = [:]
            for place in stride(from: 0, to: words.count, by: 2) {
                lives[words[place].text ?? ""] = MasterLife(try JSONValue(parsing: words[place + 1].bytes ?? []))
            }
            return lives
        }
        let first = try #require(try noted()["master"])
        #expect(first.runID.count == 40 && first.replicationID?.count == 40)
        let after = Double(try scene.redis.now() + 1)
        #expect((Double(before)...after).contains(first.since.seconds))
        _ = try store.settledSeconds()
        #expect(try noted() == ["master": first])

        var other = first
        other.runID = "another"
        try scene.redis.run([
            ["HSET", CleanupKeys.servers, "master", other.json.compact, "h:1", other.json.compact]
        ])
        #expect(try store.settledSeconds() == 0)
        let second = try #require(try noted()["master"])
        #expect(try noted().count == 1)
        #expect(second.runID == first.runID && second.since.seconds >= Double(before))
        try waitUntil("it to have been the master for a while") { try store.settledSeconds() ?? 0 > 0.01 }
        #expect(try noted() == ["master": second])
    }

    @Test func `where it may not be asked nobody knows`() throws {
        let scene = try CleanupScene()
        try scene.redis.run([["ACL", "SETUSER", "u", "on", ">secret", "~*", "+@all", "-info"]])
        var store = scene.store(user: "u")
        #expect(try store.settledSeconds() == nil)
        #expect(try scene.existing([CleanupKeys.servers]) == [])
    }
}
