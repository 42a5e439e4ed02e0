import Exposition

extension Picture {
    /// What logs tell, as a part of `status`; nothing where there are none.
    func events(_ events: JSONValue?, _ facts: inout Facts) {
        let counts = ["judged", "waiting", "session_requests", "sessionless_requests"].map { events?[$0]?.int ?? 0 }
        let problems = events?["problems"]?.object ?? []
        guard counts.contains(where: { $0 > 0 }) || !problems.isEmpty else { return }
        facts.add("events", "\(counts[0]) judged, \(counts[1]) waiting")
        let stuck = events?["affected"]?["stuck"]?.int ?? 0
        if stuck > 0 { facts.add("  stuck", "\(stuck) (a client that does not begin anew)", .bad) }
        if let share = events?["session_share"]?.double {
            facts.add("  sessions", "named by \(Self.percent(share)) of the requests seen")
        }
        for (source, problem) in problems { facts.add("  problem", "\(source): \(problem.string ?? "?")", .bad) }
    }

    /// 0 % is none at all: that is when stickiness is needed no more.
    private static func percent(_ share: Double) -> String {
        share > 0 && share < 0.01 ? "less than 1 %" : "\(Int((share * 100).rounded(.down))) %"
    }
}
