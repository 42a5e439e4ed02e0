import Sessions

/// The nodes that have a `node_id` of their own in the metrics; beyond `metrics.max_nodes` the rest share `other`. A
/// node that is gone has none. Living nodes come first, then dead ones with sessions, other dead ones, and last names
/// that only sessions mention. Among equals a node that has a label keeps it.
struct NodeLabels: Sendable {
    static let other = "other"

    let limit: Int
    private var named: Set<String> = []
    /// The nodes that share ``other`` only because there are too many.
    private(set) var foldedCount = 0
    /// True once the nodes were seen.
    private(set) var isKnown = false

    init(limit: Int) {
        self.limit = limit
    }

    mutating func update(_ nodes: [NodeSummary]) {
        let present = nodes.filter { $0.node.status != .gone }
        // A node with that very name would appear twice on the page, next to the rest: it shares their label.
        let candidates = present.filter { $0.node.name != Self.other }.map { node in
            (rank: Self.rank(node), needsLabel: named.contains(node.node.name) ? 0 : 1, name: node.node.name)
        }
        named = Set(candidates.sorted(by: <).prefix(limit).map(\.name))
        foldedCount = present.count - named.count
        isKnown = true
    }

    /// A lower one comes first.
    private static func rank(_ node: NodeSummary) -> Int {
        switch node.node.status {
        case .alive, .draining: 0
        case .dead where node.counts.inAll > 0: 1
        case .dead: 2
        case .unknown, .gone: 3
        }
    }

    func has(_ node: NodeSummary) -> Bool { named.contains(node.node.name) }

    /// In alphabetical order.
    var names: [String] { named.sorted() }

    /// The labels of counters in alphabetical order. `other` is always among them, so that its first step is seen.
    var counted: [String] { (names + [Self.other]).sorted() }

    /// The label of a name from an event; an empty name stays empty.
    func label(_ name: String) -> String { name.isEmpty || named.contains(name) ? name : Self.other }

    /// True for a label that may be on the page now.
    func isInUse(_ label: String) -> Bool { self.label(label) == label }
}
