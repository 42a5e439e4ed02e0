/// What cleanup may remove by: of each owner two facts that are kept apart.
///
/// *Known*: it was seen alive under a heartbeat key that we watch (``KnownOwner``). *Silent for*: how long this very
/// instance has heard nothing of it on any channel that only the owner can write to, counted check by check on a clock that
/// never jumps, within one history of Redis. A break in what can be observed sets the silence to zero and leaves what is
/// known alone.
///
/// Pure: checks of the heartbeats, sessions and log lines come in through the registry, and an owner's
/// ``OwnerStanding`` comes out.
public struct OwnerEvidence: Sendable {
    /// Owners kept at most; one that finds no room is not cleaned.
    public static let ownerLimit = 10_000
    /// A name counts as shared, and a node as working without heartbeats, for so long after it was last found to be.
    static let flagSeconds = 900.0
    /// A boot that comes back so often was not just slow to end.
    static let sharedTurns = 2
    /// From so much more life on, a heartbeat's key was written or renewed.
    static let renewedSeconds = 0.5

    var known = KnownOwners()
    var nodes: [String: ObservedNode] = [:]
    var renewals = SessionRenewals()
    /// How much time was observed in all: what silence is counted by.
    private(set) var observedSeconds = 0.0
    /// The clock that never jumps, at the last check.
    private(set) var checkedAt: Double?
    /// Redis' time of that check.
    private(set) var checkedTime: UnixTime?
    private(set) var history: RedisHistory?
    /// Breaks of what could be observed, since the start.
    public private(set) var breaks = 0

    let rules: EvidenceRules

    init(_ rules: EvidenceRules = .all) {
        self.rules = rules
    }

    /// One check of all heartbeats by the observer.
    struct Check {
        /// On the clock that never jumps.
        var seconds: Double
        /// The most time that one check may count, however long ago the one before was.
        var longestStep: Double
        /// Redis' time.
        var now: UnixTime
    }

    /// How long ago the last check was, by whichever clock says longer: Redis' clock may have been set back since, and a
    /// suspended host's monotonic clock stands still. A check that seems to lie ahead is as uncertain as an old one.
    func secondsSinceCheck(at now: UnixTime, monotonicSeconds: Double?) -> Double {
        guard let checkedAt, let checkedTime else { return .infinity }
        return max(abs(now - checkedTime), monotonicSeconds.map { $0 - checkedAt } ?? 0)
    }

    /// Takes one check of all heartbeats, and gives the nodes that showed life. One that is not the observer's only hears: it
    /// says what lives, and counts no silence.
    mutating func take(_ pulse: HeartbeatCheck, _ check: Check) -> Set<String> {
        guard pulse.isObservation else { return hear(pulse, check) }
        let isSame = history.flatMap { old in pulse.history.map { $0.continues(old) } } ?? false
        if !isSame, rules.contains(.oneHistory), checkedAt != nil { breakSilence() }
        history = pulse.history
        let step = isSame || !rules.contains(.oneHistory) ? step(to: check) : 0
        let living = hear(pulse, check, step: step)
        changeNodes { _, node in node.pass(step) }
        // While the host is suspended its monotonic clock stands still, and only Redis' time shows it.
        let unwatched = max(checkedAt.map { check.seconds - $0 } ?? 0, checkedTime.map { check.now - $0 } ?? 0)
        if unwatched > check.longestStep, rules.contains(.boundedSteps) { endSilence(over: unwatched) }
        observedSeconds += step
        (checkedAt, checkedTime) = (check.seconds, check.now)
        return living
    }

    /// Takes heartbeats that were read between two checks, since they had just been written.
    mutating func hear(_ pulse: HeartbeatCheck, _ check: Check) -> Set<String> {
        hear(pulse, check, step: step(to: check))
    }

    /// The time since the last check, as far as it counts.
    private func step(to check: Check) -> Double {
        let passed = max(check.seconds - (checkedAt ?? check.seconds), 0)
        return rules.contains(.boundedSteps) ? min(passed, check.longestStep) : passed
    }

    private mutating func hear(_ pulse: HeartbeatCheck, _ check: Check, step: Double) -> Set<String> {
        var living: Set<String> = []
        let all = pulse.found
        for (name, heartbeats) in all {
            for found in heartbeats {
                let isWritten = pulse.written.contains(name) && !found.isCollected
                let isSign = nodes[name, default: ObservedNode()].take(
                    found, isWritten: isWritten, countsWrites: rules.contains(.heartbeatWrites), step: step,
                    at: check.seconds)
                if isSign { living.insert(name) }
                guard isSign || found.showsLife, found.heartbeat.malformation == nil else { continue }
                note(found, of: name, isSign: isSign, at: check.now)
            }
        }
        if pulse.isObservation { changeNodes { name, node in node.noteChecked(all[name] ?? []) } }
        return living
    }

