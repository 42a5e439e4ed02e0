import Lab
import Redis
import Sessions
import TestSupport
import Testing

/// One command, or a few, that change the registry, and what is to be seen of it.
struct ToldChange: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Besides the three sessions that are there: 1 and 2 of node-1, 3 with no owner.
    var before: [[String]] = []
    let commands: [[String]]
    /// What is different afterwards, by id; nil for a session that is gone.
    let after: [String: String?]
    var created: [String: Int] = [:]
    var ended: [String: [Ending: Int]] = [:]
    var ownerChanges = 0
}

/// Whatever clients do to session keys shows soon, and nothing has to be read again for it.
@Suite struct ToldChangesRedisTests {
    private static let start = [
        session(uuid(1), node: "node-1", boot: "b1", created: 1_787_307_302),
        session(uuid(2), node: "node-1", boot: "b1", created: 1_787_307_302),
        ["SET", "mcp:session:\(uuid(3))", "1", "EX", "1000"],
    ]
    private static let owned = "node-1 b1"

    private static func key(_ number: Int) -> String { "mcp:session:\(uuid(number))" }

    private static func set(_ number: Int, _ node: String = "node-1", boot: String = "b1") -> [String] {
        session(uuid(number), node: node, boot: boot, created: 1_787_307_302)
    }

    static let strings = [
        ToldChange(
            testDescription: "SET", commands: [set(4)], after: [uuid(4): owned], created: ["node-1": 1]),
        ToldChange(
            testDescription: "SET of no owner", commands: [["SET", key(4), "1"]], after: [uuid(4): "unowned"],
            created: ["": 1]),
        ToldChange(
            testDescription: "SET of another owner", commands: [set(1, "node-2")], after: [uuid(1): "node-2 b1"],
            ownerChanges: 1),
        ToldChange(
            testDescription: "SET of another boot", commands: [set(1, boot: "b2")], after: [uuid(1): "node-1 b2"],
            ownerChanges: 1),
        ToldChange(
            testDescription: "SETRANGE that spoils", commands: [["SETRANGE", key(1), "10", "\"\"\"{"]],
            after: [uuid(1): "bad_json"]),
        ToldChange(
            testDescription: "DEL", commands: [["DEL", key(1)]], after: [uuid(1): nil], ended: ["node-1": [.closed: 1]]),
        ToldChange(
            testDescription: "UNLINK of two", commands: [["UNLINK", key(1), key(3)]],
            after: [uuid(1): nil, uuid(3): nil], ended: ["node-1": [.closed: 1], "": [.closed: 1]]),
        ToldChange(
            testDescription: "GETDEL", commands: [["GETDEL", key(1)]], after: [uuid(1): nil],
            ended: ["node-1": [.closed: 1]]),
        ToldChange(
            testDescription: "an id of 1,024 bytes, and one of 1,025",
            commands: [
                ["SET", "mcp:session:" + String(repeating: "y", count: 1_025), "1"],
                ["SET", "mcp:session:" + String(repeating: "x", count: 1_024), "1"],
            ], after: [String(repeating: "x", count: 1_024): "unowned"], created: ["": 1]),
        ToldChange(
            testDescription: "a denied suffix, an empty id, a blank, another prefix",
            commands: [
                ["SET", key(1) + ":listener", "1"], ["SET", "mcp:session:", "1"], ["SET", "mcp:session:a b", "1"],
                ["SET", "mcp:sessions:a", "1"], set(4),
            ], after: [uuid(4): owned], created: ["node-1": 1]),
    ]

