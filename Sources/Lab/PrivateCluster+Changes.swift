import Glibc
import Redis

extension PrivateCluster {
    /// The node that serves the slot now: it runs, calls itself a master and claims the slot.
    public func master(ofSlot slot: Int) throws -> Node {
        for node in nodes where node.server.pid != 0 {
            var connection = try node.connect()
            guard case .master = try RedisRole.read(over: &connection) else { continue }
            let slots = try ClusterSlots(parsing: try connection.command(["CLUSTER", "SLOTS"]), asked: node.endpoint)
            guard let shard = slots.shard(ofSlot: slot) else { continue }
            if slots.shards[shard].nodeID == node.id { return node }
        }
        throw LabError.timedOut(waitingFor: "a master that serves slot \(slot)", seconds: 0)
    }

    public func connectionToMaster(ofSlot slot: Int) throws -> RedisConnection {
        try master(ofSlot: slot).connect()
    }

    /// Moves a slot to another master as `redis-cli --cluster reshard` does. `inTheMiddle` is called once half of its
    /// keys, rounded down, are moved: the old master answers for the rest, and with ASK for the others.
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
        // The new master must know first, or the slot would have none for a moment.
        for node in [target, source] + nodes where node.server.pid != 0 {
            var connection = try node.connect()
            guard case .master = try RedisRole.read(over: &connection) else { continue }
            try connection.command(["CLUSTER", "SETSLOT", String(slot), "NODE", target.id])
        }
    }

    private static let keysPerMove = 100
    private static let migrateMilliseconds = 60_000

    /// Moves up to `count` of the slot's keys, and returns how many it moved.
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

    /// Kills the slot's master and returns it. Nobody has taken its place yet.
    @discardableResult
    public func killMaster(ofSlot slot: Int) throws -> Node {
        let master = try master(ofSlot: slot)
        // A crash: the master tells nobody that it ends.
        master.server.signal(SIGKILL)
        master.server.stop()
        return master
    }

    /// Waits until a replica has taken the killed master's place and all nodes know, and returns the new master.
    @discardableResult
    public func waitForPromotion(ofSlot slot: Int) throws -> Node {
        try waitForServers("a replica to be promoted") {
            (try? master(ofSlot: slot)) != nil
        }
        try waitUntilWhole()
        return try master(ofSlot: slot)
    }
}
