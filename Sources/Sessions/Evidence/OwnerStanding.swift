/// What the evidence says of one owner at one moment.
public struct OwnerStanding: Sendable, Equatable {
    /// It was seen alive by an instance that watches what we watch.
    public var isKnown = false
    /// Where it was not: what a person said.
    public var attestation: Attestation?
    /// For how long this instance has heard nothing of it, counted from when each renewal of a session of its is noted
    /// (``NodePolicy/quietSeconds``): until then none is.
    public var silentSeconds = 0.0
    /// Whether silence can be counted at all.
    public var isCounted = true
    /// For how long that must be.
    public var requiredSeconds = 0.0
    /// For how long the boot that beats now has been the only one heard under this name; nil where that is not told.
    public var soleSeconds: Double?
    /// Its heartbeat was heard by this very instance: whatever it did since was heard as well.
    public var wasHeardHere = false
    /// Two boots take turns under this name.
    public var isShared = false
    /// It was heard at work after its heartbeat had ended.
    public var work: OwnerWork?
    /// Longer than `cleanup.max_silence` would be needed, by the longest interval between its heartbeats.
    public var isCapped = false
}

extension OwnerEvidence {
    /// What is known of an owner, for those of its sessions that are gone for that reason.
    func standing(of owner: SessionOwner, _ policy: CleanupPolicy, _ nodePolicy: NodePolicy) -> OwnerStanding {
        var standing = OwnerStanding()
        standing.isCounted = history != nil || checkedAt == nil
        let own = knownOwner(owner)
        standing.isKnown = own?.lastHeartbeatAt != nil || !rules.contains(.known)
        standing.attestation = attestation(of: owner)
        let required = requiredSeconds(owner, policy)
        (standing.requiredSeconds, standing.isCapped) = (required.seconds, required.isCapped)
        guard let node = nodes[owner.node] else { return standing }
        if let observed = node.owner(owner.boot) {
            standing.silentSeconds = max(observed.silentSeconds - nodePolicy.quietSeconds, 0)
            standing.wasHeardHere = observed.hadHeartbeat
            if observed.worksSilently(margin: nodePolicy.signMarginSeconds) { standing.work = observed.work }
        }
        standing.isShared =
            node.isShared && node.sinceTurn < required.seconds && rules.contains(.soleBoot)
        standing.soleSeconds = node.soleBoot == nil ? nil : node.soleSeconds
        if !rules.contains(.soleBoot) { standing.soleSeconds = .infinity }
        return standing
    }

    /// The owner as it was seen alive, by a heartbeat that names its very boot; where its sessions name none, whichever
    /// process had the name.
    func knownOwner(_ owner: SessionOwner) -> KnownOwner? {
        guard owner.boot != nil else { return known.latest(owner.node) }
        return known[owner.canonical].flatMap { $0.lastHeartbeatAt == nil ? nil : $0 }
    }

    /// What was said of that boot, or of all of the node, as long as no boot of it was heard since.
    func attestation(of owner: SessionOwner) -> Attestation? {
        if let own = known[owner.canonical]?.attestation { return own }
        guard let whole = known[CanonicalOwner(node: owner.node, boot: nil)]?.attestation else { return nil }
        return known.latest(owner.node)?.lastHeartbeatAt.map { $0 < whole.at } ?? true ? whole : nil
    }

    /// For how long an owner must be silent: the grace, and five of the longest interval between heartbeats under its
    /// name. Of one that showed no rhythm of its own yet it is also the life of its heartbeat's key: within that it would
    /// have renewed it. Where its heartbeats tell no such life, it is as long as it may be.
    private func requiredSeconds(_ owner: SessionOwner, _ policy: CleanupPolicy) -> (seconds: Double, isCapped: Bool) {
        guard rules.contains(.intervals) else { return (policy.graceSeconds, false) }
        let kept = knownOwner(owner)
        let own = nodes[owner.node]?.owner(owner.boot)
        let most = max(policy.maxSilenceSeconds, policy.graceSeconds)
        var least = CleanupPolicy.silentIntervals * (intervalSeconds(of: owner.node) ?? 0)
        if own?.intervals.isRhythm != true, kept?.intervals.isRhythm != true {
            let isStamped = own?.isStamped == true || kept?.seenAt != nil
            let lifetime = [own?.lifetimeSeconds, own?.longestLeftSeconds, kept?.lifetimeSeconds].compactMap(\.self)
                .max()
            least = max(least, lifetime ?? (isStamped ? most : 0))
        }
        return (min(max(policy.graceSeconds, least), most), least > most)
    }
}

extension OwnerEvidence {
    /// The longest time between two heartbeats under that name, observed or kept; nil where none is known.
    func intervalSeconds(of node: String) -> Double? {
        [nodes[node]?.intervalSeconds, known.intervalSeconds(node)].compactMap(\.self).max()
    }
}

// MARK: - What is kept in Redis

extension OwnerEvidence {
    /// All that is known, to be kept.
    public var allKnown: [KnownOwner] { Array(known.all) }

    /// What became known, or known otherwise, since the last call.
    public mutating func takeNews() -> [KnownOwner] { known.takeNews() }

    /// Takes in what instances with our fingerprint kept. Gives what they do not know yet.
    mutating func merge(_ kept: [KnownOwner]) -> [KnownOwner] {
        var missing = Dictionary(known.all.map { ($0.owner.canonical, $0) }) { $1 }
        for other in kept {
            let key = other.owner.canonical
            missing[key] = nil
            guard var own = known[key] else {
                known.put(other, isNews: false)
                continue
            }
            own.merge(other)
            known.put(own, isNews: false)
        }
        return Array(missing.values)
    }

    /// What is kept of an owner once a person says that it is gone; nil where there is no room for another one.
    func attested(_ owner: SessionOwner, _ attestation: Attestation) -> KnownOwner? {
        let before = known[owner.canonical]
        guard before != nil || known.count < Self.ownerLimit else { return nil }
        var entry = before ?? KnownOwner(owner)
        entry.attestation = attestation
        return entry
    }

    /// Notes what a person says of an owner that was never seen.
    mutating func attest(_ owner: SessionOwner, _ attestation: Attestation) {
        if let entry = attested(owner, attestation) { known.put(entry, isNews: false) }
    }
}
