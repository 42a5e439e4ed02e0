/// The nodes, their heartbeats, and the silence of each owner.
///
/// The sessions of an owner are not known here, but in ``Population``.
struct Liveness: Sendable {
    let policy: NodePolicy
    /// The nodes by number: those that were heard, and those that sessions name.
    var nodes: [Node] = []
    private var numbers: [String: Int] = [:]
    /// The evidence on which cleanup removes sessions.
    var evidence: OwnerEvidence
    /// The dialects whose nodes have heartbeats, by their places in the configuration. Empty if they need not be told
    /// apart.
    var heartbeatDialects: Set<Int> = []
    /// True if Redis could not be asked for the heartbeats. The next check clears it.
    var isCheckMissing = false
    /// The number of checks begun; it numbers each check.
    private(set) var checksBegun = 0
    /// The number of the last check that was taken.
    private var lastTaken = 0
    /// The time of the last check: by Redis' clock here, by the monotonic clock below.
    private(set) var lastCheck: UnixTime?
    private var lastCheckSeconds: Double?
    /// The history that the last observer's check read.
    var lastHistory: RedisHistory?
    /// The nodes whose departure or successor is not kept yet.
    var departed: Set<String> = []
    /// The number of checks begun before the last flush was noted.
    var checksBeforeFlush = 0

    init(policy: NodePolicy) {
        self.policy = policy
        evidence = OwnerEvidence(policy.rules)
    }
}

// MARK: - Nodes and owners

extension Liveness {
    func number(of name: String) -> Int? { numbers[name] }

    subscript(_ name: String) -> Node? { numbers[name].map { nodes[$0] } }

    /// Returns the number of a node, and gives it one if it is new.
    mutating func number(for name: String, at now: UnixTime) -> Int {
        if let number = numbers[name] { return number }
        numbers[name] = nodes.count
        nodes.append(Node(name: name, firstSeen: now))
        return nodes.count - 1
    }

    /// Makes the owner of that name, which no session has named before.
    mutating func newOwner(_ name: OwnerName, isAdoptable: Bool, learntAfterRestarts: Int?, at now: UnixTime) -> Owner {
        let node = number(for: String(decoding: name.node, as: UTF8.self), at: now)
        let boot = name.boot.map { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            return policy.rules.contains(.canonicalBoots) ? Boot(text) : Boot(verbatim: text)
        }
        var owner = Owner(
            node: node, boot: boot, isAdoptable: isAdoptable, learntAfterRestarts: learntAfterRestarts,
            metAfterCheck: checksBegun)
        if case .decidedByAge(let cutoff, _) = fate(of: owner) { owner.cutoff = cutoff }
        return owner
    }

    /// Returns what became of an owner. Owner 0, which stands for no owner, always serves.
    func fate(of owner: Owner) -> Fate {
        owner.node < 0 ? .serves : owner.fate(node: nodes[owner.node], policy: policy)
    }

    /// Returns what became of an owner's process, even if other nodes may rebuild its sessions.
    func fateOfProcess(of owner: Owner) -> Fate { owner.fateOfProcess(node: nodes[owner.node], policy: policy) }

    func name(of owner: Owner) -> SessionOwner { SessionOwner(node: nodes[owner.node].name, boot: owner.boot) }

    /// Returns whether the process that is alive now may have said something at that time, as far as can be known.
    func isOfPresentBoot(_ time: UnixTime, _ node: Int) -> Bool { nodes[node].isAlive && !isOfFormerBoot(time, node) }

    /// Returns whether a former process said what was said at that time.
    func isOfFormerBoot(_ time: UnixTime, _ node: Int) -> Bool {
        let node = nodes[node]
        if !node.isAlive, let lastHeartbeatAt = node.lastHeartbeatAt, time <= lastHeartbeatAt { return true }
        // If this instance did not see the process start, the time of its first sighting proves nothing.
        guard let start = node.startedAt ?? (node.restarts > 0 ? node.bootSeen : nil) else { return false }
        return time < start - policy.maxClockSkewSeconds
    }

    /// Returns whether a node would be forgotten if no session named it.
    func isLongGone(_ number: Int, at now: UnixTime) -> Bool {
        now - (nodes[number].lastHeartbeatAt ?? nodes[number].firstSeen) > policy.forgetAfterSeconds
    }

    /// Returns the nodes that ended longest ago, of those that no session names, beyond the number that is remembered.
    func surplus(besides inUse: Set<Int>) -> Set<Int> {
        let ended = nodes.indices.filter { nodes[$0].hasEnded && !inUse.contains($0) }
        guard ended.count > policy.endedLimit else { return [] }
        func end(_ number: Int) -> UnixTime { nodes[number].lastHeartbeatAt ?? nodes[number].firstSeen }
        return Set(ended.sorted { end($0) < end($1) }.prefix(ended.count - policy.endedLimit))
    }

