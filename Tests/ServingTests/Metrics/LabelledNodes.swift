import TestSupport

@testable import Sessions

/// Nodes of each status as the metrics get them.
struct LabelledNodes {
    private let nodes: [(name: String, status: Node.Status, sessions: Int, created: Int)]

    init(
        alive: [String] = [], draining: [String] = [], dead: [String: Int] = [:], unknown: [String: Int] = [:],
        gone: [String: Int] = [:], created: [String: Int] = [:]
    ) {
        let living = alive.map { ($0, Node.Status.alive, 0) } + draining.map { ($0, Node.Status.draining, 0) }
        let ended =
            dead.map { ($0.key, Node.Status.dead, $0.value) } + unknown.map { ($0.key, .unknown, $0.value) }
            + gone.map { ($0.key, .gone, $0.value) }
        nodes = (living + ended).map { ($0.0, $0.1, $0.2, created[$0.0] ?? 0) }
    }

    /// Sorted by name, as the registry has them.
    var summaries: [NodeSummary] {
        var registry = Registry(policy: NodePolicy())
        for node in nodes { _ = registry.liveness.number(for: node.name, at: PaperRegistry.epoch) }
        let known = Dictionary(uniqueKeysWithValues: nodes.map { ($0.name, $0) })
        return registry.nodeSummaries(at: PaperRegistry.epoch).map { summary in
            guard let node = known[summary.node.name] else { return summary }
            var summary = summary
            summary.node.liveStatus = node.status == .gone ? .dead : node.status
            summary.node.departure = node.status == .gone ? .replaced : nil
            summary.counts.orphaned[.ownerDead] = node.sessions
            summary.created = node.created
            return summary
        }
    }
}
