/// The evidence on which cleanup removes sessions: two separate facts about each owner.
///
/// *Known*: it was seen alive under a heartbeat key that we watch (``KnownOwner``). *Silent for*: how long this very
/// instance has heard nothing of it, on any channel that only the owner can write to. Silence is counted check by check
/// on the monotonic clock, within one history of Redis. A break in what can be observed sets the silence to zero, but
/// does not change what is known.
///
/// The type is pure: the registry passes checks of the heartbeats, sessions and log lines in, and an owner's
/// ``OwnerStanding`` comes out.
public struct OwnerEvidence: Sendable {
    /// The largest number of owners kept. The sessions of an owner that finds no room are never removed.
    public static let ownerLimit = 10_000
    /// The time after the last finding for which a name counts as shared, or a node as working without heartbeats.
    static let flagSeconds = 900.0
    /// After this many returns, a boot was not merely slow to end.
    static let sharedTurns = 2
    /// The time for which a close watch proves that no boot hides. A process may come back afterwards, in step with the
    /// one that was heard.
    static let closeValidSeconds = 10.0
    /// A TTL that is longer by this much shows that a heartbeat's key was written or renewed.
    static let renewedSeconds = 0.5

    var known = KnownOwners()
    var nodes: [String: ObservedNode] = [:]
    var renewals = SessionRenewals()
    /// The total time observed, by which silence is counted.
    private(set) var observedSeconds = 0.0
    /// The time of the last check on the monotonic clock.
    private(set) var checkedAt: Double?
    /// The time of the last check by Redis' clock.
    private(set) var checkedTime: UnixTime?
    private(set) var history: RedisHistory?
    /// The number of breaks in what could be observed, since the start.
    public private(set) var breaks = 0

    let rules: EvidenceRules

    init(_ rules: EvidenceRules = .all) {
        self.rules = rules
    }

    /// The times that belong to one check of all heartbeats.
    struct CheckTime {
        /// The time on the monotonic clock.
        var seconds: Double
        /// The most time that one check may count, however long ago the check before was.
        var longestStep: Double
        /// The time by Redis' clock.
        var now: UnixTime
        /// The most by which a node's clock may be ahead of Redis'.
        var maxClockSkewSeconds = 0.0
    }

    /// The time since the last check, by the clock that says longer: Redis' clock may have been set back since. A check
    /// that seems to lie ahead is as uncertain as an old one.
    func secondsSinceCheck(at now: UnixTime, monotonicSeconds: Double?) -> Double {
        guard let checkedAt, let checkedTime else { return .infinity }
        return max(abs(now - checkedTime), monotonicSeconds.map { $0 - checkedAt } ?? 0)
    }

    /// Takes one check of all heartbeats, and returns the nodes that showed life. A check by another reader than the
    /// observer shows who is alive, but counts no silence.
    mutating func take(_ check: HeartbeatCheck, _ time: CheckTime) -> Set<String> {
        guard check.isObservation else { return hear(check, time) }
        let isSame = history.flatMap { old in check.history.map { $0.continues(old) } } ?? false
        if !isSame, rules.contains(.oneHistory), checkedAt != nil { breakSilence() }
        history = check.history
        let step = isSame || !rules.contains(.oneHistory) ? step(to: time) : 0
        let living = hear(check, time, step: step)
        // While the host is suspended its monotonic clock stands still, and only Redis' time shows it.
        let unwatched = max(checkedAt.map { time.seconds - $0 } ?? 0, checkedTime.map { time.now - $0 } ?? 0)
        changeNodes { _, node in node.pass(step, passed: unwatched) }
        if unwatched > time.longestStep, rules.contains(.boundedSteps) { endSilence(over: unwatched) }
        observedSeconds += step
        (checkedAt, checkedTime) = (time.seconds, time.now)
        return living
    }

    /// Takes heartbeats that were read between two checks, because they had just been written.
    mutating func hear(_ check: HeartbeatCheck, _ time: CheckTime) -> Set<String> {
        hear(check, time, step: step(to: time))
    }

    /// The time since the last check, as far as it counts.
    private func step(to time: CheckTime) -> Double {
        let passed = max(time.seconds - (checkedAt ?? time.seconds), 0)
        return rules.contains(.boundedSteps) ? min(passed, time.longestStep) : passed
    }

    private mutating func hear(_ check: HeartbeatCheck, _ time: CheckTime, step: Double) -> Set<String> {
        var living: Set<String> = []
        let all = check.found
        for (name, heartbeats) in all {
            for found in heartbeats {
                let isWritten = check.written.contains(name) && !found.isCollected
                let write = !isWritten ? HeartbeatWrite.none : check.isObservation ? .sinceLastCheck : .justNow
                let showsLife = nodes[name, default: ObservedNode()].take(
                    found, write, countsWrites: rules.contains(.heartbeatWrites), step: step, at: time)
                if showsLife { living.insert(name) }
                guard showsLife || found.showsLife, found.heartbeat.malformation == nil else { continue }
                note(found, of: name, showsLife: showsLife, at: time.now)
            }
        }
        if check.isObservation { changeNodes { name, node in node.noteChecked(all[name] ?? []) } }
        return living
    }

