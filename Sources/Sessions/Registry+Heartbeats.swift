/// One look at the heartbeats, all at one moment.
public struct Pulse: Sendable {
    /// Nodes whose heartbeat is there, by name.
    public var heartbeats: [String: Heartbeat] = [:]
    /// Those of them that stand in a collection, and have no key of their own.
    public var collected: Set<String> = []
    /// All heartbeats of a node with where they stand, where that is known.
    public var places: [String: [FoundHeartbeat]] = [:]
    /// Nodes whose own heartbeat key Redis told to have been written since the last look.
    public var written: Set<String> = []
    /// What it was read from; nil where the server does not tell, so that no silence can be counted.
    public var history: RedisHistory? = RedisHistory([:])
    /// Read by the one who observes silence; else by somebody beside, perhaps from another server.
    public var isObservation = true

    public init() {}

    /// Adds a heartbeat. Each of them shows life; what the node is like is told by a key of its own rather than by a member of
    /// a collection, which does not end by itself.
    public mutating func add(_ found: FoundHeartbeat, of node: String) {
        places[node, default: []].append(found)
        if found.isCollected {
            guard heartbeats[node] == nil || collected.contains(node) else { return }
            collected.insert(node)
        } else {
            collected.remove(node)
        }
        heartbeats[node] = found.heartbeat
    }

    /// All heartbeats of all nodes.
    var found: [String: [FoundHeartbeat]] {
        places.merging(
            heartbeats.lazy.filter { places[$0.key] == nil }
                .map { ($0.key, [FoundHeartbeat($0.value, isCollected: collected.contains($0.key))]) }
        ) { known, _ in known }
    }
}

extension Registry {
    /// A node leaves after this long without a heartbeat and without sessions.
    static let forgetNodeSeconds = 86_400.0

    /// Names of the nodes whose own heartbeat key is to be looked at: all that were ever seen or are named by a
    /// session.
    public var nodesToWatch: [String] { nodes.lazy.filter(\.hasOwnKey).map(\.name) }

    /// Begins a look at the heartbeats: what is met from now on is not judged by it.
    public mutating func beginLook() -> Int {
        looksBegun += 1
        return looksBegun
    }

    /// Takes a complete look at the heartbeats: a node that it does not hold has none.
    ///
    /// `seconds`: when that was, on the clock that never jumps; where it is not given, Redis' clock is believed to be one.
    public mutating func take(_ pulse: Pulse, at now: UnixTime, seconds: Double? = nil) {
        take(pulse, of: beginLook(), at: now, seconds: seconds)
    }

    /// The same for a look that began some time ago (``beginLook()``).
    public mutating func take(_ pulse: Pulse, of look: Int, at now: UnixTime, seconds: Double? = nil) {
        // Two watchers look: an older look that comes late is of no use.
        // (A time far behind is another server's clock, and that of a look that began later a clock that was set back: it
        // counts from now on.)
        let seconds = seconds ?? now.seconds
        if pulse.isObservation { isPulseMissing = false }
        if look < lookTaken, let lastPulse, now < lastPulse, lastPulse - now < policy.gapSeconds {
            // The other look was not the observer's: of silence, and of the history that it is counted in, this one tells.
            if pulse.isObservation { _ = observe(pulse, at: now, seconds: seconds) }
            return
        }
        let elapsed = lastPulseSeconds.map { max(seconds - $0, 0) }
        lookTaken = max(lookTaken, look)
        (lastPulse, lastPulseSeconds) = (now, seconds)
        let living = observe(pulse, at: now, seconds: seconds)
        for name in pulse.heartbeats.keys { _ = node(named: name, at: now) }
        for index in nodes.indices {
            let name = nodes[index].name
            if pulse.heartbeats[name] != nil { nodes[index].noteKeys(isOwnMet: !pulse.collected.contains(name)) }
            nodes[index].lookedBy = max(nodes[index].lookedBy, look)
            nodes[index].look(
                pulse.heartbeats[name], isWritten: living.contains(name), at: now, elapsed: elapsed, policy: policy)
        }
        moveCutoffs(at: now)
        noteReturns()
        updateAddresses()
        proveSightings(at: now)
        lookForDrift(at: now)
    }

