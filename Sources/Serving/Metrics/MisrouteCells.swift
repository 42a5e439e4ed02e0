import Sessions
import Watching

/// Refused requests by the labels of their nodes and by reason. Each combination that is likely to be counted exists
/// from 0 on, so that a rate sees its first step.
struct MisrouteCells {
    struct Key: Hashable {
        var node: String
        /// Empty if no owner is known.
        var owner: String
        var reason: Verdict
    }

    /// Sorted by their labels.
    let cells: [(key: Key, count: Int)]

    /// Cells for sessions that are registered, or may be. A session whose key cannot be read counts as not verified.
    init(_ misroutes: [MisrouteTally.Pair], labels: NodeLabels) {
        var counted: [Key: Int] = [:]
        for pair in misroutes {
            let reason = pair.verdict == .malformed ? Verdict.unverified : pair.verdict
            let key = Key(node: labels.label(pair.node), owner: labels.label(pair.owner), reason: reason)
            counted[key, default: 0] += pair.count
        }
        self.init(counted, owners: Self.names(labels), reasons: Self.reasons, labels: labels)
    }

    /// Cells for sessions that are not registered, by the node that got the request.
    init(unknown requests: [MisrouteTally.Pair], labels: NodeLabels) {
        var counted: [Key: Int] = [:]
        for pair in requests {
            counted[Key(node: labels.label(pair.node), owner: "", reason: pair.verdict), default: 0] += pair.count
        }
        self.init(counted, owners: [""], reasons: Self.unknownReasons, labels: labels)
    }

    /// Sorted by their words.
    private static let reasons: [Verdict] = [
        .misrouted, .ownerDead, .ownerDenies, .ownerRestarted, .ownerUnknown, .unowned, .unverified,
    ]
    private static let unknownReasons: [Verdict] = [.cleaned, .closed, .evicted, .expired, .neverSeen, .vanished]

    /// The empty name, as many lines name no node, and all names with a label; also `other` if some nodes have no
    /// label.
    private static func names(_ labels: NodeLabels) -> [String] {
        [""] + labels.names + (labels.hasRest ? [NodeLabels.other] : [])
    }

    private init(_ counted: [Key: Int], owners: [String], reasons: [Verdict], labels: NodeLabels) {
        let nodes = Set(Self.names(labels) + counted.keys.map(\.node)).sorted()
        let owners = Set(owners + counted.keys.map(\.owner)).sorted()
        var cells: [(key: Key, count: Int)] = []
        for node in nodes {
            for owner in owners {
                for reason in reasons {
                    let key = Key(node: node, owner: owner, reason: reason)
                    let count = counted.isEmpty ? nil : counted[key]
                    if count != nil || key.canBe(labels) { cells.append((key, count ?? 0)) }
                }
            }
        }
        self.cells = cells
    }
}

extension MisrouteCells.Key {
    /// True if requests usually get this verdict. Rarer combinations appear once they have happened, or there would be
    /// a cell for each pair of nodes and reason. Only other nodes can misroute to a node, and only the node itself
    /// denies its own sessions.
    fileprivate func canBe(_ labels: NodeLabels) -> Bool {
        let isOwners = node == owner && node != NodeLabels.other
        return switch reason {
        case .misrouted, .ownerDead: !owner.isEmpty && !isOwners
        case .ownerRestarted: !owner.isEmpty
        case .ownerDenies: !owner.isEmpty && node == owner
        case .ownerUnknown: labels.neverAlive.contains(owner)
        default: owner.isEmpty
        }
    }
}
