/// The sessions that were renewed or rewritten while their owner was silent. Each of them has a grace of its own.
struct SessionRenewals: Sendable {
    private static let pruneLimit = 1_000
    /// The largest number of sessions remembered.
    static let limit = 100_000

    /// The owner of each session, by its place in the registry.
    private var owners: [SessionRef: UInt32] = [:]
    /// The time of each session's last renewal, in observed seconds. It is kept by owner, since a plan counts by owner.
    private var times: [UInt32: [SessionRef: Double]] = [:]

    var isEmpty: Bool { owners.isEmpty }

    /// Returns false if there is no room.
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

    /// The time of its last renewal, in observed seconds.
    func renewed(_ ref: SessionRef) -> Double? {
        isEmpty ? nil : owners[ref].flatMap { times[$0]?[ref] }
    }

    /// The number of sessions of that owner that were renewed after that time.
    func count(of owner: UInt32, after seconds: Double) -> Int { times[owner]?.values.count { $0 > seconds } ?? 0 }

    /// All sessions, grouped by the name that `name` gives their owner.
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

    /// Forgets old renewals, and those whose owner is heard, since the owner's own silence begins later.
    mutating func prune(before seconds: Double, isHeard: (UInt32) -> Bool) {
        guard owners.count > Self.pruneLimit else { return }
        for (owner, renewed) in times {
            let isHeard = isHeard(owner)
            for (ref, at) in renewed where isHeard || at < seconds { forget(ref) }
        }
    }

    mutating func removeAll() { (owners, times) = ([:], [:]) }

    /// Follows a renumbering of the registry's owners. The new number is 0 for owners that no longer exist.
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