    /// Whoever is back left nothing behind.
    private mutating func noteReturns() {
        for index in owners.indices where owners[index].node >= 0 {
            let node = nodes[owners[index].node]
            guard node.isSeen, node.isAlive else { continue }
            let fate = owners[index].fateOfProcess(node: node, policy: policy)
            if fate == .serves { (owners[index].leftAsOrphans, owners[index].letGoAsOrphans) = (0, 0) }
        }
    }

    /// Where a node's start decides by age which sessions are orphaned, a new start means a new count: one pass over
    /// the table for all of them, and only when a node restarted.
    private mutating func moveCutoffs(at now: UnixTime) {
        var moved: Set<UInt32> = []
        for index in owners.indices where owners[index].node >= 0 {
            let fate = owners[index].fate(node: nodes[owners[index].node], policy: policy)
            guard case .decidedByAge(let cutoff, _) = fate, owners[index].cutoff != cutoff else { continue }
            owners[index].cutoff = cutoff
            (owners[index].sessionsBeforeCutoff, owners[index].deniedBeforeCutoff) = (0, 0)
            (owners[index].leftAsOrphans, owners[index].letGoAsOrphans) = (0, 0)
            if owners[index].sessions > 0 { moved.insert(UInt32(index)) }
        }
        guard !moved.isEmpty else { return }
        for shelf in table.shelves {
            for entry in shelf where entry.malformation == nil && entry.created != 0 && moved.contains(entry.owner) {
                if let cutoff = owners[Int(entry.owner)].cutoff, entry.created < cutoff {
                    owners[Int(entry.owner)].sessionsBeforeCutoff += 1
                    if entry.isDenied { owners[Int(entry.owner)].deniedBeforeCutoff += 1 }
                }
            }
        }
    }

    /// Forgets owners without sessions and nodes long gone. Positions change, so nothing may hold one: only between
    /// readings, and during one it does nothing.
    public mutating func forgetTheGone(at now: UnixTime) {
        // What a reading has staged holds owners by position.
        guard shards.allSatisfy({ $0.reading == nil }) else { return }
        var sessionsOfNode = Array(repeating: 0, count: nodes.count)
        for owner in owners where owner.node >= 0 { sessionsOfNode[owner.node] += owner.sessions }
        let forgotten = nodes.indices.filter {
            sessionsOfNode[$0] == 0 && now - (nodes[$0].lastBeat ?? nodes[$0].firstSeen) > Self.forgetNodeSeconds
        }
        let idleOwners = owners.count { $0.node >= 0 && $0.sessions == 0 }
        forgetEvidence(of: Set(forgotten.map { nodes[$0].name }))
        guard !forgotten.isEmpty || idleOwners > Self.idleOwnerLimit else { return }
        rebuildNames(dropping: Set(forgotten))
    }

    /// Owners without sessions that may wait for the next forgetting.
    static let idleOwnerLimit = 1024

    private mutating func rebuildNames(dropping forgotten: Set<Int>) {
        var newNode: [Int: Int] = [:]
        var keptNodes: [Node] = []
        for index in nodes.indices where !forgotten.contains(index) {
            newNode[index] = keptNodes.count
            keptNodes.append(nodes[index])
        }
        var newOwner: [UInt32] = Array(repeating: 0, count: owners.count)
        var keptOwners = [owners[0]]
        var keptIndex: [OwnerKey: UInt32] = [:]
        for (key, old) in ownerIndex {
            var kept = owners[Int(old)]
            guard kept.sessions > 0, let node = newNode[kept.node] else { continue }
            kept.node = node
            newOwner[Int(old)] = UInt32(keptOwners.count)
            keptIndex[key] = UInt32(keptOwners.count)
            keptOwners.append(kept)
        }
        table.updateEach { $0.owner = newOwner[Int($0.owner)] }
        ended.updateOwners { newOwner[Int($0)] }
        evidence.renewals.updateOwners { newOwner[Int($0)] }
        numbering += 1
        (nodes, owners, ownerIndex) = (keptNodes, keptOwners, keptIndex)
        nodeIndex = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.name, $0) })
        updateAddresses()
    }
}
