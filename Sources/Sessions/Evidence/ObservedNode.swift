/// What one observer has heard of the owners of one node name, and for how long it has heard nothing.
struct ObservedNode: Sendable {
    /// Former boots that are remembered, to notice one that comes back.
    private static let formerLimit = 8
    /// Owners of one name that are told apart.
    private static let ownerLimit = 1_000

    /// Where a heartbeat may stand, and what stood there last.
    private struct Place: Hashable, Sendable {
        var dialect: Int
        var isCollected: Bool
    }

    private(set) var owners: [ObservedOwner] = []
    private var places: [Place: (found: FoundHeartbeat, readAt: Double)] = [:]
    /// A check looked in every place: what is found where nothing stood was written since.
    private var wasChecked = false
    /// The boot that alone was heard in heartbeats, and for how long; nil where none was, or one without a boot.
    private(set) var soleBoot: Boot?
    private(set) var soleSeconds = 0.0
    private var isSoleNew = false
    /// For how long its heartbeat was read so often that none of another boot can have been missed.
    private(set) var closeSeconds = 0.0
    private var formerBoots: [Boot] = []
    /// How often a former boot was heard again, and how long ago.
    private var turns = 0
    private(set) var sinceTurn = 0.0

    var isShared: Bool { turns >= OwnerEvidence.sharedTurns }

    /// The boots that take turns; the present one first.
    var takingTurns: [Boot] { isShared ? [soleBoot].compactMap(\.self) + formerBoots.suffix(1) : [] }

    /// The longest interval between heartbeats of any boot, as far as it was observed.
    var intervalSeconds: Double? { owners.compactMap(\.intervals.seconds).max() }

    func owner(_ boot: Boot?) -> ObservedOwner? { owners.first { $0.boot?.canonical == boot?.canonical } }

    /// Begins to observe an owner; false where it is observed already, or there is no room.
    mutating func observe(_ boot: Boot?) -> Bool {
        guard owner(boot) == nil, owners.count < Self.ownerLimit else { return false }
        owners.append(ObservedOwner(boot: boot))
        noteLife(of: boot)
        return true
    }

    /// Takes in what one place holds, `step` seconds after the last check. Says whether it is a sign of life.
    /// `countsWrites`: that its key was written or renewed is one, whatever it says.
    mutating func take(
        _ found: FoundHeartbeat, isWritten: Bool, countsWrites: Bool, step: Double, at seconds: Double
    ) -> Bool {
        let place = Place(dialect: found.dialect, isCollected: found.isCollected)
        // Two readers: what was read earlier and comes later is of the past.
        if let last = places[place], seconds < last.readAt { return false }
        let before = places[place]?.found
        places[place] = (found, seconds)
        let isRenewed = before.map { found.isRenewed(after: $0) } ?? wasChecked
        let isNew = found.saysMore(than: before) || countsWrites && isRenewed
        guard isNew || countsWrites && isWritten else {
            if before == nil { meet(found) } else { noteLeft(found) }
            return false
        }
        let isReadable = found.heartbeat.malformation == nil
        hear(found, isReadable ? found.heartbeat.boot : nil, isNew: isNew, step: step, at: seconds)
        noteTurn(isReadable ? found.heartbeat.boot : nil)
        return true
    }

    /// What is met for the first time may be old, but it tells of one of this node's owners how long its key lives.
    private mutating func meet(_ found: FoundHeartbeat) {
        guard found.heartbeat.malformation == nil else { return }
        _ = observe(found.heartbeat.boot)
        let canonical = found.heartbeat.boot?.canonical
        for index in owners.indices where owners[index].boot?.canonical == canonical { owners[index].meet(found) }
    }

    /// With Redis' clock ahead a key seems to have little left to live, and more once the clock is set back.
    private mutating func noteLeft(_ found: FoundHeartbeat) {
        guard let left = found.lifetimeSeconds, found.heartbeat.seenAt != nil else { return }
        let canonical = found.heartbeat.boot?.canonical
        for index in owners.indices where owners[index].boot?.canonical == canonical { owners[index].noteLeft(left) }
    }

    /// Whether a heartbeat of another boot was heard of late: it may have hidden this one's.
    func mayHide(_ boot: Boot?, within seconds: Double) -> Bool {
        owners.contains { $0.boot?.canonical != boot?.canonical && $0.heartbeatSilentSeconds < seconds }
    }

