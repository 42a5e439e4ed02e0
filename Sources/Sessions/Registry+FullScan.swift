// The ways from Redis into the registry: full scans, and changes as they happen.

extension Registry {
    /// The source of sessions that are taken in.
    public enum Source: Sendable {
        /// The full scan in progress.
        case fullScan
        /// Read because they changed.
        case change
        /// Read wherever they are in the cluster, which does not show to which shard they belong.
        case elsewhere
    }

    /// The number of sessions in one step of ``finishFullScan(_:nodeKeys:shard:hasVanished:at:)``, which bounds how
    /// long a scrape can wait.
    static let stepSessions = 2048
    /// The number from which sessions that are gone at once have vanished, if they are also more than half. Nobody
    /// closes so many between two full scans.
    static let bulk = 100

    /// Takes in what was read, a batch at a time and in the order in which it was read. A session that is read twice
    /// counts once. Outside of a full scan, changes count only while they are reported live. `isPending` says that a
    /// change of the session was reported but not read yet, so a full scan that finds it first finds no drift.
    public mutating func take(
        _ batch: [ObservedSession], _ names: inout RecordNames, from source: Source = .fullScan, shard: Int = 0,
        at now: UnixTime, isPending: (SessionRef) -> Bool = { _ in false }
    ) {
        precondition(source != .fullScan || population.shards[shard].fullScan != nil, "no full scan was begun")
        learn(&names, in: batch, at: now)
        if source == .fullScan { population.noteBegun(shard: shard, at: now) }
        let terms = population.terms(shard: shard)
        guard terms.countsAtOnce || terms.isScanning else { return }
        population.table.prefetch(batch.lazy.map(\.ref))
        for session in batch {
            var entry = population.entry(for: session, names.known, shard: shard)
            let isGone = session.content == .gone
            let place = population.table.place(of: session.id, ref: session.ref)
            var isByClock = false
            if place.isTaken {
                let known = population.table[place.position]
                let isAnothers = source == .elsewhere && known.shard != shard
                if isAnothers { (entry.shard, entry.seenBy) = (known.shard, known.seenBy) }
                // If it is read twice in a full scan, it may have returned to its former value while the change in
                // between is waiting. The later one counts.
                let isRepeated = terms.isScanning && known.shard == entry.shard && known.seenBy == terms.number
                if !isGone, !isAnothers {
                    population.noteMet(at: place.position, shard: shard, terms, isRepeated: isRepeated)
                }
                var told = population.keepingWhatEventsTold(of: known, in: entry)
                // Rounding alone moves nothing, so a session that is renewed every second moves in the end.
                if told.isRounded(from: known) { (told.expires, entry.expires) = (known.expires, known.expires) }
                isByClock = known.differsByClockAlone(from: told)
                if !isGone, terms.countsAtOnce || !isRepeated, known.says(sameAs: told) {
                    population.noteUnchanged(at: place.position, expires: entry.expires)
                    if source == .change { noteRenewal(told) }
                    continue
                }
            } else if isGone, terms.countsAtOnce {
                continue
            }
            guard terms.countsAtOnce else {
                population.stage(FullScanInProgress.Staged(entry: entry, id: session.id, isGone: isGone), shard: shard)
                continue
            }
            if source == .fullScan, terms.wasLive, !isByClock, !isPending(entry.ref) { population.noteDrift() }
            apply(entry, id: session.id, isGone: isGone, in: place, terms, isTold: source == .change, at: now)
        }
    }

