import Digests
import Redis
import Sessions

/// Reads single sessions by their keys, on whichever server those are. It is rare, so it may cost more per key than a scan.
struct SingleReading {
    /// The most keys in one pipeline.
    static let batch = 100
    /// The number of commands for one key.
    private static let answersOfKey = 4

    let keySpace: KeySpace
    let maxIDLength: Int

    func run(
        _ keys: [[UInt8]], over redis: inout some KeyedCommands & ~Copyable, readers: [SessionValueReader],
        names: inout RecordNames, at now: UnixTime
    ) throws(RedisError) -> [ObservedSession] {
        var found: [ObservedSession] = []
        let digest = SHA256()
        var rest = keys[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.batch)
            rest = rest.dropFirst(Self.batch)
            let replies = try redis.answers(to: part.flatMap { commands(for: $0, readers) })
            for (position, key) in part.enumerated() {
                guard case .session(let dialect, let idStart) = keySpace.kind(of: key.span) else { continue }
                let start = Self.answersOfKey * position
                let answers = replies[start..<start + Self.answersOfKey]
                let text = key.span.extracting(idStart..<key.count)
                guard let id = try? SessionID(text, maxLength: maxIDLength) else { continue }
                for case .error(let refusal) in answers where !ErrorReply.isWrongType(Array(refusal.utf8).span) {
                    throw .refusal(refusal, from: redis.anyEndpoint)
                }
                let life = replies[start + 1]
                let left = life.integer ?? -2
                found.append(
                    ObservedSession(
                        id: id, ref: SessionRef(digest.prefix64(text)), dialect: dialect,
                        content: left == -2 ? .gone : content(Array(answers), dialect, readers, &names),
                        expiresAt: left < 0 ? nil : UnixTime(milliseconds: now.milliseconds &+ left)))
            }
        }
        return found
    }

    /// The commands for one key: its value as a string (cut where no record is longer), its time to live, its fields as a
    /// hash, and its owner's own key.
    private func commands(for key: [UInt8], _ readers: [SessionValueReader]) -> [[String]] {
        let text = String(decoding: key, as: UTF8.self)
        guard case .session(let dialect, let idStart) = keySpace.kind(of: key.span) else {
            return Array(repeating: ["PTTL", text], count: Self.answersOfKey)
        }
        let owner = keySpace.ownerDialect(of: dialect).flatMap { keySpace.dialects[$0].owners?.prefix }
            .map { $0 + String(decoding: key[idStart...], as: UTF8.self) }
        return [
            ["GETRANGE", text, "0", String(RecordLimits.valueBytes)], ["PTTL", text],
            ["HMGET", text] + readers[dialect].fields.names, owner.map { ["GET", $0] } ?? ["PTTL", text],
        ]
    }

    private func content(
        _ answers: [RedisReply], _ dialect: Int, _ readers: [SessionValueReader], _ names: inout RecordNames
    ) -> ObservedSession.Content {
        do throws(Malformation) {
            var value = SessionValue.marker
            let isRead = keySpace.dialects[dialect].values == .fields
            if let bytes = answers[0].bytes {
                if isRead { value = try readers[dialect].read(json: bytes.span, &names) }
            } else if let fields = answers[2].array {
                if isRead { value = try readers[dialect].read(hash: fields.map(\.bytes), &names) }
            } else {
                // A key of any other type is not a session.
                return .gone
            }
            if value.owner == 0, let owner = answers[3].bytes, let of = keySpace.ownerDialect(of: dialect) {
                value = try readers[of].read(owner: owner.span, &names)
            }
            return .value(value)
        } catch {
            return .malformed(error)
        }
    }
}
