import Redis
import Sessions
import Watching

// Checks on a sample of the keys.

extension CheckedServer {
    /// The number of session keys to sample, and the number and size of SCAN calls to find them.
    static let sampleSessions = 500
    static let sampleScans = 40
    static let scanCount = 250
    /// The number of sampled sessions whose values are read to learn node names.
    static let sampleValues = 200
    /// The time to live that nodes should give a session, in seconds, and the factor above which it is taken for a
    /// mistake.
    static let sessionSeconds = 30.0 * 86_400
    static let farTooLong = 1.1

    /// A sample of session keys and heartbeats, in the order of SCAN.
    struct Sample {
        var sessions = SessionKeys()
        var nodes: Set<String> = []
        /// True if SCAN has returned all keys.
        var isAll = false
    }

    mutating func sample() throws(RedisError) -> Sample {
        var sample = Sample()
        var sorter = KeySorter(keySpace: plan.keySpace, maxIDLength: plan.maxIDLength)
        var cursor = "0"
        for _ in 0..<Self.sampleScans where sample.sessions.count < Self.sampleSessions {
            let reply = try connection.command(
                ["SCAN", cursor, "MATCH", plan.keySpace.scanPattern, "COUNT", String(Self.scanCount)])
            guard let parts = reply.array, parts.count == 2, let next = parts[0].text else {
                throw .badReply(endpoint, reason: "SCAN gave no cursor")
            }
            for key in (parts[1].array ?? []).compactMap(\.bytes) { sorter.sort(key.span, into: &sample.sessions) }
            cursor = next
            if cursor == "0" {
                sample.isAll = true
                break
            }
        }
        sample.nodes = sorter.nodes
        return sample
    }

    /// Checks whether sessions expire, and in a sensible time.
    mutating func timesToLive() throws(RedisError) -> Check {
        let sample: Sample
        do throws(RedisError) {
            sample = try self.sample()
        } catch {
            guard error.leavesConnectionUsable else { throw error }
            return Check("ttl", .skipped, "not known: SCAN is not allowed")
        }
        guard !sample.sessions.isEmpty else {
            let prefixes = plan.keySpace.dialects.map { $0.sessions.prefix + "*" }.joined(separator: ", ")
            return Check(
                "ttl", .warn,
                (sample.isAll ? "no session key " : "no session key among the first keys ") + "(\(prefixes))",
                mend:
                    "If there should be sessions: are the database in redis.url and registry.dialects right?"
            )
        }
        return Self.judge(try timesToLive(of: sample.sessions))
    }

    /// Times to live in milliseconds, -1 for no expiry; keys that are gone by now are left out.
    private mutating func timesToLive(of sessions: SessionKeys) throws(RedisError) -> [Int64] {
        var pipeline = RedisPipeline()
        for key in sessions.keys {
            pipeline.begin(wordCount: 2)
            pipeline.word("PTTL")
            pipeline.word(sessions.bytes(of: key))
        }
        try connection.send(pipeline)
        var left: [Int64] = []
        for _ in sessions.keys {
            let reply = try connection.reply()
            if let milliseconds = reply.integer, milliseconds != -2 { left.append(milliseconds) }
        }
        return left
    }

    static func judge(_ left: [Int64]) -> Check {
        let without = left.count { $0 < 0 }
        let long = left.count { Double($0) > sessionSeconds * farTooLong * 1000 }
        let all = "of \(left.count) sampled"
        guard !left.isEmpty else { return Check("ttl", .skipped, "not known: PTTL is not allowed") }
        if without > 0 {
            return Check(
                "ttl", .warn, "\(without) \(all) session keys have no expiry: they stay forever",
                mend: "Have nodes set a TTL with the value in one command: SET key value EX 2592000, again at each use."
            )
        }
        if long > 0 {
            return Check(
                "ttl", .warn, "\(long) \(all) session keys live for far more than 30 days",
                mend: "Was a TTL in milliseconds given as seconds? SET key value EX 2592000 is 30 days.")
        }
        return Check("ttl", .ok, "all \(left.count) sampled session keys expire, within 30 days")
    }
}

// MARK: - Heartbeats

