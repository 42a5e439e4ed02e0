import Redis
import Sessions

// The recheck before a removal: records and heartbeats as they are now.

extension CleanupStore {
    /// The number of attempts to read everything without a pause of the server in between.
    private static let attemptLimit = 3

    /// Rechecks candidates of one owner, and all places where a heartbeat of its node may be: in one pipeline, plus a
    /// second one for records that are not strings.
    public mutating func recheck(_ candidates: [CleanupCandidate]) throws(CleanupFault) -> RecheckResult {
        guard let node = candidates.first?.owner.node else {
            return RecheckResult(records: [], heartbeats: [], time: UnixTime(milliseconds: 0))
        }
        let places = keySpace.heartbeatPlaces(of: node)
        let keys = candidates.map { sessionKey(of: $0) }
        let owners = candidates.map { ownerKey(of: $0) }
        let ownerKeys = owners.compactMap(\.self)
        var commands = places.flatMap { self.commands(for: $0) }
        let heartbeatAnswers = commands.count
        commands += (keys + ownerKeys).map { ["GET", $0] }
        // PTTL runs a moment after TIME, so a key may seem to expire earlier, but never later.
        let lives = [["TIME"]] + keys.map { ["PTTL", $0] } + [["TIME"]]
        var (replies, now) = ([RedisReply](), UnixTime(milliseconds: 0))
        for _ in 0..<Self.attemptLimit {
            replies = try run(lives + commands, of: "sessions and heartbeats", expected: Self.isWrongType)
            now = try Self.time(replies[0])
            // A pause of the server in between would make sessions look renewed.
            if try Self.time(replies[lives.count - 1]) - now < CleanupPolicy.renewedSeconds / 2 { break }
        }
        let deadlines = replies.dropFirst().prefix(keys.count).map { Self.deadline($0, at: now) }
        let answers = replies.dropFirst(lives.count)
        let heartbeats = self.heartbeats(at: places, answers.prefix(heartbeatAnswers), now)
        let texts = Array(answers.dropFirst(heartbeatAnswers))
        var ownersLeft = texts[keys.count...]
        let ownerTexts = owners.map { $0 == nil ? nil : ownersLeft.popFirst()?.bytes }
        return RecheckResult(
            records: try records(candidates, keys, texts[..<keys.count].map(\.bytes), ownerTexts, deadlines),
            heartbeats: heartbeats, time: now)
    }

    /// Reads every place where heartbeats of these nodes may be. Returns them node by node, with Redis' time.
    public mutating func heartbeats(of nodes: [String]) throws(CleanupFault) -> (
        heartbeats: [[RawHeartbeat]], time: UnixTime
    ) {
        let places = nodes.map { keySpace.heartbeatPlaces(of: $0) }
        let commands = places.map { $0.flatMap { self.commands(for: $0) } }
        let replies = try run([["TIME"]] + commands.flatMap(\.self), of: "heartbeats", expected: Self.isWrongType)
        let time = try Self.time(replies[0])
        var rest = replies.dropFirst()
        let found = zip(places, commands).map { places, commands in
            defer { rest = rest.dropFirst(commands.count) }
            return heartbeats(at: places, rest.prefix(commands.count), time)
        }
        return (found, time)
    }

    func sessionKey(of candidate: CleanupCandidate) -> String {
        String(decoding: keySpace.sessionKey(candidate.id, dialect: candidate.dialect), as: UTF8.self)
    }

    /// The key that names the session's owner, if the dialect has such keys.
    func ownerKey(of candidate: CleanupCandidate) -> String? {
        keySpace.ownerDialect(of: candidate.dialect).flatMap { keySpace.dialects[$0].owners?.prefix }
            .map { $0 + String(decoding: candidate.id.bytes, as: UTF8.self) }
    }

    /// The time at which a key expires, from its remaining milliseconds; nil for no expiry.
    static func deadline(_ left: RedisReply, at now: UnixTime) -> UnixTime? {
        left.integer.flatMap { $0 < 0 ? nil : UnixTime(milliseconds: now.milliseconds + $0) }
    }

    static func isWrongType(_ text: String) -> Bool { text.hasPrefix("WRONGTYPE") }
}

// MARK: - Heartbeats

extension CleanupStore {
    /// The number of answers per place: the type, the value read as either possible type, and the expiry.
    private static let answersAtPlace = 4

    func commands(for place: HeartbeatPlace) -> [[String]] {
        if let member = place.member {
            return [
                ["TYPE", place.key], ["HGET", place.key, member], ["ZSCORE", place.key, member], ["PTTL", place.key],
            ]
        }
        return [
            ["TYPE", place.key], ["GET", place.key], ["HMGET", place.key] + heartbeatFields(place.dialect),
            ["PTTL", place.key],
        ]
    }

    func heartbeatFields(_ dialect: Int) -> [String] { heartbeatReaders[dialect].fields.names }

