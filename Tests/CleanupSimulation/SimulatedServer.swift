import Sessions

/// Redis as cleanup sees it: keys with values and times to live, its own clock, and the steps that its scripts make.
struct SimulatedServer {
    /// A session's key.
    struct Record {
        /// Whose it says it is; nil where it names nobody.
        var owner: OwnerName?
        var dialect: Int
        /// The process that wrote it: the truth, which no reader sees.
        var process: Int
        var createdAt: UnixTime
        var lastSeen: UnixTime
        /// Numbers the writings, so that each differs.
        var writing: Int
        var writtenAt: Double
        /// True time at which it was last written or renewed, by whomever.
        var touchedAt: Double
        /// By the server's own clock.
        var expiresAt: UnixTime

        var bytes: [UInt8] { SimulatedServer.bytes(of: Int64(writing)) }
    }

    /// Which life of which server is read.
    func history(at now: Double) -> RedisHistory {
        RedisHistory(["server": .init(runID: "\(life)", offset: Int64(now * 1000))])
    }

    /// A heartbeat in a key of its own, or in the collection, where nothing ends by itself.
    struct Beat {
        var process: Int
        var heartbeat: Heartbeat
        /// True time at which it was written or renewed last, and at which it said something new.
        var writtenAt: Double
        var changedAt: Double
        var expiresAt: UnixTime?

        /// Those of a marker are always the same.
        var bytes: [UInt8] {
            let seenAt = heartbeat.seenAt?.milliseconds ?? 0
            guard let boot = heartbeat.boot else { return SimulatedServer.bytes(of: seenAt) }
            return Array(boot.text.utf8) + SimulatedServer.bytes(of: seenAt)
        }
    }

    struct Lease: Equatable {
        var holder: String
        var epoch: Int
        /// By its own clock.
        var until: UnixTime
    }

    struct AuditRecord {
        var session: Int
        var epoch: Int
    }

    /// Redis' own clock minus true time.
    var clockSeconds = 0.0
    var sessions: [Int: Record] = [:]
    var beats: [String: Beat] = [:]
    var members: [String: Beat] = [:]

    var lease: Lease?
    var stop: CleanupStop?
    /// Who was seen alive, by the fingerprint of whoever saw it.
    var known: [WatchFingerprint: [SessionOwner: KnownOwner]] = [:]
    var reports: [String: (count: Int, silence: SilenceReport)] = [:]
    /// `mcp:sessiond:servers`: which life of the server was seen as the master since when.
    var knownLife: (life: Int, since: UnixTime)?
    var audit: [AuditRecord] = []

    /// Counts its lives as the master: connections to earlier ones are broken.
    var life = 0
    /// True time at which the process started, and at which this life began.
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

    /// The numbers of the sessions that are there, those of one part of all, in order.
    func sessionNumbers(part: Int, of parts: Int, at now: Double) -> [Int] {
        sessions.keys.filter { $0 % parts == part }.sorted()
    }

    func ownBeat(of node: String, at now: Double) -> Beat? {
        guard let beat = beats[node], beat.expiresAt.map({ $0 > time(at: now) }) ?? true else { return nil }
        return beat
    }

    /// What stands at a place where heartbeats do.
    func found(at place: HeartbeatPlace, of node: String, at now: Double) -> RawHeartbeat {
        let beat = place.member == nil ? ownBeat(of: node, at: now) : members[node]
        return RawHeartbeat(
            place: place, value: beat.map { .text($0.bytes) }, heartbeat: beat?.heartbeat,
            deadline: place.member == nil ? beat?.expiresAt : nil)
    }

    /// A process gave a sign of life, at that true time.
    struct Sign {
        var process: Int
        var at: Double
    }

    /// One look at the named nodes' own keys and at the collection, and the signs of life in it.
    func pulse(
        of names: Set<String>, withMembers: Bool = true, at now: Double
    ) -> (pulse: HeartbeatCheck, signs: [Sign]) {
        var pulse = HeartbeatCheck()
        var signs: [Sign] = []
        for (node, beat) in beats where names.contains(node) {
            guard beat.expiresAt.map({ $0 > time(at: now) }) ?? true else { continue }
            let left = beat.expiresAt.map { $0 - time(at: now) }
            pulse.add(
                FoundHeartbeat(beat.heartbeat, deadline: beat.expiresAt, lifetimeSeconds: left), of: node)
            // A marker lives as long as it is there.
            signs.append(Sign(process: beat.process, at: beat.heartbeat.seenAt == nil ? now : beat.writtenAt))
        }
        for (node, beat) in members where withMembers {
            pulse.add(FoundHeartbeat(beat.heartbeat, isCollected: true), of: node)
            // That it was written with the same time again is told by nothing.
            signs.append(Sign(process: beat.process, at: beat.changedAt))
        }
        pulse.history = history(at: now)
        return (pulse, signs)
    }

    /// Takes what ran out of time away, and tells which sessions did.
    mutating func expire(at now: Double) -> [Int] {
        let time = time(at: now)
        let ended = sessions.filter { $0.value.expiresAt <= time }.keys.sorted()
        for session in ended { sessions[session] = nil }
        beats = beats.filter { $0.value.expiresAt.map { $0 > time } ?? true }
        return ended
    }
}
