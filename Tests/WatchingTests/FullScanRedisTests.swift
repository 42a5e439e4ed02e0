import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Serving
@testable import Watching

@Suite(.ownThreads) struct FullScanRedisTests {
    private static let keySpace = KeySpace(dialects: [.native], deniedSuffixes: [":listener"])
    private static let wrongType =
        "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"

    private static func reader(_ connection: consuming RedisConnection) -> SessionReader {
        SessionReader(connection, keySpace: keySpace, maxIDLength: 1_024, clock: RedisClock())
    }

    /// All sessions that one reading over that connection finds, by ref, with what it says of each.
    private static func read(
        _ connection: consuming RedisConnection, share: Double = 1
    ) throws -> (sessions: [SessionRef: String], totals: FullScanTotals, batches: Int) {
        var reader = reader(connection)
        var reading = FullScan(keySpace: keySpace, maxIDLength: 1_024, pacer: Pacer(share: share))
        var sessions: [SessionRef: String] = [:]
        while !reading.isDone(over: reader) {
            for session in try reading.step(changes: SessionKeys(), over: &reader).scanned {
                sessions[session.ref] = said(session.content, reader.names)
            }
        }
        return (sessions, reading.sorter.totals, reading.steps)
    }

    /// Owner and creation of a session, or why it has none.
    private static func said(_ content: ObservedSession.Content, _ names: RecordNames) -> String {
        switch content {
        case .gone: return "gone"
        case .malformed(let why): return why.word
        case .value(let value):
            guard let owner = names.ownerName(at: value.owner) else { return "marker" }
            let boot = owner.boot.map { String(decoding: $0, as: UTF8.self) } ?? "-"
            return "\(String(decoding: owner.node, as: UTF8.self)) \(boot) \(value.createdAt?.seconds ?? 0)"
        }
    }

    @Test func keysThatVanishBetweenTheirNameAndTheirValueAreNoSessions() throws {
        let keys = ["stays", "gone-before-mget", "gone-before-pttl", "gone-before-hmget", "hash"].map {
            "mcp:session:\($0)"
        }
        let empty = "*13\r\n" + String(repeating: "$-1\r\n", count: 13)
        let hash = empty.replacing("$-1\r\n", with: "$6\r\nnode-1\r\n", maxReplacements: 1)
        let (server, descriptor) = try ScriptedServer.pair([
            .send("*2\r\n$1\r\n0\r\n*5\r\n" + keys.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()),
            .send("*5\r\n$1\r\n1\r\n$-1\r\n$1\r\n1\r\n$-1\r\n$-1\r\n:1000\r\n:-2\r\n:-2\r\n:1000\r\n:1000\r\n"),
            // Each HMGET's answer, and of what type the key was after it.
            .send(empty + "+none\r\n" + hash + "+hash\r\n"),
            .hang,
        ])
        defer { server.stop() }
        let read = try Self.read(try RedisConnection(descriptor: descriptor, endpoint: server.endpoint))
        #expect(read.sessions == [ref("stays"): "marker", ref("hash"): "node-1 - 0.0"])
        #expect(read.totals.skipped == [:])
    }

    @Test func aScannedKeyThatTurnsFromAHashIntoAStringIsReadAgain() throws {
        let empty = "*13\r\n" + String(repeating: "$-1\r\n", count: 13)
        let (server, descriptor) = try ScriptedServer.pair([
            .send("*2\r\n$1\r\n0\r\n*2\r\n$13\r\nmcp:session:a\r\n$13\r\nmcp:session:b\r\n"),
            .send("*2\r\n$-1\r\n$-1\r\n:1000\r\n:1000\r\n"),
            // One turned before it was asked for as a hash, one right after.
            .send(Self.wrongType + "+string\r\n" + empty + "+string\r\n"),
            .send("*2\r\n$1\r\n1\r\n$1\r\n1\r\n:1000\r\n:1000\r\n"),
            .hang,
        ])
        defer { server.stop() }
        let read = try Self.read(try RedisConnection(descriptor: descriptor, endpoint: server.endpoint))
        #expect(read.sessions == [ref("a"): "marker", ref("b"): "marker"])
        #expect(read.totals.skipped == [:])
    }

