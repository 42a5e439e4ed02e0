/// The rules for choosing a replica to read from: it must be connected to its master, and not be far behind.
public struct ReplicaChoice: Sendable, Equatable {
    /// The longest time since its master was last heard. An idle master pings every 10 s (`repl-ping-replica-period`),
    /// so less than about 12 s rejects the replicas of an idle one.
    public var lagSeconds = 15
    /// The number of bytes of its master's stream that it may lack.
    public var lagBytes: Int64 = 1 << 20

    /// The number of a primary's replicas to try.
    public static let triesLimit = 8

    public init() {}

    public init(lagSeconds: Int, lagBytes: Int64 = 1 << 20) {
        self.lagSeconds = lagSeconds
        self.lagBytes = lagBytes
    }

    /// The replicas of a primary that seem fit, as the primary sees them.
    public func candidates(of primary: RedisReplication) -> [RedisReplication.Replica] {
        primary.replicas.filter { replica in
            replica.state == "online" && replica.lagSeconds <= lagSeconds
                && primary.offset - replica.offset <= lagBytes
        }
    }

    /// True if the server behind the connection is still a replica connected to its master; ask from time to time.
    public func isFit(_ connection: inout RedisConnection) throws(RedisError) -> Bool {
        let replication: RedisReplication
        do throws(RedisError) {
            guard case .slave(_, _, "connected", _) = try RedisRole.read(over: &connection) else { return false }
            replication = try RedisReplication.read(over: &connection)
        } catch {
            // The replica is loading its data from disk, as after a restart.
            if case .refused(_, "LOADING", _) = error { return false }
            throw error
        }
        return isFit(replication)
    }

    /// True if this answer is that of a fit replica.
    public func isFit(_ replica: RedisReplication) -> Bool {
        guard replica.role == "slave", replica.isLinkUp, !replica.isSyncing else { return false }
        return replica.lastIOSeconds.map { $0 <= lagSeconds } ?? false
    }

    /// Opens a connection to a fit replica of the primary, chosen at random; nil if none is fit. Replicas are reached
    /// with the primary's user, password and database.
    public func open(
        replicaOf primary: inout RedisConnection, limits: RedisConnection.Limits = .init()
    ) throws(RedisError) -> RedisConnection? {
        let seen = try RedisReplication.read(over: &primary)
        for replica in candidates(of: seen).shuffled().prefix(Self.triesLimit) {
            var endpoint = primary.endpoint
            endpoint.transport = .tcp(host: replica.host, port: replica.port)
            if let connection = opened(endpoint, limits) { return connection }
        }
        return nil
    }

    /// Opens a connection to a fit replica of the server at `endpoint`; if that is a replica itself, it is that one or
    /// none.
    public func open(
        at endpoint: RedisEndpoint, limits: RedisConnection.Limits = .init()
    ) throws(RedisError) -> RedisConnection? {
        var connection = try RedisConnection.open(endpoint, limits: limits)
        if case .master = try RedisRole.read(over: &connection) {
            return try open(replicaOf: &connection, limits: limits)
        }
        guard try isFit(&connection) else { return nil }
        return connection
    }

    /// Opens a connection to a fit replica. One unreachable replica is no reason not to try the others.
    private func opened(_ endpoint: RedisEndpoint, _ limits: RedisConnection.Limits) -> RedisConnection? {
        do throws(RedisError) {
            var connection = try RedisConnection.open(endpoint, limits: limits)
            guard try isFit(&connection) else { return nil }
            return connection
        } catch {
            return nil
        }
    }
}
