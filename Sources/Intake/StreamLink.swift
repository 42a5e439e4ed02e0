import Redis
import Watching

/// The connection that the event stream is read over: to the primary, or to whichever master of a cluster has the key.
/// Replicas are never asked, as reading by a group writes.
struct StreamLink: ~Copyable {
    private var connection: RedisConnection?
    private var cluster: RedisCluster?

    /// Connects where there is no connection; true when it just did.
    mutating func open(_ watch: Watch) throws(RedisError) -> Bool {
        switch watch.plan.deployment {
        case .cluster(let seeds):
            if cluster != nil { return false }
            cluster = RedisCluster(seeds: seeds, limits: watch.plan.limits)
        case .server(let endpoint):
            if connection != nil { return false }
            connection = try watch.connect(.server(endpoint))
        case .sentinel(let sentinels):
            if connection != nil { return false }
            connection = try watch.connect(.masterOf(sentinels))
        }
        return true
    }

    mutating func drop() {
        connection = nil
        cluster = nil
    }

    /// Runs one command; `key` is the place of its key. An error reply is thrown.
    mutating func run(_ command: [String], key: Int = 1) throws(RedisError) -> RedisReply {
        let reply: RedisReply
        let endpoint: RedisEndpoint
        if var open = cluster.take() {
            endpoint = open.anyEndpoint
            reply = try open.run([RedisCommand(command, keyIndex: key)]).first ?? .null
            cluster = consume open
        } else if var open = connection.take() {
            endpoint = open.endpoint
            reply = try open.answers(to: [command]).first ?? .null
            connection = consume open
        } else {
            preconditionFailure("open(_:) comes first")
        }
        if case .error(let text) = reply { throw .refusal(text, from: endpoint) }
        return reply
    }
}