    public func heartbeats(at places: [HeartbeatPlace], _ replies: ArraySlice<RedisReply>, _ now: UnixTime)
        -> [RawHeartbeat]
    {
        places.enumerated().map { number, place in
            let start = replies.startIndex + number * Self.answersAtPlace
            var heartbeat = heartbeat(at: place, replies[start].text, replies[start + 1], replies[start + 2])
            if place.member == nil, heartbeat.value != nil {
                heartbeat.deadline = Self.deadline(replies[start + 3], at: now)
            }
            return heartbeat
        }
    }

    private func heartbeat(
        at place: HeartbeatPlace, _ type: String?, _ second: RedisReply, _ third: RedisReply
    ) -> RawHeartbeat {
        let reader = heartbeatReaders[place.dialect]
        func found(_ value: HeldValue?, _ heartbeat: Heartbeat?) -> RawHeartbeat {
            RawHeartbeat(place: place, value: value, heartbeat: heartbeat)
        }
        switch (type, place.member) {
        case ("none", _): return found(nil, nil)
        case ("string", nil):
            guard let bytes = second.bytes else { return found(nil, nil) }
            return found(.text(bytes), reader.read(json: bytes.span))
        case ("hash", nil):
            // If the type changed after TYPE, a heartbeat has just been written.
            guard let fields = third.array?.map(\.bytes), fields.count == reader.fields.names.count else { break }
            return found(.fields(fields), reader.read(hash: fields))
        case ("hash", _?):
            guard let bytes = second.bytes else { return found(nil, nil) }
            if let seenAt = UnixTime(parsing: bytes.span) { return found(.text(bytes), Heartbeat(seenAt: seenAt)) }
            return found(.text(bytes), reader.read(json: bytes.span))
        case ("zset", _?):
            guard let bytes = third.bytes else { return found(nil, nil) }
            return found(.text(bytes), reader.read(score: bytes.span))
        default: break
        }
        // No heartbeat has this type. The key proves that something lives, but not who.
        var unreadable = Heartbeat()
        unreadable.malformation = .badJSON
        return found(.text([]), unreadable)
    }
}

// MARK: - Records

extension CleanupStore {
    private mutating func records(
        _ candidates: [CleanupCandidate], _ keys: [String], _ texts: [[UInt8]?], _ owners: [[UInt8]?],
        _ deadlines: [UnixTime?]
    ) throws(CleanupFault) -> [HeldRecord?] {
        var names = RecordNames(seed: .random(in: 0 ... .max))
        var records: [HeldRecord?] = []
        for (place, candidate) in candidates.enumerated() {
            records.append(
                texts[place].flatMap {
                    record(candidate, .text($0), owner: owners[place], deadline: deadlines[place], &names)
                })
        }
        // The key holds no string: it is a hash, or missing.
        let hashes = candidates.indices.filter { texts[$0] == nil }
        guard !hashes.isEmpty else { return records }
        let commands = hashes.flatMap { place in
            [["TYPE", keys[place]], ["HMGET", keys[place]] + sessionFields(candidates[place].dialect)]
        }
        let replies = try run(commands, of: "sessions", expected: Self.isWrongType)
        for (number, place) in hashes.enumerated() where replies[2 * number].text == "hash" {
            guard let fields = replies[2 * number + 1].array?.map(\.bytes),
                fields.count == sessionFields(candidates[place].dialect).count
            else { continue }
            records[place] = record(
                candidates[place], .fields(fields), owner: owners[place], deadline: deadlines[place], &names)
        }
        return records
    }

    func sessionFields(_ dialect: Int) -> [String] { sessionReaders[dialect].fields.names }

    /// The record that the server holds; nil if it does not name, byte for byte, the node by which it was judged. Names
    /// that only look alike have heartbeats elsewhere.
    private func record(
        _ candidate: CleanupCandidate, _ held: HeldValue, owner: [UInt8]?, deadline: UnixTime?,
        _ names: inout RecordNames
    ) -> HeldRecord? {
        guard var value = try? read(held, candidate.dialect, &names) else { return nil }
        if value.owner == 0, let owner, let of = keySpace.ownerDialect(of: candidate.dialect) {
            guard let read = try? sessionReaders[of].read(owner: owner.span, &names) else {
                return nil
            }
            // The value itself is then ignored, as when a session is read.
            value = read
        }
        let name = names.ownerName(at: value.owner)
        if let name, !name.node.elementsEqual(candidate.owner.node.utf8) { return nil }
        return HeldRecord(value: held, ownerKey: owner, owner: name, deadline: deadline)
    }

    private func read(
        _ held: HeldValue, _ dialect: Int, _ names: inout RecordNames
    ) throws(Malformation) -> SessionValue {
        guard keySpace.dialects[dialect].values == .fields else { return .marker }
        let reader = sessionReaders[dialect]
        return switch held {
        case .text(let bytes): try reader.read(json: bytes.span, &names)
        case .fields(let fields): try reader.read(hash: fields, &names)
        }
    }
}
