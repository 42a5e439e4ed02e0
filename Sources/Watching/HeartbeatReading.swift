import Redis
import Sessions

/// Reads all heartbeats, with Redis' time.
public struct HeartbeatReading {
    /// The most heartbeats of a collection that one command reads, and the most heartbeat keys in one `MGET`.
    static let collectionLimit = 10_000
    public static let batch = 256

    public let keySpace: KeySpace
    private let readers: [HeartbeatReader]

    public init(keySpace: KeySpace) {
        self.keySpace = keySpace
        readers = keySpace.dialects.map(HeartbeatReader.init)
    }

    /// Reads the heartbeats of the named nodes and of all collections.
    public func run(
        nodes: [String], collections: Bool = true, over redis: inout some KeyedCommands & ~Copyable
    ) throws(RedisError) -> (check: HeartbeatCheck, now: RedisTime) {
        let now = try Self.time(over: &redis)
        var check = HeartbeatCheck()
        for dialect in keySpace.dialects.indices {
            if keySpace.dialects[dialect].nodes != nil {
                var rest = nodes[...]
                while !rest.isEmpty {
                    try readKeys(rest.prefix(Self.batch), dialect, at: now.time, &check, &redis)
                    rest = rest.dropFirst(Self.batch)
                }
            }
            if collections, let collection = keySpace.dialects[dialect].nodesCollection {
                try readCollection(collection, dialect, &check, &redis)
            }
        }
        return (check, now)
    }

    /// Redis' time, taken for the middle of the round trip. After a long round trip the daemon may have been stopped with
    /// the answer at hand. Then the time is taken for an earlier one, so that Redis' clock is rather ahead: if it were behind, old
    /// heartbeats would look fresh.
    public static func time(over redis: inout some KeyedCommands & ~Copyable) throws(RedisError) -> RedisTime {
        let sent = monotonicSeconds()
        let reply = try redis.answer(to: ["TIME"])
        let received = monotonicSeconds()
        guard let time = time(reply) else { throw .badReply(redis.anyEndpoint, reason: "TIME gave no two numbers") }
        return RedisTime(
            time: time, monotonicSeconds: sent + min((received - sent) / 2, Self.wayThereSeconds))
    }

    private static func time(_ reply: RedisReply) -> UnixTime? {
        guard let parts = reply.array, parts.count == 2, let seconds = parts[0].integer, let micros = parts[1].integer
        else { return nil }
        return UnixTime(milliseconds: seconds * 1000 + micros / 1000)
    }

    /// The longest that a command is assumed to be on its way.
    private static let wayThereSeconds = 0.5

    private func readKeys(
        _ names: ArraySlice<String>, _ dialect: Int, at now: UnixTime, _ check: inout HeartbeatCheck,
        _ redis: inout some KeyedCommands & ~Copyable
    ) throws(RedisError) {
        let (reader, prefix) = (readers[dialect], keySpace.dialects[dialect].nodes?.prefix ?? "")
        var read: [(name: String, heartbeat: Heartbeat)] = []
        var unread: [String] = []
        for (name, reply) in zip(names, try redis.strings(at: names.map { prefix + $0 })) {
            if let bytes = reply.bytes {
                read.append((name, reader.read(json: bytes.span)))
            } else if case .error(let text) = reply, !text.hasPrefix("WRONGTYPE") {
                throw .refusal(text, from: redis.anyEndpoint)
            } else {
                unread.append(name)
            }
        }
        if !unread.isEmpty {
            let others = try others(unread, prefix, reader, &redis)
            read += others.read
            check.absentAt = others.time
        }
        guard !read.isEmpty else { return }
        // Read between two times: a server that is stopped in the middle must not make a key seem to end later.
        let replies = try redis.answers(to: [["TIME"]] + read.map { ["PTTL", prefix + $0.name] } + [["TIME"]])
        for case .error(let text) in replies { throw .refusal(text, from: redis.anyEndpoint) }
        let (before, after) = (Self.time(replies[0]) ?? now, Self.time(replies[replies.count - 1]) ?? now)
        for ((name, heartbeat), reply) in zip(read, replies.dropFirst()) {
            let milliseconds = reply.integer.flatMap { $0 < 0 ? nil : $0 }
            check.add(
                FoundHeartbeat(
                    heartbeat, dialect: dialect,
                    deadline: milliseconds.map { UnixTime(milliseconds: before.milliseconds + $0) },
                    deadlineSlackSeconds: max(after - before, 0),
                    lifetimeSeconds: milliseconds.map { Double($0) / 1000 }),
                of: name)
        }
    }

    /// Reads keys that hold no string: a hash, another type (which shows life all the same), or nothing. Returns Redis' time
    /// after it too.
    private func others(
        _ names: [String], _ prefix: String, _ reader: HeartbeatReader, _ redis: inout some KeyedCommands & ~Copyable
    ) throws(RedisError) -> (read: [(name: String, heartbeat: Heartbeat)], time: UnixTime?) {
        let replies = try redis.answers(
            to: names.flatMap { [["TYPE", prefix + $0], ["HMGET", prefix + $0] + reader.fields.names] } + [["TIME"]])
        var read: [(name: String, heartbeat: Heartbeat)] = []
        for (position, name) in names.enumerated() {
            let (type, fields) = (replies[2 * position], replies[2 * position + 1])
            if case .error(let text) = type { throw .refusal(text, from: redis.anyEndpoint) }
            guard let type = type.text, type != "none" else { continue }
            read.append((name, fields.array.map { reader.read(hash: $0.map(\.bytes)) } ?? .marker))
        }
        return (read, Self.time(replies[replies.count - 1]))
    }

    private func readCollection(
        _ key: String, _ dialect: Int, _ check: inout HeartbeatCheck, _ redis: inout some KeyedCommands & ~Copyable
    ) throws(RedisError) {
        let reader = readers[dialect]
        let type = try redis.answer(to: ["TYPE", key]).text
        let read: RedisReply
        switch type {
        case "hash":
            let length = try redis.answer(to: ["HLEN", key]).integer ?? 0
            guard length <= Self.collectionLimit else {
                throw .badReply(redis.anyEndpoint, reason: "\(key) is too large")
            }
            read = try redis.answer(to: ["HGETALL", key])
        case "zset":
            read = try redis.answer(
                to: ["ZREVRANGE", key, "0", String(Self.collectionLimit - 1), "WITHSCORES"])
        default: return
        }
        let words = read.array ?? []
        for position in stride(from: 0, to: words.count - 1, by: 2) {
            guard let name = words[position].text, let value = words[position + 1].bytes,
                name.utf8.count <= RecordLimits.textBytes
            else { continue }
            let heartbeat = type == "hash" ? member(value, reader) : reader.read(score: value.span)
            check.add(FoundHeartbeat(heartbeat, dialect: dialect, isCollected: true), of: name)
        }
    }

    /// A member of a hash `node -> json`. A bare time is read as `seen_at`: a member without one would never be old.
    private func member(_ value: [UInt8], _ reader: HeartbeatReader) -> Heartbeat {
        if let seenAt = UnixTime(parsing: value.span) { return Heartbeat(seenAt: seenAt) }
        return reader.read(json: value.span)
    }
}
