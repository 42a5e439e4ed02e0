/// Sessions that were renewed or written anew while their owner was silent: each begins a grace of its own.
struct SessionRenewals: Sendable {
    private static let pruneLimit = 1_000
    /// Sessions remembered.
    static let limit = 100_000

    private struct Renewal {
        /// The owner's place in the registry.
        var owner: UInt32
        /// In seconds observed.
        var at: Double
    }

    private var renewals: [SessionRef: Renewal] = [:]

    var isEmpty: Bool { renewals.isEmpty }

    /// False where there is no room.
    mutating func note(_ ref: SessionRef, owner: UInt32, at seconds: Double) -> Bool {
        guard renewals.count < Self.limit || renewals[ref] != nil else { return false }
        renewals[ref] = Renewal(owner: owner, at: seconds)
        return true
    }

    /// When it was last renewed, in seconds observed.
    func renewed(_ ref: SessionRef) -> Double? { renewals.isEmpty ? nil : renewals[ref]?.at }

    /// How many sessions of that owner were renewed later than that.
    func count(of owner: UInt32, after seconds: Double) -> Int {
        renewals.isEmpty ? 0 : renewals.values.count { $0.owner == owner && $0.at > seconds }
    }

    /// All of them, by what `name` makes of their owner.
    func refs(_ name: (UInt32) -> String) -> [String: [SessionRef]] {
        renewals.reduce(into: [:]) { refs, renewal in refs[name(renewal.value.owner), default: []].append(renewal.key) }
    }

    mutating func forget(_ ref: SessionRef) {
        if !renewals.isEmpty { renewals[ref] = nil }
    }

    /// Forgets those of long ago, and those whose owner is heard: its own silence begins later.
    mutating func prune(before seconds: Double, isHeard: (UInt32) -> Bool) {
        guard renewals.count > Self.pruneLimit else { return }
        renewals = renewals.filter { $0.value.at >= seconds && !isHeard($0.value.owner) }
    }

    mutating func removeAll() { renewals.removeAll() }

    /// The registry has renumbered its owners; 0 for those that are no more.
    mutating func updateOwners(_ renumber: (UInt32) -> UInt32) {
        renewals = renewals.compactMapValues { renewal in
            let owner = renumber(renewal.owner)
            return owner == 0 ? nil : Renewal(owner: owner, at: renewal.at)
        }
    }
}
