import Sessions

/// Redis as cleanup sees it: keys with values and TTLs, its own clock, and the steps of the scripts.
struct SimulatedServer {
    /// A session's key.
    struct Record {
        /// The owner that it names. Nil if it names none.
        var owner: OwnerName?
        var dialect: Int
        /// The process that wrote it. No reader sees this truth.
        var process: Int
        var createdAt: UnixTime
        var lastSeen: UnixTime
        /// The number of the write, so that each one differs.
        var writing: Int
        var writtenAt: Double
        /// The true time at which it was last written or renewed, by whomever.
        var touchedAt: Double
        /// The time at which it expires, by the server's own clock.
        var expiresAt: UnixTime

        var bytes: [UInt8] { SimulatedServer.bytes(of: Int64(writing)) }
    }

    /// Returns the history of the server that is read.
    func history(at now: Double) -> RedisHistory {
        RedisHistory(["server": .init(runID: "\(life)", offset: Int64(now * 1000))])
    }

    /// A heartbeat in a key of its own, or in the collection, where nothing expires.
    struct StoredHeartbeat {
        var process: Int
        var heartbeat: Heartbeat
        /// The true time at which it was last written or renewed, and at which its content last changed.
        var writtenAt: Double
        var changedAt: Double
        var expiresAt: UnixTime?

        /// The bytes of the heartbeat. Those of a marker are always the same.
        var bytes: [UInt8] {
            let seenAt = heartbeat.seenAt?.milliseconds ?? 0
            guard let boot = heartbeat.boot else { return SimulatedServer.bytes(of: seenAt) }
            return Array(boot.text.utf8) + SimulatedServer.bytes(of: seenAt)
        }
    }

    struct Lease: Equatable {
        var holder: String
        var epoch: Int
        /// The end of the lease by the server's own clock.
        var until: UnixTime
    }

    struct AuditRecord {
        var session: Int
        var epoch: Int
    }

    /// Redis' own clock minus true time.
    var clockSeconds = 0.0
    var sessions: [Int: Record] = [:]
    var heartbeats: [String: StoredHeartbeat] = [:]
    var members: [String: StoredHeartbeat] = [:]

    var lease: Lease?
    var stop: CleanupStop?
    /// The owners that were seen alive, by the fingerprint of the instance that saw them.
    var known: [WatchFingerprint: [SessionOwner: KnownOwner]] = [:]
    var reports: [String: (count: Int, silence: SilenceReport)] = [:]
    /// `mcp:sessiond:servers`: the life of the server that was seen as the master, and since when.
    var knownLife: (life: Int, since: UnixTime)?
    var audit: [AuditRecord] = []

    /// The number of its lives as the master. Connections to earlier lives are broken.
    var life = 0
    /// The true time at which the process started, and at which this life began.
    var startedAt = -86_400.0
    var lifeBegan = -86_400.0

    static let start = UnixTime(seconds: 1_787_307_302)

    func time(at now: Double) -> UnixTime { Self.start + (now + clockSeconds) }

    static func bytes(of number: Int64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 8)
        for place in 0..<8 { bytes[place] = UInt8(truncatingIfNeeded: number >> Int64(8 * place)) }
        return bytes
    }
}

// MARK: - Reading

extension SimulatedServer {
    func record(_ session: Int, at now: Double) -> Record? {
        guard let record = sessions[session], record.expiresAt > time(at: now) else { return nil }
        return record
    }

    /// Returns the numbers of the existing sessions in one part of all, in order.
    func sessionNumbers(part: Int, of parts: Int, at now: Double) -> [Int] {
        sessions.keys.filter { $0 % parts == part }.sorted()
    }

    func ownHeartbeat(of node: String, at now: Double) -> StoredHeartbeat? {
        guard let stored = heartbeats[node], stored.expiresAt.map({ $0 > time(at: now) }) ?? true else { return nil }
        return stored
    }

    /// Returns the heartbeat at a place where heartbeats may be.
    func found(at place: HeartbeatPlace, of node: String, at now: Double) -> RawHeartbeat {
        let stored = place.member == nil ? ownHeartbeat(of: node, at: now) : members[node]
        return RawHeartbeat(
            place: place, value: stored.map { .text($0.bytes) }, heartbeat: stored?.heartbeat,
            deadline: place.member == nil ? stored?.expiresAt : nil)
    }

    /// A moment of true time at which a process showed life.
    struct ShownLife {
        var process: Int
        var at: Double
    }

    /// Checks the named nodes' own keys and the collection. Returns the heartbeats, and when their processes showed
    /// life.
    func check(
        of names: Set<String>, withMembers: Bool = true, at now: Double
    ) -> (check: HeartbeatCheck, shown: [ShownLife]) {
        var check = HeartbeatCheck()
        var shown: [ShownLife] = []
        for (node, stored) in heartbeats where names.contains(node) {
            guard stored.expiresAt.map({ $0 > time(at: now) }) ?? true else { continue }
            let left = stored.expiresAt.map { $0 - time(at: now) }
            check.add(
                FoundHeartbeat(stored.heartbeat, deadline: stored.expiresAt, lifetimeSeconds: left), of: node)
            // A marker is alive while it exists.
            shown.append(
                ShownLife(process: stored.process, at: stored.heartbeat.seenAt == nil ? now : stored.writtenAt))
        }
        for (node, stored) in members where withMembers {
            check.add(FoundHeartbeat(stored.heartbeat, isCollected: true), of: node)
            // A repeated write with the same timestamp cannot be seen.
            shown.append(ShownLife(process: stored.process, at: stored.changedAt))
        }
        check.history = history(at: now)
        check.absentAt = time(at: now)
        return (check, shown)
    }

    /// Removes what has expired, and returns the sessions among it.
    mutating func expire(at now: Double) -> [Int] {
        let time = time(at: now)
        let ended = sessions.filter { $0.value.expiresAt <= time }.keys.sorted()
        for session in ended { sessions[session] = nil }
        heartbeats = heartbeats.filter { $0.value.expiresAt.map { $0 > time } ?? true }
        return ended
    }
}
