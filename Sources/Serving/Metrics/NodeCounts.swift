import Sessions

/// The counters of nodes by their labels. What a node's total grows by counts for the label that the node has at that
/// time: a node that loses its label takes nothing of the past to `other`, and one that gets a label begins at 0.
struct NodeCounts: Sendable {
    enum Kind: Hashable, Sendable {
        case created
        case ended(Ending)
        case restarts
    }

    private struct Key: Hashable {
        var node: String
        var kind: Kind
    }

    private var growth = Growth<Key>()
    private var counts: [Key: Int] = [:]

    mutating func update(_ nodes: [NodeSummary], _ labels: NodeLabels) {
        counts = counts.filter { labels.isInUse($0.key.node) }
        for (key, growth) in growth.take(Self.totals(nodes)) {
            counts[Key(node: labels.label(key.node), kind: key.kind), default: 0] += growth
        }
    }

    subscript(kind: Kind, label: String) -> Int { counts[Key(node: label, kind: kind)] ?? 0 }

    private static func totals(_ nodes: [NodeSummary]) -> [Key: Int] {
        var totals: [Key: Int] = [:]
        for node in nodes {
            let name = node.node.name
            totals[Key(node: name, kind: .created)] = node.created
            totals[Key(node: name, kind: .restarts)] = node.node.restarts
            for (ending, count) in node.ended { totals[Key(node: name, kind: .ended(ending))] = count }
        }
        return totals
    }
}
