/// Why a node that lives is not believed: shown and alerted on, never grounds for deletion by itself.
public enum Suspicion: String, Sendable, CaseIterable {
    /// It said of sessions that name it that it does not have them.
    case deniesSessions = "denies_sessions"
    /// The number of sessions that it says it holds and the registry's drift apart.
    case countDrifts = "count_drifts"
}

extension Node {
    /// The numbers may differ by so many, or by such a part of what the registry knows: sessions come and go between
    /// the heartbeat and the reading.
    static let driftLeast = 10.0
    static let driftPart = 0.1
    /// They must differ at all looks for so long.
    static let driftSeconds = 60.0

    /// Why it is not believed, by what is counted of its sessions. Asked anew each time: its denied sessions may be gone.
    func suspicions(_ counts: StateCounts) -> [Suspicion] {
        guard isAlive else { return [] }
        var suspicions: [Suspicion] = []
        if counts.orphaned[.ownerDenies, default: 0] > 0 { suspicions.append(.deniesSessions) }
        if let drift, drift.until - drift.since >= Self.driftSeconds { suspicions.append(.countDrifts) }
        return suspicions
    }

    /// Whether its own count of its sessions is too far from the registry's. `anyones`: sessions that may be any node's.
    func isApart(_ counts: StateCounts, anyones: Int) -> Bool {
        guard isAlive, let heartbeat, heartbeat.malformation == nil, let reported = heartbeat.sessions else {
            return false
        }
        let slack = max(Self.driftLeast, Double(counts.owned) * Self.driftPart)
        return Double(counts.owned - reported) > slack || Double(reported - counts.owned - anyones) > slack
    }
}
