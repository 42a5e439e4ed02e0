/// Where commands go that each name one key, or none: a connection to one server, or a client of all of them.
public protocol KeyedCommands: ~Copyable {
    /// Whether keys of several slots may stand in one command.
    var takesManyKeys: Bool { get }
    /// The server that errors name; in a cluster any one.
    var anyEndpoint: RedisEndpoint { get }
    /// Runs all of them and gives their answers in order; an error reply is a value.
    mutating func answers(to commands: [[String]]) throws(RedisError) -> [RedisReply]
}

extension KeyedCommands where Self: ~Copyable {
    /// Runs one command; an error reply is thrown.
    public mutating func answer(to command: [String]) throws(RedisError) -> RedisReply {
        let reply = try answers(to: [command]).first ?? .null
        if case .error(let text) = reply { throw .refusal(text, from: anyEndpoint) }
        return reply
    }

    /// The strings at these keys, nil where there is none; a key of another type may give an error reply.
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

    /// Sends the pipeline and takes all its answers.
    mutating func answers(to pipeline: RedisPipeline) throws(RedisError) -> [RedisReply] {
        try send(pipeline)
        var replies: [RedisReply] = []
        for _ in 0..<pipeline.commandCount { replies.append(try reply()) }
        return replies
    }
}
