/// The sessions that were seen to appear, change and end, counted since the start.
struct Turnover: Sendable {
    /// The counts of one node, for all its boots.
    struct OfNode: Sendable {
        var created = 0
        var ended: [Ending: Int] = [:]
        /// The sessions that closed or expired in the last minutes.
        var endedLately = RecentCount()
    }

    private(set) var nodes = ByNode(OfNode())
    /// The sessions without a known owner.
    private(set) var unownedCreated = 0
    private(set) var unownedEnded: [Ending: Int] = [:]
    private(set) var ownerChanges = 0
    /// The number of sessions that a full scan found to differ from what changes had reported of them.
    private(set) var drift = 0

    /// Counts a new session. `node` is nil if it has no known owner.
    mutating func noteCreated(at node: Int?) {
        if let node { nodes[node].created += 1 } else { unownedCreated += 1 }
    }

    mutating func noteEnded(_ ending: Ending, at node: Int?, _ now: UnixTime) {
        guard let node else {
            unownedEnded[ending, default: 0] += 1
            return
        }
        nodes[node].ended[ending, default: 0] += 1
        if ending == .closed || ending == .expired { nodes[node].endedLately.add(at: now) }
    }

    mutating func noteOwnerChange() { ownerChanges += 1 }

    mutating func noteDrift() { drift += 1 }

    mutating func renumberNodes(_ kept: [Int]) { nodes.renumber(kept) }
}
