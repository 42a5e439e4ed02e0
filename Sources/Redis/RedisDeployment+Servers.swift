// The one place that knows which servers a deployment has, and what differs between them.

extension RedisDeployment {
    public var isCluster: Bool { if case .cluster = self { true } else { false } }

    /// Whether a server is read whatever role it says it has: one at a fixed address. Of the others only masters are.
    public var believesAnyRole: Bool { if case .server = self { true } else { false } }

    /// The database of the data; a cluster has no other than 0.
    public var database: Int {
        switch self {
        case .server(let endpoint): endpoint.database
        case .sentinel(let sentinels): sentinels.database
        case .cluster: 0
        }
    }

    /// The server to be asked, where it is one.
    public func site(readsFromReplica: Bool = false) -> ServerSite? {
        let primary: ServerSite
        switch self {
        case .server(let endpoint): primary = .server(endpoint)
        case .sentinel(let sentinels): primary = .masterOf(sentinels)
        case .cluster: return nil
        }
        return readsFromReplica ? .replicaOf(primary) : primary
    }

    /// Any nodes of a cluster.
    var seeds: [RedisEndpoint] { if case .cluster(let seeds) = self { seeds } else { [] } }

    /// A server that is asked first for something.
    var anyEndpoint: RedisEndpoint {
        switch self {
        case .server(let endpoint): endpoint
        case .sentinel(let sentinels): sentinels.sentinels[0]
        case .cluster(let seeds): seeds[0]
        }
    }

    /// The same, where servers of a cluster are known: they are asked first, as they may be there when no seed is any
    /// more.
    public func knowing(_ servers: [RedisEndpoint]) -> RedisDeployment {
        if case .cluster(let seeds) = self { .cluster(servers + seeds) } else { self }
    }

    /// The server that holds a key: in a cluster the master of its slot, nil where that is not known; else `only`.
    public func server(of key: Span<UInt8>, by slots: ClusterSlots?, only: RedisEndpoint?) -> RedisEndpoint? {
        guard isCluster else { return only }
        guard let slots, let shard = slots.shard(ofSlot: KeySlot.of(key)) else { return nil }
        return slots.shards[shard].endpoint
    }

    /// The commands that a client sends of its own accord, to know a server's role and a cluster's slots.
    public func clientCommands(readsFromReplica: Bool) -> [[String]] {
        switch self {
        case .server where !readsFromReplica: []
        case .server, .sentinel: [["ROLE"]]
        case .cluster: [["ROLE"], ["CLUSTER", "SLOTS"], ["ASKING"]]
        }
    }
}
