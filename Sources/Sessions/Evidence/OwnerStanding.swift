/// The evidence about one owner at one moment.
public struct OwnerStanding: Sendable, Equatable {
    /// True if an instance that watches what we watch saw it alive.
    public var isKnown = false
    /// The statement of a person about the owner, if it was not seen alive.
    public var attestation: Attestation?
    /// The silence of the owner as this instance measured it. It is counted from the moment when every renewal of its
    /// sessions is certain to be noted (``NodePolicy/quietSeconds``); before that, none is.
    public var silentSeconds = 0.0
    /// True if silence can be counted at all.
    public var isCounted = true
    /// The silence that is required for a removal.
    public var requiredSeconds = 0.0
    /// The seconds for which the present boot has been the only one heard under this name. Nil if that is unknown.
    public var soleSeconds: Double?
    /// True if this very instance heard its heartbeat, and therefore also whatever it did since.
    public var wasHeardHere = false
    /// True if two boots take turns under this name.
    public var isShared = false
    /// The work that it did after its heartbeat had ended.
    public var work: OwnerWork?
    /// True if its longest heartbeat interval would require a longer silence than `cleanup.max_silence`.
    public var isCapped = false
}

extension OwnerEvidence {
    /// Returns what is known of an owner.
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
            if observed.worksSilently(margin: nodePolicy.workMarginSeconds) { standing.work = observed.work }
        }
        standing.isShared =
            node.isShared && node.sinceTurn < required.seconds && rules.contains(.soleBoot)
        standing.soleSeconds = node.soleBoot == nil ? nil : node.soleSeconds
        if !rules.contains(.soleBoot) { standing.soleSeconds = .infinity }
        return standing
    }

    /// Returns the owner as it was seen alive, by a heartbeat that names its very boot. If its sessions name no boot,
    /// any process of that name counts.
    func knownOwner(_ owner: SessionOwner) -> KnownOwner? {
        guard owner.boot != nil else { return known.latest(owner.node) }
        return known[owner.canonical].flatMap { $0.lastHeartbeatAt == nil ? nil : $0 }
    }

    /// Returns the attestation of that boot, or of the whole node if no boot of it was heard since.
    func attestation(of owner: SessionOwner) -> Attestation? {
        if let own = known[owner.canonical]?.attestation { return own }
        guard let ofNode = known[CanonicalOwner(node: owner.node, boot: nil)]?.attestation else { return nil }
        return known.latest(owner.node)?.lastHeartbeatAt.map { $0 < ofNode.at } ?? true ? ofNode : nil
    }

    /// The silence required of an owner: the grace, and five times the longest interval between heartbeats under its
    /// name. An owner that has shown no rhythm yet must also be silent for the TTL of its heartbeat's key, within which
    /// it would have renewed it. If its heartbeats show no TTL either, the longest possible silence is required.
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
    /// The longest time between two heartbeats under that name, observed or kept. Nil if none is known.
    func intervalSeconds(of node: String) -> Double? {
        [nodes[node]?.intervalSeconds, known.intervalSeconds(node)].compactMap(\.self).max()
    }
}

// MARK: - Kept in Redis

extension OwnerEvidence {
    /// All known owners, to be kept.
    public var allKnown: [KnownOwner] { Array(known.all) }

    /// Returns the owners that became known, or whose knowledge changed, since the last call.
    public mutating func takeNews() -> [KnownOwner] { known.takeNews() }

    /// Takes the owners that instances with our fingerprint kept. Returns those that they do not have yet.
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

    /// The record to keep once a person has said that an owner is gone. Nil if there is no room for another owner.
    func attested(_ owner: SessionOwner, _ attestation: Attestation) -> KnownOwner? {
        let before = known[owner.canonical]
        guard before != nil || known.count < Self.ownerLimit else { return nil }
        var entry = before ?? KnownOwner(owner)
        entry.attestation = attestation
        return entry
    }

    /// Notes a person's statement about an owner that was never seen.
    mutating func attest(_ owner: SessionOwner, _ attestation: Attestation) {
        if let entry = attested(owner, attestation) { known.put(entry, isNews: false) }
    }
}