    static let hashes = [
        ToldChange(
            testDescription: "HSET", commands: [["HSET", key(4), "node", "node-2", "boot", "b1"]],
            after: [uuid(4): "node-2 b1"], created: ["node-2": 1]),
        ToldChange(
            testDescription: "HSET of another owner", before: [["HSET", key(4), "node", "node-2", "boot", "b1"]],
            commands: [["HSET", key(4), "node", "node-3"]], after: [uuid(4): "node-3 b1"], ownerChanges: 1),
        ToldChange(
            testDescription: "a string that becomes a hash",
            commands: [["MULTI"], ["DEL", key(1)], ["HSET", key(1), "node", "node-2", "boot", "b1"], ["EXEC"]],
            after: [uuid(1): "node-2 b1"], ownerChanges: 1),
        ToldChange(
            testDescription: "a session that becomes a list",
            commands: [["MULTI"], ["DEL", key(1)], ["RPUSH", key(1), "a"], ["EXEC"]], after: [uuid(1): nil],
            ended: ["node-1": [.closed: 1]]),
        ToldChange(
            testDescription: "a list that becomes a session", before: [["RPUSH", key(4), "a"]],
            commands: [["MULTI"], ["DEL", key(4)], set(4), ["EXEC"]], after: [uuid(4): owned], created: ["node-1": 1]),
        ToldChange(
            testDescription: "a list that comes, with a session", commands: [["RPUSH", key(4), "a"], set(5)],
            after: [uuid(5): owned], created: ["node-1": 1]),
    ]

    static let names = [
        ToldChange(
            testDescription: "RENAME out", commands: [["RENAME", key(1), "other:1"]], after: [uuid(1): nil],
            ended: ["node-1": [.closed: 1]]),
        ToldChange(
            testDescription: "RENAME in", before: [["COPY", key(1), "other:4"]],
            commands: [["RENAME", "other:4", key(4)]],
            after: [uuid(4): owned], created: ["node-1": 1]),
        ToldChange(
            testDescription: "RENAME within", commands: [["RENAME", key(1), key(4)]],
            after: [uuid(1): nil, uuid(4): owned], created: ["node-1": 1], ended: ["node-1": [.closed: 1]]),
        ToldChange(
            testDescription: "COPY", commands: [["COPY", key(1), key(4)]], after: [uuid(4): owned],
            created: ["node-1": 1]),
        ToldChange(
            testDescription: "RESTORE",
            commands: [
                [
                    "EVAL", "return redis.call('RESTORE', KEYS[2], 0, redis.call('DUMP', KEYS[1]))", "2", key(1),
                    key(4),
                ]
            ], after: [uuid(4): owned], created: ["node-1": 1]),
        ToldChange(
            testDescription: "MOVE to another database", commands: [["MOVE", key(1), "1"]], after: [uuid(1): nil],
            ended: ["node-1": [.closed: 1]]),
        ToldChange(
            testDescription: "MULTI", commands: [["MULTI"], set(4), set(5, "node-2"), ["DEL", key(1)], ["EXEC"]],
            after: [uuid(4): owned, uuid(5): "node-2 b1", uuid(1): nil], created: ["node-1": 1, "node-2": 1],
            ended: ["node-1": [.closed: 1]]),
        ToldChange(
            testDescription: "a script",
            commands: [
                [
                    "EVAL",
                    "for i = 1, 50 do redis.call('SET', 'mcp:session:lua-' .. i, '1') end"
                        + " for i = 2, 50 do redis.call('DEL', 'mcp:session:lua-' .. i) end"
                        + " redis.call('DEL', KEYS[1])", "1", key(3),
                ]
            ], after: ["lua-1": "unowned", uuid(3): nil], created: ["": 1], ended: ["": [.closed: 1]]),
    ]

    static let times = [
        ToldChange(
            testDescription: "EXPIRE of 0", commands: [["EXPIRE", key(1), "0"]], after: [uuid(1): nil],
            ended: ["node-1": [.closed: 1]]),
        ToldChange(
            testDescription: "PEXPIRE of a moment", commands: [["PEXPIRE", key(1), "50"]], after: [uuid(1): nil],
            ended: ["node-1": [.expired: 1]]),
        ToldChange(
            testDescription: "SET with a moment to live", commands: [["SET", key(1), "1", "PX", "50"]],
            after: [uuid(1): nil], ended: ["node-1": [.expired: 1]]),
    ]

    @Test(arguments: strings + hashes + names)
    func itIsSeenWithoutAReading(change: ToldChange) async throws {
        try await Self.check(change) {
            $0 == RegistryBooks(created: change.created, ended: change.ended, ownerChanges: change.ownerChanges)
        }
    }

