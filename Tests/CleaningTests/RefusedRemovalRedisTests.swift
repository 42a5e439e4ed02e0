import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning

/// What keeps the server from removing anything: whatever is not as it was judged.
@Suite(.ownThreads) struct RefusedRemovalRedisTests {
    struct Change: Sendable, CustomTestStringConvertible {
        var name: String
        /// How Redis was when it was looked at.
        var before: [[String]] = []
        /// What happened then.
        var then: [[String]]
        var refusal: RemovalOutcome.Refusal?

        var testDescription: String { name }
    }

    private static let beat = "{\"boot\":\"b1\",\"seen_at\":1787307302}"
    private static let otherBoot = "{\"boot\":\"b2\",\"seen_at\":1787307302}"

    private static let leases = [
        Change(
            name: "the lease is another's", then: [["HSET", CleanupKeys.lease, "holder", "x"]], refusal: .leaseLost),
        Change(name: "of another epoch", then: [["HSET", CleanupKeys.lease, "epoch", "4"]], refusal: .leaseLost),
        Change(name: "ended by Redis' time", then: [["HSET", CleanupKeys.lease, "until", "1"]], refusal: .leaseLost),
        Change(name: "gone", then: [["DEL", CleanupKeys.lease]], refusal: .leaseLost),
        Change(name: "stopped", then: [["SET", CleanupKeys.stop, "anything"]], refusal: .stopped),
        Change(name: "stopped by a key of any type", then: [["RPUSH", CleanupKeys.stop, "x"]], refusal: .stopped),
    ]

    private static let ownKeys = [
        Change(name: "a heartbeat appeared", then: [["SET", "mcp:node:node-1", beat]], refusal: .heartbeatChanged),
        Change(
            name: "a hash appeared", then: [["HSET", "mcp:node:node-1", "boot", "b1"]], refusal: .heartbeatChanged),
        Change(name: "a list appeared", then: [["RPUSH", "mcp:node:node-1", "x"]], refusal: .heartbeatChanged),
        Change(
            name: "a heartbeat changed", before: [["SET", "mcp:node:node-1", otherBoot]],
            then: [["SET", "mcp:node:node-1", beat]], refusal: .heartbeatChanged),
        Change(
            name: "a heartbeat vanished", before: [["SET", "mcp:node:node-1", otherBoot]],
            then: [["DEL", "mcp:node:node-1"]], refusal: .heartbeatChanged),
        Change(
            name: "a heartbeat became a hash", before: [["SET", "mcp:node:node-1", otherBoot]],
            then: [["DEL", "mcp:node:node-1"], ["HSET", "mcp:node:node-1", "boot", "b2"]],
            refusal: .heartbeatChanged),
        Change(
            name: "a field of a hash changed", before: [["HSET", "mcp:node:node-1", "boot", "b2"]],
            then: [["HSET", "mcp:node:node-1", "boot", "b1"]], refusal: .heartbeatChanged),
        Change(
            name: "a field of a hash appeared", before: [["HSET", "mcp:node:node-1", "boot", "b2"]],
            then: [["HSET", "mcp:node:node-1", "seen_at", "1787307302"]], refusal: .heartbeatChanged),
        Change(
            name: "a hash vanished", before: [["HSET", "mcp:node:node-1", "boot", "b2"]],
            then: [["DEL", "mcp:node:node-1"]], refusal: .heartbeatChanged),
        Change(
            name: "what no heartbeat is stays as it was", before: [["RPUSH", "mcp:node:node-1", "x"]], then: [],
            refusal: .heartbeatChanged),
        Change(
            name: "another boot's heartbeat stays", before: [["SET", "mcp:node:node-1", otherBoot]], then: []),
        Change(
            name: "a field that nobody reads changed", before: [["HSET", "mcp:node:node-1", "boot", "b2"]],
            then: [["HSET", "mcp:node:node-1", "load", "7"]]),
        Change(name: "another node's heartbeat appeared", then: [["SET", "mcp:node:node-2", beat]]),
    ]

