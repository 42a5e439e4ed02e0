extension Registry {
    /// Returns every node that was ever seen or named, sorted by name, with its counts. The cost depends on the number
    /// of owners.
    public func nodeSummaries(at now: UnixTime) -> [NodeSummary] {
        countsByNode().enumerated().map { summary(ofNode: $0, $1, at: now) }.sorted { $0.node.name < $1.node.name }
    }

    /// Returns the node of that name.
    public func nodeSummary(named name: String, at now: UnixTime) -> NodeSummary? {
        guard let number = liveness.number(of: name) else { return nil }
        var counts = StateCounts()
        for owner in population.owners.inUse where owner.node == number { counts.add(self.counts(of: owner)) }
        return summary(ofNode: number, counts, at: now)
    }

    private func summary(ofNode number: Int, _ counts: StateCounts, at now: UnixTime) -> NodeSummary {
        let (node, turnover, told) = (
            liveness.nodes[number], population.turnover.nodes[number], testimony.nodes[number]
        )
        return NodeSummary(
            node: node, counts: counts, suspicions: suspicions(ofNode: number, counts, at: now),
            misroutesTo: told.misroutesTo.count(at: now), misroutesFrom: told.misroutesFrom.count(at: now),
            clockOffsetSeconds: told.clock.seconds(at: now), created: turnover.created, ended: turnover.ended,
            judged: told.judged,
            silentWorker: liveness.evidence.silentWorker(of: node.name, policy),
            takingTurns: liveness.evidence.takingTurns(node.name))
    }

    /// Returns the sessions by state, by the number of their owner's node.
    func countsByNode() -> [StateCounts] {
        var counts = Array(repeating: StateCounts(), count: liveness.nodes.count)
        for owner in population.owners.inUse { counts[owner.node].add(self.counts(of: owner)) }
        return counts
    }

    /// Returns all sessions by state.
    public func stateCounts(at now: UnixTime) -> StateCounts {
        var counts = StateCounts()
        counts.unowned = population.owners.unowned
        counts.malformed = population.owners.malformedInAll
        for owner in population.owners.inUse { counts.add(self.counts(of: owner)) }
        return counts
    }
}

extension Registry {
    /// Adds the sessions of some shelves to the ages, one bounded step a call. Returns true once all are added.
    public func addAges(to ages: inout SessionAges, at now: UnixTime) -> Bool {
        ages.add(population.table, at: now)
    }

    /// Returns the times for which the present orphans have had no owner.
    public func orphanAges(at now: UnixTime) -> Distribution {
        var ages = Distribution(bounds: SessionAges.bounds)
        for owner in population.owners.inUse {
            let fate = liveness.fate(of: owner)
            for (reason, orphans) in owner.counts(fate).orphaned where orphans > 0 {
                let since = reason == .ownerDenies ? owner.deniedSince : fate.since
                if let since { ages.add(max(now - since, 0), times: orphans) }
            }
        }
        return ages
    }
}
