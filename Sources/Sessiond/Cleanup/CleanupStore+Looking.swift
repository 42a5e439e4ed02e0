import Redis
import Sessions

// The last look before a removal: records and heartbeats as they stand.

extension CleanupStore {
    /// Looks at candidates of one owner, and wherever a heartbeat of its node may stand.
    mutating func look(_ candidates: [CleanupCandidate]) throws(CleanupFault) -> RemovalLook {
        guard let node = candidates.first?.owner.node else { return RemovalLook(records: [], beats: []) }
        let places = keySpace.heartbeatPlaces(of: node)
        let keys = candidates.map { sessionKey(of: $0) }
        let owners = candidates.compactMap { ownerKey(of: $0) }
        let beatCommands = places.map { asking(for: $0) }
        var commands: [[String]] = beatCommands.flatMap { $0 }
        if isCluster {
            commands += (keys + owners).map { ["GET", $0] }
        } else {
            commands += [keys, owners].filter { !$0.isEmpty }.map { ["MGET"] + $0 }
        }
        let replies = try run(commands, of: "sessions and heartbeats", expected: Self.isWrongType)
        var rest = replies[...]
        var beats: [FoundBeat] = []
        for (place, commands) in zip(places, beatCommands) {
            beats.append(beat(at: place, Array(rest.prefix(commands.count))))
            rest = rest.dropFirst(commands.count)
        }
        let texts = isCluster ? Array(rest) : rest.flatMap { $0.array ?? [] }
        guard texts.count == keys.count + owners.count else {
            throw .badRecord(key: "sessions", why: "\(keys.count) were asked for, and \(texts.count) answered")
        }
        let records = try records(
            candidates, keys, Array(texts.prefix(keys.count)), owners: Array(texts.dropFirst(keys.count)))
        return RemovalLook(records: records, beats: beats)
    }

    func sessionKey(of candidate: CleanupCandidate) -> String {
        String(decoding: keySpace.sessionKey(candidate.id, dialect: candidate.dialect), as: UTF8.self)
    }

    /// The key that tells its owner, where the dialect has such keys.
    func ownerKey(of candidate: CleanupCandidate) -> String? {
        keySpace.ownerDialect(of: candidate.dialect).flatMap { keySpace.dialects[$0].owners?.prefix }
            .map { $0 + String(decoding: candidate.id.bytes, as: UTF8.self) }
    }

    static func isWrongType(_ text: String) -> Bool { text.hasPrefix("WRONGTYPE") }
}

// MARK: - Heartbeats

extension CleanupStore {
    private func asking(for place: HeartbeatPlace) -> [[String]] {
        if let member = place.member {
            return [["TYPE", place.key], ["HGET", place.key, member], ["ZSCORE", place.key, member]]
        }
        return [["TYPE", place.key], ["GET", place.key], ["HMGET", place.key] + heartbeatFields(place.dialect)]
    }

    func heartbeatFields(_ dialect: Int) -> [String] { HeartbeatReader(keySpace.dialects[dialect]).fields.names }

    private func beat(at place: HeartbeatPlace, _ replies: [RedisReply]) -> FoundBeat {
        let reader = HeartbeatReader(keySpace.dialects[place.dialect])
        func found(_ value: HeldValue?, _ heartbeat: Heartbeat?) -> FoundBeat {
            FoundBeat(place: place, value: value, heartbeat: heartbeat)
        }
        switch (replies[0].text, place.member) {
        case ("none", _): return found(nil, nil)
        case ("string", nil):
            guard let bytes = replies[1].bytes else { return found(nil, nil) }
            return found(.text(bytes), reader.read(json: bytes.span))
        case ("hash", nil):
            let fields = replies[2].array?.map(\.bytes) ?? []
            return found(.fields(fields), reader.read(hash: fields))
        case ("hash", _?):
            guard let bytes = replies[1].bytes else { return found(nil, nil) }
            if let seenAt = UnixTime(parsing: bytes.span) { return found(.text(bytes), Heartbeat(seenAt: seenAt)) }
            return found(.text(bytes), reader.read(json: bytes.span))
        case ("zset", _?):
            guard let bytes = replies[2].bytes else { return found(nil, nil) }
            return found(.text(bytes), reader.read(score: bytes.span))
        default:
            // Of a type that no heartbeat has: a sign of life all the same.
            return found(.text([]), .marker)
        }
    }
}

// MARK: - Records

extension CleanupStore {
    private mutating func records(
        _ candidates: [CleanupCandidate], _ keys: [String], _ texts: [RedisReply], owners: [RedisReply]
    ) throws(CleanupFault) -> [HeldRecord?] {
        var names = RecordNames()
        var records: [HeldRecord?] = []
        var hashes: [Int] = []
        var ownersLeft = owners[...]
        for (place, candidate) in candidates.enumerated() {
            let owner = ownerKey(of: candidate) == nil ? nil : ownersLeft.popFirst()?.bytes
            if let bytes = texts[place].bytes {
                records.append(record(candidate, text: bytes, owner: owner, &names))
            } else {
                // No string: a hash, or nothing.
                hashes.append(place)
                records.append(nil)
            }
        }
        guard !hashes.isEmpty else { return records }
        let commands = hashes.flatMap { place in
            [["TYPE", keys[place]], ["HMGET", keys[place]] + sessionFields(candidates[place].dialect)]
        }
        let replies = try run(commands, of: "sessions", expected: Self.isWrongType)
        for (number, place) in hashes.enumerated() where replies[2 * number].text == "hash" {
            guard let fields = replies[2 * number + 1].array?.map(\.bytes) else { continue }
            records[place] = record(candidates[place], fields: fields, &names)
        }
        return records
    }

    func sessionFields(_ dialect: Int) -> [String] { SessionValueReader(keySpace.dialects[dialect]).fields.names }

    private func record(
        _ candidate: CleanupCandidate, text: [UInt8], owner: [UInt8]?, _ names: inout RecordNames
    ) -> HeldRecord? {
        let dialect = keySpace.dialects[candidate.dialect]
        var value = SessionValue.marker
        if dialect.values == .fields {
            guard let read = try? SessionValueReader(dialect).read(json: text.span, &names) else { return nil }
            value = read
        }
        if value.owner == 0, let owner, let of = keySpace.ownerDialect(of: candidate.dialect) {
            guard let read = try? SessionValueReader(keySpace.dialects[of]).read(owner: owner.span, &names) else {
                return nil
            }
            value.owner = read.owner
        }
        return HeldRecord(
            value: .text(text), ownerKey: owner, owner: names.ownerName(at: value.owner), createdAt: value.createdAt)
    }

    private func record(
        _ candidate: CleanupCandidate, fields: [[UInt8]?], _ names: inout RecordNames
    ) -> HeldRecord? {
        let reader = SessionValueReader(keySpace.dialects[candidate.dialect])
        guard let value = try? reader.read(hash: fields, &names) else { return nil }
        return HeldRecord(
            value: .fields(fields), owner: names.ownerName(at: value.owner), createdAt: value.createdAt)
    }
}
