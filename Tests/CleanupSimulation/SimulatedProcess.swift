import Sessions

/// A process of a node, which knows what it really holds. Nobody else knows this truth.
final class SimulatedProcess {
    /// The way in which it writes heartbeats.
    enum Style: Int, CaseIterable {
        /// A key of its own, with its boot.
        case boots
        /// The same with its start time instead of a boot, so sessions of a former process are told by their age.
        case starts
        /// The same with neither: only the key's existence counts.
        case marker
        /// A member of the collection, with the time alone.
        case member
    }

    /// The timestamp of its heartbeats.
    enum Stamp: CaseIterable {
        case exact
        /// Always the time of its start.
        case frozen
        case wholeMinutes
        /// The heartbeat is written once, and then only its TTL is renewed.
        case keptAlive
    }

    let number: Int
    let node: String
    /// The boot in its sessions, and in its heartbeats if they name one.
    let boot: SimulatedBoot?
    /// The time from one timestamp of its heartbeats to the next.
    var cadenceSeconds: Double { stamp == .wholeMinutes ? 60 : heartbeatSeconds }
    /// The name under which it registers sessions; by mistake it may be another than its own.
    let registersAs: String
    let style: Style
    let stamp: Stamp
    /// The time from one heartbeat to the next.
    let heartbeatSeconds: Double
    /// True if its heartbeat is under a key that our instances do not watch.
    let isForeign: Bool
    /// True if it has heartbeats, but nobody sends it requests.
    var isIdle: Bool
    /// True if a record that it writes again keeps its TTL, as a field of a hash does.
    let keepsDeadlines: Bool
    let startedAt: UnixTime
    /// Its clock minus true time.
    let clockSeconds: Double
    /// The owner in the records of its sessions.
    let owner: OwnerName

    var isAlive = true
    var isDraining = false
    /// The process right after which it writes its heartbeat, as long as that one works. Nil if it writes by itself.
    var follows: Int?
    /// The time until which it does nothing at all.
    var stalledUntil = 0.0
    /// The time until which it works, but its heartbeats do not arrive.
    var muteUntil = 0.0
    /// Its sessions by number, in their order of arrival, and the times at which it says they were created.
    var held: [Int] = []
    var made: [Int: UnixTime] = [:]

    /// The true time of its first heartbeat after some time without heartbeats.
    var returnedAt = 0.0
    /// The true time of its last heartbeat, and of a later one by another process in the same place.
    var lastHeartbeatAt = -Double.infinity
    var overwrittenAt = Double.infinity
    /// The true time at which it last wrote a session's record.
    var lastWork = 0.0

    init(
        number: Int, node: String, boot: SimulatedBoot?, registersAs: String? = nil, style: Style, habit: Habit,
        startedAt: UnixTime, clockSeconds: Double
    ) {
        self.number = number
        self.node = node
        self.boot = boot
        (stamp, heartbeatSeconds, isForeign) = (habit.stamp, habit.heartbeatSeconds, habit.isForeign)
        (isIdle, keepsDeadlines) = (habit.isIdle, habit.keepsDeadlines)
        self.registersAs = registersAs ?? node
        self.style = style
        self.startedAt = startedAt
        self.clockSeconds = clockSeconds
        owner = OwnerName(node: Array(self.registersAs.utf8), boot: boot.map { Array($0.inRecords.utf8) })
    }

    var habit: Habit {
        Habit(
            stamp: stamp, heartbeatSeconds: heartbeatSeconds, isForeign: isForeign, isIdle: isIdle,
            keepsDeadlines: keepsDeadlines
        )
    }

    /// The way in which it writes heartbeats and records, besides its style.
    struct Habit {
        var stamp = Stamp.exact
        var heartbeatSeconds = 5.0
        var isForeign = false
        var isIdle = false
        var keepsDeadlines = false
    }

    /// The TTL of its heartbeat's key.
    var heartbeatTTLSeconds: Double { 3 * heartbeatSeconds }

    /// Returns the heartbeat that it would write at that time of its own clock.
    func heartbeat(at time: UnixTime) -> Heartbeat {
        var heartbeat = Heartbeat()
        if style != .marker { heartbeat.seenAt = stamped(time) }
        if style == .boots { heartbeat.boot = boot.map { Boot($0.inHeartbeats) } }
        if style == .starts { heartbeat.startedAt = startedAt }
        if style == .boots || style == .starts { heartbeat.isDraining = isDraining }
        return heartbeat
    }

    private func stamped(_ time: UnixTime) -> UnixTime {
        switch stamp {
        case .exact: time
        case .frozen, .keptAlive: startedAt
        case .wholeMinutes: UnixTime(milliseconds: time.milliseconds / 60_000 * 60_000)
        }
    }

    func isActive(at now: Double) -> Bool { isAlive && stalledUntil <= now }

    /// The time until which its heartbeat is in Redis, as long as nobody else writes one in its place.
    var stoodUntil: Double { min(lastHeartbeatAt + heartbeatTTLSeconds, overwrittenAt) }
}
