/// All owners seen gone, each with its evidence. Pure: looks come in, what changed goes out, to be kept in Redis.
public struct GoneOwners: Sendable, Equatable {
    /// Owners kept at most; one that finds no room is not cleaned.
    public static let limit = 10_000

    public private(set) var owners: [GoneOwnerName: GoneOwner]

    public init(_ owners: [GoneOwnerName: GoneOwner] = [:]) {
        self.owners = owners
    }

    /// What is to be written.
    public struct Changes: Sendable, Equatable {
        public var noted: [GoneOwnerName: GoneOwner] = [:]
        /// Not gone any more.
        public var ended: Set<GoneOwnerName> = []

        public var isEmpty: Bool { noted.isEmpty && ended.isEmpty }

        public init() {}
    }

    /// An owner that a look found gone.
    public struct Found: Sendable, Equatable {
        public var reason: OrphanReason
        /// When this process last saw it alive, whoever held the lease then; nil where it never did.
        public var aliveAt: UnixTime?

        public init(_ reason: OrphanReason, aliveAt: UnixTime? = nil) {
            self.reason = reason
            self.aliveAt = aliveAt
        }
    }

    /// What must be written so that whoever comes next finds no more in Redis than the holder knows: one that lost the
    /// lease may have written after an owner was seen alive.
    public func corrections(of kept: GoneOwners) -> Changes {
        var changes = Changes()
        for (name, owner) in kept.owners {
            if let own = owners[name] {
                if owner.goneSeconds > own.goneSeconds { changes.noted[name] = own }
            } else {
                changes.ended.insert(name)
            }
        }
        return changes
    }

    /// Takes one look that found these gone, and all others not: whoever was seen alive in between begins anew.
    ///
    /// `now` is Redis' time of the look. `elapsed` is how long ago this process looked before, on the clock that never
    /// jumps; nil at its first look, which counts the time since another process' last one, but none before `setAheadAt`, when this
    /// process saw Redis' clock set ahead. While Redis' clock cannot be
    /// trusted nothing is counted and no time of it noted: read after the clock was put right, such a time would make hours
    /// of nothing. Gives what begins and what ends; that the rest goes on is to be written now and then.
    public mutating func look(
        _ found: [GoneOwnerName: Found], at now: UnixTime, elapsed: Double?, isClockTrusted: Bool,
        setAheadAt: UnixTime? = nil
    ) -> Changes {
        var changes = Changes()
        for name in owners.keys where found[name] == nil {
            owners[name] = nil
            changes.ended.insert(name)
        }
        guard isClockTrusted else { return changes }
        for (name, found) in found {
            let isBack = owners[name].map { known in found.aliveAt.map { $0 > known.seenAt } ?? false } ?? false
            guard var owner = isBack ? nil : owners[name] else {
                guard isBack || owners.count < Self.limit else { continue }
                let new = GoneOwner(reason: found.reason, since: now, seenAt: now, goneSeconds: 0)
                owners[name] = new
                changes.noted[name] = new
                continue
            }
            let told = max(now - owner.seenAt, 0)
            let sinceSet = setAheadAt.map { max(now - $0, 0) } ?? .infinity
            owner.goneSeconds += min(told, elapsed ?? sinceSet)
            // Whoever noted it may have been blind while we saw it live.
            if let aliveAt = found.aliveAt { owner.goneSeconds = min(owner.goneSeconds, max(now - aliveAt, 0)) }
            owner.seenAt = now
            owner.reason = found.reason
            owners[name] = owner
        }
        return changes
    }
}

extension Registry {
    /// The owners that have sessions and are gone, with when the heartbeats were looked at that say so. Nil while the
    /// picture is not whole, or that look is so old that whoever was alive then may be long dead and the other way round:
    /// then nobody can tell.
    public func goneOwners(at now: UnixTime) -> (owners: [GoneOwnerName: GoneOwners.Found], at: UnixTime)? {
        // One that lies in time to come was told by a clock that was set back since.
        guard picture.isComplete, let lastPulse, abs(now - lastPulse) <= policy.deadAfterSeconds else { return nil }
        var gone: [GoneOwnerName: GoneOwners.Found] = [:]
        for owner in owners where owner.node >= 0 && owner.sessions > 0 {
            guard let found = gonePart(of: owner) else { continue }
            let lived = found.name.createdBefore == nil ? owner.aliveAt : owner.earlierAliveAt
            let aliveAt = [lived, gone[found.name]?.aliveAt].compactMap(\.self).max()
            gone[found.name] = GoneOwners.Found(found.reason, aliveAt: aliveAt)
        }
        return (gone, lastPulse)
    }

    /// What of an owner is gone, if anything, why, since when, and how many sessions that makes.
    func gonePart(
        of owner: Owner
    ) -> (name: GoneOwnerName, reason: OrphanReason, since: UnixTime, sessions: Int)? {
        let node = nodes[owner.node]
        switch owner.fate(node: node, policy: policy) {
        case .gone(let reason, let since):
            return (GoneOwnerName(node: node.name, boot: owner.boot), reason, since, owner.sessions)
        case .decidedByAge(let cutoff, let since) where owner.sessionsBeforeCutoff > 0:
            let name = GoneOwnerName(node: node.name, boot: owner.boot, createdBefore: cutoff)
            return (name, .ownerRestarted, since, owner.sessionsBeforeCutoff)
        case .serves, .learntGone, .decidedByAge: return nil
        }
    }
}
