/// A server to read from, and the way to find it again after a loss.
public enum ServerSite: Sendable {
    /// Any server that answers there.
    case server(RedisEndpoint)
    /// A master of a cluster; a demoted one is rejected.
    case master(RedisEndpoint)
    /// The master that the sentinels name.
    case masterOf(RedisSentinels)
    /// A replica in step with the server of that site; if there is none, that server itself.
    indirect case replicaOf(ServerSite)

    /// The limits on how far a replica may be behind.
    public static let replica = ReplicaChoice()

    public func open(_ limits: RedisConnection.Limits) throws(RedisError) -> RedisConnection {
        switch self {
        case .server(let endpoint): return try RedisConnection.open(endpoint, limits: limits)
        case .master(let endpoint):
            var connection = try RedisConnection.open(endpoint, limits: limits)
            try Self.checkMaster(&connection)
            // A cluster master serves only its own slots, and one slot per command.
            connection.takesManyKeys = false
            return connection
        case .masterOf(var sentinels): return try sentinels.openMaster(limits: limits)
        case .replicaOf(let site):
            var primary = try site.open(limits)
            guard case .master = try RedisRole.read(over: &primary) else { return primary }
            do throws(RedisError) {
                if let replica = try Self.replica.open(replicaOf: &primary, limits: limits) { return replica }
            } catch {
                // An ACL may forbid asking for the replicas.
                guard error.leavesConnectionUsable else { throw error }
            }
            return primary
        }
    }

    /// True if the connected server is still the right one.
    public func isStillRight(_ connection: inout RedisConnection) throws(RedisError) -> Bool {
        switch self {
        case .server: return true
        case .master, .masterOf:
            if case .master = try RedisRole.read(over: &connection) { return true }
            return false
        case .replicaOf(let site):
            // A replica that was promoted by hand is a master too, but not the one that we read.
            if case .master = try RedisRole.read(over: &connection) { return site.isMaster(connection.endpoint) }
            return try Self.replica.isFit(&connection)
        }
    }

    /// True if a server that calls itself master can be the one of this site.
    private func isMaster(_ endpoint: RedisEndpoint) -> Bool {
        switch self {
        case .server(let own), .master(let own): own.transport == endpoint.transport
        // The sentinels tell if it is not.
        case .masterOf: true
        case .replicaOf(let site): site.isMaster(endpoint)
        }
    }

    public var isReplica: Bool { if case .replicaOf = self { true } else { false } }

    /// The error for a server that is not ``isStillRight(_:)``.
    public static func notRight(_ endpoint: RedisEndpoint) -> RedisError {
        .connect(endpoint, reason: "it is no longer the server to read from")
    }

    private static func checkMaster(_ connection: inout RedisConnection) throws(RedisError) {
        let role = try RedisRole.read(over: &connection)
        guard case .master = role else {
            throw .connect(connection.endpoint, reason: "it is no longer a master but a \(role.name)")
        }
    }
}
