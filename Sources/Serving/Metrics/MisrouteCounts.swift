import Sessions

/// Refused requests by the labels of their nodes and by verdict. As in ``NodeCounts``, growth counts for the labels
/// that the nodes have at that time.
struct MisrouteCounts: Sendable {
    struct Key: Hashable, Sendable {
        var node: String
        var reason: Verdict
    }

    struct PairKey: Hashable, Sendable {
        var node: String
        /// Empty if no owner is known.
        var owner: String
        var reason: Verdict
    }

    /// The most series of pairs.
    static let pairLimit = 1_000
    /// The seconds for which the series of a new pair stays at 0: longer than the time between two scrapes, so that
    /// every scraper sees it at 0 first, and `increase()` loses no request.
    static let zeroSeconds = 70.0

    private struct Pair {
        var count = 0
        /// The time, by the monotonic clock, of the first page that had it.
        let since: Double
    }

    private var growth = Growth<PairKey>()
    private var counts: [Key: Int] = [:]
    private var pairs: [PairKey: Pair] = [:]

    /// Takes in what was counted until `now`, by the monotonic clock.
    mutating func update(_ tally: MisrouteTally.Snapshot, _ labels: NodeLabels, at now: Double) {
        counts = counts.filter { labels.isInUse($0.key.node) }
        pairs = pairs.filter { labels.isInUse($0.key.node) && labels.isInUse($0.key.owner) }
        for (source, growth) in growth.take(Self.totals(tally)) {
            let (node, owner) = (labels.label(source.node), labels.label(source.owner))
            counts[Key(node: node, reason: source.reason), default: 0] += growth
            if source.reason.isUnknownSession { continue }
            let place = self.place(of: PairKey(node: node, owner: owner, reason: source.reason))
            pairs[place, default: Pair(since: now)].count += growth
        }
    }

    /// The place of a pair: beyond the limit new ones share `other`, for which there is always room.
    private func place(of key: PairKey) -> PairKey {
        let isFull = pairs.count >= Self.pairLimit - Self.reasons.count
        return pairs[key] != nil || !isFull
            ? key : PairKey(node: NodeLabels.other, owner: NodeLabels.other, reason: key.reason)
    }

    private static func totals(_ tally: MisrouteTally.Snapshot) -> [PairKey: Int] {
        var totals: [PairKey: Int] = [:]
        for pair in tally.misroutes + tally.unknownSessions {
            // A session whose key cannot be read counts as not verified.
            let reason = pair.verdict == .malformed ? Verdict.unverified : pair.verdict
            totals[PairKey(node: pair.node, owner: pair.owner, reason: reason), default: 0] += pair.count - pair.moved
        }
        return totals
    }
}

extension MisrouteCounts {
    /// Sorted by their words.
    private static let reasons: [Verdict] = [
        .misrouted, .ownerDead, .ownerDenies, .ownerRestarted, .ownerUnknown, .unowned, .unverified,
    ]
    private static let unknownReasons: [Verdict] = [.cleaned, .closed, .evicted, .expired, .neverSeen, .vanished]

    /// Requests for sessions that are registered, or may be, by the node that got them. Each node starts at 0.
    func misroutes(_ labels: NodeLabels) -> [(key: Key, count: Int)] { cells(Self.reasons, labels) }

    /// Requests for sessions that are not registered.
    func unknownSessions(_ labels: NodeLabels) -> [(key: Key, count: Int)] { cells(Self.unknownReasons, labels) }

    private func cells(_ reasons: [Verdict], _ labels: NodeLabels) -> [(key: Key, count: Int)] {
        // Many lines name no node.
        ([""] + labels.counted).flatMap { node in
            reasons.map { reason in
                let key = Key(node: node, reason: reason)
                return (key, counts[key] ?? 0)
            }
        }
    }

    /// The pairs that happened, sorted by their labels.
    func pairs(at now: Double) -> [(key: PairKey, count: Int)] {
        pairs.map { key, pair in (key, now - pair.since < Self.zeroSeconds ? 0 : pair.count) }
            .sorted { ($0.0.node, $0.0.owner, $0.0.reason.rawValue) < ($1.0.node, $1.0.owner, $1.0.reason.rawValue) }
    }
}