    /// Whether a heartbeat that stands in Redis now is the one that the last check found there.
    func isUnchanged(_ beat: RawHeartbeat) -> Bool {
        guard let heartbeat = beat.heartbeat,
            let before = places[Place(dialect: beat.place.dialect, isCollected: beat.place.member != nil)]?.found
        else { return false }
        let found = FoundHeartbeat(
            heartbeat, dialect: beat.place.dialect, isCollected: beat.place.member != nil, deadline: beat.deadline)
        return !found.saysMore(than: before) && !found.isRenewed(after: before)
    }

    /// A heartbeat that names no boot, or cannot be read, may be anybody's of this name.
    private mutating func hear(
        _ found: FoundHeartbeat, _ boot: Boot?, isNew: Bool, step: Double, at seconds: Double
    ) {
        if found.heartbeat.malformation == nil { _ = observe(boot) }
        for index in owners.indices {
            let own = owners[index].boot
            let relation = own.flatMap { own in boot.map { own.relation(to: $0) } }
            guard relation != .different else { continue }
            let isItsOwn = own == nil && boot == nil || relation == .same
            owners[index].hearHeartbeat(found, isItsOwn: isItsOwn, isNew: isNew, step: step, at: seconds)
        }
    }

    private mutating func noteTurn(_ boot: Boot?) {
        guard let boot else {
            (soleBoot, soleSeconds, closeSeconds) = (nil, 0, 0)
            return
        }
        guard let sole = soleBoot, boot.relation(to: sole) == .different else {
            if soleBoot == nil { (soleBoot, soleSeconds, isSoleNew) = (boot, 0, true) }
            return
        }
        if formerBoots.contains(where: { $0.relation(to: boot) == .same }) { (turns, sinceTurn) = (turns + 1, 0) }
        formerBoots.removeAll { $0.relation(to: sole) == .same }
        formerBoots = formerBoots.suffix(Self.formerLimit - 1) + [sole]
        (soleBoot, soleSeconds, closeSeconds, isSoleNew) = (boot, 0, 0, true)
    }

    /// A boot shows otherwise that it is there: its heartbeat may have been hidden since it was watched closely.
    private mutating func noteLife(of boot: Boot?) {
        if boot?.canonical != soleBoot?.canonical { closeSeconds = 0 }
    }

    /// Its heartbeat was watched closely for so long, and that of the sole boot alone was met.
    mutating func noteWatchedClosely(_ seconds: Double, _ boot: Boot) {
        if soleBoot == boot { closeSeconds += seconds }
    }

    mutating func note(_ work: OwnerWork?, of boot: Boot?, secondsAgo: Double, workSecondsAgo: Double) {
        _ = observe(boot)
        guard let index = owners.firstIndex(where: { $0.boot?.canonical == boot?.canonical }) else { return }
        owners[index].hear(secondsAgo: secondsAgo)
        noteLife(of: boot)
        if let work { owners[index].note(work, secondsAgo: workSecondsAgo) }
    }

    /// A check looked in every place, and found nothing but this.
    mutating func noteChecked(_ found: [FoundHeartbeat]) {
        let standing = found.map { Place(dialect: $0.dialect, isCollected: $0.isCollected) }
        if places.contains(where: { !standing.contains($0.key) }) {
            places = places.filter { standing.contains($0.key) }
        }
        wasChecked = true
    }

    /// So much more time was observed.
    mutating func pass(_ step: Double) {
        for index in owners.indices { owners[index].pass(step) }
        soleSeconds += isSoleNew ? 0 : step
        isSoleNew = false
        sinceTurn += step
        if sinceTurn > OwnerEvidence.flagSeconds { turns = 0 }
    }

    /// The silence of these owners begins anew: something of theirs may have been missed.
    mutating func endSilence(where isHidden: (_ boot: Boot?, _ lifetimeSeconds: Double?) -> Bool) {
        for index in owners.indices where isHidden(owners[index].boot, owners[index].lifetimeSeconds) {
            owners[index].endSilence()
        }
    }

    /// Forgets owners that no session names and that have been silent for long; the longest silent first where there are too
    /// many.
    mutating func forget(besides needed: (Boot?) -> Bool) {
        guard owners.count > Self.ownerLimit / 10 else { return }
        let idle = owners.filter { !needed($0.boot) }.sorted { $0.silentSeconds > $1.silentSeconds }
        let forgotten = Set(idle.prefix(owners.count - Self.ownerLimit / 10).map { $0.boot?.canonical })
        owners.removeAll { forgotten.contains($0.boot?.canonical) && !needed($0.boot) }
    }

