import Sessions
import Watching

/// Refused requests by the labels of their nodes and by reason. Each combination that may come to be counted is there from 0
/// on, so that a rate sees its first step.
struct MisrouteCells {
    struct Key: Hashable {
        var node: String
        /// "" where no owner is known.
        var owner: String
        var reason: Verdict
    }

    /// In the order of their labels.
    let cells: [(key: Key, count: Int)]

    /// Of sessions that are registered, or may be. A session whose key cannot be read counts as not verified.
    init(_ misroutes: [MisrouteTally.Pair], labels: NodeLabels) {
        var counted: [Key: Int] = [:]
        for pair in misroutes {
            let reason = pair.verdict == .malformed ? Verdict.unverified : pair.verdict
            let key = Key(node: labels.label(pair.node), owner: labels.label(pair.owner), reason: reason)
            counted[key, default: 0] += pair.count
        }
        self.init(counted, owners: Self.names(labels), reasons: Self.reasons, labels: labels)
    }

    /// Of sessions that are not registered: by the node alone that was asked.
    init(unknown requests: [MisrouteTally.Pair], labels: NodeLabels) {
        var counted: [Key: Int] = [:]
        for pair in requests {
            counted[Key(node: labels.label(pair.node), owner: "", reason: pair.verdict), default: 0] += pair.count
        }
        self.init(counted, owners: [""], reasons: Self.unknownReasons, labels: labels)
    }

    /// In the order of their words.
    private static let reasons: [Verdict] = [
        .misrouted, .ownerDead, .ownerDenies, .ownerRestarted, .ownerUnknown, .unowned, .unverified,
    ]
    private static let unknownReasons: [Verdict] = [.cleaned, .closed, .evicted, .expired, .neverSeen, .vanished]

    /// Nobody, as many a line names no node, and all that have a label; where some have none, the rest as well.
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
    /// Whether requests are judged so as a rule; what is rarer shows once it has happened, or there would be a cell for
    /// each pair of nodes and reason. A node is misrouted to by others alone, and it alone denies sessions of its own.
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
