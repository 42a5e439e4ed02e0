import Redis
import Sessions

/// Where commands go that each name one key.
protocol KeyedCommands: ~Copyable {
    /// Whether keys of several slots may stand in one command.
    var takesManyKeys: Bool { get }
    var anyEndpoint: RedisEndpoint { get }
    /// Runs all of them and gives their answers in order; an error reply is a value.
    mutating func answers(to commands: [[String]]) throws(RedisError) -> [RedisReply]
}

extension RedisConnection: KeyedCommands {
    var takesManyKeys: Bool { true }
    var anyEndpoint: RedisEndpoint { endpoint }

    mutating func answers(to commands: [[String]]) throws(RedisError) -> [RedisReply] {
        var pipeline = RedisPipeline()
        for command in commands { pipeline.append(command) }
        try send(pipeline)
        var replies: [RedisReply] = []
        for _ in commands { replies.append(try reply()) }
        return replies
    }
}

extension RedisCluster: KeyedCommands {
    var takesManyKeys: Bool { false }
    var anyEndpoint: RedisEndpoint { seeds[0] }

    mutating func answers(to commands: [[String]]) throws(RedisError) -> [RedisReply] {
        try run(commands.map { RedisCommand($0, keyIndex: $0.count > 1 ? 1 : nil) })
    }
}

/// One look at all heartbeats, with Redis' time.
struct PulseReading {
    /// Heartbeats of a collection that are read in one command, and heartbeat keys in one `MGET`.
    static let collectionLimit = 10_000
    static let batch = 256

    let keySpace: KeySpace
    private let readers: [HeartbeatReader]

    init(keySpace: KeySpace) {
        self.keySpace = keySpace
        readers = keySpace.dialects.map(HeartbeatReader.init)
    }

    /// Reads the heartbeats of the named nodes and of all collections.
    func run(
        nodes: [String], over redis: inout some KeyedCommands & ~Copyable
    ) throws(RedisError) -> (pulse: Pulse, now: RedisTime) {
        let now = try Self.time(over: &redis)
        var pulse = Pulse()
        for dialect in keySpace.dialects.indices {
            if let pattern = keySpace.dialects[dialect].nodes {
                var rest = nodes[...]
                while !rest.isEmpty {
                    try readKeys(rest.prefix(Self.batch), pattern.prefix, readers[dialect], &pulse, &redis)
                    rest = rest.dropFirst(Self.batch)
                }
            }
            if let collection = keySpace.dialects[dialect].nodesCollection {
                try readCollection(collection, readers[dialect], &pulse, &redis)
            }
        }
        return (pulse, now)
    }

    /// Redis' time: that of the middle of the round trip, as far as can be told. Where it took long, we may have been
    /// stopped with the answer at hand: by a clock that is behind what was seen long ago would seem fresh, so it is rather
    /// ahead.
    static func time(over redis: inout some KeyedCommands & ~Copyable) throws(RedisError) -> RedisTime {
        let sent = monotonicSeconds()
        let reply = try Self.answer(["TIME"], &redis)
        let received = monotonicSeconds()
        guard let parts = reply.array, parts.count == 2, let seconds = parts[0].integer, let micros = parts[1].integer
        else { throw .badReply(redis.anyEndpoint, reason: "TIME gave no two numbers") }
        return RedisTime(
            time: UnixTime(milliseconds: seconds * 1000 + micros / 1000),
            monotonicSeconds: sent + min((received - sent) / 2, Self.wayThereSeconds))
    }

    /// A question is on its way for no longer than this, as far as can be told.
    private static let wayThereSeconds = 0.5

    private static func answer(
        _ command: [String], _ redis: inout some KeyedCommands & ~Copyable
    ) throws(RedisError) -> RedisReply {
        let replies = try redis.answers(to: [command])
        if case .error(let text)? = replies.first { throw .refusal(text, from: redis.anyEndpoint) }
        return replies.first ?? .null
    }

    /// The strings at these keys, nil where there is none.
    private func strings(
        _ keys: [String], _ redis: inout some KeyedCommands & ~Copyable
    ) throws(RedisError) -> [RedisReply] {
        if redis.takesManyKeys { return try Self.answer(["MGET"] + keys, &redis).array ?? [] }
        return try redis.answers(to: keys.map { ["GET", $0] })
    }

    private func readKeys(
        _ names: ArraySlice<String>, _ prefix: String, _ reader: HeartbeatReader, _ pulse: inout Pulse,
        _ redis: inout some KeyedCommands & ~Copyable
    ) throws(RedisError) {
        var unread: [String] = []
        for (name, reply) in zip(names, try strings(names.map { prefix + $0 }, &redis)) {
            if let bytes = reply.bytes {
                pulse.heartbeats[name] = reader.read(json: bytes.span)
            } else if case .error(let text) = reply, !text.hasPrefix("WRONGTYPE") {
                throw .refusal(text, from: redis.anyEndpoint)
            } else {
                unread.append(name)
            }
        }
        guard !unread.isEmpty else { return }
        // No string there: a hash, something else (a sign of life all the same), or nothing. TYPE tells them apart.
        let replies = try redis.answers(
            to: unread.flatMap { [["TYPE", prefix + $0], ["HMGET", prefix + $0] + reader.fields.names] })
        for (position, name) in unread.enumerated() {
            let (type, fields) = (replies[2 * position], replies[2 * position + 1])
            if case .error(let text) = type { throw .refusal(text, from: redis.anyEndpoint) }
            guard let type = type.text, type != "none" else { continue }
            pulse.heartbeats[name] = fields.array.map { reader.read(hash: $0.map(\.bytes)) } ?? .marker
        }
    }

    private func readCollection(
        _ key: String, _ reader: HeartbeatReader, _ pulse: inout Pulse, _ redis: inout some KeyedCommands & ~Copyable
    ) throws(RedisError) {
        let type = try Self.answer(["TYPE", key], &redis).text
        let read: RedisReply
        switch type {
        case "hash":
            let length = try Self.answer(["HLEN", key], &redis).integer ?? 0
            guard length <= Self.collectionLimit else {
                throw .badReply(redis.anyEndpoint, reason: "\(key) is too large")
            }
            read = try Self.answer(["HGETALL", key], &redis)
        case "zset":
            read = try Self.answer(["ZREVRANGE", key, "0", String(Self.collectionLimit - 1), "WITHSCORES"], &redis)
        default: return
        }
        let words = read.array ?? []
        for position in stride(from: 0, to: words.count - 1, by: 2) {
            guard let name = words[position].text, let value = words[position + 1].bytes,
                name.utf8.count <= RecordLimits.textBytes,
                // A key of the node's own says more, and expires by itself.
                pulse.heartbeats[name] == nil
            else { continue }
            pulse.heartbeats[name] = type == "hash" ? member(value, reader) : reader.read(score: value.span)
            pulse.collected.insert(name)
        }
    }

    /// A member of a hash `node -> json`; a bare time is read as `seen_at`, since a field without it would live for ever.
    private func member(_ value: [UInt8], _ reader: HeartbeatReader) -> Heartbeat {
        if let seenAt = UnixTime(parsing: value.span) { return Heartbeat(seenAt: seenAt) }
        return reader.read(json: value.span)
    }
}
