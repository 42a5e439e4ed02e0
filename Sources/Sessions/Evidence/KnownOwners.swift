/// All owners that were seen alive or that a person attests, by node and boot.
struct KnownOwners: Sendable {
    /// The owners by node and canonical boot; the boot is nil for an owner without one.
    private var nodes: [String: [String?: KnownOwner]] = [:]
    private(set) var count = 0
    /// The owners that changed since ``takeNews()``.
    private var news: Set<CanonicalOwner> = []

    subscript(_ owner: CanonicalOwner) -> KnownOwner? { nodes[owner.node]?[owner.boot] }

    var all: some Sequence<KnownOwner> { nodes.values.lazy.flatMap(\.values) }

    /// The longest time between two heartbeats of any process of that name. Nil if none is known.
    func intervalSeconds(_ node: String) -> Double? {
        nodes[node]?.values.compactMap(\.intervals.seconds).max()
    }

    /// The last process of that name that was seen alive.
    func latest(_ node: String) -> KnownOwner? {
        nodes[node]?.values.filter { $0.lastHeartbeatAt != nil }.max {
            ($0.lastHeartbeatAt ?? .distantPast) < ($1.lastHeartbeatAt ?? .distantPast)
        }
    }

    /// Stores a known owner if there is room.
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
