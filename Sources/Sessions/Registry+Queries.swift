extension Registry {
    /// The number of sessions examined in one call of ``page(_:after:limit:at:)``, which bounds how long a scrape can
    /// wait.
    static let visitLimit = 8192
    /// Stuck sessions are looked up one by one.
    private static let stuckVisitLimit = 1024

    /// Returns the sessions that fit, from the first whose ref is above `after`. It may end early with a `next`; then
    /// call it again.
    public func page(_ filter: SessionFilter, after: SessionRef?, limit: Int, at now: UnixTime) -> SessionPage {
        if filter.stuck == true { return stuckPage(filter, after: after, limit: limit, at: now) }
        var page = SessionPage()
        let fates = fates(at: now)
        let wantedOwners = ownersFitting(filter)
        if let wantedOwners, wantedOwners.isEmpty { return page }
        let wantedClients = filter.client.map { population.clients.fitting($0) }
        let createdBefore = filter.olderThanSeconds.map { UInt32(clamping: (now - $0).milliseconds / 1000) }
        var visited = 0
        var last = after
        var position = after.map { population.table.lowerBound($0) } ?? SessionTable.Position(shelf: 0, index: 0)
        while position.shelf < population.table.shelfCount {
            let shelf = population.table.shelves[position.shelf]
            while position.index < shelf.count {
                let entry = shelf[position.index]
                position.index += 1
                if let after, entry.ref <= after { continue }
                // Two sessions with one ref are never separated.
                if visited >= Self.visitLimit || page.sessions.count >= limit, entry.ref != last {
                    page.next = last
                    return page
                }
                visited += 1
                last = entry.ref
                if let wantedOwners, !wantedOwners.contains(entry.owner) { continue }
                if let wantedClients, !wantedClients.contains(entry.client) { continue }
                if let createdBefore, entry.created == 0 || entry.created >= createdBefore { continue }
                let state = state(of: entry, fates: fates)
                if let wanted = filter.state, wanted != state.word { continue }
                if let wanted = filter.reason, wanted != state.reason { continue }
                let summary = summary(of: entry, state: state, fates: fates, at: now)
                if let wanted = filter.misrouted, wanted != (summary.misrouted > 0) { continue }
                if let wanted = filter.stuck, wanted != summary.isStuck { continue }
                page.sessions.append(summary)
            }
            position = SessionTable.Position(shelf: position.shelf + 1, index: 0)
        }
        return page
    }

    /// The stuck sessions that fit. They are few, and not all of them are registered, so the memory of failures leads.
    private func stuckPage(
        _ filter: SessionFilter, after: SessionRef?, limit: Int, at now: UnixTime
    ) -> SessionPage {
        var page = SessionPage()
        let fates = fates(at: now)
        var last = after
        let stuck = testimony.failures.stuck(at: now).filter { ref in after.map { $0 < ref } ?? true }
        for (visited, ref) in stuck.sorted().enumerated() {
            guard page.count < limit, visited < Self.stuckVisitLimit else {
                page.next = last
                return page
            }
            last = ref
            let registered = sessions(refs: ref...ref, fates: fates, at: now).map(\.summary)
            page.sessions += registered.filter { filter.fits($0, at: now) }
            guard registered.isEmpty else { continue }
            let session = UnregisteredSession(
                ref: ref, ended: endedSession(ref), misrouted: testimony.failures.standing(of: ref, at: now).misrouted)
            if filter.fits(session, at: now) { page.unregistered.append(session) }
        }
        return page
    }

    /// The largest number of sessions that one look-up by prefix returns.
    public static let prefixLimit = 10

    /// Returns the sessions whose refs are in the range, with their ids; at most ``prefixLimit``.
    public func sessions(
        refs: ClosedRange<SessionRef>, at now: UnixTime
    ) -> [(summary: SessionSummary, id: SessionID)] {
        sessions(refs: refs, fates: fates(at: now), at: now)
    }

    private func sessions(
        refs: ClosedRange<SessionRef>, fates: [Fate], at now: UnixTime
    ) -> [(summary: SessionSummary, id: SessionID)] {
        var found: [(SessionSummary, SessionID)] = []
        var position = population.table.lowerBound(refs.lowerBound)
        while position.shelf <= population.table.shelf(of: refs.upperBound) {
            while position.index < population.table.shelves[position.shelf].count {
                let entry = population.table[position]
                guard entry.ref <= refs.upperBound, found.count < Self.prefixLimit else { return found }
                let state = state(of: entry, fates: fates)
                found.append((summary(of: entry, state: state, fates: fates, at: now), population.table.id(of: entry)))
                position.index += 1
            }
            position = SessionTable.Position(shelf: position.shelf + 1, index: 0)
        }
        return found
    }

    /// Returns the session of that id.
    public func session(_ id: SessionID, ref: SessionRef, at now: UnixTime) -> SessionSummary? {
        population.table.find(id, ref: ref).map { summary(of: population.table[$0], at: now) }
    }

    func summary(of entry: SessionEntry, at now: UnixTime) -> SessionSummary {
        let fates = fates(at: now)
        return summary(of: entry, state: state(of: entry, fates: fates), fates: fates, at: now)
    }

    private func summary(of entry: SessionEntry, state: SessionState, fates: [Fate], at now: UnixTime) -> SessionSummary
    {
        let owner = entry.owner == 0 ? nil : population.owners[entry.owner]
        let standing = testimony.failures.standing(of: entry.ref, at: now)
        return SessionSummary(
            ref: entry.ref, state: state, node: owner.map { liveness.nodes[$0.node].name }, boot: owner?.boot?.text,
            createdAt: SessionEntry.time(entry.created), lastSeen: SessionEntry.time(entry.lastSeen),
            expiresAt: SessionEntry.time(entry.expires),
            client: population.clients[entry.client], dialect: Int(entry.dialect),
            orphanedSince: owner.flatMap { $0.orphanedSince(state, fates[Int(entry.owner)]) },
            isLearnt: owner?.isLearnt ?? false, misrouted: standing.misrouted, isStuck: standing.isStuck)
    }

    /// Returns what is remembered of a session that is not registered now.
    public func endedSession(_ ref: SessionRef) -> EndedSession? {
        guard let record = population.ends.memory.record(of: ref) else { return nil }
        let owner = record.owner == 0 ? nil : population.owners[record.owner]
        return EndedSession(
            ref: ref, ending: record.ending, endedAt: record.time, doubtSeconds: Int(record.doubt),
            createdAt: SessionEntry.time(record.created), node: owner.map { liveness.nodes[$0.node].name },
            boot: owner?.boot?.text)
    }

    /// Returns the owners that have matching sessions, by their counts. If there is none, the table need not be walked.
    /// Nil if all owners match. Unowned and malformed sessions belong to the placeholder owner 0.
    private func ownersFitting(_ filter: SessionFilter) -> Set<UInt32>? {
        guard filter.node != nil || filter.state != nil || filter.reason != nil else { return nil }
        let fitting = population.owners.all.indices.filter { index in
            let owner = population.owners.all[index]
            guard owner.node >= 0 else { return filter.node == nil && isOfNobody(filter) }
            guard owner.sessions > 0, filter.node.map({ liveness.nodes[owner.node].name == $0 }) ?? true else {
                return false
            }
            let counts = counts(of: owner)
            switch filter.state {
            case "owned": return counts.owned > 0
            case "orphaned": return counts.orphanedInAll > 0
            case "unowned": return counts.unowned > 0
            case "malformed": return false
            default: break
            }
            guard let reason = filter.reason else { return true }
            return OrphanReason(rawValue: reason).map { counts.orphaned[$0, default: 0] > 0 } ?? (counts.unowned > 0)
        }
        return Set(fitting.map { UInt32($0) })
    }

    private func isOfNobody(_ filter: SessionFilter) -> Bool {
        switch filter.state {
        case "owned", "orphaned": false
        default: filter.reason.flatMap { OrphanReason(rawValue: $0) } == nil
        }
    }
}
