/// A server that holds data: the only one, or one master of a cluster.
public struct RedisServer: Sendable {
    /// Its node id in a cluster; nil for the only server.
    public let nodeID: String?
    public let endpoint: RedisEndpoint
    /// Its shard number, and the slots of all shards; nil for the only server.
    private let place: (number: Int, slots: ClusterSlots)?

    /// The only server.
    init(_ endpoint: RedisEndpoint) {
        nodeID = nil
        self.endpoint = endpoint
        place = nil
    }

    init(shard number: Int, of slots: ClusterSlots) {
        nodeID = slots.shards[number].nodeID
        endpoint = slots.shards[number].endpoint
        place = (number, slots)
    }

    /// True if the key is on this server.
    public func holds(_ key: String) -> Bool {
        place.map { $0.slots.shard(ofSlot: KeySlot.of(key)) == $0.number } ?? true
    }
}

extension ClusterSlots {
    /// The masters that serve slots.
    var servers: [RedisServer] { shards.indices.map { RedisServer(shard: $0, of: self) } }
}
