// A check of the heartbeats changes more than nodes: the counts of their owners, and which nodes lines name.

extension Registry {
    /// Takes a complete check of the heartbeats. A node that is not in it has none.
    ///
    /// `seconds` is the time of the check on the monotonic clock. If it is not given, Redis' clock is assumed to be
    /// monotonic.
    public mutating func take(_ check: HeartbeatCheck, at now: UnixTime, seconds: Double? = nil) {
        take(check, of: beginCheck(), at: now, seconds: seconds)
    }

    /// Takes a check that began some time ago (``beginCheck()``).
    public mutating func take(_ check: HeartbeatCheck, of number: Int, at now: UnixTime, seconds: Double? = nil) {
        let isNew = liveness.take(
            check, of: number, population.owners, knownSince: population.memorySince, at: now,
            seconds: seconds ?? now.seconds)
        if check.isObservation { noteRenewalsThatCount() }
        guard isNew else { return }
        settleDepartures(at: now)
        moveCutoffs(at: now)
        noteReturns()
        updateAddresses()
        proveSightings(at: now)
        checkForDrift(at: now)
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

    /// Notes the owners that are back, so they left nothing behind.
    private mutating func noteReturns() {
        for number in population.owners.indices {
            let owner = population.owners[number]
            let node = liveness.nodes[owner.node]
            guard node.isSeen, node.isAlive, liveness.fateOfProcess(of: owner) == .serves else { continue }
            population.noteBack(owner: number)
        }
    }

    /// Moves the cutoffs of nodes with a new start, if the start decides by age which sessions are orphaned.
    private mutating func moveCutoffs(at now: UnixTime) {
        var moved: [UInt32: UInt32] = [:]
        for number in population.owners.indices {
            let owner = population.owners[number]
            guard case .decidedByAge(let cutoff, _) = liveness.fate(of: owner), owner.cutoff != cutoff else { continue }
            moved[number] = cutoff
        }
        if !moved.isEmpty { population.move(moved) }
    }

    /// Compares each node's own count with the registry's. Only a fresh view shows something. An older view changes
    /// nothing, and an incomplete one restarts the drift.
    private mutating func checkForDrift(at now: UnixTime) {
        let view = view
        guard view.isComplete, let asOf = view.asOf else {
            for node in liveness.nodes.indices { liveness.noteDrift(node, isApart: false, at: now) }
            return
        }
        guard now - asOf <= policy.gapSeconds else { return }
        let counts = countsByNode()
        var hasAdoptable = Array(repeating: false, count: counts.count)
        // Other nodes may have rebuilt these sessions without recording it.
        for owner in population.owners.inUse where owner.isAdoptable { hasAdoptable[owner.node] = true }
        // Sessions without a known owner may belong to any node.
        let anyones = population.owners.unowned + population.owners.malformedInAll
        for number in liveness.nodes.indices {
            let isApart = !hasAdoptable[number] && liveness.nodes[number].isApart(counts[number], anyones: anyones)
            liveness.noteDrift(number, isApart: isApart, at: now)
        }
    }
}