    private static let ending = ["SET", "mcp:node:node-1", otherBoot, "EX", "1000"]

    /// The value is the same, and somebody renews it.
    private static let renewals = [
        Change(
            name: "a heartbeat was renewed", before: [ending], then: [["EXPIRE", "mcp:node:node-1", "1010"]],
            refusal: .heartbeatChanged),
        Change(
            name: "a heartbeat was written again", before: [ending],
            then: [["SET", "mcp:node:node-1", otherBoot, "EX", "1010"]], refusal: .heartbeatChanged),
        Change(
            name: "a heartbeat was given no end", before: [ending], then: [["PERSIST", "mcp:node:node-1"]],
            refusal: .heartbeatChanged),
        Change(
            name: "a heartbeat was given an end", before: [["SET", "mcp:node:node-1", otherBoot]],
            then: [["EXPIRE", "mcp:node:node-1", "1000"]], refusal: .heartbeatChanged),
        Change(
            name: "a hash was renewed",
            before: [["HSET", "mcp:node:node-1", "boot", "b2"], ["EXPIRE", "mcp:node:node-1", "1000"]],
            then: [["EXPIRE", "mcp:node:node-1", "1010"]], refusal: .heartbeatChanged),
        Change(name: "a heartbeat was read", before: [ending], then: [["GETEX", "mcp:node:node-1"]]),
        Change(
            name: "a collection was renewed, by whomever",
            before: [["HSET", "mcp:nodes", "node-1", otherBoot], ["EXPIRE", "mcp:nodes", "1000"]],
            then: [["EXPIRE", "mcp:nodes", "1010"]]),
    ]

    private static let collections = [
        Change(
            name: "a member of a hash appeared", then: [["HSET", "mcp:nodes", "node-1", beat]],
            refusal: .heartbeatChanged),
        Change(
            name: "a member joined a hash", before: [["HSET", "mcp:nodes", "node-2", beat]],
            then: [["HSET", "mcp:nodes", "node-1", beat]], refusal: .heartbeatChanged),
        Change(
            name: "a member of a hash changed", before: [["HSET", "mcp:nodes", "node-1", otherBoot]],
            then: [["HSET", "mcp:nodes", "node-1", beat]], refusal: .heartbeatChanged),
        Change(
            name: "a member of a hash vanished", before: [["HSET", "mcp:nodes", "node-1", beat, "node-2", beat]],
            then: [["HDEL", "mcp:nodes", "node-1"]], refusal: .heartbeatChanged),
        Change(
            name: "a score appeared", then: [["ZADD", "mcp:nodes", "1787307302", "node-1"]],
            refusal: .heartbeatChanged),
        Change(
            name: "a score changed", before: [["ZADD", "mcp:nodes", "1787307302", "node-1"]],
            then: [["ZADD", "mcp:nodes", "1787307302.5", "node-1"]], refusal: .heartbeatChanged),
        Change(
            name: "a score vanished", before: [["ZADD", "mcp:nodes", "1787307302", "node-1"]],
            then: [["ZREM", "mcp:nodes", "node-1"]], refusal: .heartbeatChanged),
        Change(
            name: "a hash became a sorted set", before: [["HSET", "mcp:nodes", "node-1", otherBoot]],
            then: [["DEL", "mcp:nodes"], ["ZADD", "mcp:nodes", "1787307302", "node-1"]], refusal: .heartbeatChanged),
        Change(name: "a list took its place", then: [["RPUSH", "mcp:nodes", "x"]], refusal: .heartbeatChanged),
        Change(
            name: "another member changed", before: [["ZADD", "mcp:nodes", "1787307302", "node-1"]],
            then: [["ZADD", "mcp:nodes", "1787307309", "node-2"]]),
        Change(
            name: "the member stays as it was", before: [["HSET", "mcp:nodes", "node-1", otherBoot]],
            then: [["HSET", "mcp:nodes", "node-2", beat]]),
    ]

