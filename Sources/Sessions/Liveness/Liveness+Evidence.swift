// The evidence about nodes and owners, and heartbeats that are heard besides the checks.

extension Liveness {
    /// For how much longer the heartbeat of a node must be watched closely before it is proven that none of its boots hides
    /// another's, and the boot that is believed to be alone; nil where it was watched for long enough.
    ///
    /// Two processes under one name may beat in step, so that the heartbeat of the one stands for some milliseconds at a
    /// time. Two of their intervals, read every few milliseconds, show both.
    func closeWatchLeft(_ node: String) -> (sole: SoleBoot, seconds: Double)? {
        guard policy.rules.contains(.soleBoot), let observed = evidence.nodes[node], let boot = observed.soleBoot else {
            return nil
        }
        let interval = observed.owner(boot)?.intervals.isRhythm == true ? evidence.intervalSeconds(of: node) : nil
        let wanted = Self.closeIntervals * (interval ?? Self.closeSecondsLimit)
        let left = min(max(wanted, Self.closeSecondsLeast), Self.closeSecondsLimit) - observed.closeSeconds
        return left > 0 ? (SoleBoot(node: node, boot: boot), left) : nil
    }

    private static let closeIntervals = 2.2
    private static let closeSecondsLeast = 1.0
    private static let closeSecondsLimit = 60.0

    /// Whether a heartbeat of another boot may have hidden this owner's within that time.
    func mayBeHidden(_ owner: SessionOwner, within seconds: Double) -> Bool {
        evidence.nodes[owner.node]?.mayHide(owner.boot, within: seconds) ?? false
    }

    /// Takes what was read of a node's heartbeats while they were watched closely.
    mutating func hear(_ beats: [RawHeartbeat], of node: String, at now: UnixTime, seconds: Double) {
        var pulse = HeartbeatCheck()
        pulse.isObservation = false
        for beat in beats {
            guard beat.value != nil, let heartbeat = beat.heartbeat else { continue }
            pulse.add(
                FoundHeartbeat(
                    heartbeat, dialect: beat.place.dialect, isCollected: beat.place.member != nil,
                    deadline: beat.deadline), of: node)
        }
        hear(pulse, at: now, seconds: seconds)
    }

    /// Whether any of these heartbeats, as they stand in Redis now, speaks for an owner that is held to be gone: that is
    /// all but another boot's, and the very one that has been standing there unchanged.
    func speaks(_ beats: [RawHeartbeat], for owner: SessionOwner) -> Bool {
        let found = beats.filter { $0.value != nil }
        let observed = evidence.nodes[owner.node]
        let didAnotherBootWrite = found.contains { beat in
            guard let boot = owner.boot, let living = beat.heartbeat?.boot else { return false }
            return boot.relation(to: living) == .different && observed?.isUnchanged(beat) != true
        }
        return found.contains { beat in
            guard let heartbeat = beat.heartbeat, heartbeat.malformation == nil else { return true }
            if observed?.isUnchanged(beat) == true { return false }
            guard let boot = owner.boot, let living = heartbeat.boot else {
                // A boot that wrote its own key since the last check wrote the node's member too. If its key is as it was,
                // the member is somebody else's.
                return !(didAnotherBootWrite && heartbeat.boot == nil && beat.place.member != nil)
            }
            return boot.relation(to: living) != .different
        }
    }

    /// Under whose heartbeat keys an owner was seen, or the one that took its place: nodes of two dialects may share a
    /// name. A dialect without heartbeats of its own is judged by those of the others. Nil for all.
    func dialects(of owner: SessionOwner, _ reason: OrphanReason, _ standing: OwnerStanding) -> Set<Int>? {
        guard !heartbeatDialects.isEmpty, standing.attestation == nil else { return nil }
        let living = self[owner.node]?.heartbeat?.boot
        let witness = reason == .ownerRestarted ? SessionOwner(node: owner.node, boot: living) : owner
        let seen = evidence.knownOwner(witness)?.dialects ?? []
        return seen.union((0...Int(UInt8.max)).filter { !heartbeatDialects.contains($0) })
    }

    /// Whether records show the process at work after its heartbeat had ended, perhaps before we watched: then it is the
    /// heartbeat that is broken. What it did in its last moments, or by a clock that is ahead, does not count.
    func hasLivedOn(_ owner: Owner, after since: UnixTime) -> Bool {
        // Where boots cannot be compared, the present process' work is the same owner's: each session is looked at.
        guard owner.boot != nil || nodes[owner.node].status == .dead else { return false }
        // When its heartbeat ended must have been seen, by whoever noted it as silent or by us who met its last one: else
        // `since` is only when some instance looked last.
        let name = name(of: owner)
        let wasNotedSilent = evidence.knownOwner(name).map { $0.silentSeconds >= policy.deadAfterSeconds } ?? false
        guard wasNotedSilent || evidence.nodes[name.node]?.owner(owner.boot)?.isStamped == true else { return false }
        return UnixTime(seconds: Double(owner.lastSign)) - since > policy.signMarginSeconds
    }

    /// The node with the longest interval between two heartbeats; nil where none was seen to beat twice.
    var slowestNode: (name: String, intervalSeconds: Double)? {
        evidence.nodes.compactMap { name, node in node.intervalSeconds.map { (name, $0) } }.max { $0.1 < $1.1 }
    }

    /// A session's grace began anew when it was renewed; nil where it was not.
    func renewedSeconds(_ ref: SessionRef) -> Double? {
        evidence.renewals.renewed(ref).map { max(evidence.observedSeconds - $0, 0) }
    }

    /// Forgets what was observed of all nodes but these (by number), and of all owners but these.
    mutating func forgetEvidence(besides kept: [Int], _ owners: Set<CanonicalOwner>) {
        evidence.forget(nodesBesides: Set(kept.map { nodes[$0].name }), ownersBesides: owners)
    }
}
