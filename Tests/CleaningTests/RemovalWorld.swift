import Digests
import Lab
import Sessions
import TestSupport

@testable import Cleaning
@testable import Sessions

/// A small Redis as plain values: some sessions, what tells their owners, heartbeats, and what cleanup shares. It knows
/// the rule of ``RemovalBatch`` without any script.
struct RemovalWorld: Equatable {
    /// What a key holds.
    enum Held: Equatable {
        case string(String)
        case hash([String: String])
        case scores([String: String])
        case list
    }

    static let ids = (1...4).map(uuid)
    static let dialects = [Dialect.native, .contextforge]
    static let places = KeySpace(dialects: dialects, deniedSuffixes: []).heartbeatPlaces(of: "node-1")
    private static let sessionNames = SessionValueReader(.native).fields.names
    private static let beatNames = HeartbeatReader(.native).fields.names
    static let expirySeconds = 1_000

    var keys: [String: Held] = [:]
    /// In seconds, where they end.
    var lives: [String: Int] = [:]
    /// Refs in the audit, the oldest first.
    var audit: [SessionRef] = []
    /// Redis' time when it was made, in seconds.
    var now: Int

    static func sessionKey(_ id: String) -> String { "mcp:session:\(id)" }
    static func ownerKey(_ id: String) -> String { "mcpgw:pool_owner:\(id)" }

    /// One that would let most of its sessions go.
    init(at now: Int, _ random: inout SplitMix64) {
        self.now = now
        keys[CleanupKeys.lease] = .hash(lease(secondsLeft: 3600))
        for id in Self.ids {
            for _ in 0..<2 where Int.random(in: 0..<4, using: &random) == 0 { changeSession(id, &random) }
            if keys[Self.sessionKey(id)] == nil, Int.random(in: 0..<8, using: &random) > 0 {
                keys[Self.sessionKey(id)] = .string("{\"node\":\"node-1\",\"boot\":\"b1\"}")
            }
            changeLife(of: Self.sessionKey(id), &random)
        }
        for _ in 0..<Int.random(in: 0...2, using: &random) { changeHeartbeat(&random) }
    }

    func lease(
        _ holder: String = CleanupScene.holder, epoch: Int = CleanupScene.epoch, secondsLeft: Int, version: String = "1"
    ) -> [String: String] {
        ["v": version, "holder": holder, "epoch": String(epoch), "until": String((now + secondsLeft) * 1000)]
    }
}

// MARK: - What happens

