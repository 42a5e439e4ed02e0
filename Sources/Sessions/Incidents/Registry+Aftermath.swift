// The aftermaths of sessions that were lost together.

extension Registry {
    /// The number of sessions with refused requests in one step of ``addAftermath(to:at:)``, which bounds how long a
    /// scrape can wait.
    static let aftermathStep = 1024

    /// Continues a pass over the sessions with refused requests, one bounded step a call. Returns true when the pass is
    /// complete and the aftermaths are ready. The cost depends on those sessions and the owners, not on the number of
    /// registered sessions.
    public func addAftermath(to aftermaths: inout Aftermaths, at now: UnixTime) -> Bool {
        let (failures, numbering) = (testimony.failures, population.owners.numbering)
        if aftermaths.numbering != numbering {
            // The owners have been renumbered.
            aftermaths = Aftermaths()
            aftermaths.numbering = numbering
        }
        let end = min(aftermaths.next + Self.aftermathStep, failures.count)
        let fates = fates(at: now)
        for place in aftermaths.next..<end { add(failures.refused(at: place, now), fates, to: &aftermaths) }
        aftermaths.next = end
        guard end == failures.count else { return false }
        sumUp(&aftermaths, fates)
        return true
    }

    /// Returns all aftermaths at once. Only for few sessions.
    func aftermaths(at now: UnixTime) -> Aftermaths {
        var aftermaths = Aftermaths()
        while !addAftermath(to: &aftermaths, at: now) {}
        return aftermaths
    }

    private func add(_ refused: FailureMemory.Refused, _ fates: [Fate], to aftermaths: inout Aftermaths) {
        if let position = population.table.first(of: refused.ref) {
            let entry = population.table[position]
            guard case .orphaned(let reason) = state(of: entry, fates: fates) else {
                aftermaths.ofLiving[entry.owner, default: .init()].add(refused)
                return
            }
            // A denial is known from a refused request itself.
            let since = reason == .ownerDenies ? nil : fates[Int(entry.owner)].since
            guard isSince(since, refused.last) else { return }
            aftermaths.ofOwners[Self.key(entry.owner, reason), default: .init()].add(refused)
            return
        }
        guard let record = population.ends.memory.record(of: refused.ref) else { return }
        let shared = population.ends.shared
        if let place = shared.place(of: record.ending, endedAt: record.time), isSince(record.time, refused.last) {
            aftermaths.ofEnds[shared.all[place].key, default: .init()].add(refused)
        }
        guard record.wasOrphan, record.owner != 0, let since = fates[Int(record.owner)].since,
            let reason = fates[Int(record.owner)].reason, isSince(since, refused.last)
        else { return }
        aftermaths.ofOwners[Self.key(record.owner, reason), default: .init()]
            .add(refused, isClosed: record.ending == .closed)
    }

    private func isSince(_ since: UnixTime?, _ time: UnixTime) -> Bool {
        since.map { time - $0 >= -policy.maxClockSkewSeconds } ?? true
    }

    private static func key(_ owner: UInt32, _ reason: OrphanReason) -> UInt64 {
        UInt64(owner) << 8 | UInt64(OrphanReason.allCases.firstIndex(of: reason) ?? 0)
    }

    private func sumUp(_ aftermaths: inout Aftermaths, _ fates: [Fate]) {
        for number in population.owners.indices {
            let owner = population.owners[number]
            let fate = fates[Int(number)]
            var orphans = owner.sessions > 0 ? owner.counts(fate).orphaned : [:]
            if let reason = fate.reason, owner.leftAsOrphans > 0 { orphans[reason, default: 0] += owner.leftAsOrphans }
            for (reason, sessions) in orphans where sessions > 0 {
                let released = reason == fate.reason ? owner.releasedAsOrphans : 0
                let refusals = aftermaths.ofOwners[Self.key(number, reason)] ?? .init()
                let name = Aftermaths.LostOwner(
                    node: liveness.nodes[owner.node].name, boot: owner.boot?.text, reason: reason)
                let aftermath = refusals.aftermath(of: sessions, released: released)
                aftermaths.byOwner[name] = (aftermaths.byOwner[name] ?? Aftermath()) + aftermath
            }
        }
        for (number, unreached) in aftermaths.ofLiving where number != 0 {
            aftermaths.unreached[liveness.name(of: population.owners[number])] = unreached
        }
        aftermaths.ended = population.ends.shared.all.map { end in
            (end, (aftermaths.ofEnds[end.key] ?? .init()).aftermath(of: end.sessions, released: end.returned))
        }
    }
}

extension Aftermaths.Unreached {
    fileprivate mutating func add(_ refused: FailureMemory.Refused) {
        if refused.isStuck { stuck += 1 } else if !refused.isQuiet { recent += 1 }
    }
}

extension Aftermaths.Refusals {
    fileprivate mutating func add(_ refused: FailureMemory.Refused, isClosed: Bool = false) {
        if refused.isStuck {
            stuck += 1
            if isClosed { stuckThoughClosed += 1 }
        } else if !isClosed {
            if refused.isQuiet { quiet += 1 } else { recent += 1 }
        }
    }
}