    /// Makes a complete full scan the view, one bounded step a call. Returns true when it is done. The heartbeats must
    /// have been read after the sessions (``take(_:at:)``), so that a session of a boot newer than the last check is
    /// not misjudged. `hasVanished` says that sessions that were not seen went in a flush, or in a failover to a server
    /// without them.
    public mutating func finishFullScan(
        _ totals: FullScanTotals, nodeKeys: Int, shard: Int = 0, hasVanished: Bool = false, at now: UnixTime
    ) -> Bool {
        guard var fullScan = population.shards[shard].fullScan else { preconditionFailure("no full scan was begun") }
        let terms = population.terms(shard: shard)
        if fullScan.unseenEnding == nil {
            let sessions = population.shards[shard].sessions
            let unseen = sessions - fullScan.seen
            let isBulk = unseen >= Self.bulk && unseen * 2 > sessions
            fullScan.unseenEnding = hasVanished || isBulk ? .vanished : .closed
            population.shards[shard].fullScan?.unseenEnding = fullScan.unseenEnding
        }
        let end = min(fullScan.applied + Self.stepSessions, fullScan.staged.count)
        for staged in fullScan.staged[fullScan.applied..<end] {
            let place = population.table.place(of: staged.id, ref: staged.entry.ref)
            apply(staged.entry, id: staged.id, isGone: staged.isGone, in: place, terms, isTold: false, at: now)
        }
        fullScan.applied = end
        let shelfCount = population.table.shelfCount
        if end == fullScan.staged.count, fullScan.sweptShelves < shelfCount {
            let shelves = min(fullScan.sweptShelves + SessionTable.stepShelves, shelfCount)
            for shelf in fullScan.sweptShelves..<shelves {
                dropUnseen(shelf: shelf, shard: shard, fullScan.unseenEnding, terms, at: now)
            }
            fullScan.sweptShelves = shelves
        }
        guard end == fullScan.staged.count, fullScan.sweptShelves == shelfCount else {
            population.shards[shard].fullScan = fullScan
            return false
        }
        // A session that was renewed before may have been read only after the renewal.
        if terms.isFirst { liveness.evidence.noteFirstFullScan() }
        if fullScan.unseenEnding == .vanished { liveness.forgetGoodbyes(since: terms.since, at: now) }
        population.complete(fullScan, totals, nodeKeys: nodeKeys, shard: shard, at: now)
        return true
    }

    private mutating func dropUnseen(
        shelf: Int, shard: Int, _ unseenEnding: Ending?, _ terms: Shard.Terms, at now: UnixTime
    ) {
        for entry in population.removeUnseen(shelf: shelf, shard: shard) {
            var ending = population.ending(of: entry, at: now)
            if unseenEnding == .vanished, ending == .closed { ending = .vanished }
            if terms.wasLive, ending != .expired { population.noteDrift() }
            // After a gap, only its own deadline, or the loss of many at once, can show how it ended.
            noteEnd(entry, ending, isCounted: ending != .closed || !terms.isAfterGap, at: now)
        }
    }

    private mutating func noteEnd(_ entry: SessionEntry, _ ending: Ending, isCounted: Bool, at now: UnixTime) {
        let isLeftBehind = isLeftBehind(entry)
        population.noteEnd(entry, ending, isCounted: isCounted, isLeftBehind: isLeftBehind, at: now)
        liveness.evidence.renewals.forget(entry.ref)
    }

    /// Applies what was read of one session. `isTold` says that Redis reported a change of its key.
    private mutating func apply(
        _ entry: SessionEntry, id: SessionID, isGone: Bool, in place: (position: SessionTable.Position, isTaken: Bool),
        _ terms: Shard.Terms, isTold: Bool, at now: UnixTime
    ) {
        switch (isGone, place.isTaken) {
        case (true, true):
            let old = population.table[place.position]
            let ending = population.ending(of: old, at: now)
            population.remove(at: place.position)
            noteEnd(old, ending, isCounted: !terms.isAfterGap || ending == .expired, at: now)
        case (true, false): break
        case (false, true): replace(with: entry, at: place.position, isTold: isTold, at: now)
        case (false, false): insert(entry, id: id, at: place.position, isNews: terms.isNews(entry), at: now)
        }
    }

    private mutating func insert(
        _ read: SessionEntry, id: SessionID, at position: SessionTable.Position, isNews: Bool, at now: UnixTime
    ) {
        var entry = read
        if !testimony.ownersSeenBeforeRead.isEmpty { takeOwnerSeenBefore(&entry, at: now) }
        let end = population.ends.memory.record(of: entry.ref)
        population.insert(entry, id: id, at: position, isNews: isNews, now)
        if let end, end.ending == .cleaned { doubtRemoval(registered: entry, after: end, at: now) }
        noteRegistered(entry, isNews: isNews, at: now)
    }

    private mutating func replace(
        with read: SessionEntry, at position: SessionTable.Position, isTold: Bool, at now: UnixTime
    ) {
        let old = population.table[position]
        let entry = population.keepingWhatEventsTold(of: old, in: read)
        let isOwnersFirst = old.owner != entry.owner
        let isLeftBehind = isOwnersFirst && isLeftBehind(old)
        population.replace(with: entry, at: position, isLeftBehind: isLeftBehind, now)
        if isOwnersFirst {
            noteRegistered(entry, isNews: true, at: now)
        } else if isTold || entry.isTouched(since: old), !population.ends.isOurShortening(entry, of: old) {
            noteRenewal(entry)
        }
    }
}
