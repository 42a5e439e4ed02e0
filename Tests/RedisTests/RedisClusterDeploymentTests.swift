import Glibc
import Lab
import Redis
import TestSupport
import Testing

/// Against real clusters, few and small.
@Suite(.ownThreads, .serialized, .timeLimit(.minutes(15))) struct RedisClusterDeploymentTests {
    /// Keys that are spread over all shards, and values by which to know them.
    private static let keys = (0..<1_200).map { "mcp:session:\($0)" }

    private static func fill(_ cluster: inout RedisCluster) throws {
        let answers = try cluster.run(keys.map { RedisCommand(["SET", $0, "of \($0)"]) })
        #expect(answers.count == keys.count && answers.allSatisfy { $0 == .status("OK") })
    }

    private static func readsAll(_ cluster: inout RedisCluster) throws -> Bool {
        try cluster.run(keys.map { RedisCommand(["GET", $0]) }) == keys.map { .text("of \($0)") }
    }

    /// Masters are given long to answer, so that none is replaced because the machine is busy.
    @Test func aClusterIsReadThroughAMigrationAndUntilAMasterDies() throws {
        let lab = try PrivateCluster(masters: 3, nodeTimeoutMilliseconds: 60_000)
        defer { lab.stop() }
        // One seed of three is enough, and it need not be the first that answers.
        let gone = RedisEndpoint(.tcp(host: "127.0.0.1", port: 1))
        var cluster = RedisCluster(seeds: [gone, lab.nodes[2].endpoint], limits: .patient)
        try Self.fill(&cluster)
        #expect(try Self.readsAll(&cluster))
        #expect(
            cluster.shards
                == lab.nodes.map { ClusterSlots.Shard(nodeID: $0.id, endpoint: $0.endpoint) }.sorted {
                    $0.nodeID < $1.nodeID
                })
        #expect(cluster.slots?.missing == [])
        try keysOfAllShards(&cluster)
        try migration(lab, &cluster)
        try lostConnections(lab, &cluster)
        try unservedSlot(lab, &cluster)
        try deathOfAMaster(lab, &cluster)
    }

    private func keysOfAllShards(_ cluster: inout RedisCluster) throws {
        let answers = try cluster.run([
            RedisCommand(["GET", "mcp:session:1"]), RedisCommand(["PING"], keyIndex: nil),
            RedisCommand(["LPUSH", "mcp:session:2", "x"]), RedisCommand(["EXISTS", "none"]),
        ])
        #expect(
            answers == [
                .text("of mcp:session:1"), .status("PONG"),
                .error("WRONGTYPE Operation against a key holding the wrong kind of value"), .integer(0),
            ])
        #expect(try cluster.run([]) == [])
    }

    private func migration(_ lab: PrivateCluster, _ cluster: inout RedisCluster) throws {
        // Ten keys of one slot, beside the others.
        let slot = KeySlot.of("tag")
        let tagged = (0..<10).map { "{tag}\($0)" }
        _ = try cluster.run(tagged.map { RedisCommand(["SET", $0, "of \($0)"]) })
        let read = tagged.map { RedisCommand(["GET", $0]) }
        let values = tagged.map { RedisReply.text("of \($0)") }
        let source = try lab.master(ofSlot: slot)
        let target = try #require(lab.nodes.first { $0.id != source.id })
        let before = cluster.slots
        var other = RedisCluster(seeds: lab.seeds, limits: .patient)
        try other.refresh()
        try lab.migrate(slot: slot, to: target) {
            var connection = try source.connect()
            #expect(try connection.command(["CLUSTER", "COUNTKEYSINSLOT", "\(slot)"]) == .integer(5))
            // Half are still at the source, the others behind an ASK, which changes nothing in the table.
            #expect(try cluster.run(read) == values)
            #expect(cluster.slots == before)
            let both = RedisCommand(["MGET"] + tagged)
            let error = refusal { () throws(RedisError) in _ = try cluster.run([both]) }
            #expect(
                error
                    == .refused(
                        source.endpoint, code: "TRYAGAIN", message: "Multiple keys request during rehashing of slot"))
        }
        // The table still names the source: MOVED.
        #expect(try cluster.run(read) == values)
        let after = cluster.slots
        let now = try #require(after)
        #expect(now != before)
        #expect(now.shard(ofSlot: slot).map { now.shards[$0].nodeID } == target.id)
        #expect(try other.run([RedisCommand(["MGET"] + tagged)]) == [.array(values)])
        try other.refresh()
        #expect(other.slots == now)
        #expect(try Self.readsAll(&cluster))
    }

    private func lostConnections(_ lab: PrivateCluster, _ cluster: inout RedisCluster) throws {
        func closeAll() throws {
            for node in lab.nodes {
                var connection = try node.connect()
                try connection.command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"])
            }
        }
        try closeAll()
        #expect(try Self.readsAll(&cluster))
        try closeAll()
        try cluster.refresh()
    }

    /// A slot without a master is an error that says so, and no more than that once it has one.
    private func unservedSlot(_ lab: PrivateCluster, _ cluster: inout RedisCluster) throws {
        let slot = KeySlot.of("none")
        let owner = try lab.master(ofSlot: slot)
        let exists = RedisCommand(["EXISTS", "none"])
        var seen = RedisCluster(seeds: [owner.endpoint], limits: .patient)
        var connection = try owner.connect()
        try connection.command(["CLUSTER", "DELSLOTS", "\(slot)"])
        let error = refusal { () throws(RedisError) in _ = try seen.run([exists]) }
        #expect(
            error == .refused(owner.endpoint, code: "CLUSTERDOWN", message: "slot \(slot) is served by no shard"))
        #expect(seen.slots?.missing == [slot...slot])
        try connection.command(["CLUSTER", "ADDSLOTS", "\(slot)"])
        try lab.waitUntilWhole()
        #expect(try seen.run([exists]) == [.integer(0)])
        #expect(try cluster.run([exists]) == [.integer(0)])
    }

    private func deathOfAMaster(_ lab: PrivateCluster, _ cluster: inout RedisCluster) throws {
        let dead = try lab.killMaster(ofSlot: KeySlot.of("mcp:session:1"))
        let error = refusal { () throws(RedisError) in _ = try cluster.run([RedisCommand(["GET", "mcp:session:1"])]) }
        #expect(
            error == .connect(dead.endpoint, reason: "its shard has no master that answers (Connection refused)"))
        // The others go on: nobody has missed the dead one for long enough.
        let alive = Self.keys.filter { cluster.slots?.shard(ofSlot: KeySlot.of($0)) != shard(of: dead, cluster) }
        #expect(!alive.isEmpty)
        #expect(try cluster.run(alive.map { RedisCommand(["GET", $0]) }) == alive.map { .text("of \($0)") })
        for node in lab.nodes { node.server.stop() }
        let none = refusal { () throws(RedisError) in try cluster.refresh() }
        #expect(none?.kind == .io)
        for node in lab.nodes { #expect("\(none!)".contains("\(node.endpoint.address): Connection refused")) }
    }

    private func shard(of node: PrivateCluster.Node, _ cluster: borrowing RedisCluster) -> Int? {
        cluster.shards.firstIndex { $0.nodeID == node.id }
    }

    @Test func aReplicaThatTookOverIsFound() throws {
        let lab = try PrivateCluster(masters: 3, replicasEach: 1, nodeTimeoutMilliseconds: 5_000)
        defer { lab.stop() }
        var cluster = RedisCluster(seeds: lab.seeds, limits: .patient)
        try waitUntil(deadline: 120, "a cluster that takes writes") {
            (try? Self.fill(&cluster)) != nil
        }
        let slot = KeySlot.of("mcp:session:1")
        let key = RedisCommand(["GET", "mcp:session:1"])
        // What a master has not handed on dies with it; WAIT speaks of what its own connection wrote.
        var connection = try lab.connectionToMaster(ofSlot: slot)
        try connection.command(["SET", "mcp:session:1", "of mcp:session:1"])
        #expect(try connection.command(["WAIT", "1", "60000"]) == .integer(1))
        let dead = try lab.killMaster(ofSlot: slot)
        let promoted = try lab.waitForPromotion(ofSlot: slot)
        #expect(promoted.id != dead.id)
        // A very busy machine may lose another one for a moment.
        var last: Result<[RedisReply], any Error>?
        do {
            try waitUntil(deadline: 120, "the new master to be found") {
                last = Result { try cluster.run([key]) }
                return (try? last?.get()) == [.text("of mcp:session:1")]
            }
        } catch {
            Issue.record("\(error); the last answer was \(String(describing: last))")
        }
        let found = cluster.slots
        let slots = try #require(found)
        let shard = try #require(slots.shard(ofSlot: slot))
        #expect(slots.shards[shard].nodeID != dead.id)
    }

    @Test func aServerThatIsNoClusterSaysSo() throws {
        let redis = try PrivateRedis()
        defer { redis.stop() }
        var cluster = RedisCluster(seeds: [redis.endpoint], limits: .patient)
        let error = refusal { () throws(RedisError) in try cluster.refresh() }
        #expect(
            error == .refused(redis.endpoint, code: "ERR", message: "This instance has cluster support disabled"))
        var nothing = RedisCluster(seeds: [])
        let none = refusal { () throws(RedisError) in try nothing.refresh() }
        #expect(none == .invalidURL("no node of the cluster is given"))
    }
}
