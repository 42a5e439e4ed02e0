import Digests
import Redis
import Sessions

/// Reads single sessions of a cluster wherever their keys are by now. Rare, so that it may cost a little more.
struct StrayReading {
    /// Commands in one run.
    static let batch = 100

    let keySpace: KeySpace
    let maxIDLength: Int

    func run(
        _ keys: [[UInt8]], over cluster: inout RedisCluster, readers: [SessionValueReader], names: inout RecordNames,
        at now: UnixTime
    ) throws(RedisError) -> [ObservedSession] {
        var found: [ObservedSession] = []
        let digest = SHA256()
        var rest = keys[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.batch)
            rest = rest.dropFirst(Self.batch)
            let replies = try cluster.run(
                part.flatMap { key in
                    let text = String(decoding: key, as: UTF8.self)
                    return [
                        RedisCommand(["GET", text]), RedisCommand(["PTTL", text]),
                        RedisCommand(["HMGET", text] + fields(of: key, readers)),
                    ]
                })
            for (position, key) in part.enumerated() {
                guard case .session(let dialect, let idStart) = keySpace.kind(of: key.span) else { continue }
                let (value, life, hash) = (replies[3 * position], replies[3 * position + 1], replies[3 * position + 2])
                let text = key.span.extracting(idStart..<key.count)
                guard let id = try? SessionID(text, maxLength: maxIDLength) else { continue }
                if case .error(let refusal) = life { throw .refusal(refusal, from: cluster.seeds[0]) }
                let left = life.integer ?? -2
                found.append(
                    ObservedSession(
                        id: id, ref: SessionRef(digest.prefix64(text)), dialect: dialect,
                        content: left == -2 ? .gone : content(value, hash, readers[dialect], &names),
                        expiresAt: left < 0 ? nil : UnixTime(milliseconds: now.milliseconds &+ left)))
            }
        }
        return found
    }

    private func fields(of key: [UInt8], _ readers: [SessionValueReader]) -> [String] {
        guard case .session(let dialect, _) = keySpace.kind(of: key.span) else { return ["node"] }
        return readers[dialect].fields.names
    }

    private func content(
        _ value: RedisReply, _ hash: RedisReply, _ reader: SessionValueReader, _ names: inout RecordNames
    ) -> ObservedSession.Content {
        do throws(Malformation) {
            if let bytes = value.bytes { return .value(try reader.read(json: bytes.span, &names)) }
            // Neither a string nor a hash is no session.
            guard let fields = hash.array else { return .gone }
            return .value(try reader.read(hash: fields.map(\.bytes), &names))
        } catch {
            return .malformed(error)
        }
    }
}
