/// Sessions that cleanup acted on and whose end has not been seen yet. The memory is bounded, since a session whose TTL
/// was only shortened may take some time to end.
struct CleaningMemory: Sendable {
    /// The number of refs in one generation; two generations are kept.
    static let limit = 1 << 16

    /// The latest end of each session in Unix seconds if its key is left to expire, else 0.
    private var young: [SessionRef: UInt32] = [:]
    private var old: [SessionRef: UInt32] = [:]

    var isEmpty: Bool { young.isEmpty && old.isEmpty }

    mutating func insert(_ ref: SessionRef, latestEnd: UInt32) {
        // The instance's own audit record says less than what it already knows.
        let known = young[ref] ?? old[ref] ?? latestEnd
        if young.count >= Self.limit { (old, young) = (young, [:]) }
        young[ref] = min(known, latestEnd)
    }

    mutating func remove(_ ref: SessionRef) {
        young[ref] = nil
        old[ref] = nil
    }

    func contains(_ ref: SessionRef) -> Bool { young[ref] != nil || old[ref] != nil }

    /// Returns whether cleanup leaves a session at most until `end`, in Unix seconds.
    func shortens(_ ref: SessionRef, to end: UInt32) -> Bool { (young[ref] ?? old[ref]).map { end <= $0 } ?? false }
}
