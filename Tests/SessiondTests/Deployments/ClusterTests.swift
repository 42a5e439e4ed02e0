import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Configuration
@testable import Sessiond
@testable import Watching

extension DeploymentTests {
    /// Watching all masters of a cluster side by side.
    @Suite struct ClusterTests {
        /// One cluster lives through all that can happen to one: six servers are not started for each of it.
        @Test func nothingIsLostWhateverHappensToTheCluster() async throws {
            let registry = try ClusterRegistry()
            defer { registry.lab.stop() }
            let watched = registry.watched
            watched.start()
            try await registry.allShardsAreReadWhole()
            try await registry.changesOnEachShardAreSeenLive()
            try await registry.nodesDieAndRestartOnAnyShard()
            try await registry.aSlotMovesWhileItIsWatched()
            try await registry.aSlotMovesWhileItIsRead()
            try await registry.aShardIsFlushed()
            try await registry.slotsAreServedByNobody()
            try await registry.aMasterDiesAndAReplicaTakesItsPlace()
            try await registry.aMasterDiesForGood()
            await watched.stop()
        }
    }
}

/// Sessions of three nodes, whose heartbeats stand on different shards, in a cluster of three masters with a replica each.
final class ClusterRegistry {
    static let sessionCount = 5_000
    /// On the master that dies, and on the replica that takes its place and dies too.
    static let mortal = uuid(2)

    let lab: PrivateCluster
    let watched: WatchedRegistry
    /// On the first, second and third master.
    let nodes: [String]
    /// Ids that ought to be registered.
    var ids: Set<String> = []
    /// Redis' time when all began.
    let now: Int
    private var client: RedisCluster

    /// A master is given long to answer, so that none is replaced because the machine is busy; what is there is served
    /// though a part of the slots is not.
    init() throws {
        lab = try PrivateCluster(
            masters: 3, replicasEach: 1, nodeTimeoutMilliseconds: 600_000,
            arguments: ["--cluster-require-full-coverage", "no"])
        let lab = lab
        now = try lab.nodes[0].server.now()
        nodes = try (0..<3).map { master in
            let names = (1...1_000).lazy.map { "node-\($0)" }
            return try #require(names.first { KeySlot.of("mcp:node:\($0)") * 3 / KeySlot.count == master })
        }
        client = RedisCluster(seeds: lab.seeds, limits: .patient)
        // The master that is to die, and its replica: in the end there is no seed any more.
        let master = KeySlot.of("mcp:session:\(Self.mortal)") * 3 / KeySlot.count
        let seeds = [lab.nodes[master].endpoint, lab.nodes[3 + master].endpoint]
        watched = WatchedRegistry(deployment: .cluster(seeds), of: lab) {
            // A reading lasts for seconds, so that something can happen meanwhile.
            ($0.catchUpShare, $0.redisShare, $0.slotsSeconds) = (0.03, 0.03, 0.5)
        }
        try run(nodes.map { heartbeat($0) })
        try register((0..<Self.sessionCount).map { uuid($0) })
    }

    @discardableResult
    func run(_ commands: [[String]]) throws -> [RedisReply] {
        let answers = try client.run(commands.map { RedisCommand($0) })
        for case .error(let text) in answers { throw RedisError.refusal(text, from: lab.nodes[0].endpoint) }
        return answers
    }

    func register(_ new: [String], node: String? = nil) throws {
        try run(new.enumerated().map { record($1, node: node ?? nodes[$0 % nodes.count], now: now) })
        ids.formUnion(new)
    }

    func close(_ old: [String]) throws {
        try run(old.map { ["DEL", "mcp:session:\($0)"] })
        ids.subtract(old)
    }

    func master(of id: String) throws -> PrivateCluster.Node {
        try lab.master(ofSlot: KeySlot.of("mcp:session:\(id)"))
    }

    /// What is known is what there is.
    var isExact: Bool { watched.view.isComplete && watched.refs == Set(ids.map(ref)) }

    /// Waits until everything told before is taken in: changes of one server come in order.
    func settle(_ name: String) async throws {
        let markers = try oneIDForEachMaster("settled-" + name.replacing(" ", with: "-"))
        try register(markers)
        try await watched.soon("the markers \(name)") { markers.allSatisfy(watched.knows) }
    }

    /// Ids that begin so, each on another master.
    func oneIDForEachMaster(_ prefix: String) throws -> [String] {
        var found: [String: String] = [:]
        let slots = try #require(try lookedUp())
        for number in 0..<1_000 where found.count < slots.shards.count {
            let id = "\(prefix)-\(number)"
            guard let shard = slots.shard(ofSlot: KeySlot.of("mcp:session:\(id)")) else { continue }
            found[slots.shards[shard].nodeID] = found[slots.shards[shard].nodeID] ?? id
        }
        try #require(found.count == slots.shards.count)
        return found.values.sorted()
    }

    func lookedUp() throws -> ClusterSlots? {
        try client.refresh()
        return client.slots
    }
}

extension ClusterRegistry {
    func allShardsAreReadWhole() async throws {
        try await watched.soon("all shards to be tracked") { watched.view.isComplete && watched.watch.isTracking }
        try await watched.soon("the owners to be alive") { watched.counts.owned == ids.count }
        #expect(isExact)
        #expect(Set(watched.servers.map(\.address)) == Set(lab.nodes[..<3].map(\.endpoint.address)))
        #expect(watched.completeness == (true, nil))
        #expect(watched.readiness.status == 200)
        #expect(watched.endings == [:])
        try await watched.soon("the page to count all") {
            watched.page().sum("mcp_registry_sessions", "owned") == Double(ids.count)
        }
        let data = try watched.json("/api/v1/status")["data"]
        #expect(data?["watch"]?["mode"] == "tracking")
        #expect(data?["redis"]?["servers"]?.array?.count == 3)
        #expect(data?["keys"]?["sessions"]?.int == ids.count)
    }

    func changesOnEachShardAreSeenLive() async throws {
        let (born, moved) = (try oneIDForEachMaster("born"), try oneIDForEachMaster("moved"))
        try await watched.liveChange("new sessions on all shards") {
            try register(born + moved, node: nodes[0])
        } isSeen: {
            (born + moved).allSatisfy(watched.knows)
        }
        try await watched.liveChange("ends and new owners on all shards") {
            try close(born)
            try register(moved, node: nodes[1])
        } isSeen: {
            born.allSatisfy { watched.ending(of: $0) == .closed }
                && moved.allSatisfy { watched.summary(of: $0)?.node == nodes[1] }
        }
        #expect(isExact)
        #expect(watched.endings == [.closed: born.count])
        #expect(watched.watch.registry.withLock { $0.drift } == 0)
    }

    func nodesDieAndRestartOnAnyShard() async throws {
        for node in nodes {
            let owned = try #require(watched.node(node)).counts.owned
            try run([["DEL", "mcp:node:\(node)"]])
            try await watched.soon("\(node) to be dead") { watched.counts.orphaned == [.ownerDead: owned] }
            try run([heartbeat(node, boot: "boot-2")])
            try await watched.soon("\(node) to be another") { watched.counts.orphaned == [.ownerRestarted: owned] }
            try run([heartbeat(node)])
            try await watched.soon("\(node) to be as it was") { watched.counts.owned == ids.count }
        }
    }
}
