import Foundation
import Redis

/// What happens to a cluster: slots move, masters die.
extension PrivateCluster {
    /// The node that serves the slot now: the running one that calls itself a master and its own.
    public func master(ofSlot slot: Int) throws -> Node {
        for node in nodes where node.server.pid != 0 {
            var connection = try node.connect()
            guard case .master = try RedisRole.read(over: &connection) else { continue }
            let slots = try ClusterSlots(parsing: try connection.command(["CLUSTER", "SLOTS"]), asked: node.endpoint)
            guard let shard = slots.shard(ofSlot: slot) else { continue }
            if slots.shards[shard].nodeID == node.id { return node }
        }
        throw LabError.waitedInVain(what: "a master that serves slot \(slot)", seconds: 0)
    }

    public func connectionToMaster(ofSlot slot: Int) throws -> RedisConnection {
        try master(ofSlot: slot).connect()
    }

    /// Moves a slot to another master as `redis-cli --cluster reshard` does. `inTheMiddle` is called once half of its
    /// keys (rounded down) are moved: those still there are answered, the others lead to ASK.
    public func migrate(slot: Int, to target: Node, inTheMiddle: () throws -> Void = {}) throws {
        let source = try master(ofSlot: slot)
        var from = try source.connect()
        var to = try target.connect()
        try to.command(["CLUSTER", "SETSLOT", String(slot), "IMPORTING", source.id])
        try from.command(["CLUSTER", "SETSLOT", String(slot), "MIGRATING", target.id])
        let count = try from.command(["CLUSTER", "COUNTKEYSINSLOT", String(slot)]).integer ?? 0
        try Self.moveKeys(Int(count) / 2, ofSlot: slot, over: &from, to: target)
        try inTheMiddle()
        while try Self.moveKeys(Self.keysPerMove, ofSlot: slot, over: &from, to: target) > 0 {}
        // The new owner must know first: were it the last, the slot would have none in between.
        for node in [target, source] + nodes where node.server.pid != 0 {
            var connection = try node.connect()
            guard case .master = try RedisRole.read(over: &connection) else { continue }
            try connection.command(["CLUSTER", "SETSLOT", String(slot), "NODE", target.id])
        }
    }

    private static let keysPerMove = 100
    private static let migrateMilliseconds = 60_000

    /// Moves that many of the slot's keys, and gives how many there were.
    @discardableResult
    private static func moveKeys(
        _ count: Int, ofSlot slot: Int, over source: inout RedisConnection, to target: Node
    ) throws -> Int {
        let keys = try source.command(["CLUSTER", "GETKEYSINSLOT", String(slot), String(count)]).array ?? []
        guard !keys.isEmpty, case .tcp(let host, let port) = target.endpoint.transport else { return 0 }
        try source.command(
            ["MIGRATE", host, String(port), "", "0", String(migrateMilliseconds), "KEYS"] + keys.compactMap(\.text))
        return keys.count
    }

    /// Kills the slot's master, and gives it; nobody has taken its place yet.
    @discardableResult
    public func killMaster(ofSlot slot: Int) throws -> Node {
        let master = try master(ofSlot: slot)
        // A crash, not an end: it says goodbye to nobody.
        master.server.signal(SIGKILL)
        master.server.stop()
        return master
    }

    /// Waits until one of its replicas has taken the killed master's place, and all nodes know; gives the new master.
    @discardableResult
    public func waitForPromotion(ofSlot slot: Int) throws -> Node {
        try waitForServers("a replica to be promoted") {
            (try? master(ofSlot: slot)) != nil
        }
        try waitUntilWhole()
        return try master(ofSlot: slot)
    }
}
