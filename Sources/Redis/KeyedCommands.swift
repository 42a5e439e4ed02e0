/// A target for commands that name at most one key: a connection to one server, or a client of several.
public protocol KeyedCommands: ~Copyable {
    /// True if one command may name keys of several slots.
    var takesManyKeys: Bool { get }
    /// The server that errors name; in a cluster, any of its servers.
    var anyEndpoint: RedisEndpoint { get }
    /// Runs the commands and returns their answers in order; error replies are returned as values.
    mutating func answers(to commands: [[String]]) throws(RedisError) -> [RedisReply]
}

extension KeyedCommands where Self: ~Copyable {
    /// Runs one command; throws an error reply.
    public mutating func answer(to command: [String]) throws(RedisError) -> RedisReply {
        let reply = try answers(to: [command]).first ?? .null
        if case .error(let text) = reply { throw .refusal(text, from: anyEndpoint) }
        return reply
    }

    /// The strings at these keys, nil if there is none; a key of another type may give an error reply.
    public mutating func strings(at keys: [String]) throws(RedisError) -> [RedisReply] {
        if takesManyKeys { return try answer(to: ["MGET"] + keys).array ?? [] }
        return try answers(to: keys.map { ["GET", $0] })
    }
}

extension RedisConnection: KeyedCommands {
    public var anyEndpoint: RedisEndpoint { endpoint }

    public mutating func answers(to commands: [[String]]) throws(RedisError) -> [RedisReply] {
        var pipeline = RedisPipeline()
        for command in commands { pipeline.append(command) }
        return try answers(to: pipeline)
    }

    /// Sends the pipeline and reads all its answers.
    mutating func answers(to pipeline: RedisPipeline) throws(RedisError) -> [RedisReply] {
        try send(pipeline)
        var replies: [RedisReply] = []
        for _ in 0..<pipeline.commandCount { replies.append(try reply()) }
        return replies
    }
}
