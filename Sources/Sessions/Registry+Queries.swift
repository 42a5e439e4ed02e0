/// One session as it is told about; the id only where asked for.
public struct SessionSummary: Sendable, Equatable {
    public var ref: SessionRef
    public var state: SessionState
    public var node: String?
    public var boot: String?
    public var createdAt: UnixTime?
    public var lastSeen: UnixTime?
    /// Nil where the key never expires.
    public var expiresAt: UnixTime?
    public var client: String
    public var dialect: Int
    /// Since when it has been without its owner.
    public var orphanedSince: UnixTime?
    /// It names no owner; its node and boot were learnt from events.
    public var isLearnt = false
    /// Misroutes in the last 15 minutes.
    public var misrouted = 0
    /// Its requests are refused again and again: ``SessionFailures/isStuck``.
    public var isStuck = false

    public var hasNoExpiry: Bool { expiresAt == nil }
}

/// Which sessions a listing is to hold; nil asks for all.
public struct SessionFilter: Sendable, Equatable {
    public var state: String?
    public var reason: String?
    public var node: String?
    /// The whole client text, or its name: what stands before a blank or slash.
    public var client: String?
    /// Only sessions created longer ago than this.
    public var olderThanSeconds: Double?
    /// Only sessions that were misrouted in the last 15 minutes, or only others.
    public var misrouted: Bool?
    /// Only sessions that are stuck, or only others.
    public var stuck: Bool?

    public init() {}
}

/// Part of a listing in the order of refs.
public struct SessionPage: Sendable {
    public var sessions: [SessionSummary] = []
    /// Where to go on; nil at the end.
    public var next: SessionRef?
}

extension Registry {
    /// Sessions looked at in one call of ``page(_:after:limit:at:)``: it bounds how long a scrape can wait.
    static let lookLimit = 8192

    /// The sessions that fit, from the first whose ref is above `after` on. It may end early with a `next`: ask again.
    public func page(_ filter: SessionFilter, after: SessionRef?, limit: Int, at now: UnixTime) -> SessionPage {
        var page = SessionPage()
        let fates = fates(at: now)
        let wantedOwners = ownersFitting(filter)
        if let wantedOwners, wantedOwners.isEmpty { return page }
        let wantedClients = filter.client.map { population.clients.fitting($0) }
        let createdBefore = filter.olderThanSeconds.map { UInt32(clamping: (now - $0).milliseconds / 1000) }
        var looked = 0
        var last = after
        var position = after.map { population.table.lowerBound($0) } ?? SessionTable.Position(shelf: 0, index: 0)
        while position.shelf < population.table.shelfCount {
            let shelf = population.table.shelves[position.shelf]
            while position.index < shelf.count {
                let entry = shelf[position.index]
                position.index += 1
                if let after, entry.ref <= after { continue }
                // Two sessions of one ref are never parted.
                if looked >= Self.lookLimit || page.sessions.count >= limit, entry.ref != last {
                    page.next = last
                    return page
                }
                looked += 1
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

    /// Most sessions that one look-up by prefix returns.
    public static let prefixLimit = 10

    /// The sessions whose refs lie in the range, with their ids; at most ``prefixLimit``.
    public func sessions(
        refs: ClosedRange<SessionRef>, at now: UnixTime
    ) -> [(summary: SessionSummary, id: SessionID)] {
        var found: [(SessionSummary, SessionID)] = []
        let fates = fates(at: now)
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

    /// The one session of that id.
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

    /// What is remembered of a session that is not registered now.
    public func endedSession(_ ref: SessionRef) -> EndedSession? {
        guard let record = population.ends.memory.record(of: ref) else { return nil }
        let owner = record.owner == 0 ? nil : population.owners[record.owner]
        return EndedSession(
            ref: ref, ending: record.ending, endedAt: record.time, doubtSeconds: Int(record.doubt),
            createdAt: SessionEntry.time(record.created), node: owner.map { liveness.nodes[$0.node].name },
            boot: owner?.boot?.text)
    }

    /// The owners that have sessions in question, by what is counted of them: where there is none the table need not be
    /// walked. Nil where all are. Nobody, as an owner, has those that are unowned or malformed.
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
