/// Sessions that were renewed or written anew while their owner was silent: each begins a grace of its own.
struct SessionRenewals: Sendable {
    private static let pruneLimit = 1_000
    /// Sessions remembered.
    static let limit = 100_000

    /// The owner of each session, by its place in the registry.
    private var owners: [SessionRef: UInt32] = [:]
    /// When each was renewed last, in seconds observed. By owner: a plan counts each owner's.
    private var times: [UInt32: [SessionRef: Double]] = [:]

    var isEmpty: Bool { owners.isEmpty }

    /// False where there is no room.
    mutating func note(_ ref: SessionRef, owner: UInt32, at seconds: Double) -> Bool {
        if let before = owners[ref] {
            if before != owner { drop(ref, of: before) }
        } else if owners.count >= Self.limit {
            return false
        }
        owners[ref] = owner
        times[owner, default: [:]][ref] = seconds
        return true
    }

    /// When it was last renewed, in seconds observed.
    func renewed(_ ref: SessionRef) -> Double? {
        isEmpty ? nil : owners[ref].flatMap { times[$0]?[ref] }
    }

    /// How many sessions of that owner were renewed later than that.
    func count(of owner: UInt32, after seconds: Double) -> Int { times[owner]?.values.count { $0 > seconds } ?? 0 }

    /// All of them, by what `name` makes of their owner.
    func refs(_ name: (UInt32) -> String) -> [String: [SessionRef]] {
        times.reduce(into: [:]) { refs, renewed in refs[name(renewed.key), default: []] += renewed.value.keys }
    }

    mutating func forget(_ ref: SessionRef) {
        guard !isEmpty, let owner = owners.removeValue(forKey: ref) else { return }
        drop(ref, of: owner)
    }

    private mutating func drop(_ ref: SessionRef, of owner: UInt32) {
        times[owner]?[ref] = nil
        if times[owner]?.isEmpty == true { times[owner] = nil }
    }

    /// Forgets those of long ago, and those whose owner is heard: its own silence begins later.
    mutating func prune(before seconds: Double, isHeard: (UInt32) -> Bool) {
        guard owners.count > Self.pruneLimit else { return }
        for (owner, renewed) in times {
            let isHeard = isHeard(owner)
            for (ref, at) in renewed where isHeard || at < seconds { forget(ref) }
        }
    }

    mutating func removeAll() { (owners, times) = ([:], [:]) }

    /// The registry has renumbered its owners; 0 for those that are no more.
    mutating func updateOwners(_ renumber: (UInt32) -> UInt32) {
        guard !isEmpty else { return }
        times = Dictionary(
            uniqueKeysWithValues: times.compactMap { owner, renewed in
                let new = renumber(owner)
                return new == 0 ? nil : (new, renewed)
            })
        owners = owners.compactMapValues { owner in
            let new = renumber(owner)
            return new == 0 ? nil : new
        }
    }
}
