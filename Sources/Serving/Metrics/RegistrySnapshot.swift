import Sessions

/// A copy of the registry's counts for a scrape, taken under its lock. Its size depends on the number of nodes.
struct RegistrySnapshot: Sendable {
    var nodes: [NodeSummary]
    var counts: StateCounts
    var malformedSessions: [Malformation: Int]
    var malformedNodes: [Malformation: Int]
    var unownedCreated: Int
    var unownedEnded: [Ending: Int]
    var ownerChanges: Int
    var withoutExpiry: Int
    var fullScan: FullScanTotals
    var orphanAges: Distribution
    var view: ViewState
    var drift: Int
    /// Sessions with a refused request in the last five minutes.
    var affected: AffectedSessions
    /// Refused requests that wait for proof of their owner's life or end.
    var pending: Int

    init(_ registry: borrowing Registry, at now: UnixTime) {
        nodes = registry.nodeSummaries(at: now)
        counts = registry.stateCounts(at: now)
        malformedSessions = registry.malformedCounts
        malformedNodes = registry.malformedNodes
        unownedCreated = registry.unownedCreated
        unownedEnded = registry.unownedEnded
        ownerChanges = registry.ownerChanges
        withoutExpiry = registry.withoutExpiry
        fullScan = registry.lastFullScan
        orphanAges = registry.orphanAges(at: now)
        view = registry.view
        drift = registry.drift
        affected = registry.affectedSessions(at: now)
        pending = registry.pendingCount
    }
}
