/// Sessions that were cleaned and whose end has not been seen yet: bounded, since one that was only left little to live
/// may take its time.
struct CleaningMemory: Sendable {
    /// Refs of one generation; two are kept.
    static let limit = 1 << 16

    /// Unix seconds by which each ends at the latest, where its key is not removed at once; else 0.
    private var young: [SessionRef: UInt32] = [:]
    private var old: [SessionRef: UInt32] = [:]

    var isEmpty: Bool { young.isEmpty && old.isEmpty }

    mutating func insert(_ ref: SessionRef, latestEnd: UInt32) {
        // Our own audit record says less than we know.
        let known = young[ref] ?? old[ref] ?? latestEnd
        if young.count >= Self.limit { (old, young) = (young, [:]) }
        young[ref] = min(known, latestEnd)
    }

    mutating func remove(_ ref: SessionRef) {
        young[ref] = nil
        old[ref] = nil
    }

    func contains(_ ref: SessionRef) -> Bool { young[ref] != nil || old[ref] != nil }

    /// Whether cleanup leaves a session no longer to live than until then, in Unix seconds.
    func shortens(_ ref: SessionRef, to end: UInt32) -> Bool { (young[ref] ?? old[ref]).map { end <= $0 } ?? false }
}
