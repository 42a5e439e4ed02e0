/// A single thread's access to the data, wherever it is kept: on one server, on the master that sentinels name, or in a
/// cluster. It connects on first use and routes commands itself.
///
/// An error that makes the connection unusable drops it, and the next command finds the server anew; a master must call
/// itself one. A failed command is not repeated, since it may have been carried out. Only in a cluster may a command
/// run twice, see ``RedisCluster/run(_:)``.
public struct RedisClient: ~Copyable {
    private let deployment: RedisDeployment
    private let limits: RedisConnection.Limits
    /// The single server to ask; nil in a cluster.
    private let site: ServerSite?
    private var connection: RedisConnection?
    private var cluster: RedisCluster?

    /// Does not connect yet. With `readsFromReplica` it asks a replica of the single server, if one is fit.
    public init(
        _ deployment: RedisDeployment, readsFromReplica: Bool = false, limits: RedisConnection.Limits = .init()
    ) {
        self.deployment = deployment
        self.limits = limits
        site = deployment.site(readsFromReplica: readsFromReplica)
    }

    /// True if there is a connection; the server may have closed it in the meantime.
    public var isOpen: Bool { connection != nil || cluster != nil }

    /// Connects unless already connected; returns true if it just did.
    @discardableResult
    public mutating func open() throws(RedisError) -> Bool {
        guard !isOpen else { return false }
        if let site {
            connection = try site.open(limits)
        } else {
            var opened = RedisCluster(seeds: deployment.seeds, limits: limits)
            try opened.refresh()
            cluster = consume opened
        }
        return true
    }

    /// Closes all connections; the next command finds the server anew.
    public mutating func drop() {
        connection = nil
        cluster = nil
    }

    /// Runs the commands and returns their answers in order; error replies are returned as values.
    public mutating func run(_ commands: [RedisCommand]) throws(RedisError) -> [RedisReply] {
        try open()
        // If something throws, what was taken out is not put back, and so is dropped.
        if var held = cluster.take() {
            let replies = try held.run(commands)
            cluster = consume held
            return replies
        }
        guard var held = connection.take() else { preconditionFailure("open() connects or throws") }
        var pipeline = RedisPipeline()
        for command in commands { pipeline.append(command) }
        let replies = try held.answers(to: pipeline)
        connection = consume held
        return replies
    }
}

extension RedisClient: KeyedCommands {
    public var takesManyKeys: Bool { site != nil }
    public var anyEndpoint: RedisEndpoint {
        // `connection?.endpoint` would need the connection to be copied.
        switch connection {
        case .some(let open): open.endpoint
        case .none: deployment.anyEndpoint
        }
    }

    public mutating func answers(to commands: [[String]]) throws(RedisError) -> [RedisReply] {
        try run(commands.map { RedisCommand($0) })
    }
}

// MARK: - Servers

extension RedisClient {
    /// Throws if the server is not the right one any more, since a demoted master goes on answering. The masters of a
    /// cluster need no such check: their answers say if a slot is elsewhere.
    public mutating func checkServer() throws(RedisError) {
        try open()
        guard let site, var held = connection.take() else { return }
        guard try site.isStillRight(&held) else { throw ServerSite.notRight(held.endpoint) }
        connection = consume held
    }

    /// Refreshes the table of a cluster's slots.
    public mutating func refresh() throws(RedisError) {
        guard try !open(), var held = cluster.take() else { return }
        try held.refresh()
        cluster = consume held
    }

    /// The last known slots of a cluster; nil for a single server.
    public var slots: ClusterSlots? {
        switch cluster {
        case .some(let open): open.slots
        case .none: nil
        }
    }

    /// The servers that hold the data, at least one.
    public mutating func servers() throws(RedisError) -> [RedisServer] {
        try refresh()
        guard site == nil else { return [RedisServer(anyEndpoint)] }
        guard let slots, !slots.shards.isEmpty else {
            throw .badReply(anyEndpoint, reason: "no master serves a slot")
        }
        return slots.servers
    }

    /// Sends the same commands to each server. They must only read: if a connection turns out to be lost, they are sent
    /// once more.
    public mutating func askServers(
        _ questions: [[String]]
    ) throws(RedisError) -> [(server: RedisServer, replies: [RedisReply])] {
        try open()
        if var held = cluster.take() {
            let answers = try held.askMasters(questions)
            cluster = consume held
            return answers
        }
        let replies = try answers(to: questions)
        return [(RedisServer(anyEndpoint), replies)]
    }
}