extension RemovalWorld {
    mutating func change(_ random: inout SplitMix64) {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<5: changeSession(Self.ids.randomElement(using: &random) ?? "", &random)
        case 5..<8: changeHeartbeat(&random)
        case 8: changeLease(&random)
        default: keys[CleanupKeys.stop] = .string("x")
        }
    }

    /// Each apart by more than a moment that passes between two commands.
    private mutating func changeLife(of key: String, _ random: inout SplitMix64) {
        lives[key] = [nil, 500, 503, 100_000].randomElement(using: &random) ?? nil
    }

    private mutating func changeSession(_ id: String, _ random: inout SplitMix64) {
        if Int.random(in: 0..<4, using: &random) == 0 { return changeLife(of: Self.sessionKey(id), &random) }
        if Int.random(in: 0..<3, using: &random) == 0 {
            keys[Self.ownerKey(id)] =
                [.string("node-1"), .string("node-2"), .list, nil].randomElement(using: &random) ?? nil
            return
        }
        let values: [Held?] = [
            .string("{\"node\":\"node-1\",\"boot\":\"b1\"}"), .string("{\"node\":\"node-1\",\"boot\":\"b2\"}"),
            .string("{\"node\":\"node-2\"}"), .string("1"), .string(""), .string("{\"node\":"), .list, nil,
            .hash(["node": "node-1", "boot": "b1"]), .hash(["node": "node-1", "boot": "b1", "notes": "x"]),
            .hash(["node": "node-1", "boot": ""]), .hash(["notes": "x"]), .scores(["node-1": "1"]),
        ]
        keys[Self.sessionKey(id)] = values.randomElement(using: &random) ?? nil
    }

    private mutating func changeHeartbeat(_ random: inout SplitMix64) {
        if Int.random(in: 0..<3, using: &random) == 0 {
            return changeLife(of: (Self.places.randomElement(using: &random) ?? Self.places[0]).key, &random)
        }
        let beat = "{\"boot\":\"b2\"}"
        let own: [Held?] = [
            .string(beat), .string("alive"), .string(""), .string("{"), .hash(["boot": "b2"]),
            .hash(["boot": "b2", "load": "7"]), .hash(["load": "7"]), .list, nil, nil,
        ]
        let all: [Held?] = [
            .hash(["node-1": beat]), .hash(["node-1": "", "node-2": beat]), .hash(["node-2": beat]),
            .hash(["node-1": beat, "node-2": "x"]), .scores(["node-1": "1787307302"]),
            .scores(["node-2": "1787307302"]),
            .scores(["node-1": "1787307302", "node-2": "5"]), .scores(["node-1": "1787307303.5"]), .list, .string("x"),
            nil,
        ]
        let place = Self.places.randomElement(using: &random) ?? Self.places[0]
        keys[place.key] = (place.member == nil ? own : all).randomElement(using: &random) ?? nil
    }

    private mutating func changeLease(_ random: inout SplitMix64) {
        var broken = lease(secondsLeft: 3600)
        broken["until"] = "soon"
        let leases: [Held?] = [
            .hash(lease("another", secondsLeft: 3600)), .hash(lease(epoch: CleanupScene.epoch + 1, secondsLeft: 3600)),
            .hash(lease(secondsLeft: -1)), .hash(lease(secondsLeft: 7200)),
            .hash(lease(secondsLeft: 3600, version: "2")),
            .hash(broken), .hash(["holder": "x"]), .list, nil,
        ]
        keys[CleanupKeys.lease] = leases.randomElement(using: &random) ?? nil
    }
}

// MARK: - The rule

extension RemovalWorld {
    /// What a batch comes to that was judged by `judged`, and what is left then.
    mutating func remove(_ ids: [String], judgedBy judged: RemovalWorld, expires: Bool) -> Outcome {
        if let outcome = leaseOutcome { return outcome }
        if keys[CleanupKeys.stop] != nil { return .outcome(.refused(.stopped)) }
        guard Self.places.allSatisfy({ isAsJudged($0, by: judged) }) else {
            return .outcome(.refused(.heartbeatChanged))
        }
        return .outcome(
            .done(
                ids.map { id in
                    let key = Self.sessionKey(id)
                    guard isAsJudged(id, by: judged) else { return .changed }
                    guard lives[key] == judged.lives[key] else { return .renewed }
                    if expires {
                        if let life = lives[key], life <= Self.expirySeconds { return .alreadyShort }
                        lives[key] = Self.expirySeconds
                    } else {
                        keys[key] = nil
                    }
                    audit.append(ref(id))
                    return .cleaned
                }))
    }

    enum Outcome: Equatable {
        case outcome(RemovalOutcome)
        case fault(CleanupFault)
    }

    private var leaseOutcome: Outcome? {
        let key = CleanupKeys.lease
        guard let held = keys[key] else { return .outcome(.refused(.leaseLost)) }
        guard case .hash(let lease) = held else { return .fault(.badRecord(key: key, why: "it has the wrong type")) }
        guard lease["v"] == "1" else { return .fault(.unknownVersion(key: key)) }
        guard let holder = lease["holder"], let epoch = lease["epoch"].flatMap(Int.init),
            let until = lease["until"].flatMap(Int.init)
        else { return .fault(.badRecord(key: key, why: "it lacks a holder, an epoch or an end")) }
        // Ends are an hour off or past: how long a round takes does not matter.
        let isOurs = holder == CleanupScene.holder && epoch == CleanupScene.epoch && until > now * 1000
        return isOurs ? nil : .outcome(.refused(.leaseLost))
    }

    /// Whether a look finds a record of a session there, of the judged node or of nobody.
    func hasRecord(_ id: String) -> Bool {
        let owner: String?
        switch keys[Self.sessionKey(id)] {
        case .string("{\"node\":"), .scores, .list, nil: return false
        case .string(let text):
            owner = text.contains("node-1") ? "node-1" : text.contains("node-2") ? "node-2" : ownerByKey(id)
        case .hash(let fields): owner = fields["node"] ?? ownerByKey(id)
        }
        return owner == nil || owner == "node-1"
    }