    /// Notes the owner of a heartbeat that shows life as known.
    private mutating func note(_ found: FoundHeartbeat, of name: String, showsLife: Bool, at now: UnixTime) {
        let owner = SessionOwner(node: name, boot: found.heartbeat.boot)
        let key = owner.canonical
        var entry = known[key] ?? KnownOwner(owner)
        let isNews = known[key] == nil || !entry.dialects.contains(found.dialect) || entry.attestation != nil
        entry.dialects.insert(found.dialect)
        (entry.startedAt, entry.seenAt) = (found.heartbeat.startedAt, found.heartbeat.seenAt)
        entry.url = found.heartbeat.url ?? entry.url
        if showsLife || entry.lastHeartbeatAt == nil { entry.lastHeartbeatAt = now }
        // The attestation was wrong: the owner is alive.
        entry.attestation = nil
        if let observed = nodes[name]?.owner(found.heartbeat.boot) {
            if showsLife, let interval = observed.newestInterval { entry.intervals.note(interval, at: now.seconds) }
            entry.lifetimeSeconds = [observed.lifetimeSeconds, entry.lifetimeSeconds].compactMap(\.self).max()
        }
        known.put(entry, isNews: isNews)
    }

    /// Restarts all silence, since something may have happened that could not be seen.
    private mutating func breakSilence() {
        breaks += 1
        changeNodes { _, node in node.beginAnew() }
        renewals.removeAll()
    }

    /// Restarts the silence of all owners, since changes of sessions are seen only from now on.
    mutating func noteFirstFullScan() {
        guard rules.contains(.renewals) else { return }
        changeNodes { _, node in node.endSilence { _, _ in true } }
    }

    /// Restarts the silence of each owner whose heartbeat's key has a TTL shorter than the time without checks, since a
    /// heartbeat may have come and gone in it.
    private mutating func endSilence(over unwatched: Double) {
        let known = known
        changeNodes { name, node in
            node.endSilence { boot, lifetime in
                let kept = known[CanonicalOwner(node: name, boot: boot?.canonical)]
                return (lifetime ?? kept?.lifetimeSeconds).map { $0 < unwatched } ?? false
            }
        }
    }

    /// Changes each node in place, since each check may change thousands.
    private mutating func changeNodes(_ change: (_ name: String, _ node: inout ObservedNode) -> Void) {
        var index = nodes.startIndex
        while index != nodes.endIndex {
            change(nodes.keys[index], &nodes.values[index])
            nodes.formIndex(after: &index)
        }
    }
}

// MARK: - Work of owners

extension OwnerEvidence {
    /// Begins to observe an owner that sessions name, unless it is already observed.
    mutating func observe(_ owner: SessionOwner) {
        _ = nodes[owner.node, default: ObservedNode()].observe(owner.boot)
    }

    /// Notes that this owner was heard `secondsAgo`, and what it did and when. `work` is nil if the kind of work is not
    /// known.
    mutating func noteWork(_ work: OwnerWork?, of owner: SessionOwner, secondsAgo: Double, workSecondsAgo: Double = 0) {
        guard rules.contains(.work) else { return }
        nodes[owner.node, default: ObservedNode()].note(
            work, of: owner.boot, secondsAgo: secondsAgo, workSecondsAgo: workSecondsAgo)
    }

    /// Restarts an owner's silence, since something was found that only this owner can have done.
    mutating func noteLife(of owner: SessionOwner) {
        nodes[owner.node, default: ObservedNode()].note(nil, of: owner.boot, secondsAgo: 0, workSecondsAgo: 0)
    }

    /// Notes that a session was renewed or rewritten, by whomever. This restarts its own grace, or its owner's silence
    /// if there is no room to remember the renewal.
    mutating func noteRenewal(of ref: SessionRef, owner: UInt32, _ name: SessionOwner, longestStep: Double) {
        guard rules.contains(.renewals) else { return }
        // The time passed since the last check is unknown, so it counts as the longest step.
        if !renewals.note(ref, owner: owner, at: observedSeconds + longestStep) {
            noteWork(nil, of: name, secondsAgo: 0)
        }
    }

    /// Forgets nodes that no longer exist, and former boots of the others that no session names.
    mutating func forget(nodesBesides names: Set<String>, ownersBesides needed: Set<CanonicalOwner>) {
        nodes = nodes.filter { names.contains($0.key) }
        changeNodes { name, node in
            node.forget { needed.contains(CanonicalOwner(node: name, boot: $0?.canonical)) }
        }
    }
}
