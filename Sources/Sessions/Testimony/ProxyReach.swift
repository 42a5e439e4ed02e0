/// The requests that the proxy could not bring to one node (502, 504) since the node last answered one.
struct ProxyReach: Sendable {
    /// The failures after which the node is suspect; the last must be this recent.
    static let failuresLeast = 3
    static let freshSeconds = 60.0

    private(set) var failures = 0
    private(set) var first: UnixTime?
    private(set) var last: UnixTime?
    private var answered: UnixTime?

    /// Lines may arrive out of order, so a failure before the last answer does not count.
    mutating func noteFailure(at time: UnixTime) {
        if let answered, time <= answered { return }
        failures += 1
        first = min(first ?? time, time)
        last = max(last ?? time, time)
    }

    mutating func noteAnswer(at time: UnixTime) {
        guard answered.map({ $0 < time }) ?? true else { return }
        answered = time
        if let last, last <= time { (failures, first, self.last) = (0, nil, nil) }
    }

    /// Returns whether the proxy cannot reach a node that goes on writing heartbeats. A node that stops or starts is
    /// unreachable too: so its heartbeats must have gone on for `nodes.dead_after` since the first failure, and its
    /// process must be older than that.
    func isLost(of node: Node, _ policy: NodePolicy, at now: UnixTime) -> Bool {
        guard node.isAlive, failures >= Self.failuresLeast, let first, let last, now - last <= Self.freshSeconds,
            let heartbeat = node.lastHeartbeatAt
        else { return false }
        return heartbeat - first >= policy.deadAfterSeconds && node.startedAt ?? node.bootSeen ?? first <= first
    }
}
