/// All owners that were seen alive, or that somebody vouches for, by node and boot.
struct KnownOwners: Sendable {
    /// By node, and by what its boot means; nil for an owner without a boot.
    private var nodes: [String: [String?: KnownOwner]] = [:]
    private(set) var count = 0
    /// Those that changed since ``takeNews()``.
    private var news: Set<CanonicalOwner> = []

    subscript(_ owner: CanonicalOwner) -> KnownOwner? { nodes[owner.node]?[owner.boot] }

    var all: some Sequence<KnownOwner> { nodes.values.lazy.flatMap(\.values) }

    /// The longest time between two heartbeats of any process of that name; nil where none is known.
    func intervalSeconds(_ node: String) -> Double? {
        nodes[node]?.values.compactMap(\.intervals.seconds).max()
    }

    /// The last process of that name that was seen alive.
    func latest(_ node: String) -> KnownOwner? {
        nodes[node]?.values.filter { $0.lastHeartbeatAt != nil }.max {
            ($0.lastHeartbeatAt ?? .distantPast) < ($1.lastHeartbeatAt ?? .distantPast)
        }
    }

    /// Puts it in, if there is room.
    mutating func put(_ known: KnownOwner, isNews: Bool) {
        let key = known.owner.canonical
        if self[key] == nil {
            guard count < OwnerEvidence.ownerLimit else { return }
            count += 1
        }
        nodes[key.node, default: [:]][key.boot] = known
        if isNews { news.insert(key) }
    }

    mutating func takeNews() -> [KnownOwner] {
        defer { news = [] }
        return news.compactMap { self[$0] }
    }

    mutating func remove(where isForgotten: (KnownOwner) -> Bool) -> [KnownOwner] {
        var removed: [KnownOwner] = []
        for (node, boots) in nodes {
            let gone = boots.filter { isForgotten($0.value) }
            guard !gone.isEmpty else { continue }
            removed += gone.values
            for boot in gone.keys { nodes[node]?[boot] = nil }
            if nodes[node]?.isEmpty == true { nodes[node] = nil }
        }
        count -= removed.count
        return removed
    }
}
