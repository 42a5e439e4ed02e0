/// The owners of one node name as one observer has heard them, and the silence of each.
struct ObservedNode: Sendable {
    /// The number of former boots remembered, to notice one that comes back.
    private static let formerLimit = 8
    /// The number of owners of one name that are told apart.
    private static let ownerLimit = 1_000

    /// A place where a heartbeat of the node may be.
    private struct Place: Hashable, Sendable {
        var dialect: Int
        var isCollected: Bool
    }

    private(set) var owners: [ObservedOwner] = []
    private var places: [Place: (found: FoundHeartbeat, readAt: OwnerEvidence.CheckTime)] = [:]
    /// The latest time at which some heartbeat of this node proves life: it was written then or later.
    private var aliveAt: UnixTime?
    /// True if a check has covered every place. A heartbeat found later in an empty place was then written since.
    private var wasChecked = false
    /// The only boot heard in heartbeats, and the seconds for which it was. Nil if there was none, or a heartbeat
    /// without a boot.
    private(set) var soleBoot: Boot?
    private(set) var soleSeconds = 0.0
    private var isSoleNew = false
    /// The seconds for which its heartbeat was read so often that no heartbeat of another boot can have been missed.
    private(set) var closeSeconds = 0.0
    /// The seconds since then.
    private var sinceClose = 0.0
    private var formerBoots: [Boot] = []
    /// The number of times that a former boot was heard again, and the seconds since the last time.
    private var turns = 0
    private(set) var sinceTurn = 0.0

    var isShared: Bool { turns >= OwnerEvidence.sharedTurns }

    /// The boots that take turns, the present one first.
    var takingTurns: [Boot] { isShared ? [soleBoot].compactMap(\.self) + formerBoots.suffix(1) : [] }

    /// The longest observed interval between heartbeats of any boot.
    var intervalSeconds: Double? { owners.compactMap(\.intervals.seconds).max() }

    /// Returns the latest time at which an owner was certainly alive. Any heartbeat of the node is one of an owner
    /// without a boot.
    func aliveAt(_ boot: Boot?) -> UnixTime? { boot == nil ? aliveAt : owner(boot)?.aliveAt }

    func owner(_ boot: Boot?) -> ObservedOwner? { owners.first { $0.boot?.canonical == boot?.canonical } }

    /// Begins to observe an owner. Returns false if it is already observed, or there is no room.
    mutating func observe(_ boot: Boot?) -> Bool {
        guard owner(boot) == nil, owners.count < Self.ownerLimit else { return false }
        owners.append(ObservedOwner(boot: boot))
        noteLife(of: boot)
        return true
    }

    /// Takes the heartbeat in one place, `step` seconds after the last check. Returns whether it shows life.
    /// `write` says whether Redis reported a write of its key, and `countsWrites` that a write or renewal shows life,
    /// whatever the content.
    mutating func take(
        _ found: FoundHeartbeat, _ write: HeartbeatWrite, countsWrites: Bool, step: Double,
        at time: OwnerEvidence.CheckTime
    ) -> Bool {
        let place = Place(dialect: found.dialect, isCollected: found.isCollected)
        // There are two readers. What was read earlier but arrives later is outdated.
        if let last = places[place], time.seconds < last.readAt.seconds { return false }
        let last = places.updateValue((found, time), forKey: place)
        let before = last?.found
        noteAlive(found, write, last, at: time)
        let isRenewed = before.map { found.isRenewed(after: $0) } ?? wasChecked
        let isNew = found.saysMore(than: before) || countsWrites && isRenewed
        guard isNew || countsWrites && write != .none else {
            if before == nil { meet(found) } else { noteLeft(found) }
            return false
        }
        let isReadable = found.heartbeat.malformation == nil
        hear(found, isReadable ? found.heartbeat.boot : nil, isNew: isNew, step: step, at: time.seconds)
        noteTurn(isReadable ? found.heartbeat.boot : nil)
        return true
    }

    /// Notes until when a heartbeat proves its owner alive: it was written after the place was last read. It was written
    /// later still if its timestamp says so; where Redis did not report the write at once, a timestamp is only as good
    /// as the clocks.
    private mutating func noteAlive(
        _ found: FoundHeartbeat, _ write: HeartbeatWrite,
        _ last: (found: FoundHeartbeat, readAt: OwnerEvidence.CheckTime)?,
        at time: OwnerEvidence.CheckTime
    ) {
        let isChanged = last.map { $0.found.heartbeat != found.heartbeat || found.isRenewed(after: $0.found) } ?? false
        // Redis' clock was set back: nothing that was known before lies on it.
        let isSetBack = last.map { $0.readAt.now - time.now > time.longestStep } ?? false
        if isSetBack { forgetAlive() }
        guard isChanged || write != .none else { return }
        let stamp = found.heartbeat.seenAt.flatMap {
            $0 - time.now > time.maxClockSkewSeconds ? nil : min($0, time.now)
        }
        let earliest = write == .justNow ? stamp ?? time.now : stamp.map { $0 + -time.maxClockSkewSeconds }
        guard let proven = [isSetBack ? nil : last?.readAt.now, earliest].compactMap(\.self).max() else { return }
        func later(_ known: UnixTime?) -> UnixTime { known.map { max($0, proven) } ?? proven }
        aliveAt = later(aliveAt)
        guard found.heartbeat.malformation == nil else { return }
        // A heartbeat that names no boot may be another boot's, unless the node's heartbeats never name one.
        let namesBoots = owners.contains { $0.boot != nil && $0.hadHeartbeat }
        for index in owners.indices {
            let relation = owners[index].boot.flatMap { own in found.heartbeat.boot.map { own.relation(to: $0) } }
            if relation == .same || found.heartbeat.boot == nil && !namesBoots {
                owners[index].aliveAt = later(owners[index].aliveAt)
            }
        }
    }

