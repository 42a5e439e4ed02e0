/// The reason why a living node is not believed. It is shown and alerted on, but never causes a removal by itself.
public enum Suspicion: String, Sendable, CaseIterable {
    /// It refused requests for sessions that name it as their node.
    case deniesSessions = "denies_sessions"
    /// Its own count of its sessions and the registry's count drift apart.
    case countDrifts = "count_drifts"
    /// The proxy cannot reach it, though it sends heartbeats.
    case unreachable
}

extension Node {
    /// The counts may differ by `driftLeast` sessions, or by `driftPart` of the registry's count, since sessions come
    /// and go between the heartbeat and the check.
    static let driftLeast = 10.0
    static let driftPart = 0.1
    /// The counts must differ at all checks for this long.
    static let driftSeconds = 60.0

    /// The reasons not to believe this node, given the counts of its sessions. They are computed each time, since its
    /// denied sessions may be gone.
    func suspicions(_ counts: StateCounts) -> [Suspicion] {
        guard isAlive else { return [] }
        var suspicions: [Suspicion] = []
        if counts.orphaned[.ownerDenies, default: 0] > 0 { suspicions.append(.deniesSessions) }
        if let drift, drift.until - drift.since >= Self.driftSeconds { suspicions.append(.countDrifts) }
        return suspicions
    }

    /// Returns whether the node's own count of its sessions is too far from the registry's. `anyones` counts sessions
    /// that may belong to any node.
    func isApart(_ counts: StateCounts, anyones: Int) -> Bool {
        guard isAlive, let heartbeat, heartbeat.malformation == nil, let reported = heartbeat.sessions else {
            return false
        }
        let slack = max(Self.driftLeast, Double(counts.owned) * Self.driftPart)
        return Double(counts.owned - reported) > slack || Double(reported - counts.owned - anyones) > slack
    }
}
