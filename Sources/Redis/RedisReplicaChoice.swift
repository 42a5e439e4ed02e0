/// How a replica to read from is chosen: it must be fed, and not be far behind.
public struct ReplicaChoice: Sendable, Equatable {
    /// How long ago its master may last have been heard of. A master that has nothing to write pings every 10 s
    /// (`repl-ping-replica-period`), so less than about 12 refuses replicas of an idle one.
    public var lagSeconds = 15
    /// How many bytes of its master's stream it may lack.
    public var lagBytes: Int64 = 1 << 20

    /// No more of a primary's replicas are tried.
    public static let triesLimit = 8

    public init() {}

    public init(lagSeconds: Int, lagBytes: Int64 = 1 << 20) {
        self.lagSeconds = lagSeconds
        self.lagBytes = lagBytes
    }

    /// Those of a primary's replicas that seem fit, as the primary sees them.
    public func candidates(of primary: RedisReplication) -> [RedisReplication.Replica] {
        primary.replicas.filter { replica in
            replica.state == "online" && replica.lagSeconds <= lagSeconds
                && primary.offset - replica.offset <= lagBytes
        }
    }

    /// Whether the server behind the connection is still a replica that is fed: to be asked from time to time.
    public func isFit(_ connection: inout RedisConnection) throws(RedisError) -> Bool {
        let replication: RedisReplication
        do throws(RedisError) {
            guard case .slave(_, _, "connected", _) = try RedisRole.read(over: &connection) else { return false }
            replication = try RedisReplication.read(over: &connection)
        } catch {
            // It reads its data from the disk, as after a restart.
            if case .refused(_, "LOADING", _) = error { return false }
            throw error
        }
        return isFit(replication)
    }

    /// The same for an answer that is already there.
    public func isFit(_ replica: RedisReplication) -> Bool {
        guard replica.role == "slave", replica.isLinkUp, !replica.isSyncing else { return false }
        return replica.lastIOSeconds.map { $0 <= lagSeconds } ?? false
    }

    /// A connection to a fit replica of the primary, drawn at random; nil if none is fit. Replicas are reached with the
    /// primary's user, password and database.
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

    /// The same for an endpoint that may be a replica itself: then it is that one or none.
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

    /// One replica out of reach is no reason not to try the others.
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
