/// Sessions that cleanup acted on and whose end has not been seen yet. The memory is bounded, since a session whose TTL
/// was only shortened may take some time to end.
struct CleaningMemory: Sendable {
    /// The number of refs in one generation; two generations are kept.
    static let limit = 1 << 16

    private struct Removal {
        /// The latest end in Unix seconds if the key is left to expire, else 0.
        var latestEnd: UInt32
        /// The time of the removal, in Unix seconds.
        var at: UInt32
    }

    private var young: [SessionRef: Removal] = [:]
    private var old: [SessionRef: Removal] = [:]

    var isEmpty: Bool { young.isEmpty && old.isEmpty }

    mutating func insert(_ ref: SessionRef, latestEnd: UInt32, at time: UnixTime) {
        var removal = Removal(latestEnd: latestEnd, at: UInt32(clamping: time.milliseconds / 1000))
        // The instance's own audit record says less than what it already knows.
        if let earlier = known(ref) { removal.latestEnd = min(earlier.latestEnd, latestEnd) }
        if young.count >= Self.limit { (old, young) = (young, [:]) }
        young[ref] = removal
    }

    mutating func remove(_ ref: SessionRef) {
        young[ref] = nil
        old[ref] = nil
    }

    func contains(_ ref: SessionRef) -> Bool { known(ref) != nil }

    /// Returns whether cleanup leaves a session at most until `end`, in Unix seconds.
    func shortens(_ ref: SessionRef, to end: UInt32) -> Bool { known(ref).map { end <= $0.latestEnd } ?? false }

    /// The time at which cleanup acted on a session.
    func removalTime(of ref: SessionRef) -> UnixTime? {
        isEmpty ? nil : known(ref).map { UnixTime(milliseconds: Int64($0.at) * 1000) }
    }

    private func known(_ ref: SessionRef) -> Removal? { young[ref] ?? old[ref] }
}