    /// Notes who is known by a heartbeat that shows life.
    private mutating func note(_ found: FoundHeartbeat, of name: String, isSign: Bool, at now: UnixTime) {
        let owner = SessionOwner(node: name, boot: found.heartbeat.boot)
        let key = owner.canonical
        var entry = known[key] ?? KnownOwner(owner)
        let isNews = known[key] == nil || !entry.dialects.contains(found.dialect) || entry.attestation != nil
        entry.dialects.insert(found.dialect)
        (entry.startedAt, entry.seenAt) = (found.heartbeat.startedAt, found.heartbeat.seenAt)
        entry.url = found.heartbeat.url ?? entry.url
        if isSign || entry.lastHeartbeatAt == nil { entry.lastHeartbeatAt = now }
        // Whoever said that it is gone was wrong.
        entry.attestation = nil
        if let observed = nodes[name]?.owner(found.heartbeat.boot) {
            if isSign, let interval = observed.newestInterval { entry.intervals.note(interval, at: now.seconds) }
            entry.lifetimeSeconds = [observed.lifetimeSeconds, entry.lifetimeSeconds].compactMap(\.self).max()
        }
        known.put(entry, isNews: isNews)
    }

    /// Something may have happened that could not be seen: all silence begins anew.
    private mutating func breakSilence() {
        breaks += 1
        changeNodes { _, node in node.beginAnew() }
        renewals.removeAll()
    }

    /// From now on changes of sessions are seen: so the owners' silence begins now.
    mutating func noteFirstFullScan() {
        guard rules.contains(.renewals) else { return }
        changeNodes { _, node in node.endSilence { _, _ in true } }
    }

    /// Nobody looked for so long: a heartbeat whose key lives for less may have come and gone in between.
    private mutating func endSilence(over unwatched: Double) {
        let known = known
        changeNodes { name, node in
            node.endSilence { boot, lifetime in
                let kept = known[CanonicalOwner(node: name, boot: boot?.canonical)]
                return (lifetime ?? kept?.lifetimeSeconds).map { $0 < unwatched } ?? false
            }
        }
    }

    /// Changes each node in its place: there may be thousands, at each check.
    private mutating func changeNodes(_ change: (_ name: String, _ node: inout ObservedNode) -> Void) {
        var index = nodes.startIndex
        while index != nodes.endIndex {
            change(nodes.keys[index], &nodes.values[index])
            nodes.formIndex(after: &index)
        }
    }
}

// MARK: - What owners do besides their heartbeats

extension OwnerEvidence {
    /// Begins to observe an owner that sessions name, unless it is observed already.
    mutating func observe(_ owner: SessionOwner) {
        _ = nodes[owner.node, default: ObservedNode()].observe(owner.boot)
    }

    /// Takes in that this owner was heard so many seconds ago, and what it did (nil: something), and when.
    mutating func noteWork(_ work: OwnerWork?, of owner: SessionOwner, secondsAgo: Double, workSecondsAgo: Double = 0) {
        guard rules.contains(.work) else { return }
        nodes[owner.node, default: ObservedNode()].note(
            work, of: owner.boot, secondsAgo: secondsAgo, workSecondsAgo: workSecondsAgo)
    }

    /// Something was just found that only the owner can have done: its silence begins anew.
    mutating func noteLife(of owner: SessionOwner) {
        nodes[owner.node, default: ObservedNode()].note(nil, of: owner.boot, secondsAgo: 0, workSecondsAgo: 0)
    }

    /// A session was renewed or written anew, by whomever: its own grace begins anew. Where there is no more room to
    /// remember that, its owner's does.
    mutating func noteRenewal(of ref: SessionRef, owner: UInt32, _ name: SessionOwner, longestStep: Double) {
        guard rules.contains(.renewals) else { return }
        // Of the time since the last check it is not known how much has passed.
        if !renewals.note(ref, owner: owner, at: observedSeconds + longestStep) {
            noteWork(nil, of: name, secondsAgo: 0)
        }
    }

    /// Forgets nodes that are no more, and former boots of the others that no session names.
    mutating func forget(nodesBesides names: Set<String>, ownersBesides needed: Set<CanonicalOwner>) {
        nodes = nodes.filter { names.contains($0.key) }
        changeNodes { name, node in
            node.forget { needed.contains(CanonicalOwner(node: name, boot: $0?.canonical)) }
        }
    }
}

/// Something that only a session's owner can have done.
public struct OwnerWork: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// A new session's record names it.
        case registered
        /// A log shows that it served a session of its own.
        case served
    }

    public var kind: Kind
    public var at: UnixTime

    public init(_ kind: Kind, at: UnixTime) {
        self.kind = kind
        self.at = at
    }
}