    @Test(arguments: leases + ownKeys + renewals + collections)
    func `the server removes nothing under`(_ change: Change) throws {
        let scene = try CleanupScene()
        let keys = ["mcp:session:\(uuid(1))", "mcp:session:\(uuid(2))"]
        try scene.giveLease()
        try scene.redis.run(keys.map { ["SET", $0, scene.value()] } + change.before)
        var store = scene.store()
        let candidates = try scene.candidates([uuid(1), uuid(2)])
        let batch = scene.batch(candidates, try store.recheck(candidates))
        #expect(batch.entries.count == 2)
        try scene.redis.run(change.then)

        let outcome = try store.remove(batch)
        #expect(outcome == (change.refusal.map { .refused($0) } ?? .done([.cleaned, .cleaned])))
        #expect(try scene.existing(keys) == (change.refusal == nil ? [] : keys))
        #expect(try scene.auditLength() == (change.refusal == nil ? 1 : 0))
    }

    /// In a longer time a heartbeat may come and go, and Redis looks as it did. By a clock that was set back meanwhile nobody
    /// can tell how long it took.
    @Test(arguments: [-100...(-1), 100...200]) func `what was judged too long ago removes nothing`(
        _ seconds: ClosedRange<Int>
    ) throws {
        let scene = try CleanupScene()
        let keys = ["mcp:session:\(uuid(1))"]
        try scene.giveLease()
        try scene.redis.run(keys.map { ["SET", $0, scene.value()] })
        var store = scene.store()
        let candidates = try scene.candidates([uuid(1)])
        var batch = scene.batch(candidates, try store.recheck(candidates))
        let now = UnixTime(milliseconds: Int64(try scene.redis.now()) * 1000)
        batch.holds = (now + Double(seconds.lowerBound))...(now + Double(seconds.upperBound))
        #expect(try store.remove(batch) == .refused(.late))
        #expect(try scene.existing(keys) == keys)
        #expect(try scene.auditLength() == 0)
    }

    @Test func `a heartbeat that speaks for its owner is told to whoever looks`() throws {
        let scene = try CleanupScene()
        try scene.redis.run([
            ["SET", "mcp:node:node-1", "{\"boot\":\"b2\",\"seen_at\":1787307302}"],
            ["ZADD", "mcp:nodes", "1787307301", "node-1"],
        ])
        var store = scene.store()
        let heartbeats = try store.recheck(try scene.candidates([uuid(1)])).heartbeats
        #expect(heartbeats.map(\.place.key) == ["mcp:node:node-1", "mcp:nodes"])
        #expect(heartbeats.map(\.place.member) == [nil, "node-1"])
        #expect(heartbeats.map(\.heartbeat?.boot) == ["b2", nil])
        #expect(heartbeats.map(\.heartbeat?.seenAt?.milliseconds) == [1_787_307_302_000, 1_787_307_301_000])
        #expect(heartbeats[1].value == .text(Array("1787307301".utf8)))
    }

    @Test(arguments: [
        [["RPUSH", "mcp:node:node-1", "x"]], [["SADD", "mcp:nodes", "node-1"]], [["SET", "mcp:nodes", "node-1"]],
        [["SET", "mcp:node:node-1", "{\"boot\":"]], [["HSET", "mcp:nodes", "node-1", "{\"boot\":"]],
    ])
    func `what cannot be read as a heartbeat is a sign of life all the same`(_ commands: [[String]]) throws {
        let scene = try CleanupScene()
        try scene.redis.run(commands)
        var store = scene.store()
        let heartbeats = try store.recheck(try scene.candidates([uuid(1)])).heartbeats.filter { $0.value != nil }
        #expect(heartbeats.count == 1)
        #expect(heartbeats.first?.heartbeat?.malformation == .badJSON)
    }
}
