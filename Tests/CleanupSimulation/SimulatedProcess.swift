import Sessions

/// A process of a node, which knows what it really holds: the truth that nobody else is told.
final class SimulatedProcess {
    /// How it beats.
    enum Style: Int, CaseIterable {
        /// Into a key of its own, with its boot.
        case boots
        /// The same with its start instead of a boot: its sessions are told from a former process' by their age.
        case starts
        /// The same with neither: that the key is there is all.
        case marker
        /// As a member of the collection, with the time alone.
        case member
    }

    /// What its heartbeats say of the time.
    enum Stamp: CaseIterable {
        case exact
        /// Always when it began.
        case frozen
        case wholeMinutes
        /// The heartbeat is written once, and from then on only kept alive.
        case keptAlive
    }

    let number: Int
    let node: String
    /// What its sessions name, and its heartbeats where they name any.
    let boot: SimulatedBoot?
    /// From one time that its heartbeats tell to the next.
    var cadenceSeconds: Double { stamp == .wholeMinutes ? 60 : beatSeconds }
    /// Under what name it registers sessions; another than its own by mistake.
    let registersAs: String
    let style: Style
    let stamp: Stamp
    /// From one heartbeat to the next.
    let beatSeconds: Double
    /// It beats under a key that our instances do not watch.
    let isForeign: Bool
    /// It beats, and nobody asks anything of it.
    var isIdle: Bool
    /// A record that it writes once more keeps its time to live, as a field of a hash does.
    let keepsDeadlines: Bool
    let startedAt: UnixTime
    /// Its clock minus true time.
    let clockSeconds: Double
    /// For the records of its sessions.
    let owner: OwnerName

    var isAlive = true
    var isDraining = false
    /// The process right after which it beats, as long as that one works; nil where it beats by itself.
    var follows: Int?
    /// It does nothing at all until then.
    var stalledUntil = 0.0
    /// It works, and its heartbeats do not come through.
    var muteUntil = 0.0
    /// Sessions by number, in the order in which they came, and when they were made, as it writes it.
    var held: [Int] = []
    var made: [Int: UnixTime] = [:]

    /// True time at which it beat again after some time without heartbeats.
    var returnedAt = 0.0
    /// True time of its last heartbeat, and of another process' in the same place after it.
    var lastHeartbeatAt = -Double.infinity
    var overwrittenAt = Double.infinity
    /// True time at which it wrote a session's record last.
    var lastWork = 0.0

    init(
        number: Int, node: String, boot: SimulatedBoot?, registersAs: String? = nil, style: Style, habit: Habit,
        startedAt: UnixTime, clockSeconds: Double
    ) {
        self.number = number
        self.node = node
        self.boot = boot
        (stamp, beatSeconds, isForeign) = (habit.stamp, habit.beatSeconds, habit.isForeign)
        (isIdle, keepsDeadlines) = (habit.isIdle, habit.keepsDeadlines)
        self.registersAs = registersAs ?? node
        self.style = style
        self.startedAt = startedAt
        self.clockSeconds = clockSeconds
        owner = OwnerName(node: Array(self.registersAs.utf8), boot: boot.map { Array($0.inRecords.utf8) })
    }

    var habit: Habit {
        Habit(
            stamp: stamp, beatSeconds: beatSeconds, isForeign: isForeign, isIdle: isIdle, keepsDeadlines: keepsDeadlines
        )
    }

    /// How it beats and writes, besides its style.
    struct Habit {
        var stamp = Stamp.exact
        var beatSeconds = 5.0
        var isForeign = false
        var isIdle = false
        var keepsDeadlines = false
    }

    /// How long its heartbeat's key lives.
    var beatLifeSeconds: Double { 3 * beatSeconds }

    /// What it would beat at that time of its own clock.
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

    /// When its heartbeat stood last, as long as nobody else beat in its place.
    var stoodUntil: Double { min(lastHeartbeatAt + beatLifeSeconds, overwrittenAt) }
}
