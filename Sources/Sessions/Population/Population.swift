/// Who is registered, and who was: the sessions, the owners that they name, and all that is counted of both.
///
/// Nobody else changes the table or a counter. What became of an owner is not known here: ``Liveness`` tells.
struct Population: Sendable {
    private(set) var table: SessionTable
    private(set) var owners = Owners()
    private(set) var turnover = Turnover()
    private(set) var ends = Ends()
    var clients = ClientNames()
    /// The servers that it is read from.
    var shards = [Shard()]
    /// There are slots of the cluster that no server has.
    var areSlotsMissing = false
    /// When the first complete view was there: of what ended before, nothing is remembered.
    private(set) var memorySince: UnixTime?

    init(shelfBits: Int) {
        table = SessionTable(shelfBits: shelfBits)
    }

    /// As ``Ends/evictions``.
    var evictions: Int {
        get { ends.evictions }
        set { ends.evictions = newValue }
    }
}

// MARK: - Sessions come and change

extension Population {
    /// Puts in a session that is new here. `isNews`: it was created just now.
    mutating func insert(
        _ entry: SessionEntry, id: SessionID, at position: SessionTable.Position, isNews: Bool, _ now: UnixTime
    ) {
        table.insert(entry, id: id, at: position)
        owners.count(entry, by: 1, at: now)
        shards[Int(entry.shard)].sessions += 1
        shards[Int(entry.shard)].reading?.seen += 1
        ends.noteRegistered(entry.ref)
        if isNews { turnover.noteCreated(at: node(of: entry)) }
    }

    /// Writes a session anew. `isLeftBehind`: the owner that it had is gone.
    mutating func replace(
        with entry: SessionEntry, at position: SessionTable.Position, isLeftBehind: Bool, _ now: UnixTime
    ) {
        let old = table[position]
        owners.count(old, by: -1, at: now)
        if old.owner != entry.owner {
            if old.malformation == nil, entry.malformation == nil {
                turnover.noteOwnerChange()
                if isLeftBehind { owners.noteLeft(old.owner, isLetGo: true) }
            }
            // Taken up by another process while it was being cleaned: it is not the session that goes.
            ends.noteKept(entry.ref)
        }
        if old.shard != entry.shard {
            shards[Int(old.shard)].sessions -= 1
            shards[Int(entry.shard)].sessions += 1
        }
        table.replace(with: entry, at: position)
        owners.count(entry, by: 1, at: now)
    }

    /// Changes what is known of a session without its being read.
    mutating func rewrite(
        at position: SessionTable.Position, _ now: UnixTime, _ change: (inout SessionEntry) -> Void
    ) {
        owners.count(table[position], by: -1, at: now)
        change(&table[position])
        owners.count(table[position], by: 1, at: now)
    }

    /// A session was read, and nothing of it changed.
    mutating func noteUnchanged(at position: SessionTable.Position, expires: UInt32) {
        table.noteExpiry(expires, shelf: position.shelf)
    }

    /// Notes that a shard's server has a session. `isRepeated`: its reading has seen it before.
    mutating func noteMet(at position: SessionTable.Position, shard: Int, _ terms: Shard.Terms, isRepeated: Bool) {
        if terms.isScanning {
            if !isRepeated { noteSeen(position, shard: shard) }
        } else if terms.countsAtOnce {
            noteShard(position, shard: shard)
        }
    }

    /// Notes that the reading in progress has seen a session.
    private mutating func noteSeen(_ position: SessionTable.Position, shard: Int) {
        noteShard(position, shard: shard)
        table[position].seenBy = shards[shard].fullScanNumber
        shards[shard].reading?.seen += 1
    }

    /// Notes by which server's reading a session is to be found from now on.
    private mutating func noteShard(_ position: SessionTable.Position, shard: Int) {
        guard table[position].shard != shard else { return }
        shards[Int(table[position].shard)].sessions -= 1
        shards[shard].sessions += 1
        // The number of another server's reading says nothing here.
        (table[position].shard, table[position].seenBy) = (UInt8(shard), 0)
    }

    /// Counts a session that was found to differ from what changes had told of it.
    mutating func noteDrift() { turnover.noteDrift() }

    func node(of entry: SessionEntry) -> Int? { entry.owner == 0 ? nil : owners[entry.owner].node }
}

// MARK: - Sessions end

extension Population {
    /// How a session ended whose key is not there any more.
    mutating func ending(of entry: SessionEntry, at now: UnixTime) -> Ending { ends.ending(of: entry, at: now) }

    /// Takes a session out of the table; its end is to be noted next.
    mutating func remove(at position: SessionTable.Position) {
        let entry = table[position]
        table.remove(at: position)
        forgetSeen(entry)
    }

    /// Takes out of a shelf what the reading of that shard has not seen; the ends are to be noted next.
    mutating func removeUnseen(shelf: Int, shard: Int) -> [SessionEntry] {
        guard !table.isEmpty(shelf: shelf) else { return [] }
        var gone: [SessionEntry] = []
        let number = shards[shard].fullScanNumber
        table.sweep(
            shelf: shelf, keep: { $0.shard != shard || $0.seenBy == number }, removed: { gone.append($0) })
        return gone
    }