    private func ownerByKey(_ id: String) -> String? {
        if case .string(let owner) = keys[Self.ownerKey(id)] { owner } else { nil }
    }

    private func isAsJudged(_ id: String, by judged: RemovalWorld) -> Bool {
        // A key that can tell no owner is taken for none, and is none then.
        let owners = (judged.ownerByKey(id), keys[Self.ownerKey(id)])
        guard owners.0 == nil ? owners.1 == nil : owners.1 == owners.0.map({ .string($0) }) else { return false }
        return Self.isSame(judged.keys[Self.sessionKey(id)], keys[Self.sessionKey(id)], Self.sessionNames)
    }

    private static func isSame(_ judged: Held?, _ now: Held?, _ names: [String]) -> Bool {
        switch (judged, now) {
        case (nil, nil): true
        case (.string(let one), .string(let other)): one == other
        case (.hash(let one), .hash(let other)): names.allSatisfy { one[$0] == other[$0] }
        default: false
        }
    }

    private func isAsJudged(_ place: HeartbeatPlace, by judged: RemovalWorld) -> Bool {
        let (before, now) = (judged.keys[place.key], keys[place.key])
        guard let member = place.member else {
            // What is no heartbeat may be anybody's.
            if before == .string("{") || before == .list { return false }
            let names = place.dialect == 0 ? Self.beatNames : HeartbeatReader(.contextforge).fields.names
            // Renewed alone, it is a sign of life too.
            return Self.isSame(before, now, names) && (now == nil || lives[place.key] == judged.lives[place.key])
        }
        func value(_ held: Held?) -> String?? {
            switch held {
            case nil: .some(nil)
            case .hash(let members), .scores(let members): .some(members[member])
            case .string, .list: nil
            }
        }
        guard let was = value(before), let present = value(now) else { return false }
        return was == present
    }
}

// MARK: - In Redis

extension RemovalWorld {
    var commands: [[String]] {
        keys.sorted { $0.key < $1.key }.flatMap { key, held in
            let set: [String] =
                switch held {
                case .string(let text): ["SET", key, text]
                case .hash(let fields): ["HSET", key] + fields.flatMap { [$0.key, $0.value] }
                case .scores(let scores): ["ZADD", key] + scores.flatMap { [$0.value, $0.key] }
                case .list: ["RPUSH", key, "x"]
                }
            // At a time that stands: it is set anew a moment later.
            return [set] + (lives[key].map { [["EXPIREAT", key, String(now + $0)]] } ?? [])
        }
    }

    /// What differs in Redis, in words; nil where nothing does.
    func difference(from redis: PrivateRedis) throws -> String? {
        let found = (try redis.run([["KEYS", "*"]])[0].array?.compactMap(\.text) ?? [])
            .filter { !$0.hasPrefix(CleanupKeys.undo) }
        let expected = Array(keys.keys) + (audit.isEmpty ? [] : [CleanupKeys.audit])
        guard Set(found) == Set(expected) else { return "keys \(found.sorted()), not \(expected.sorted())" }
        for (key, held) in keys {
            let answers = try redis.run([["TYPE", key], ["TTL", key]])
            let type =
                switch held {
                case .string: "string"
                case .hash: "hash"
                case .scores: "zset"
                case .list: "list"
                }
            guard answers[0].text == type else { return "\(key) is of type \(answers[0].text ?? "")" }
            if case .string(let text) = held, try redis.run([["GET", key]])[0].text != text {
                return "value of \(key)"
            }
            // Seconds that passed meanwhile are rounded; the machine may be slow.
            let left = answers[1].integer ?? 0
            switch lives[key] {
            case nil: if left != -1 { return "\(key) has \(left) s to live" }
            case let life?:
                if left < 0 || left > Int64(life) || left < life / 2 { return "\(key) has \(left) s to live" }
            }
        }
        let entries = try redis.run([["XRANGE", CleanupKeys.audit, "-", "+"]])[0].array ?? []
        let refs = try entries.flatMap { try AuditEntry($0).refs }
        return refs == audit ? nil : "audit of \(refs.count), not \(audit.count)"
    }
}
