import Sessions

/// Which nodes have a `node_id` of their own in the metrics; beyond `metrics.max_nodes` the rest share `other`. A node
/// keeps its label while it is known, and one that ever beat goes before a name that only sessions speak of.
struct NodeLabels: Sendable {
    static let other = "other"

    let limit: Int
    private var named: Set<String> = []
    /// Those of them that only sessions speak of.
    private(set) var neverAlive: Set<String> = []
    /// Whether there are nodes without one.
    private(set) var hasRest = false

    init(limit: Int) {
        self.limit = limit
    }

    mutating func update(_ all: [NodeSummary]) {
        // A node of that very name would stand on the page twice, beside the rest: it shares their label.
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

    /// In the order of the alphabet.
    var names: [String] { named.sorted() }

    /// The label of a name that events gave; no name stays none.
    func label(_ name: String) -> String { name.isEmpty || named.contains(name) ? name : Self.other }
}
