/// One look at the heartbeats, all at one moment.
public struct HeartbeatCheck: Sendable {
    /// Nodes whose heartbeat is there, by name.
    public var heartbeats: [String: Heartbeat] = [:]
    /// Those of them that stand in a collection, and have no key of their own.
    public var collected: Set<String> = []
    /// All heartbeats of a node with where they stand, where that is known.
    public var places: [String: [FoundHeartbeat]] = [:]
    /// Nodes whose own heartbeat key Redis told to have been written since the last look.
    public var written: Set<String> = []
    /// What it was read from; nil where the server does not tell, so that no silence can be counted.
    public var history: RedisHistory? = RedisHistory([:])
    /// Read by the one who observes silence; else by somebody beside, perhaps from another server.
    public var isObservation = true

    public init() {}

    /// Adds a heartbeat. Each of them shows life; what the node is like is told by a key of its own rather than by a member of
    /// a collection, which does not end by itself.
    public mutating func add(_ found: FoundHeartbeat, of node: String) {
        places[node, default: []].append(found)
        if found.isCollected {
            guard heartbeats[node] == nil || collected.contains(node) else { return }
            collected.insert(node)
        } else {
            collected.remove(node)
        }
        heartbeats[node] = found.heartbeat
    }

    /// All heartbeats of all nodes.
    var found: [String: [FoundHeartbeat]] {
        places.merging(
            heartbeats.lazy.filter { places[$0.key] == nil }
                .map { ($0.key, [FoundHeartbeat($0.value, isCollected: collected.contains($0.key))]) }
        ) { known, _ in known }
    }
}
