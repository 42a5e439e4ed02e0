/// Why a node that lives is not believed: shown and alerted on, never grounds for deletion by itself.
public enum Suspicion: String, Sendable, CaseIterable {
    /// It said of sessions that name it that it does not have them.
    case deniesSessions = "denies_sessions"
    /// The number of sessions that it says it holds and the registry's drift apart.
    case countDrifts = "count_drifts"
}

extension Registry {
    /// The numbers may differ by so many, or by such a part of what the registry knows: sessions come and go between
    /// the heartbeat and the reading.
    static let driftLeast = 10.0
    static let driftPart = 0.1
    /// They must differ at all looks for so long.
    static let driftSeconds = 60.0

    /// Asked anew each time: its denied sessions may be gone.
    func suspicions(of node: Node, _ counts: StateCounts) -> [Suspicion] {
        guard node.isAlive else { return [] }
        var suspicions: [Suspicion] = []
        if counts.orphaned[.ownerDenies, default: 0] > 0 { suspicions.append(.deniesSessions) }
        if let drift = node.drift, drift.until - drift.since >= Self.driftSeconds { suspicions.append(.countDrifts) }
        return suspicions
    }

    /// Compares each node's own count with the registry's, as part of a look at the heartbeats. Only a fresh picture
    /// tells something; while it is older nothing changes, and where it is not whole the drift begins anew.
    mutating func lookForDrift(at now: UnixTime) {
        let picture = picture
        guard picture.isComplete, let asOf = picture.asOf else {
            for index in nodes.indices { nodes[index].drift = nil }
            return
        }
        guard now - asOf <= policy.gapSeconds else { return }
        var counts = Array(repeating: StateCounts(), count: nodes.count)
        var hasAdoptable = Array(repeating: false, count: nodes.count)
        for owner in owners where owner.node >= 0 && owner.sessions > 0 {
            counts[owner.node].add(self.counts(of: owner))
            // Others may have rebuilt these, and not said so.
            if owner.isAdoptable { hasAdoptable[owner.node] = true }
        }
        // Sessions whose owner nobody knows may be any node's.
        let anyones = owners[0].sessions + malformedSessions.values.reduce(0, +)
        for index in nodes.indices {
            let isApart = !hasAdoptable[index] && isApart(nodes[index], counts[index], anyones: anyones)
            nodes[index].drift = isApart ? (nodes[index].drift?.since ?? now, now) : nil
        }
    }

    private func isApart(_ node: Node, _ counts: StateCounts, anyones: Int) -> Bool {
        guard node.isAlive, let beat = node.heartbeat, beat.malformation == nil, let reported = beat.sessions else {
            return false
        }
        let slack = max(Self.driftLeast, Double(counts.owned) * Self.driftPart)
        return Double(counts.owned - reported) > slack || Double(reported - counts.owned - anyones) > slack
    }
}
