/// The heartbeats of all nodes, read in one check.
public struct HeartbeatCheck: Sendable {
    /// The heartbeats that exist, by node name.
    public var heartbeats: [String: Heartbeat] = [:]
    /// The nodes whose heartbeat is in a collection only: they have no key of their own.
    public var collected: Set<String> = []
    /// All heartbeats of each node with the places where they were found, where those are known.
    public var places: [String: [FoundHeartbeat]] = [:]
    /// Redis' time once all keys that hold no heartbeat had been read. Reading takes a while, so such a key may have expired
    /// after the time that the check is made for. Nil if no key was missing, or nobody noted the time.
    public var absentAt: UnixTime?
    /// The nodes whose own heartbeat key was written since the last check, as Redis reported.
    public var written: Set<String> = []
    /// The history that was read. It is nil if the server does not report it; then no silence can be counted.
    public var history: RedisHistory? = RedisHistory([:])
    /// True if Redis may remove heartbeats before they expire, for lack of memory, or does not say that it will not.
    public var mayEvict = false
    /// True if the observer of silence made this check. Another reader may have read another server.
    public var isObservation = true

    public init() {}

    /// Adds a heartbeat. Each heartbeat shows life, but a key of its own describes the node better than a member of a
    /// collection, which never expires.
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
