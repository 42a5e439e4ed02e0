/// One thread's way to the data, whatever keeps it: one server, the master that sentinels name, or a cluster. It connects
/// when it is first asked, and where commands go is its own business.
///
/// After an error that a connection does not survive, the connection is dropped, and the next question finds the server
/// anew: a master must call itself one. A question that failed is not asked again, since nobody knows whether it was
/// carried out; only in a cluster may a command run twice, see ``RedisCluster/run(_:)``.
public struct RedisClient: ~Copyable {
    private let deployment: RedisDeployment
    private let limits: RedisConnection.Limits
    /// The one server that is asked; nil in a cluster.
    private let site: ServerSite?
    private var connection: RedisConnection?
    private var cluster: RedisCluster?

    /// Connects to nobody yet. `readsFromReplica`: asks a replica of the one server where one is fit.
    public init(
        _ deployment: RedisDeployment, readsFromReplica: Bool = false, limits: RedisConnection.Limits = .init()
    ) {
        self.deployment = deployment
        self.limits = limits
        site = deployment.site(readsFromReplica: readsFromReplica)
    }

    /// Whether there is a connection; the server may have closed it meanwhile.
    public var isOpen: Bool { connection != nil || cluster != nil }

    /// Connects where there is no connection; true when it just did.
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

    /// Closes what is open: the next question finds the server anew.
    public mutating func drop() {
        connection = nil
        cluster = nil
    }

    /// Runs the commands, and gives their answers in the order asked; an error reply is a value.
    public mutating func run(_ commands: [RedisCommand]) throws(RedisError) -> [RedisReply] {
        try open()
        // What is taken out and not given back, because something failed, is dropped.
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
    /// Throws where the server that is asked is not the right one any more: a demoted master goes on answering. The
    /// masters of a cluster need no such check, since each answer of theirs says where else a slot is.
    public mutating func checkServer() throws(RedisError) {
        try open()
        guard let site, var held = connection.take() else { return }
        guard try site.isStillRight(&held) else { throw ServerSite.notRight(held.endpoint) }
        connection = consume held
    }

    /// Learns anew which servers of a cluster serve which slots.
    public mutating func refresh() throws(RedisError) {
        guard try !open(), var held = cluster.take() else { return }
        try held.refresh()
        cluster = consume held
    }

    /// Which master of a cluster serves which slot, as last learnt; nil where there is one server.
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

    /// Asks each of these servers the same. Questions only: over a connection that was lost meanwhile they are asked
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
