import Sessions

/// A process of a node, which knows what it really holds: the truth that nobody else is told.
final class SimulatedProcess {
    /// How it beats.
    enum Style: CaseIterable {
        /// Into a key of its own, with its boot.
        case boots
        /// The same with its start instead of a boot: its sessions are told from a former process' by their age.
        case starts
        /// The same with neither: that the key is there is all.
        case marker
        /// As a member of the collection, with the time alone.
        case member
    }

    let number: Int
    let node: String
    /// What its sessions name, and its heartbeats where they name any.
    let boot: String?
    /// Under what name it registers sessions; another than its own by mistake.
    let registersAs: String
    let style: Style
    let startedAt: UnixTime
    /// Its clock minus true time.
    let clockSeconds: Double
    /// For the records of its sessions.
    let owner: OwnerName

    var isAlive = true
    var isDraining = false
    /// It does nothing at all until then.
    var stalledUntil = 0.0
    /// It works, and its heartbeats do not come through.
    var muteUntil = 0.0
    /// Sessions by number, in the order in which they came, and when they were made, as it writes it.
    var held: [Int] = []
    var made: [Int: UnixTime] = [:]

    /// True time of its last heartbeat, and of another process' in the same place after it.
    var lastBeat = -Double.infinity
    var overwrittenAt = Double.infinity
    /// True time at which it wrote a session's record last.
    var lastWork = 0.0
    /// True time of the last look by a holder of the lease, acted upon, that found its heartbeat standing.
    var seenByHolder = -Double.infinity

    init(
        number: Int, node: String, boot: String?, registersAs: String? = nil, style: Style, startedAt: UnixTime,
        clockSeconds: Double
    ) {
        self.number = number
        self.node = node
        self.boot = boot
        self.registersAs = registersAs ?? node
        self.style = style
        self.startedAt = startedAt
        self.clockSeconds = clockSeconds
        owner = OwnerName(node: Array(self.registersAs.utf8), boot: boot.map { Array($0.utf8) })
    }

    /// What it would beat at that time of its own clock.
    func heartbeat(at time: UnixTime) -> Heartbeat {
        var heartbeat = Heartbeat()
        if style != .marker { heartbeat.seenAt = time }
        if style == .boots { heartbeat.boot = boot }
        if style == .starts { heartbeat.startedAt = startedAt }
        if style == .boots || style == .starts { heartbeat.isDraining = isDraining }
        return heartbeat
    }

    func isActive(at now: Double) -> Bool { isAlive && stalledUntil <= now }

    /// When its heartbeat stood last, as long as nobody else beat in its place.
    var stoodUntil: Double { min(lastBeat + Schedule.beatLifeSeconds, overwrittenAt) }
}
