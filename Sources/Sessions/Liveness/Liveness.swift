/// Who is alive: the nodes, what their heartbeats say, and for how long each owner has been silent.
///
/// Which sessions an owner has is not known here: ``Population`` tells.
struct Liveness: Sendable {
    /// A node leaves after this long without a heartbeat and without sessions.
    static let forgetNodeSeconds = 86_400.0

    let policy: NodePolicy
    /// By number: those that were heard, and those that sessions name.
    private(set) var nodes: [Node] = []
    private var numbers: [String: Int] = [:]
    /// What cleanup may remove by.
    var evidence: OwnerEvidence
    /// Places in the configuration of the dialects whose nodes have heartbeats; empty where they need not be told apart.
    var heartbeatDialects: Set<Int> = []
    /// Redis could not be asked for the heartbeats; cleared by the next look.
    var isCheckMissing = false
    /// Numbers the looks at the heartbeats as they begin.
    private(set) var checksBegun = 0
    /// The last of them that was taken.
    private var lastTaken = 0
    /// When heartbeats were last read, by Redis' clock and on the one that never jumps.
    private(set) var lastCheck: UnixTime?
    private var lastCheckSeconds: Double?

    init(policy: NodePolicy) {
        self.policy = policy
        evidence = OwnerEvidence(policy.rules)
    }
}

// MARK: - Nodes and owners

extension Liveness {
    func number(of name: String) -> Int? { numbers[name] }

    subscript(_ name: String) -> Node? { numbers[name].map { nodes[$0] } }

    /// The number of a node, which is given one if it is new.
    mutating func number(for name: String, at now: UnixTime) -> Int {
        if let number = numbers[name] { return number }
        numbers[name] = nodes.count
        nodes.append(Node(name: name, firstSeen: now))
        return nodes.count - 1
    }

    /// The owner of that name, which no session has named before.
    mutating func newOwner(_ name: OwnerName, isAdoptable: Bool, learntLife: Int?, at now: UnixTime) -> Owner {
        let node = number(for: String(decoding: name.node, as: UTF8.self), at: now)
        let boot = name.boot.map { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            return policy.rules.contains(.canonicalBoots) ? Boot(text) : Boot(verbatim: text)
        }
        var owner = Owner(
            node: node, boot: boot, isAdoptable: isAdoptable, learntLife: learntLife, metAfterCheck: checksBegun)
        if case .decidedByAge(let cutoff, _) = fate(of: owner) { owner.cutoff = cutoff }
        return owner
    }

    /// What became of an owner; nobody serves for ever.
    func fate(of owner: Owner) -> Fate {
        owner.node < 0 ? .serves : owner.fate(node: nodes[owner.node], policy: policy)
    }

    /// What became of an owner's process, though others may rebuild its sessions.
    func fateOfProcess(of owner: Owner) -> Fate { owner.fateOfProcess(node: nodes[owner.node], policy: policy) }

    func name(of owner: Owner) -> SessionOwner { SessionOwner(node: nodes[owner.node].name, boot: owner.boot) }

    /// Whether the process that lives now may have said something at that time, as far as can be told.
    func isOfPresentLife(_ time: UnixTime, _ node: Int) -> Bool { nodes[node].isAlive && !isOfFormerLife(time, node) }

    /// Whether what was said at that time was said by a process that is gone.
    func isOfFormerLife(_ time: UnixTime, _ node: Int) -> Bool {
        let node = nodes[node]
        if !node.isAlive, let lastHeartbeatAt = node.lastHeartbeatAt, time <= lastHeartbeatAt { return true }
        // When a process that we never saw begin was first seen says nothing.
        guard let start = node.startedAt ?? (node.restarts > 0 ? node.bootSeen : nil) else { return false }
        return time < start - policy.maxClockSkewSeconds
    }

    /// Whether a node would leave if no session named it.
    func isLongGone(_ number: Int, at now: UnixTime) -> Bool {
        now - (nodes[number].lastHeartbeatAt ?? nodes[number].firstSeen) > Self.forgetNodeSeconds
    }

    /// Gives nodes and owners other numbers. `kept` holds the former numbers of the nodes that stay, in their new order,
    /// `owners` the new number of each owner.
    mutating func renumber(keepingNodes kept: [Int], owners: [UInt32]) {
        nodes = kept.map { nodes[$0] }
        numbers = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.name, $0) })
        evidence.renewals.updateOwners { owners[Int($0)] }
    }

    /// Notes whether a node's own count of its sessions and the registry's drift apart; nil where that cannot be told.
    mutating func noteDrift(_ number: Int, isApart: Bool, at now: UnixTime) {
        nodes[number].drift = isApart ? (nodes[number].drift?.since ?? now, now) : nil
    }
}

// MARK: - Heartbeats

extension Liveness {
    mutating func beginCheck() -> Int {
        checksBegun += 1
        return checksBegun
    }

