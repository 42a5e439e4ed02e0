import API
import Sessions

extension Counts {
    /// `12 owner_dead, 8 owner_restarted`: the counts that are not zero.
    var text: String { listed(all) }
}

extension SomeCounts {
    /// `3 misrouted, 1 never_seen`: the counts that are not zero.
    var text: String { listed(all) }
}

private func listed<Key: Word>(_ counts: [(key: Key, count: Int)]) -> String {
    counts.filter { $0.count > 0 }.map { "\(grouped($0.count)) \($0.key.rawValue)" }.joined(separator: ", ")
}
