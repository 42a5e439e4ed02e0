/// Sessions that were seen to come, to change and to go, counted since the start.
struct Turnover: Sendable {
    /// Those of one node, of all its boots.
    struct OfNode: Sendable {
        var created = 0
        var ended: [Ending: Int] = [:]
        /// Those that closed or expired in the last minutes.
        var endedLately = RecentCount()
    }

    private(set) var nodes = ByNode(OfNode())
    /// Sessions of no known owner.
    private(set) var unownedCreated = 0
    private(set) var unownedEnded: [Ending: Int] = [:]
    private(set) var ownerChanges = 0
    /// Sessions that a reading found to differ from what changes had told of them.
    private(set) var drift = 0

    /// `node`: nil for a session of no known owner.
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
