/// The registered sessions, the owners that they name, and all counts of both; also how sessions that are gone ended.
///
/// Nothing else changes the table or a counter. The fate of an owner is not known here, but in ``Liveness``.
struct Population: Sendable {
    private(set) var table: SessionTable
    private(set) var owners = Owners()
    private(set) var turnover = Turnover()
    private(set) var ends = Ends()
    var clients = ClientNames()
    /// The servers that it is read from.
    var shards = [Shard()]
    /// True if no server has some slots of the cluster.
    var areSlotsMissing = false
    /// The time of the first complete view. Nothing that ended before it is remembered.
    private(set) var memorySince: UnixTime?

    init(shelfBits: Int) {
        table = SessionTable(shelfBits: shelfBits)
    }

    /// The same as ``Ends/evictions``.
    var evictions: Int {
        get { ends.evictions }
        set { ends.evictions = newValue }
    }
}

// MARK: - Sessions come and change

extension Population {
    /// Inserts a session that is new here. `isNews` says that it was created just now.
    mutating func insert(
        _ entry: SessionEntry, id: SessionID, at position: SessionTable.Position, isNews: Bool, _ now: UnixTime
    ) {
        table.insert(entry, id: id, at: position)
        owners.count(entry, by: 1, at: now)
        shards[Int(entry.shard)].sessions += 1
        shards[Int(entry.shard)].fullScan?.seen += 1
        ends.noteRegistered(entry.ref)
        if isNews { turnover.noteCreated(at: node(of: entry)) }
    }

    /// Replaces a session. `isLeftBehind` says that its former owner is gone.
    mutating func replace(
        with entry: SessionEntry, at position: SessionTable.Position, isLeftBehind: Bool, _ now: UnixTime
    ) {
        let old = table[position]
        owners.count(old, by: -1, at: now)
        if old.owner != entry.owner {
            if old.malformation == nil, entry.malformation == nil {
                turnover.noteOwnerChange()
                if isLeftBehind { owners.noteLeft(old.owner, isReleased: true) }
            }
            // Another process took the session over while cleanup acted on it, so this session stays.
            ends.noteKept(entry.ref)
        }
        if old.shard != entry.shard {
            shards[Int(old.shard)].sessions -= 1
            shards[Int(entry.shard)].sessions += 1
        }
        table.replace(with: entry, at: position)
        owners.count(entry, by: 1, at: now)
    }

    /// Changes what is known of a session without reading it.
    mutating func rewrite(
        at position: SessionTable.Position, _ now: UnixTime, _ change: (inout SessionEntry) -> Void
    ) {
        owners.count(table[position], by: -1, at: now)
        change(&table[position])
        owners.count(table[position], by: 1, at: now)
    }

    /// Notes that a session was read and has not changed.
    mutating func noteUnchanged(at position: SessionTable.Position, expires: UInt32) {
        table.noteExpiry(expires, shelf: position.shelf)
    }

    /// Notes that a shard's server has a session. `isRepeated` says that its full scan has seen it before.
    mutating func noteMet(at position: SessionTable.Position, shard: Int, _ terms: Shard.Terms, isRepeated: Bool) {
        if terms.isScanning {
            if !isRepeated { noteSeen(position, shard: shard) }
        } else if terms.countsAtOnce {
            noteShard(position, shard: shard)
        }
    }

    /// Notes that the full scan in progress has seen a session.
    private mutating func noteSeen(_ position: SessionTable.Position, shard: Int) {
        noteShard(position, shard: shard)
        table[position].seenBy = shards[shard].fullScanNumber
        shards[shard].fullScan?.seen += 1
    }

    /// Notes the server whose full scans find a session from now on.
    private mutating func noteShard(_ position: SessionTable.Position, shard: Int) {
        guard table[position].shard != shard else { return }
        shards[Int(table[position].shard)].sessions -= 1
        shards[shard].sessions += 1
        // The number of another server's full scan means nothing here.
        (table[position].shard, table[position].seenBy) = (UInt8(shard), 0)
    }

    /// Counts a session that differs from what changes had reported of it.
    mutating func noteDrift() { turnover.noteDrift() }

