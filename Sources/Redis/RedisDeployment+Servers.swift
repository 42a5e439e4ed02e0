// The only place that knows which servers a deployment has, and how deployments differ.

extension RedisDeployment {
    public var isCluster: Bool { if case .cluster = self { true } else { false } }

    /// True if a server is read whatever its role, which holds for one at a fixed address. In other deployments only
    /// masters are.
    public var believesAnyRole: Bool { if case .server = self { true } else { false } }

    /// The database of the data; a cluster has only 0.
    public var database: Int {
        switch self {
        case .server(let endpoint): endpoint.database
        case .sentinel(let sentinels): sentinels.database
        case .cluster: 0
        }
    }

    /// The single server to ask; nil for a cluster.
    public func site(readsFromReplica: Bool = false) -> ServerSite? {
        let primary: ServerSite
        switch self {
        case .server(let endpoint): primary = .server(endpoint)
        case .sentinel(let sentinels): primary = .masterOf(sentinels)
        case .cluster: return nil
        }
        return readsFromReplica ? .replicaOf(primary) : primary
    }

    /// Some nodes of a cluster.
    var seeds: [RedisEndpoint] { if case .cluster(let seeds) = self { seeds } else { [] } }

    /// A server to name in errors while no connection is open.
    var anyEndpoint: RedisEndpoint {
        switch self {
        case .server(let endpoint): endpoint
        case .sentinel(let sentinels): sentinels.sentinels[0]
        case .cluster(let seeds): seeds[0]
        }
    }

    /// The same deployment, but a cluster asks these known servers first, since they may outlive all its seeds.
    public func knowing(_ servers: [RedisEndpoint]) -> RedisDeployment {
        if case .cluster(let seeds) = self { .cluster(servers + seeds) } else { self }
    }

    /// The server that holds a key: `only`, or in a cluster the master of its slot; nil if that is unknown.
    public func server(of key: Span<UInt8>, by slots: ClusterSlots?, only: RedisEndpoint?) -> RedisEndpoint? {
        guard isCluster else { return only }
        guard let slots, let shard = slots.shard(ofSlot: KeySlot.of(key)) else { return nil }
        return slots.shards[shard].endpoint
    }

    /// The commands that a client sends on its own, to learn a server's role and a cluster's slots.
    public func clientCommands(readsFromReplica: Bool) -> [[String]] {
        switch self {
        case .server where !readsFromReplica: []
        case .server, .sentinel: [["ROLE"]]
        case .cluster: [["ROLE"], ["CLUSTER", "SLOTS"], ["ASKING"]]
        }
    }
}
