/// A server that is read from, and how it is found again after it was lost.
public enum ServerSite: Sendable {
    /// Whatever answers there.
    case server(RedisEndpoint)
    /// A master of a cluster; one that was demoted is not believed.
    case master(RedisEndpoint)
    /// The master that the sentinels name.
    case masterOf(RedisSentinels)
    /// A replica in step with the server of that site; where none is, that server itself.
    indirect case replicaOf(ServerSite)

    /// How far a replica may be behind.
    public static let replica = ReplicaChoice()

    public func open(_ limits: RedisConnection.Limits) throws(RedisError) -> RedisConnection {
        switch self {
        case .server(let endpoint): return try RedisConnection.open(endpoint, limits: limits)
        case .master(let endpoint):
            var connection = try RedisConnection.open(endpoint, limits: limits)
            try Self.checkMaster(&connection)
            // Keys of its slots alone, and of one slot in each command.
            connection.takesManyKeys = false
            return connection
        case .masterOf(var sentinels): return try sentinels.openMaster(limits: limits)
        case .replicaOf(let site):
            var primary = try site.open(limits)
            guard case .master = try RedisRole.read(over: &primary) else { return primary }
            do throws(RedisError) {
                if let replica = try Self.replica.open(replicaOf: &primary, limits: limits) { return replica }
            } catch {
                // An ACL that forbids to ask for the replicas.
                guard error.leavesConnectionUsable else { throw error }
            }
            return primary
        }
    }

    /// Whether the server that was opened is still what it should be.
    public func isStillRight(_ connection: inout RedisConnection) throws(RedisError) -> Bool {
        switch self {
        case .server: return true
        case .master, .masterOf:
            if case .master = try RedisRole.read(over: &connection) { return true }
            return false
        case .replicaOf(let site):
            // A replica that was promoted by hand is a master too, but of nothing that we are to read.
            if case .master = try RedisRole.read(over: &connection) { return site.isMaster(connection.endpoint) }
            return try Self.replica.isFit(&connection)
        }
    }

    /// Whether a server that calls itself a master can be the one of this site.
    private func isMaster(_ endpoint: RedisEndpoint) -> Bool {
        switch self {
        case .server(let own), .master(let own): own.transport == endpoint.transport
        // The sentinels tell if it is not.
        case .masterOf: true
        case .replicaOf(let site): site.isMaster(endpoint)
        }
    }

    public var isReplica: Bool { if case .replicaOf = self { true } else { false } }

    /// The error of a server that is not ``isStillRight(_:)``.
    public static func notRight(_ endpoint: RedisEndpoint) -> RedisError {
        .connect(endpoint, reason: "it is not the server to be read from any more")
    }

    private static func checkMaster(_ connection: inout RedisConnection) throws(RedisError) {
        let role = try RedisRole.read(over: &connection)
        guard case .master = role else {
            throw .connect(connection.endpoint, reason: "it is no master any more but a \(role.name)")
        }
    }
}