extension Checkup {
    /// Checks whether nodes write heartbeats with all that is needed to judge them. Node names come from a sample of
    /// keys.
    public func heartbeats(sampledFrom server: Server) -> Check {
        do throws(RedisError) {
            var server = try CheckedServer(self, server)
            let sample = try server.sample()
            let names = sample.nodes.union(try server.owners(of: sample.sessions))
            var client = plan.newClient()
            let reading = try HeartbeatReading(keySpace: plan.keySpace).run(nodes: names.sorted(), over: &client)
            return Self.judge(reading, named: names, plan.nodes)
        } catch {
            return Check("heartbeats", .skipped, "not known: \(error.description)")
        }
    }

    static func judge(
        _ reading: (check: HeartbeatCheck, now: RedisTime), named names: Set<String>, _ policy: NodePolicy
    ) -> Check {
        let heartbeats = reading.check.heartbeats
        let silent = names.subtracting(heartbeats.keys).sorted()
        guard !heartbeats.isEmpty else {
            let named = names.isEmpty ? "" : "; sessions name \(list(silent))"
            return Check(
                "heartbeats", .fail, "no node writes a heartbeat\(named)",
                mend: "Make each node write mcp:node:NAME every few seconds: docs/what-nodes-write.md.")
        }
        let count = heartbeats.count == 1 ? "1 heartbeat" : "\(heartbeats.count) heartbeats"
        func nodes(_ isSo: (Heartbeat) -> Bool) -> [String] { heartbeats.filter { isSo($0.value) }.keys.sorted() }
        let broken = nodes { $0.malformation != nil }
        if !broken.isEmpty {
            return Check(
                "heartbeats", .warn, "\(count); that of \(list(broken)) cannot be read",
                mend: "A heartbeat is a JSON object, a hash or a bare marker: docs/what-nodes-write.md.")
        }
        let early = nodes { $0.seenAt.map { $0 - reading.now.time > policy.maxClockSkewSeconds } ?? false }
        let old = nodes { $0.seenAt.map { reading.now.time - $0 > policy.deadAfterSeconds } ?? false }
        if !early.isEmpty || old.count == heartbeats.count {
            let text = early.isEmpty ? "all are older than nodes.dead_after" : "that of \(list(early)) is in the future"
            return Check(
                "heartbeats", .warn, "\(count); \(text)",
                mend: "Do the nodes write heartbeats more often than nodes.dead_after, and are their clocks right?")
        }
        let lacks = [
            ("boot", "only started_at reveals a restart", nodes { $0.boot == nil }),
            ("url", "sticky cookies cannot be matched to it", nodes { $0.url == nil }),
        ].filter { !$0.2.isEmpty }
        if let (field, effect, nodes) = lacks.first {
            return Check(
                "heartbeats", .warn, "\(count); \(list(nodes)) without \(field): \(effect)",
                mend: "Write \(lacks.map(\.0).joined(separator: " and ")) into the heartbeat: docs/what-nodes-write.md."
            )
        }
        let gone = (silent + old).sorted()
        let rest = gone.isEmpty ? "" : "; none of \(list(gone)) for \(Int(policy.deadAfterSeconds)) s"
        return Check("heartbeats", .ok, "\(count) with boot and url\(rest)")
    }

    /// The first three names, and the number of others.
    private static func list(_ names: [String]) -> String {
        names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and \(names.count - 3) more" : "")
    }
}

extension CheckedServer {
    /// The nodes that some sessions name.
    mutating func owners(of sessions: SessionKeys) throws(RedisError) -> Set<String> {
        let some = sessions.keys.prefix(Self.sampleValues).filter {
            plan.keySpace.dialects[$0.dialect].values == .fields
        }
        let readers = plan.keySpace.dialects.map(SessionValueReader.init)
        var pipeline = RedisPipeline()
        for key in some {
            // No more bytes than the daemon reads.
            pipeline.begin(wordCount: 4)
            pipeline.word("GETRANGE")
            pipeline.word(sessions.bytes(of: key))
            pipeline.word("0")
            pipeline.word("65535")
        }
        try connection.send(pipeline)
        var names = RecordNames(seed: .random(in: 0 ... .max))
        var owners: Set<String> = []
        for key in some {
            let reply = try connection.reply()
            guard let bytes = reply.bytes, let value = try? readers[key.dialect].read(json: bytes.span, &names) else {
                continue
            }
            if let name = names.ownerName(at: value.owner) { owners.insert(String(decoding: name.node, as: UTF8.self)) }
        }
        return owners
    }
}