    /// Notes the end of a session that was taken out. `isCounted`: its end, and how it ended, are certain. `isLeftBehind`: its
    /// owner was gone.
    mutating func noteEnd(
        _ entry: SessionEntry, _ ending: Ending, isCounted: Bool, isLeftBehind: Bool, at now: UnixTime
    ) {
        owners.count(entry, by: -1, at: now)
        shards[Int(entry.shard)].sessions -= 1
        if isLeftBehind { owners.noteLeft(entry.owner, isLetGo: ending == .closed) }
        ends.note(
            EndedMemory.Record(
                ref: entry.ref, endedAt: UInt32(clamping: now.milliseconds / 1000), created: entry.created,
                owner: entry.owner, ending: ending, wasOrphan: isLeftBehind, doubt: doubt(of: entry, ending, at: now)))
        if isCounted { turnover.noteEnded(ending, at: node(of: entry), now) }
    }

    /// For how many seconds before `now` it is not known whether the session was still there.
    private func doubt(of entry: SessionEntry, _ ending: Ending, at now: UnixTime) -> UInt16 {
        let shard = shards[Int(entry.shard)]
        let isTold = shard.isLive && shard.view.gap == nil
        var known = (isTold ? shard.view.asOf : shard.readFrom) ?? now
        known = max(known, UnixTime(milliseconds: Int64(entry.created) * 1000))
        if ending == .expired { known = UnixTime(milliseconds: Int64(entry.expires) * 1000) }
        return UInt16(clamping: max(now.milliseconds - known.milliseconds, 0) / 1000)
    }

    /// The reading in progress has not seen it after all.
    private mutating func forgetSeen(_ entry: SessionEntry) {
        let shard = Int(entry.shard)
        if shards[shard].reading != nil, entry.seenBy == shards[shard].fullScanNumber {
            shards[shard].reading?.seen -= 1
        }
    }

    /// Notes that a session is being cleaned; where it ended already, that it ended that way.
    mutating func noteCleaned(_ ref: SessionRef, latestEnd: UInt32, at time: UnixTime) {
        guard table.first(of: ref) == nil else {
            ends.noteCleaning(ref, latestEnd: latestEnd)
            return
        }
        guard let record = ends.noteCleaned(ref, at: time) else { return }
        if record.wasOrphan, record.ending == .closed, record.owner != 0 { owners.noteNotLetGo(record.owner) }
    }

    /// A session that was to be cleaned was left after all.
    mutating func noteKept(_ ref: SessionRef) { ends.noteKept(ref) }
}

// MARK: - Owners

extension Population {
    mutating func add(_ owner: Owner, _ key: Owners.Key) -> UInt32 { owners.add(owner, key) }

    mutating func setQuiet(_ isQuiet: Bool, owner: UInt32) { owners.setQuiet(isQuiet, owner) }

    /// An owner is back: it left nothing behind.
    mutating func noteBack(owner: UInt32) { owners.noteBack(owner) }

    /// Gives owners another cutoff, since their nodes started anew: one pass over the table for all of them.
    mutating func move(_ cutoffs: [UInt32: UInt32]) {
        for (owner, cutoff) in cutoffs { owners.setCutoff(cutoff, owner) }
        guard cutoffs.keys.contains(where: { owners[$0].sessions > 0 }) else { return }
        for shelf in table.shelves {
            for entry in shelf where entry.malformation == nil && entry.created != 0 && cutoffs[entry.owner] != nil {
                owners.countIfBeforeCutoff(entry)
            }
        }
    }

    /// Forgets owners without sessions; `kept` as in ``Owners/renumber(keepingNodes:)``. Gives the new numbers of the owners.
    mutating func renumber(keepingNodes kept: [Int]) -> [UInt32] {
        let numbers = owners.renumber(keepingNodes: kept)
        table.updateEach { $0.owner = numbers[Int($0.owner)] }
        ends.updateOwners { numbers[Int($0)] }
        turnover.renumberNodes(kept)
        return numbers
    }
}

// MARK: - Readings

extension Population {
    mutating func beginFullScan(shard: Int, isLive: Bool) {
        shards[shard].isLive = isLive
        shards[shard].fullScanNumber &+= 1
        if shards[shard].fullScanNumber == 0 {
            // The numbers begin anew, so no session may carry an old one.
            table.updateEach { if $0.shard == shard { $0.seenBy = 0 } }
            shards[shard].fullScanNumber = 1
        }
        shards[shard].reading = FullScanInProgress()
    }

    /// Notes when a reading takes its first sessions in.
    mutating func noteBegun(shard: Int, at now: UnixTime) {
        if shards[shard].reading?.began == nil { shards[shard].reading?.began = now }
    }

    /// Has a session wait for the end of the reading.
    mutating func stage(_ staged: FullScanInProgress.Staged, shard: Int) {
        shards[shard].reading?.staged.append(staged)
    }

    /// Makes a reading that has been applied the view of its shard.
    mutating func complete(
        _ reading: FullScanInProgress, _ totals: FullScanTotals, nodeKeys: Int, shard: Int, at now: UnixTime
    ) {
        shards[shard].reading = nil
        shards[shard].lastFullScan = totals
        shards[shard].lastFullScan.sessionKeys = shards[shard].sessions
        shards[shard].lastFullScan.nodeKeys = nodeKeys
        shards[shard].view.asOf = now
        shards[shard].view.gap = nil
        shards[shard].readFrom = reading.began ?? now
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
                // No reading has the number that it gets: it is seen by none.
                noteShard(position, shard: shard)
            }
        }
        shelf = end
    }

    mutating func setShards(_ count: Int) {
        precondition((1...Registry.shardLimit).contains(count), "a session remembers its shard in a byte")
        if count < shards.count {
            // A number that no reading has: seen by none.
            table.updateEach { if $0.shard >= count { ($0.shard, $0.seenBy) = (0, 0) } }
            shards[0].sessions += shards[count...].reduce(0) { $0 + $1.sessions }
            shards.removeLast(shards.count - count)
        }
        while shards.count < count { shards.append(Shard()) }
    }
}