    /// Between the command and the end a session may be seen with its short time to live, under its new value, or not.
    @Test(arguments: times)
    func itsEndIsSeenWithoutAReading(change: ToldChange) async throws {
        try await Self.check(change) { $0.endedInAll == 1 }
    }

    private static func check(_ change: ToldChange, _ areRight: (RegistryBooks) -> Bool) async throws {
        let redis = try PrivateRedis()
        try redis.run(start + change.before)
        let watched = try await WatchedRegistry.live(redis)
        var expected = watched.sessions
        for (id, text) in change.after { expected[ref(id)] = text }

        try redis.run(change.commands)
        try await eventually("the change to be seen") { watched.sessions == expected }
        #expect(areRight(watched.books), "\(watched.books)")
        #expect(watched.fullScans == 1)
        #expect(watched.resyncs == [:])
        #expect(watched.drift == 0)
        #expect(watched.isWholeAndLive)
        await watched.stop()
    }

    /// The same again, or a refusal, is no news; nor is the same key in another database.
    @Test func whatChangesNothingIsNoNews() async throws {
        let redis = try PrivateRedis()
        try redis.run(Self.start)
        let watched = try await WatchedRegistry.live(redis)
        let before = watched.sessions
        try redis.run(
            Self.start + [
                ["SET", Self.key(1), "2", "NX"], ["DEL", Self.key(9)], ["TOUCH", Self.key(1)], ["GET", Self.key(1)],
                ["SELECT", "1"], Self.set(1, "node-9"), Self.set(7), ["DEL", Self.key(1)], ["SELECT", "0"], Self.set(4),
            ])
        try await eventually("the last of the changes") { watched.session(uuid(4)) != nil }
        #expect(watched.sessions.filter { $0.key != ref(uuid(4)) } == before)
        #expect(watched.books == RegistryBooks(created: ["node-1": 1]))
        #expect(watched.fullScans == 1)
        #expect(watched.drift == 0)
        await watched.stop()
    }

    @Test func timesToLiveFollowWhatSetsAndTakesThem() async throws {
        let redis = try PrivateRedis()
        try redis.run(Self.start)
        let watched = try await WatchedRegistry.live(redis)
        let (one, two, three) = (Self.key(1), Self.key(2), Self.key(3))
        let rounds: [[[String]]] = [
            [["EXPIRE", one, "5000"], ["PERSIST", two], ["PEXPIREAT", three, "4102444800000"]],
            [["PERSIST", one], ["GETEX", two, "EX", "9000"], ["GETEX", three, "PERSIST"]],
            [["SET", one, "1", "EX", "777"], ["SET", two, "1", "KEEPTTL"], ["EXPIRE", three, "100000", "NX"]],
        ]
        for commands in rounds {
            try redis.run(commands)
            try await eventually("the times to live that Redis has") {
                let ends = try redis.run([one, two, three].map { ["PEXPIRETIME", $0] }).map { $0.integer ?? 0 }
                return zip(1...3, ends).allSatisfy { number, end in
                    guard let session = watched.session(uuid(number)) else { return false }
                    guard end >= 0 else { return session.hasNoExpiry }
                    // It is told in whole seconds, and found by adding what is left to a clock.
                    return session.expiresAt.map { abs($0.milliseconds - end) < 60_000 } ?? false
                }
            }
        }
        #expect(watched.fullScans == 1)
        #expect(watched.books.endedInAll == 0)
        await watched.stop()
    }

    /// Nothing is asked of the server's settings: notifications on or off are the same.
    @Test func keyspaceNotificationsMakeNoDifference() async throws {
        let redis = try PrivateRedis(arguments: ["--notify-keyspace-events", "KEA"])
        try redis.run(Self.start)
        let watched = try await WatchedRegistry.live(redis)
        try redis.run((10..<400).map { Self.set($0) } + (10..<200).map { ["DEL", Self.key($0)] })
        try await eventually("all of it") { try watched.sessions == redis.sessions() }
        #expect(watched.fullScans == 1)
        #expect(watched.resyncs == [:])
        await watched.stop()
    }
}
