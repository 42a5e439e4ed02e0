// From the owners that may be cleaned to their sessions.

extension Registry {
    /// The next sessions of these owners, from some shelves on; `shelf` ends at ``shelfCount``. Looks at no more than
    /// ``stepShelves`` at a time, which bounds how long a scrape can wait. Sessions that were renewed of late are left out.
    func candidates(
        of going: [SessionOwner: OrphanReason], _ policy: CleanupPolicy, from shelf: inout Int
    ) -> [CleanupCandidate] {
        let parts = goingParts(going, policy)
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

    /// Whether its session was renewed or written anew of late.
    func isRenewed(_ candidate: CleanupCandidate, within seconds: Double) -> Bool {
        liveness.renewedSeconds(candidate.ref).map { $0 < seconds } ?? false
    }

    /// Sessions of one owner that may go.
    private struct GoingPart {
        var name: SessionOwner
        var reason: OrphanReason
        /// The dialects under whose heartbeat keys the evidence was seen; nil for all.
        var dialects: Set<Int>?
        var requiredSeconds: Double

        func takes(_ entry: SessionEntry, renewed: Double?) -> Bool {
            if let renewed, renewed < requiredSeconds { return false }
            return dialects?.contains(Int(entry.dialect)) ?? true
        }
    }

    private func goingParts(_ going: [SessionOwner: OrphanReason], _ policy: CleanupPolicy) -> [UInt32: GoingPart] {
        var parts: [UInt32: GoingPart] = [:]
        for number in population.owners.indices {
            let owner = population.owners[number]
            guard owner.sessions > 0, !owner.isLearnt, !owner.isAdoptable else { continue }
            let name = liveness.name(of: owner)
            guard let reason = going[name], liveness.fate(of: owner).end?.reason == reason else { continue }
            let standing = liveness.evidence.standing(of: name, policy, self.policy)
            parts[number] = GoingPart(
                name: name, reason: reason, dialects: liveness.dialects(of: name, reason, standing),
                requiredSeconds: standing.requiredSeconds)
        }
        return parts
    }

    /// Where ``candidates(of:_:from:)`` ends.
    var shelfCount: Int { population.table.shelfCount }

    /// Somebody touched these after they were judged: each begins a grace of its own.
    public mutating func noteTouched(_ refs: some Sequence<SessionRef>) {
        for ref in refs {
            if let position = population.table.first(of: ref) { noteRenewal(population.table[position]) }
        }
    }
}