    /// Renumbers nodes and owners. `kept` holds the former numbers of the nodes that stay, in their new order; `owners`
    /// holds the new number of each owner.
    mutating func renumber(keepingNodes kept: [Int], owners: [UInt32]) {
        nodes = kept.map { nodes[$0] }
        numbers = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.name, $0) })
        evidence.renewals.updateOwners { owners[Int($0)] }
    }

    /// Notes whether a node's own count of its sessions and the registry's count drift apart.
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

    /// Takes a complete check of the heartbeats, and observes `owners` from then on. `knownSince` is the time of the first
    /// complete view. Returns whether it changed nodes;
    /// a check that arrives late does not.
    mutating func take(
        _ check: HeartbeatCheck, of checkNumber: Int, _ owners: Owners, knownSince: UnixTime? = nil, at now: UnixTime,
        seconds: Double
    ) -> Bool {
        // There are two watchers, so an older check may arrive late; it is dropped. A time far behind, though, comes
        // from another server's clock, and an earlier time of a later check comes from a clock that was set back. Both
        // clocks count from now on.
        if check.isObservation { isCheckMissing = false }
        if checkNumber < lastTaken, let lastCheck, now < lastCheck, lastCheck - now < policy.gapSeconds {
            // The newer check was not the observer's. This one still counts for silence and for the history.
            if check.isObservation { _ = observe(check, owners, at: now, seconds: seconds) }
            return false
        }
        let elapsed = lastCheckSeconds.map { max(seconds - $0, 0) }
        lastTaken = max(lastTaken, checkNumber)
        (lastCheck, lastCheckSeconds) = (now, seconds)
        let living = observe(check, owners, at: now, seconds: seconds)
        for name in check.heartbeats.keys {
            let number = number(for: name, at: now)
            // Around the first complete view every node is new.
            guard nodes[number].lastHeartbeatAt == nil, let knownSince else { continue }
            nodes[number].isArrival = nodes[number].firstSeen - knownSince > policy.gapSeconds
        }
        if check.isObservation { noteGoodbyes(check, of: checkNumber) }
        for index in nodes.indices {
            let name = nodes[index].name
            if check.heartbeats[name] != nil { nodes[index].noteKeys(isOwnMet: !check.collected.contains(name)) }
            nodes[index].checkedBy = max(nodes[index].checkedBy, checkNumber)
            nodes[index].noteCheck(
                check.heartbeats[name], isWritten: living.contains(name), at: now, elapsed: elapsed, policy: policy)
        }
        return true
    }

    /// Hands a check to the evidence, and returns the nodes that showed life in it.
    private mutating func observe(
        _ check: HeartbeatCheck, _ owners: Owners, at now: UnixTime, seconds: Double
    ) -> Set<String> {
        for owner in owners.inUse where !owner.isLearnt { evidence.observe(name(of: owner)) }
        return evidence.take(check, checkTime(now, seconds))
    }

    /// Takes heartbeats that were read between two checks.
    mutating func hear(_ check: HeartbeatCheck, at now: UnixTime, seconds: Double) {
        _ = evidence.hear(check, checkTime(now, seconds))
    }

    private func checkTime(_ now: UnixTime, _ seconds: Double) -> OwnerEvidence.CheckTime {
        OwnerEvidence.CheckTime(
            seconds: seconds, longestStep: policy.gapSeconds, now: now,
            maxClockSkewSeconds: policy.maxClockSkewSeconds)
    }

    /// Returns whether a heartbeat proves that an owner was alive at that time or later.
    func isAlive(_ owner: Owner, provenAfter time: UnixTime) -> Bool {
        evidence.nodes[nodes[owner.node].name]?.aliveAt(owner.boot).map { $0 >= time } ?? false
    }

    /// Returns whether an owner's heartbeats are silent, or were never heard here. Renewals of its sessions count then.
    func isQuiet(_ owner: Owner) -> Bool {
        let observed = evidence.nodes[nodes[owner.node].name]?.owner(owner.boot)
        return observed.map { !$0.wasHeard || $0.heartbeatSilentSeconds > policy.gapSeconds } ?? true
    }
}

// MARK: - Kept for other instances

extension Liveness {
    /// Takes the owners that instances with the same fingerprint recorded as seen alive. Returns those that are missing
    /// there.
    mutating func recall(_ kept: [KnownOwner], at now: UnixTime) -> [KnownOwner] {
        let missing = evidence.merge(kept)
        var latest: [String: KnownOwner] = [:]
        for known in kept {
            var known = known
            // A time in the future comes from a clock that was set back since.
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
            now - lastHeartbeatAt < policy.forgetAfterSeconds || numbers[known.owner.node] != nil
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
        nodes[index].liveStatus = known.silentSeconds >= policy.deadAfterSeconds ? .dead : .alive
        guard nodes[index].hasEnded else { return }
        (nodes[index].departure, nodes[index].successor) = (known.departure, known.successor)
    }

    /// The owners that became known since the last call, and those whose nodes departed: a daemon that starts next must not
    /// take these for dead.
    mutating func takeNewsOfKnown() -> [KnownOwner] {
        let news = evidence.takeNews()
        guard !departed.isEmpty else { return news }
        defer { departed = [] }
        return news + knownToKeep.filter { departed.contains($0.owner.node) }
    }

    /// All known owners, with the present state of their nodes.
    var knownToKeep: [KnownOwner] {
        evidence.allKnown.map { known in
            var known = known
            guard let node = self[known.owner.node] else { return known }
            if node.heartbeat?.boot == known.owner.boot {
                known.silentSeconds = node.silentSeconds
                (known.departure, known.successor) = (node.departure, node.successor)
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
