import Redis
import Sessions

/// One look at all heartbeats over one connection, with Redis' time.
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
        nodes: [String], over connection: inout RedisConnection
    ) throws(RedisError) -> (pulse: Pulse, now: UnixTime) {
        let now = try Self.time(over: &connection)
        var pulse = Pulse()
        for dialect in keySpace.dialects.indices {
            if let pattern = keySpace.dialects[dialect].nodes {
                var rest = nodes[...]
                while !rest.isEmpty {
                    try readKeys(rest.prefix(Self.batch), pattern.prefix, readers[dialect], &pulse, &connection)
                    rest = rest.dropFirst(Self.batch)
                }
            }
            if let collection = keySpace.dialects[dialect].nodesCollection {
                try readCollection(collection, readers[dialect], &pulse, &connection)
            }
        }
        return (pulse, now)
    }

    static func time(over connection: inout RedisConnection) throws(RedisError) -> UnixTime {
        let reply = try connection.command(["TIME"])
        guard let parts = reply.array, parts.count == 2, let seconds = parts[0].integer, let micros = parts[1].integer
        else { throw .badReply(connection.endpoint, reason: "TIME gave no two numbers") }
        return UnixTime(milliseconds: seconds * 1000 + micros / 1000)
    }

    private func readKeys(
        _ names: ArraySlice<String>, _ prefix: String, _ reader: HeartbeatReader, _ pulse: inout Pulse,
        _ connection: inout RedisConnection
    ) throws(RedisError) {
        let strings = try connection.command(["MGET"] + names.map { prefix + $0 })
        var unread: [String] = []
        for (name, reply) in zip(names, strings.array ?? []) {
            if let bytes = reply.bytes {
                pulse.heartbeats[name] = reader.read(json: bytes.span)
            } else {
                unread.append(name)
            }
        }
        guard !unread.isEmpty else { return }
        // No string there: a hash, something else (a sign of life all the same), or nothing. TYPE tells them apart.
        var pipeline = RedisPipeline()
        for name in unread {
            pipeline.append("TYPE", prefix + name)
            pipeline.append(["HMGET", prefix + name] + reader.fields.names)
        }
        try connection.send(pipeline)
        for name in unread {
            let type = try connection.reply()
            let fields = try connection.reply()
            if case .error(let text) = type { throw .refusal(text, from: connection.endpoint) }
            guard let type = type.text, type != "none" else { continue }
            pulse.heartbeats[name] = fields.array.map { reader.read(hash: $0.map(\.bytes)) } ?? .marker
        }
    }

    private func readCollection(
        _ key: String, _ reader: HeartbeatReader, _ pulse: inout Pulse, _ connection: inout RedisConnection
    ) throws(RedisError) {
        let type = try connection.command(["TYPE", key]).text
        let read: RedisReply
        switch type {
        case "hash":
            let length = try connection.command(["HLEN", key]).integer ?? 0
            guard length <= Self.collectionLimit else {
                throw .badReply(connection.endpoint, reason: "\(key) is too large")
            }
            read = try connection.command(["HGETALL", key])
        case "zset":
            read = try connection.command(["ZREVRANGE", key, "0", String(Self.collectionLimit - 1), "WITHSCORES"])
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
