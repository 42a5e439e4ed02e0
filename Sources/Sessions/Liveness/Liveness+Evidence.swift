// Evidence about nodes and owners, and heartbeats that are heard between two checks.

extension Liveness {
    /// The boot that is believed to be the only one of a node, and the seconds for which the node's heartbeat must
    /// still be watched closely to prove that no other boot hides behind it. Nil once it was watched long enough.
    ///
    /// Two processes that share a name may write in step, so that the heartbeat of one of them stays for only a few
    /// milliseconds. Reading the key every few milliseconds for two of their intervals shows both.
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

    /// Returns whether a heartbeat of another boot may have hidden this owner's within the last `seconds`.
    func mayBeHidden(_ owner: SessionOwner, within seconds: Double) -> Bool {
        evidence.nodes[owner.node]?.mayHide(owner.boot, within: seconds) ?? false
    }

    /// Takes the heartbeats of a node that were read while it was watched closely.
    mutating func hear(_ heartbeats: [RawHeartbeat], of node: String, at now: UnixTime, seconds: Double) {
        var check = HeartbeatCheck()
        check.isObservation = false
        for raw in heartbeats {
            guard raw.value != nil, let heartbeat = raw.heartbeat else { continue }
            check.add(
                FoundHeartbeat(
                    heartbeat, dialect: raw.place.dialect, isCollected: raw.place.member != nil,
                    deadline: raw.deadline), of: node)
        }
        hear(check, at: now, seconds: seconds)
    }

    /// Returns whether any of these heartbeats, as Redis holds them now, speaks for an owner that is believed to be
    /// gone. A heartbeat speaks for it unless another boot wrote it, or it has not changed since the last check.
    func speaks(_ heartbeats: [RawHeartbeat], for owner: SessionOwner) -> Bool {
        let found = heartbeats.filter { $0.value != nil }
        let observed = evidence.nodes[owner.node]
        let didAnotherBootWrite = found.contains { raw in
            guard let boot = owner.boot, let living = raw.heartbeat?.boot else { return false }
            return boot.relation(to: living) == .different && observed?.isUnchanged(raw) != true
        }
        return found.contains { raw in
            guard let heartbeat = raw.heartbeat, heartbeat.malformation == nil else { return true }
            if observed?.isUnchanged(raw) == true { return false }
            guard let boot = owner.boot, let living = heartbeat.boot else {
                // A boot that wrote its own key since the last check also wrote the node's member. If its key is
                // unchanged, somebody else wrote the member.
                return !(didAnotherBootWrite && heartbeat.boot == nil && raw.place.member != nil)
            }
            return boot.relation(to: living) != .different
        }
    }

    /// The dialects under whose heartbeat keys the owner was seen, or the boot that replaced it, since nodes of two
    /// dialects may share a name. A dialect without heartbeats is judged by the heartbeats of the others. Nil means all
    /// dialects.
    func dialects(of owner: SessionOwner, _ reason: OrphanReason, _ standing: OwnerStanding) -> Set<Int>? {
        guard !heartbeatDialects.isEmpty, standing.attestation == nil else { return nil }
        let living = self[owner.node]?.heartbeat?.boot
        let witness = reason == .ownerRestarted ? SessionOwner(node: owner.node, boot: living) : owner
        let seen = evidence.knownOwner(witness)?.dialects ?? []
        return seen.union((0...Int(UInt8.max)).filter { !heartbeatDialects.contains($0) })
    }

    /// Returns whether records show that the process worked after its heartbeat had ended, perhaps before this instance
    /// began to watch. Then the heartbeat is broken, not the process. Work in its last moments, or dated by a clock
    /// that is ahead, does not count.
    func hasLivedOn(_ owner: Owner, after since: UnixTime) -> Bool {
        // Where boots cannot be compared, the owner includes the present process and its work, so each session is
        // judged by itself.
        guard owner.boot != nil || nodes[owner.node].hasEnded else { return false }
        // The end of its heartbeat must have been observed: either an instance recorded the silence, or this instance
        // saw the last heartbeat. Otherwise `since` is only the time of some instance's last check.
        let name = name(of: owner)
        let wasNotedSilent = evidence.knownOwner(name).map { $0.silentSeconds >= policy.deadAfterSeconds } ?? false
        guard wasNotedSilent || evidence.nodes[name.node]?.owner(owner.boot)?.isStamped == true else { return false }
        return UnixTime(seconds: Double(owner.lastWork)) - since > policy.workMarginSeconds
    }

    /// The node with the longest interval between two heartbeats. Nil if no node was seen to write two.
    var slowestNode: (name: String, intervalSeconds: Double)? {
        evidence.nodes.compactMap { name, node in node.intervalSeconds.map { (name, $0) } }.max { $0.1 < $1.1 }
    }

    /// The seconds since a session was renewed, which restarted its grace. Nil if it was not renewed.
    func renewedSeconds(_ ref: SessionRef) -> Double? {
        evidence.renewals.renewed(ref).map { max(evidence.observedSeconds - $0, 0) }
    }

    /// Forgets what was observed of all nodes and owners except these. Nodes are given by number.
    mutating func forgetEvidence(besides kept: [Int], _ owners: Set<CanonicalOwner>) {
        evidence.forget(nodesBesides: Set(kept.map { nodes[$0].name }), ownersBesides: owners)
    }
}
