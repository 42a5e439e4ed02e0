// A look at the heartbeats changes more than nodes: counts of their owners, and whom lines mean.

extension Registry {
    /// Takes a complete look at the heartbeats: a node that it does not hold has none.
    ///
    /// `seconds`: when that was, on the clock that never jumps; where it is not given, Redis' clock is believed to be one.
    public mutating func take(_ pulse: HeartbeatCheck, at now: UnixTime, seconds: Double? = nil) {
        take(pulse, of: beginCheck(), at: now, seconds: seconds)
    }

    /// The same for a look that began some time ago (``beginCheck()``).
    public mutating func take(_ pulse: HeartbeatCheck, of look: Int, at now: UnixTime, seconds: Double? = nil) {
        let isNew = liveness.take(pulse, of: look, population.owners, at: now, seconds: seconds ?? now.seconds)
        if pulse.isObservation { noteRenewalsThatCount() }
        guard isNew else { return }
        moveCutoffs(at: now)
        noteReturns()
        updateAddresses()
        proveSightings(at: now)
        lookForDrift(at: now)
    }

    /// Renewals of sessions count while their owner is quiet.
    private mutating func noteRenewalsThatCount() {
        noteWhoIsQuiet()
        liveness.evidence.renewals.prune(
            before: liveness.evidence.observedSeconds - CleanupPolicy.longestSilenceSeconds
        ) { !population.owners[$0].isQuiet }
    }

    mutating func noteWhoIsQuiet() {
        for number in population.owners.indices {
            let isQuiet = liveness.isQuiet(population.owners[number])
            population.setQuiet(isQuiet, owner: number)
        }
    }

    /// Whoever is back left nothing behind.
    private mutating func noteReturns() {
        for number in population.owners.indices {
            let owner = population.owners[number]
            let node = liveness.nodes[owner.node]
            guard node.isSeen, node.isAlive, liveness.fateOfProcess(of: owner) == .serves else { continue }
            population.noteBack(owner: number)
        }
    }

    /// Where a node's start decides by age which sessions are orphaned, a new start means a new count.
    private mutating func moveCutoffs(at now: UnixTime) {
        var moved: [UInt32: UInt32] = [:]
        for number in population.owners.indices {
            let owner = population.owners[number]
            guard case .decidedByAge(let cutoff, _) = liveness.fate(of: owner), owner.cutoff != cutoff else { continue }
            moved[number] = cutoff
        }
        if !moved.isEmpty { population.move(moved) }
    }

    /// Compares each node's own count with the registry's. Only a fresh view tells something; while it is older nothing
    /// changes, and where it is not whole the drift begins anew.
    private mutating func lookForDrift(at now: UnixTime) {
        let view = view
        guard view.isComplete, let asOf = view.asOf else {
            for node in liveness.nodes.indices { liveness.noteDrift(node, isApart: false, at: now) }
            return
        }
        guard now - asOf <= policy.gapSeconds else { return }
        let counts = countsByNode()
        var hasAdoptable = Array(repeating: false, count: counts.count)
        // Others may have rebuilt these, and not said so.
        for owner in population.owners.inUse where owner.isAdoptable { hasAdoptable[owner.node] = true }
        // Sessions whose owner nobody knows may be any node's.
        let anyones = population.owners.unowned + population.owners.malformedInAll
        for number in liveness.nodes.indices {
            let isApart = !hasAdoptable[number] && liveness.nodes[number].isApart(counts[number], anyones: anyones)
            liveness.noteDrift(number, isApart: isApart, at: now)
        }
    }
}