    private mutating func forgetAlive() {
        aliveAt = nil
        for index in owners.indices { owners[index].aliveAt = nil }
    }

    /// Takes a heartbeat that is met for the first time. It may be old, but it shows how long the heartbeat keys of its
    /// owner live.
    private mutating func meet(_ found: FoundHeartbeat) {
        guard found.heartbeat.malformation == nil else { return }
        _ = observe(found.heartbeat.boot)
        let canonical = found.heartbeat.boot?.canonical
        for index in owners.indices where owners[index].boot?.canonical == canonical { owners[index].meet(found) }
    }

    /// Notes the TTL that is left. While Redis' clock is ahead, a key seems to have a short TTL, and a longer one once
    /// the clock is set back.
    private mutating func noteLeft(_ found: FoundHeartbeat) {
        guard let left = found.lifetimeSeconds, found.heartbeat.seenAt != nil else { return }
        let canonical = found.heartbeat.boot?.canonical
        for index in owners.indices where owners[index].boot?.canonical == canonical { owners[index].noteLeft(left) }
    }

    /// Returns whether a heartbeat of another boot was heard recently, which may have hidden this one's.
    func mayHide(_ boot: Boot?, within seconds: Double) -> Bool {
        owners.contains { $0.boot?.canonical != boot?.canonical && $0.heartbeatSilentSeconds < seconds }
    }

    /// Returns whether a heartbeat that is in Redis now is the one that the last check found there.
    func isUnchanged(_ raw: RawHeartbeat) -> Bool {
        guard let heartbeat = raw.heartbeat,
            let before = places[Place(dialect: raw.place.dialect, isCollected: raw.place.member != nil)]?.found
        else { return false }
        let found = FoundHeartbeat(
            heartbeat, dialect: raw.place.dialect, isCollected: raw.place.member != nil, deadline: raw.deadline)
        return !found.saysMore(than: before) && !found.isRenewed(after: before)
    }

    /// A heartbeat that names no boot, or cannot be read, may come from any owner of this name.
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

    /// Notes that a boot showed life in another way. Its heartbeat may have been hidden, so the close watch starts
    /// again.
    private mutating func noteLife(of boot: Boot?) {
        if boot?.canonical != soleBoot?.canonical { closeSeconds = 0 }
    }

    /// Notes that the heartbeat was watched closely for so long, and only that of the sole boot was found.
    mutating func noteWatchedClosely(_ seconds: Double, _ boot: Boot) {
        if soleBoot == boot { (closeSeconds, sinceClose) = (closeSeconds + seconds, 0) }
    }

    mutating func note(_ work: OwnerWork?, of boot: Boot?, secondsAgo: Double, workSecondsAgo: Double) {
        _ = observe(boot)
        guard let index = owners.firstIndex(where: { $0.boot?.canonical == boot?.canonical }) else { return }
        owners[index].hear(secondsAgo: secondsAgo)
        noteLife(of: boot)
        if let work { owners[index].note(work, secondsAgo: workSecondsAgo) }
    }

    /// Notes that a check covered every place, and found only these heartbeats.
    mutating func noteChecked(_ found: [FoundHeartbeat]) {
        let standing = found.map { Place(dialect: $0.dialect, isCollected: $0.isCollected) }
        if places.contains(where: { !standing.contains($0.key) }) {
            places = places.filter { standing.contains($0.key) }
        }
        wasChecked = true
    }

    /// Adds observed time.
    mutating func pass(_ step: Double, passed: Double) {
        for index in owners.indices { owners[index].pass(step) }
        soleSeconds += isSoleNew ? 0 : step
        isSoleNew = false
        sinceTurn += step
        if sinceTurn > OwnerEvidence.flagSeconds { turns = 0 }
        sinceClose += passed
        if sinceClose > OwnerEvidence.closeValidSeconds { closeSeconds = 0 }
    }

    /// Restarts the silence of these owners, since something from them may have been missed.
    mutating func endSilence(where isHidden: (_ boot: Boot?, _ lifetimeSeconds: Double?) -> Bool) {
        for index in owners.indices where isHidden(owners[index].boot, owners[index].lifetimeSeconds) {
            owners[index].endSilence()
        }
    }

    /// Forgets owners that no session names. If there are too many, those with the longest silence go first.
    mutating func forget(besides needed: (Boot?) -> Bool) {
        guard owners.count > Self.ownerLimit / 10 else { return }
        let idle = owners.filter { !needed($0.boot) }.sorted { $0.silentSeconds > $1.silentSeconds }
        let forgotten = Set(idle.prefix(owners.count - Self.ownerLimit / 10).map { $0.boot?.canonical })
        owners.removeAll { forgotten.contains($0.boot?.canonical) && !needed($0.boot) }
    }

    /// Restarts all silence. What is found next may be from the past.
    mutating func beginAnew() {
        for index in owners.indices { owners[index].beginAnew() }
        forgetAlive()
        (places, wasChecked, formerBoots, soleBoot, soleSeconds, closeSeconds) = ([:], false, [], nil, 0, 0)
    }

    /// Takes over what another observer measured under the same conditions; see ``OwnerEvidence/adopt(_:)``.
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

    /// Takes what another observer heard. That it heard nothing does not count here.
    mutating func limit(by other: SilenceReport.Node) {
        for reported in other.owners where reported.wasHeard {
            guard let index = owners.firstIndex(where: { $0.boot?.canonical == reported.boot?.canonical }) else {
                continue
            }
            owners[index].limit(reported.silentSeconds)
        }
    }
}