    /// Takes a complete look at the heartbeats; `owners` are observed from then on. Says whether it changed nodes: a late one
    /// does not.
    mutating func take(_ pulse: HeartbeatCheck, of look: Int, _ owners: Owners, at now: UnixTime, seconds: Double)
        -> Bool
    {
        // Two watchers look: an older look that comes late is of no use.
        // (A time far behind is another server's clock, and that of a look that began later a clock that was set back: it
        // counts from now on.)
        if pulse.isObservation { isCheckMissing = false }
        if look < lastTaken, let lastCheck, now < lastCheck, lastCheck - now < policy.gapSeconds {
            // The other look was not the observer's: of silence, and of the history that it is counted in, this one tells.
            if pulse.isObservation { _ = observe(pulse, owners, at: now, seconds: seconds) }
            return false
        }
        let elapsed = lastCheckSeconds.map { max(seconds - $0, 0) }
        lastTaken = max(lastTaken, look)
        (lastCheck, lastCheckSeconds) = (now, seconds)
        let living = observe(pulse, owners, at: now, seconds: seconds)
        for name in pulse.heartbeats.keys { _ = number(for: name, at: now) }
        for index in nodes.indices {
            let name = nodes[index].name
            if pulse.heartbeats[name] != nil { nodes[index].noteKeys(isOwnMet: !pulse.collected.contains(name)) }
            nodes[index].checkedBy = max(nodes[index].checkedBy, look)
            nodes[index].look(
                pulse.heartbeats[name], isWritten: living.contains(name), at: now, elapsed: elapsed, policy: policy)
        }
        return true
    }

    /// Hands a check of the heartbeats to the evidence, and gives the nodes that showed life in it.
    private mutating func observe(
        _ pulse: HeartbeatCheck, _ owners: Owners, at now: UnixTime, seconds: Double
    ) -> Set<String> {
        for owner in owners.inUse where !owner.isLearnt { evidence.observe(name(of: owner)) }
        return evidence.take(pulse, OwnerEvidence.Check(seconds: seconds, longestStep: policy.gapSeconds, now: now))
    }

    /// Takes heartbeats that were read between two checks.
    mutating func hear(_ pulse: HeartbeatCheck, at now: UnixTime, seconds: Double) {
        _ = evidence.hear(pulse, OwnerEvidence.Check(seconds: seconds, longestStep: policy.gapSeconds, now: now))
    }

    /// Whether an owner's heartbeats are silent, or were never heard here: then renewals of its sessions count.
    func isQuiet(_ owner: Owner) -> Bool {
        let observed = evidence.nodes[nodes[owner.node].name]?.owner(owner.boot)
        return observed.map { !$0.wasHeard || $0.heartbeatSilentSeconds > policy.gapSeconds } ?? true
    }
}

// MARK: - What is kept for others

extension Liveness {
    /// Takes in who was seen alive, as instances with our fingerprint kept it. Gives what is to be added to that.
    mutating func recall(_ kept: [KnownOwner], at now: UnixTime) -> [KnownOwner] {
        let missing = evidence.merge(kept)
        var latest: [String: KnownOwner] = [:]
        for known in kept {
            var known = known
            // A time to come was told by a clock that has been set back since.
            known.lastHeartbeatAt = known.lastHeartbeatAt.map { min($0, now) }
            guard let lastHeartbeatAt = known.lastHeartbeatAt,
                lastHeartbeatAt >= latest[known.owner.node]?.lastHeartbeatAt ?? lastHeartbeatAt
            else {
                continue
            }
            latest[known.owner.node] = known
        }
        for known in latest.values { show(known, at: now) }
        return missing
    }

    /// Shows a node that this process has not seen as it was last known.
    private mutating func show(_ known: KnownOwner, at now: UnixTime) {
        guard let lastHeartbeatAt = known.lastHeartbeatAt,
            now - lastHeartbeatAt < Self.forgetNodeSeconds || numbers[known.owner.node] != nil
        else { return }
        let index = number(for: known.owner.node, at: now)
        guard nodes[index].lastHeartbeatAt == nil else { return }
        var heartbeat = Heartbeat()
        (heartbeat.boot, heartbeat.startedAt, heartbeat.seenAt) = (known.owner.boot, known.startedAt, known.seenAt)
        heartbeat.url = known.url
        nodes[index].heartbeat = heartbeat
        nodes[index].lastHeartbeatAt = lastHeartbeatAt
        nodes[index].firstSeen = min(nodes[index].firstSeen, lastHeartbeatAt)
        nodes[index].bootSeen = known.startedAt ?? lastHeartbeatAt
        nodes[index].silentSeconds = max(known.silentSeconds, 0)
        nodes[index].status = known.silentSeconds >= policy.deadAfterSeconds ? .dead : .alive
    }

    /// All that is known, with how nodes look now.
    var knownToKeep: [KnownOwner] {
        evidence.allKnown.map { known in
            var known = known
            guard let node = self[known.owner.node] else { return known }
            if node.heartbeat?.boot == known.owner.boot {
                known.silentSeconds = node.silentSeconds
                known.lastHeartbeatAt = [
                    known.lastHeartbeatAt, known.lastHeartbeatAt == nil ? nil : node.lastHeartbeatAt,
                ].compactMap(\.self).max()
            } else {
                known.silentSeconds = max(known.silentSeconds, policy.deadAfterSeconds)
            }
            return known
        }
    }
}
