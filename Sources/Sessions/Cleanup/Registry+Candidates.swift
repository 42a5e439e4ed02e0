// The way from the owners that may be cleaned up to their sessions.

extension Registry {
    /// Returns the next sessions of these owners, from a shelf on; `shelf` ends at ``shelfCount``. Each call covers at
    /// most ``stepShelves`` shelves, which bounds how long a scrape can wait. Sessions that were renewed recently are
    /// left out.
    func candidates(
        of removable: [SessionOwner: OrphanReason], _ policy: CleanupPolicy, from shelf: inout Int
    ) -> [CleanupCandidate] {
        let parts = removableParts(removable, policy)
        let table = population.table
        let end = min(shelf + SessionTable.stepShelves, table.shelfCount)
        defer { shelf = end }
        var candidates: [CleanupCandidate] = []
        for number in shelf..<end where !table.isEmpty(shelf: number) {
            for entry in table.shelves[number] where entry.malformation == nil {
                guard let part = parts[entry.owner], part.takes(entry, renewed: liveness.renewedSeconds(entry.ref))
                else {
                    continue
                }
                candidates.append(
                    CleanupCandidate(
                        id: table.id(of: entry), ref: entry.ref, dialect: Int(entry.dialect), owner: part.name,
                        reason: part.reason, createdAt: SessionEntry.time(entry.created),
                        expiresAt: SessionEntry.time(entry.expires)))
            }
        }
        return candidates
    }

    /// Returns whether its session was renewed or rewritten recently.
    func isRenewed(_ candidate: CleanupCandidate, within seconds: Double) -> Bool {
        liveness.renewedSeconds(candidate.ref).map { $0 < seconds } ?? false
    }

    /// The sessions of one owner that may be removed.
    private struct RemovablePart {
        var name: SessionOwner
        var reason: OrphanReason
        /// The dialects under whose heartbeat keys the evidence was seen. Nil for all.
        var dialects: Set<Int>?
        var requiredSeconds: Double

        func takes(_ entry: SessionEntry, renewed: Double?) -> Bool {
            if let renewed, renewed < requiredSeconds { return false }
            return dialects?.contains(Int(entry.dialect)) ?? true
        }
    }

    private func removableParts(_ removable: [SessionOwner: OrphanReason], _ policy: CleanupPolicy) -> [UInt32:
        RemovablePart]
    {
        var parts: [UInt32: RemovablePart] = [:]
        for number in population.owners.indices {
            let owner = population.owners[number]
            guard owner.sessions > 0, !owner.isLearnt, !owner.isAdoptable else { continue }
            guard let reason = liveness.fate(of: owner).end?.reason else { continue }
            let name = liveness.name(of: owner)
            guard removable[name] == reason else { continue }
            let standing = liveness.evidence.standing(of: name, policy, self.policy)
            parts[number] = RemovablePart(
                name: name, reason: reason, dialects: liveness.dialects(of: name, reason, standing),
                requiredSeconds: standing.requiredSeconds)
        }
        return parts
    }

    /// The shelf at which ``candidates(of:_:from:)`` ends.
    var shelfCount: Int { population.table.shelfCount }

    /// Notes that these sessions were touched after they were judged: each gets a new grace of its own.
    public mutating func noteTouched(_ refs: some Sequence<SessionRef>) {
        for ref in refs {
            if let position = population.table.first(of: ref) { noteRenewal(population.table[position]) }
        }
    }
}
