import API

extension Report {
    /// The facts from logs, as a part of `status`; nothing if there are none.
    func events(_ events: StatusAnswer.Events, _ facts: inout Facts) {
        let counts = [events.judged, events.waiting, events.sessionRequests, events.sessionlessRequests]
        guard counts.contains(where: { $0 > 0 }) || !events.problems.isEmpty else { return }
        facts.add("events", "\(events.judged) judged, \(events.waiting) waiting")
        let stuck = events.affected.stuck
        if stuck > 0 { facts.add("  stuck", "\(stuck) (a client that does not start a new session)", .bad) }
        if let share = events.sessionShare {
            facts.add("  sessions", "named by \(Self.percent(share)) of the requests seen")
        } else if events.sessionRequests > 0 {
            facts.add("  sessions", "share unknown: the proxy's log keeps no Mcp-Protocol-Version and no Mcp-Method")
        }
        for (source, problem) in events.problems.sorted(by: { $0.key < $1.key }) {
            facts.add("  problem", "\(source): \(problem)", .bad)
        }
    }

    /// Shows 0 % only for exactly none: then no client needs stickiness any more.
    private static func percent(_ share: Double) -> String {
        share > 0 && share < 0.01 ? "less than 1 %" : "\(Int((share * 100).rounded(.down))) %"
    }
}
