import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Sessiond

// Masters die, with a replica and without one.

extension ClusterRegistry {
    func aMasterDiesAndAReplicaTakesItsPlace() async throws {
        let id = Self.mortal
        let slot = KeySlot.of("mcp:session:\(id)")
        let replica = try replica(of: try master(of: id))
        try await replicasToCatchUp()
        let before = (ended: watched.endings, resyncs: watched.resyncCount)
        let dead = try lab.killMaster(ofSlot: slot)
        try await aShardIsMissed(dead)

        // By hand, so that it comes about when it should and not before.
        try replica.server.run([["CLUSTER", "FAILOVER", "TAKEOVER"]])
        #expect(try lab.waitForPromotion(ofSlot: slot).id == replica.id)
        try await watched.soon("the view to be whole again") { isExact && watched.watch.isTracking }
        #expect(watched.servers.map(\.address).contains(replica.endpoint.address))
        #expect(!watched.servers.map(\.address).contains(dead.endpoint.address))
        #expect(watched.completeness == (true, nil))
        #expect(watched.resyncCount > before.resyncs)
        #expect(watched.endings == before.ended)
        try await watched.liveChange("changes on all shards, the new master's too") {
            try register(try oneIDForEachMaster("after"))
            try close([id])
        } isSeen: {
            isExact
        }
        try await watched.soon("the owners to be alive") { watched.counts.owned == ids.count }
    }

    /// Its replica is the master now, and has none itself.
    func aMasterDiesForGood() async throws {
        let dead = try lab.killMaster(ofSlot: KeySlot.of("mcp:session:\(Self.mortal)"))
        try await aShardIsMissed(dead)
        try await watched.soon("readiness to tell of it") {
            let (status, text) = watched.readiness
            return status == 503 && text.contains(dead.endpoint.address)
        }
        try await watched.soon("the page to say so") { watched.page()["mcp_sessiond_redis_up"] == 0 }
        // The others can even be read anew, over other connections: though heartbeats of nodes are on the one that is
        // gone, as were the seeds.
        let (fullScans, ended) = (watched.readingCount, watched.endings)
        for node in lab.nodes where node.server.pid != 0 {
            try node.server.run(["pubsub", "normal"].map { ["CLIENT", "KILL", "TYPE", $0] })
        }
        try await watched.soon("the other shards to be read again") { watched.readingCount >= fullScans + 2 }
        #expect(watched.completeness.isComplete == false)
        #expect(watched.refs == Set(ids.map(ref)))
        #expect(watched.endings == ended)
    }

    /// The view is incomplete, keeps what it knew, and the other shards go on.
    private func aShardIsMissed(_ dead: PrivateCluster.Node) async throws {
        try await watched.soon("the view not to be whole") { watched.completeness.isComplete == false }
        try await watched.soon("readiness to name the dead master") {
            let (status, text) = watched.readiness
            return status == 503 && text.contains(dead.endpoint.address)
        }
        #expect(watched.refs == Set(ids.map(ref)))
        let slots = try #require(try lookedUp())
        let born = try oneIDForEachMaster("born-without-\(dead.id.prefix(4))").filter { id in
            let shard = slots.shard(ofSlot: KeySlot.of("mcp:session:\(id)"))
            return shard.map { slots.shards[$0].nodeID != dead.id } ?? false
        }
        try #require(born.count == 2)
        try register(born)
        try await watched.soon("changes on the other shards") { born.allSatisfy(watched.knows) }
        #expect(watched.completeness.isComplete == false)
        #expect(watched.refs == Set(ids.map(ref)))
    }

    private func replica(of master: PrivateCluster.Node) throws -> PrivateCluster.Node {
        try #require(
            lab.nodes.first { node in
                guard node.server.pid != 0 else { return false }
                var connection = try node.connect()
                guard case .slave(let host, let port, _, _) = try RedisRole.read(over: &connection) else {
                    return false
                }
                return master.endpoint.transport == .tcp(host: host, port: port)
            })
    }

    /// Waits until replicas have what their masters have.
    private func replicasToCatchUp() async throws {
        for node in lab.nodes[..<3] {
            var connection = try node.connect()
            try await watched.soon("the replica to be in step") {
                let seen = try RedisReplication.read(over: &connection)
                return seen.replicas.map(\.offset) == [seen.offset]
            }
        }
    }
}