    /// The answer that says so is older than that to the change into a string, which may have been read in between.
    @Test(arguments: [("string", []), ("list", ["gone"])])
    func aChangedKeyThatTurnedFromAHashIntoAStringHasNotEnded(type: String, said: [String]) throws {
        let (server, descriptor) = try ScriptedServer.pair([
            .send("*1\r\n$-1\r\n:1000\r\n"), .send(Self.wrongType + "+\(type)\r\n"), .hang,
        ])
        defer { server.stop() }
        var reader = Self.reader(try RedisConnection(descriptor: descriptor, endpoint: server.endpoint))
        var request = SessionReader.Request()
        request.keys.append(Array("mcp:session:a".utf8).span, idStart: 12, dialect: 0)
        try reader.send(request)
        let first = try reader.receiveSessions(request)
        #expect(first.isEmpty)
        request = SessionReader.Request()
        request.hashes = reader.takeWaitingHashes()
        try reader.send(request)
        let then = try reader.receiveSessions(request)
        #expect(then.changed.map { Self.said($0.content, reader.names) } == said)
        #expect(then.scanned.isEmpty && then.again.isEmpty)
    }

    @Test func pacedAndUnpacedReadingsOf20000SessionsFindTheSame() throws {
        let redis = try PrivateRedis()
        let now = try redis.now()
        try redis.run(
            (0..<20_000).map { number in
                switch number % 5 {
                case 0: ["SET", "mcp:session:\(uuid(number))", "1", "EX", "10000"]
                case 1:
                    [
                        "HSET", "mcp:session:\(uuid(number))", "node", "node-\(number % 7)", "boot", "b", "created_at",
                        "\(now)",
                    ]
                default: session(uuid(number), node: "node-\(number % 7)", boot: "b", created: now)
                }
            })
        let free = try Self.read(try redis.connect())
        let paced = try Self.read(try redis.connect(), share: 0.5)
        #expect(free.sessions.count == 20_000)
        #expect(free.sessions == paced.sessions)
        // The paced one takes smaller bites.
        #expect(paced.batches > 5 * free.batches)
    }

    @Test func anEnormousValueIsReadInPartAndCountsAsTooLarge() async throws {
        let redis = try PrivateRedis()
        let size = 40 << 20
        try redis.run([
            ["SETRANGE", "mcp:session:\(uuid(1))", "\(size - 1)", "}"], ["SET", "mcp:session:\(uuid(2))", "1"],
            ["HSET", "mcp:session:\(uuid(3))", "node", "node-1"], ["RPUSH", "mcp:session:\(uuid(4))", "a"],
        ])
        let watched = WatchedRegistry(redis)
        watched.start()
        try await eventually("a reading in spite of the value") { watched.view.asOf != nil }
        await watched.stop()
        let status = try watched.json("/api/v1/status")["data"]
        #expect(
            status?["sessions"]?["malformed_by_reason"] == ["bad_json": 0, "too_large": 1, "bad_time": 0])
        #expect(status?["sessions"]?["registered"] == 3)
        #expect(status?["keys"]?["skipped"]?["type"] == 1)
        let page = watched.page()
        #expect(page["mcp_sessiond_redis_errors_total{kind=\"other\"}"] == 1)
        #expect(page["mcp_registry_malformed_keys{kind=\"session\",reason=\"too_large\"}"] == 1)
        // Whatever was sent of it, was sent once, and never whole again.
        let sent = try redis.sentBytes()
        #expect(sent < 2 * size, "Redis sent \(sent) bytes")
    }
}

extension PrivateRedis {
    /// All bytes that the server has sent since it started.
    func sentBytes() throws -> Int {
        let info = try run([["INFO", "stats"]])[0].text ?? ""
        let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("total_net_output_bytes:") }
        return line.flatMap { Int($0.split(separator: ":")[1]) } ?? .max
    }
}