    /// All silence begins anew, and what is found next may be the past.
    mutating func beginAnew() {
        for index in owners.indices { owners[index].beginAnew() }
        (places, wasChecked, formerBoots, soleBoot, soleSeconds, closeSeconds) = ([:], false, [], nil, 0, 0)
    }

    /// Takes over what another observer measured on the same terms; see ``OwnerEvidence/adopt(_:)``.
    mutating func adopt(_ other: SilenceReport.Node) {
        (soleBoot, soleSeconds) = (other.soleBoot, other.soleSeconds)
        if other.isShared { turns = max(turns, OwnerEvidence.sharedTurns) }
        for reported in other.owners {
            _ = observe(reported.boot)
            guard let index = owners.firstIndex(where: { $0.boot?.canonical == reported.boot?.canonical }) else {
                continue
            }
            owners[index].adopt(reported)
        }
    }

    /// What another observer heard counts here too; that it heard nothing does not.
    mutating func limit(by other: SilenceReport.Node) {
        for reported in other.owners where reported.wasHeard {
            guard let index = owners.firstIndex(where: { $0.boot?.canonical == reported.boot?.canonical }) else {
                continue
            }
            owners[index].limit(reported.silentSeconds)
        }
    }
}

/// One owner as one observer has heard it.
struct ObservedOwner: Sendable {
    let boot: Boot?
    /// For how long nothing was heard of it on any channel, here; and the same with what other instances heard or measured.
    private(set) var ownSilentSeconds = 0.0
    private(set) var silentSeconds = 0.0
    /// For how long no heartbeat of it was heard.
    private(set) var heartbeatSilentSeconds = 0.0
    /// It was heard in this observation: its silence is counted from then on, and not from when the observation began.
    private(set) var wasHeard = false
    /// By the clock that never jumps.
    private(set) var intervals = LongestInterval()
    /// The time before its last heartbeat; nil where that is not known.
    private(set) var newestInterval: Double?
    /// The longest that its heartbeat's key had to live.
    private(set) var lifetimeSeconds: Double?
    /// The longest that its key had left to live at any check: for so long at least it may be silent. A clock that is set back
    /// makes it long, so that it says nothing of how soon a heartbeat may be gone.
    private(set) var longestLeftSeconds: Double?
    /// The last that it was heard to do, and how long ago.
    private(set) var work: OwnerWork?
    private var sinceWork = 0.0
    private var isHeard = false
    private var isHeartbeatHeard = false
    private(set) var hadHeartbeat = false
    /// A heartbeat that tells a time was heard, so that it has a rhythm.
    private(set) var isStamped = false
    /// When its last heartbeat was read, on the clock that never jumps.
    private var heartbeatAt: Double?
    private static let sameHeartbeatSeconds = 0.1

    init(boot: Boot?) {
        self.boot = boot
    }

    /// It goes on without a heartbeat: it was heard `margin` seconds and more after the heartbeat ended.
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
            // What stands as long as it is not removed shows no interval.
            if found.heartbeat.seenAt != nil { noteHeartbeat(isNew: isNew, step: step, at: seconds) }
        }
        (heartbeatSilentSeconds, isHeartbeatHeard) = (0, true)
        hear(secondsAgo: 0)
    }

    mutating func noteLeft(_ seconds: Double) { longestLeftSeconds = max(longestLeftSeconds ?? 0, seconds) }

    /// Takes what a heartbeat tells of the rhythm in which it is written.
    mutating func meet(_ found: FoundHeartbeat) {
        // One that tells no time is alive as long as it is there, and needs no rhythm.
        guard found.heartbeat.seenAt != nil else { return }
        isStamped = true
        if let left = found.lifetimeSeconds { lifetimeSeconds = max(lifetimeSeconds ?? 0, left) }
    }

    /// One heartbeat may be several commands, and be told once more after it was read: that makes no interval.
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

    /// What was heard since the last check was heard after it, so that nothing of the step is silence.
    mutating func pass(_ step: Double) {
        silentSeconds += isHeard ? 0 : step
        ownSilentSeconds += isHeard ? 0 : step
        heartbeatSilentSeconds += isHeartbeatHeard ? 0 : step
        sinceWork += step
        (isHeard, isHeartbeatHeard) = (false, false)
    }

    /// Something of it may have been missed: the observation of it begins here.
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