    func node(of entry: SessionEntry) -> Int? { entry.owner == 0 ? nil : owners[entry.owner].node }
}

// MARK: - Sessions end

extension Population {
    /// Returns how a session ended whose key no longer exists.
    mutating func ending(of entry: SessionEntry, at now: UnixTime) -> Ending { ends.ending(of: entry, at: now) }

    /// Removes a session from the table. Its end must be noted next.
    mutating func remove(at position: SessionTable.Position) {
        let entry = table[position]
        table.remove(at: position)
        forgetSeen(entry)
    }

    /// Removes from a shelf the sessions that the shard's full scan has not seen. Their ends must be noted next.
    mutating func removeUnseen(shelf: Int, shard: Int) -> [SessionEntry] {
        guard !table.isEmpty(shelf: shelf) else { return [] }
        var gone: [SessionEntry] = []
        let number = shards[shard].fullScanNumber
        table.sweep(
            shelf: shelf, keep: { $0.shard != shard || $0.seenBy == number }, removed: { gone.append($0) })
        return gone
    }

    /// Notes the end of a session that was taken out of the table. `isCounted` says that its end, and the way it ended,
    /// are certain. `isLeftBehind` says that its owner was gone.
    mutating func noteEnd(
        _ entry: SessionEntry, _ ending: Ending, isCounted: Bool, isLeftBehind: Bool, at now: UnixTime
    ) {
        owners.count(entry, by: -1, at: now)
        shards[Int(entry.shard)].sessions -= 1
        if isLeftBehind { owners.noteLeft(entry.owner, isReleased: ending == .closed) }
        ends.note(
            EndedMemory.Record(
                ref: entry.ref, endedAt: UInt32(clamping: now.milliseconds / 1000), created: entry.created,
                owner: entry.owner, ending: ending, wasOrphan: isLeftBehind, doubt: doubt(of: entry, ending, at: now)))
        if isCounted { turnover.noteEnded(ending, at: node(of: entry), now) }
    }

    /// Returns the seconds before `now` in which the session may already have been gone.
    private func doubt(of entry: SessionEntry, _ ending: Ending, at now: UnixTime) -> UInt16 {
        let shard = shards[Int(entry.shard)]
        let isTold = shard.isLive && shard.view.gap == nil
        var known = (isTold ? shard.view.asOf : shard.readFrom) ?? now
        known = max(known, UnixTime(milliseconds: Int64(entry.created) * 1000))
        if ending == .expired { known = UnixTime(milliseconds: Int64(entry.expires) * 1000) }
        return UInt16(clamping: max(now.milliseconds - known.milliseconds, 0) / 1000)
    }

    /// Takes a session out of those that the full scan in progress has seen.
    private mutating func forgetSeen(_ entry: SessionEntry) {
        let shard = Int(entry.shard)
        if shards[shard].fullScan != nil, entry.seenBy == shards[shard].fullScanNumber {
            shards[shard].fullScan?.seen -= 1
        }
    }

    /// Notes that cleanup acts on a session or, if it has already ended, that cleanup ended it.
    mutating func noteCleaned(_ ref: SessionRef, latestEnd: UInt32, at time: UnixTime) {
        guard table.first(of: ref) == nil else {
            ends.noteCleaning(ref, latestEnd: latestEnd, at: time)
            return
        }
        guard let record = ends.noteCleaned(ref, at: time) else { return }
        if record.wasOrphan, record.ending == .closed, record.owner != 0 { owners.noteNotReleased(record.owner) }
    }

    /// Notes that cleanup left a session after all.
    mutating func noteKept(_ ref: SessionRef) { ends.noteKept(ref) }
}

// MARK: - Owners

extension Population {
    mutating func add(_ owner: Owner, _ key: Owners.Key) -> UInt32 { owners.add(owner, key) }

    mutating func setQuiet(_ isQuiet: Bool, owner: UInt32) { owners.setQuiet(isQuiet, owner) }

    /// Notes that an owner is back, so it left nothing behind.
    mutating func noteBack(owner: UInt32) { owners.noteBack(owner) }

