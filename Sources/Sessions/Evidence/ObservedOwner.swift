/// One owner as one observer has heard it.
struct ObservedOwner: Sendable {
    let boot: Boot?
    /// The silence of the owner on all channels, as this instance observed it. `silentSeconds` includes what other
    /// instances heard or measured.
    private(set) var ownSilentSeconds = 0.0
    private(set) var silentSeconds = 0.0
    /// The time for which no heartbeat of it was heard.
    private(set) var heartbeatSilentSeconds = 0.0
    /// True if it was heard in this observation. Otherwise its silence is counted from the start of the observation.
    private(set) var wasHeard = false
    /// The longest intervals, by the monotonic clock.
    private(set) var intervals = LongestInterval()
    /// The interval before its last heartbeat. Nil if it is not known.
    private(set) var newestInterval: Double?
    /// The longest TTL that its heartbeat's key had.
    private(set) var lifetimeSeconds: Double?
    /// The longest TTL that its key had at any check: it may be silent for at least that long. A clock that was set
    /// back makes it longer, so it does not say how soon a heartbeat may be gone.
    private(set) var longestLeftSeconds: Double?
    /// The last work that it was heard to do, and the seconds since.
    private(set) var work: OwnerWork?
    private var sinceWork = 0.0
    private var isHeard = false
    private var isHeartbeatHeard = false
    private(set) var hadHeartbeat = false
    /// True if a heartbeat with a timestamp was heard, so that the owner has a rhythm.
    private(set) var isStamped = false
    /// The latest time, by Redis' clock, at which it was certainly alive: a heartbeat of it was written then or later.
    var aliveAt: UnixTime?
    /// The time, on the monotonic clock, at which its last heartbeat was read.
    private var heartbeatAt: Double?
    private static let sameHeartbeatSeconds = 0.1

    init(boot: Boot?) {
        self.boot = boot
    }

    /// Returns whether it works without a heartbeat: it was heard more than `margin` seconds after its heartbeat ended.
    func worksSilently(margin: Double) -> Bool {
        work != nil && heartbeatSilentSeconds - sinceWork > margin && sinceWork < OwnerEvidence.flagSeconds
    }

    mutating func note(_ work: OwnerWork, secondsAgo: Double) {
        guard self.work == nil || secondsAgo <= sinceWork else { return }
        (self.work, sinceWork) = (work, max(secondsAgo, 0))
    }

    mutating func hearHeartbeat(
        _ found: FoundHeartbeat, isItsOwn: Bool, isNew: Bool, step: Double, at seconds: Double
    ) {
        if isItsOwn {
            (hadHeartbeat, newestInterval) = (true, nil)
            meet(found)
            // A heartbeat that stays until it is removed shows no interval.
            if found.heartbeat.seenAt != nil { noteHeartbeat(isNew: isNew, step: step, at: seconds) }
        }
        (heartbeatSilentSeconds, isHeartbeatHeard) = (0, true)
        hear(secondsAgo: 0)
    }

    mutating func noteLeft(_ seconds: Double) { longestLeftSeconds = max(longestLeftSeconds ?? 0, seconds) }

    /// Takes what a heartbeat shows of the rhythm in which it is written.
    mutating func meet(_ found: FoundHeartbeat) {
        // A heartbeat without a timestamp is alive while it exists, and needs no rhythm.
        guard found.heartbeat.seenAt != nil else { return }
        isStamped = true
        if let left = found.lifetimeSeconds { lifetimeSeconds = max(lifetimeSeconds ?? 0, left) }
    }

    /// Notes the interval before a heartbeat. One heartbeat may be written by several commands, and reported again
    /// after it was read; that is no interval.
    private mutating func noteHeartbeat(isNew: Bool, step: Double, at seconds: Double) {
        guard isNew else { return }
        guard let last = heartbeatAt else {
            heartbeatAt = seconds
            return
        }
        guard seconds - last >= Self.sameHeartbeatSeconds else { return }
        let interval = min(seconds - last, heartbeatSilentSeconds + step)
        intervals.note(interval, at: seconds)
        (newestInterval, heartbeatAt) = (interval, seconds)
    }

    mutating func hear(secondsAgo: Double) {
        wasHeard = true
        ownSilentSeconds = min(ownSilentSeconds, max(secondsAgo, 0))
        silentSeconds = min(silentSeconds, ownSilentSeconds)
        if secondsAgo <= 0 { isHeard = true }
    }

    /// Adds observed time. A step in which the owner was heard adds no silence, since it may have been heard at the end
    /// of the step.
    mutating func pass(_ step: Double) {
        silentSeconds += isHeard ? 0 : step
        ownSilentSeconds += isHeard ? 0 : step
        heartbeatSilentSeconds += isHeartbeatHeard ? 0 : step
        sinceWork += step
        (isHeard, isHeartbeatHeard) = (false, false)
    }

    /// Restarts the observation of the owner, since something from it may have been missed.
    mutating func endSilence() {
        (silentSeconds, ownSilentSeconds, wasHeard) = (0, 0, false)
    }

    mutating func beginAnew() {
        (silentSeconds, ownSilentSeconds, heartbeatSilentSeconds) = (0, 0, 0)
        (wasHeard, isHeard, isHeartbeatHeard, heartbeatAt) = (false, false, false, nil)
    }

    mutating func adopt(_ other: SilenceReport.Owner) {
        silentSeconds = max(silentSeconds, other.silentSeconds)
        heartbeatSilentSeconds = max(heartbeatSilentSeconds, other.silentSeconds)
    }

    mutating func limit(_ seconds: Double) { silentSeconds = min(silentSeconds, seconds) }
}
