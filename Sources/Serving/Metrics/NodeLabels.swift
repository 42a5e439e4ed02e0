import Sessions

/// The nodes that have a `node_id` of their own in the metrics; beyond `metrics.max_nodes` the rest share `other`. A
/// node keeps its label while it is known. A node whose heartbeat was ever seen takes precedence over a name that only
/// sessions mention.
struct NodeLabels: Sendable {
    static let other = "other"

    let limit: Int
    private var named: Set<String> = []
    /// The labelled nodes that only sessions mention.
    private(set) var neverAlive: Set<String> = []
    /// True if some nodes have no label.
    private(set) var hasRest = false

    init(limit: Int) {
        self.limit = limit
    }

    mutating func update(_ all: [NodeSummary]) {
        // A node with that very name would appear twice on the page, next to the rest: it shares their label.
        let nodes = all.filter { $0.node.name != Self.other }
        named.formIntersection(nodes.map(\.node.name))
        var neverAlive = nodes.filter { $0.node.lastHeartbeatAt == nil && named.contains($0.node.name) }.map(
            \.node.name)
        for node in nodes where node.node.lastHeartbeatAt != nil && !named.contains(node.node.name) {
            if named.count >= limit, let giving = neverAlive.popLast() { named.remove(giving) }
            if named.count < limit { named.insert(node.node.name) }
        }
        for node in nodes where named.count < limit { named.insert(node.node.name) }
        let silent = nodes.filter { $0.node.lastHeartbeatAt == nil }.map(\.node.name)
        self.neverAlive = named.intersection(silent)
        hasRest = all.contains { !named.contains($0.node.name) }
    }

    func has(_ node: NodeSummary) -> Bool { named.contains(node.node.name) }

    /// In alphabetical order.
    var names: [String] { named.sorted() }

    /// The label of a name from an event; an empty name stays empty.
    func label(_ name: String) -> String { name.isEmpty || named.contains(name) ? name : Self.other }
}
