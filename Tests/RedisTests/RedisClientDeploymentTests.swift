import Lab
import Redis
import TestSupport
import Testing

/// One way to the data, whatever keeps it.
@Suite(.ownThreads, .serialized, .timeLimit(.minutes(15))) struct RedisClientDeploymentTests {
    private static let keys = (0..<50).map { "mcp:session:\($0)" }

    /// Closes all connections to the server but the one that asks for it.
    private static func closeAll(of server: RedisEndpoint) throws {
        var connection = try RedisConnection.open(server)
        try connection.command(["CLIENT", "KILL", "TYPE", "normal"])
    }

    /// What holds for every kind of deployment.
    private static func isRead(_ client: inout RedisClient, manyKeys: Bool) throws {
        #expect(try client.open())
        #expect(try !client.open())
        #expect(client.takesManyKeys == manyKeys)
        #expect(try client.answers(to: keys.map { ["SET", $0, "of \($0)"] }).allSatisfy { $0 == .status("OK") })
        let texts = keys.map { RedisReply.text("of \($0)") }
        #expect(try client.answers(to: keys.map { ["GET", $0] }) == texts)
        #expect(try client.strings(at: keys + ["none"]) == texts + [.null])
        #expect(try client.answer(to: ["TIME"]).array?.count == 2)
        let refusal = try client.answers(to: [["LPUSH", keys[0], "x"]])[0]
        #expect(refusal.text == nil && refusal.integer == nil)
        let bytes: [UInt8] = [0xFF, 0, 0x0D]
        let echo = RedisCommand(["EVAL", "return ARGV[1]", "1", keys[0]], arguments: [bytes])
        #expect(try client.run([echo])[0].bytes == bytes)
        try client.checkServer()
    }

    /// What is asked is carried out at most once: a lost connection is an error, and the next question makes another.
    private static func losesItsConnection(_ client: inout RedisClient, to server: RedisEndpoint) throws {
        #expect(try client.answer(to: ["INCR", "count"]) == .integer(1))
        try closeAll(of: server)
        #expect(throws: RedisError.self) { () throws(RedisError) in try client.answer(to: ["INCR", "count"]) }
        #expect(try client.answer(to: ["INCR", "count"]) == .integer(2))
    }

    @Test func oneServer() throws {
        let redis = try PrivateRedis()
        defer { redis.stop() }
        var client = RedisClient(.server(redis.endpoint), limits: .patient)
        try Self.isRead(&client, manyKeys: true)
        try Self.losesItsConnection(&client, to: redis.endpoint)
        let servers = try client.servers()
        #expect(servers.map(\.endpoint) == [redis.endpoint])
        #expect(servers[0].nodeID == nil && servers[0].holds("any"))
        let told = try client.askServers([["INFO", "server"], ["PING"]])
        #expect(told.map { $0.replies.count } == [2])
        #expect(client.anyEndpoint == redis.endpoint)
        client.drop()
        #expect(try client.open())
    }

    @Test func aServerThatClosesIsNotAskedTwice() throws {
        var removal = RedisPipeline()
        removal.append("DEL", "k")
        let server = try ScriptedServer([.receive(bytes: removal.bytes.count), .close])
        defer { server.stop() }
        var client = RedisClient(.server(server.endpoint), limits: .patient)
        for _ in 0..<3 {
            let error = refusal { () throws(RedisError) in _ = try client.answer(to: ["DEL", "k"]) }
            #expect(error?.kind == .io)
        }
        #expect(server.received.count == 3 * removal.bytes.count)
    }

    @Test func aMasterThatWasDemotedIsNotAskedAnyMore() throws {
        let lab = try PrivateSentinels(downAfterMilliseconds: 5_000)
        defer { lab.stop() }
        let master = try lab.waitForMaster(otherThan: nil).endpoint
        var client = RedisClient(try RedisDeployment(url: lab.url), limits: .patient)
        try Self.isRead(&client, manyKeys: true)
        try Self.losesItsConnection(&client, to: master)
        let asked = client.anyEndpoint
        #expect(asked.transport == master.transport)
        var connection = try RedisConnection.open(master)
        // It closes no connection by itself.
        try connection.command(["REPLICAOF", "127.0.0.1", "1"])
        let error = refusal { () throws(RedisError) in try client.checkServer() }
        #expect(error == ServerSite.notRight(asked))
    }

    @Test func aCluster() throws {
        let lab = try PrivateCluster()
        defer { lab.stop() }
        var client = RedisClient(.cluster(lab.seeds), limits: .patient)
        try Self.isRead(&client, manyKeys: false)
        let servers = try client.servers()
        #expect(Set(servers.compactMap(\.nodeID)).count == 3)
        for key in Self.keys { #expect(servers.count { $0.holds(key) } == 1) }
        #expect(client.slots?.shards.count == 3)
        func runIDs() throws -> Set<String> {
            let told = try client.askServers([["INFO", "server"]])
            #expect(told.compactMap(\.server.nodeID) == servers.compactMap(\.nodeID))
            let lines = told.flatMap { ($0.replies[0].text ?? "").split(separator: "\r\n") }
            return Set(lines.filter { $0.hasPrefix("run_id:") }.map(String.init))
        }
        #expect(try runIDs().count == 3)
        for server in servers { try Self.closeAll(of: server.endpoint) }
        #expect(try runIDs().count == 3)
    }

    @Test func theServersOfADeploymentAreKnown() throws {
        let one = try RedisDeployment(url: "redis://127.0.0.1:1/3")
        let two = try RedisDeployment(url: "redis+sentinel://127.0.0.1:2/mymaster/4")
        let three = try RedisDeployment(url: "redis+cluster://127.0.0.1:3")
        let known = RedisEndpoint(.tcp(host: "127.0.0.1", port: 9))
        #expect([one, two, three].map(\.database) == [3, 4, 0])
        #expect([one, two, three].map(\.believesAnyRole) == [true, false, false])
        #expect([one, two, three].map(\.isCluster) == [false, false, true])
        #expect([one, two].map { $0.knowing([known]) } == [one, two])
        #expect(three.knowing([known]) != three)
        let key = Array("k".utf8)
        #expect([one, two].map { $0.server(of: key.span, by: nil, only: known) } == [known, known])
        #expect(three.server(of: key.span, by: nil, only: known) == nil)
    }
}