    /// Gives owners another cutoff after their nodes restarted, in one pass over the table for all of them.
    mutating func move(_ cutoffs: [UInt32: UInt32]) {
        for (owner, cutoff) in cutoffs { owners.setCutoff(cutoff, owner) }
        guard cutoffs.keys.contains(where: { owners[$0].sessions > 0 }) else { return }
        for shelf in table.shelves {
            for entry in shelf where entry.malformation == nil && entry.created != 0 && cutoffs[entry.owner] != nil {
                owners.countIfBeforeCutoff(entry)
            }
        }
    }

    /// Forgets owners without sessions; `kept` as in ``Owners/renumber(keepingNodes:)``. Returns the new numbers of the
    /// owners.
    mutating func renumber(keepingNodes kept: [Int]) -> [UInt32] {
        let numbers = owners.renumber(keepingNodes: kept)
        table.updateEach { $0.owner = numbers[Int($0.owner)] }
        ends.updateOwners { numbers[Int($0)] }
        turnover.renumberNodes(kept)
        return numbers
    }
}

// MARK: - Full scans

extension Population {
    mutating func beginFullScan(shard: Int, isLive: Bool) {
        shards[shard].isLive = isLive
        shards[shard].fullScanNumber &+= 1
        if shards[shard].fullScanNumber == 0 {
            // The numbers start again, so no session may carry an old one.
            table.updateEach { if $0.shard == shard { $0.seenBy = 0 } }
            shards[shard].fullScanNumber = 1
        }
        shards[shard].fullScan = FullScanInProgress()
    }

    /// Notes when a full scan takes in its first sessions.
    mutating func noteBegun(shard: Int, at now: UnixTime) {
        if shards[shard].fullScan?.began == nil { shards[shard].fullScan?.began = now }
    }

    /// Keeps a session waiting for the end of the full scan.
    mutating func stage(_ staged: FullScanInProgress.Staged, shard: Int) {
        shards[shard].fullScan?.staged.append(staged)
    }

    /// Makes a full scan that was applied the view of its shard.
    mutating func complete(
        _ fullScan: FullScanInProgress, _ totals: FullScanTotals, nodeKeys: Int, shard: Int, at now: UnixTime
    ) {
        shards[shard].fullScan = nil
        shards[shard].lastFullScan = totals
        shards[shard].lastFullScan.sessionKeys = shards[shard].sessions
        shards[shard].lastFullScan.nodeKeys = nodeKeys
        shards[shard].view.asOf = now
        shards[shard].view.gap = nil
        shards[shard].readFrom = fullScan.began ?? now
        if memorySince == nil, view.asOf != nil { memorySince = now }
        shards[shard].wasLive = shards[shard].isLive
        ends.evictions = 0
    }

    mutating func due(shard: Int, limit: Int, at now: UnixTime) -> [(SessionID, dialect: Int)] {
        guard shards[shard].isLive else { return [] }
        let due = table.due(at: UInt32(clamping: now.milliseconds / 1000), shard: UInt8(shard), limit: limit)
        return due.map { (table.id(of: $0), Int($0.dialect)) }
    }

    mutating func moveSessions(
        toShard shard: Int, from shelf: inout Int, where isThere: (SessionID, _ dialect: Int) -> Bool
    ) {
        let end = min(shelf + SessionTable.stepShelves, table.shelfCount)
        for number in shelf..<end {
            for index in table.shelves[number].indices where table.shelves[number][index].shard != shard {
                let position = SessionTable.Position(shelf: number, index: index)
                let entry = table[position]
                guard isThere(table.id(of: entry), Int(entry.dialect)) else { continue }
                forgetSeen(entry)
                // No full scan has this number, so none has seen the session.
                noteShard(position, shard: shard)
            }
        }
        shelf = end
    }

    mutating func setShards(_ count: Int) {
        precondition((1...Registry.shardLimit).contains(count), "a session remembers its shard in a byte")
        if count < shards.count {
            // No full scan has this number, so none has seen the session.
            table.updateEach { if $0.shard >= count { ($0.shard, $0.seenBy) = (0, 0) } }
            shards[0].sessions += shards[count...].reduce(0) { $0 + $1.sessions }
            shards.removeLast(shards.count - count)
        }
        while shards.count < count { shards.append(Shard()) }
    }
}
