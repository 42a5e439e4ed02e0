// How sessions come to their end, and are counted while they are there.

extension Registry {
    /// Sessions whose time to live has run out by `now`, at most `limit` of one shard: to be read again, since nobody
    /// tells when a key expires until somebody finds it so.
    public mutating func dueSessions(shard: Int = 0, limit: Int = 1024, at now: UnixTime) -> [(SessionID, dialect: Int)]
    {
        guard shards[shard].isLive else { return [] }
        let due = table.due(at: UInt32(clamping: now.milliseconds / 1000), shard: UInt8(shard), limit: limit)
        return due.map { (table.id(of: $0), Int($0.dialect)) }
    }

    /// Sessions of a shard that its reading has not seen, from some shelves on; `shelf` ends at the number of shelves.
    /// In a cluster a key may move while it is read: these are to be asked for where they are now, before the reading
    /// is finished.
    public func unseenSessions(shard: Int, from shelf: inout Int) -> [(SessionID, dialect: Int)] {
        let end = min(shelf + Self.stepShelves, table.shelfCount)
        defer { shelf = end }
        let number = shards[shard].readingNumber
        return table.shelves[shelf..<end].joined()
            .filter { $0.shard == shard && $0.seenBy != number }
            .map { (table.id(of: $0), Int($0.dialect)) }
    }

    /// Hands a shard the sessions that its server has by now and that stand in other shards, from some shelves on, as
    /// ``unseenSessions(shard:from:)``. Their former servers would never miss them again.
    public mutating func moveSessions(
        toShard shard: Int, from shelf: inout Int, where isThere: (SessionID, _ dialect: Int) -> Bool
    ) {
        let end = min(shelf + Self.stepShelves, table.shelfCount)
        for number in shelf..<end {
            for index in table.shelves[number].indices where table.shelves[number][index].shard != shard {
                let position = SessionTable.Position(shelf: number, index: index)
                let entry = table[position]
                guard isThere(table.id(of: entry), Int(entry.dialect)) else { continue }
                let old = Int(entry.shard)
                if shards[old].reading != nil, entry.seenBy == shards[old].readingNumber {
                    shards[old].reading?.seen -= 1
                }
                shards[old].sessions -= 1
                shards[shard].sessions += 1
                table[position].shard = UInt8(shard)
                // No reading has that number.
                table[position].seenBy = 0
            }
        }
        shelf = end
    }

    /// ``unseenSessions(shard:from:)`` has looked at all.
    public func isPastTheLast(shelf: Int) -> Bool { shelf >= table.shelfCount }

    func isExpired(_ entry: SessionEntry, at now: UnixTime) -> Bool {
        entry.expires != 0 && Int64(entry.expires) * 1000 <= now.milliseconds + 1000
    }

    /// How a session ended whose key is not there any more.
    mutating func ending(of entry: SessionEntry, at now: UnixTime) -> Ending {
        if !cleaning.isEmpty, cleaning.contains(entry.ref) {
            cleaning.remove(entry.ref)
            return .cleaned
        }
        if isExpired(entry, at: now) { return .expired }
        guard evictions > 0 else { return .closed }
        evictions -= 1
        return .evicted
    }

    mutating func dropUnseen(
        shelf: Int, shard: Int, _ unseenEnding: Ending?, isAfterGap: Bool, at now: UnixTime
    ) {
        guard !table.isEmpty(shelf: shelf) else { return }
        var gone: [SessionEntry] = []
        let number = shards[shard].readingNumber
        table.sweep(
            shelf: shelf, keep: { $0.shard != shard || $0.seenBy == number }, removed: { gone.append($0) })
        for entry in gone {
            var ending = ending(of: entry, at: now)
            if unseenEnding == .vanished, ending == .closed { ending = .vanished }
            if shards[shard].wasLive, ending != .expired { drift += 1 }
            // After a gap only its own deadline, or that all went at once, can tell how it ended.
            noteEnd(entry, ending, isCounted: ending != .closed || !isAfterGap, at: now)
        }
    }

    mutating func end(
        at position: SessionTable.Position, _ ending: Ending, isCounted: Bool, at now: UnixTime
    ) {
        let entry = table[position]
        let shard = Int(entry.shard)
        table.remove(at: position)
        if shards[shard].reading != nil, entry.seenBy == shards[shard].readingNumber {
            shards[shard].reading?.seen -= 1
        }
        noteEnd(entry, ending, isCounted: isCounted || ending == .expired, at: now)
    }

    private mutating func noteEnd(_ entry: SessionEntry, _ ending: Ending, isCounted: Bool, at now: UnixTime) {
        count(entry, by: -1, at: now)
        shards[Int(entry.shard)].sessions -= 1
        let (endedAt, isLeftBehind) = (UInt32(clamping: now.milliseconds / 1000), isLeftBehind(entry))
        if isLeftBehind { noteLeft(entry, isLetGo: ending == .closed) }
        sharedEnds.note(ending, at: UnixTime(milliseconds: Int64(endedAt) * 1000))
        evidence.renewals.forget(entry.ref)
        ended.add(
            EndedMemory.Record(
                ref: entry.ref, endedAt: endedAt, created: entry.created, owner: entry.owner, ending: ending,
                wasOrphan: isLeftBehind, doubt: doubt(of: entry, ending, at: now)))
        guard isCounted else { return }
        if entry.owner == 0 {
            endedUnowned[ending, default: 0] += 1
        } else {
            let node = owners[Int(entry.owner)].node
            nodes[node].ended[ending, default: 0] += 1
            if ending == .closed || ending == .expired { nodes[node].endedLately.add(at: now) }
        }
    }

    /// A session that is registered again is not at its end.
    mutating func noteReturn(of ref: SessionRef) {
        guard ended.count > 0, let record = ended.record(of: ref) else { return }
        sharedEnds.noteReturn(record.ending, endedAt: UnixTime(milliseconds: Int64(record.endedAt) * 1000))
        ended.forget(ref)
    }

    /// For how many seconds before `now` it is not known whether the session was still there.
    private func doubt(of entry: SessionEntry, _ ending: Ending, at now: UnixTime) -> UInt16 {
        let shard = shards[Int(entry.shard)]
        let isTold = shard.isLive && shard.picture.gap == nil
        var known = (isTold ? shard.picture.asOf : shard.readFrom) ?? now
        known = max(known, UnixTime(milliseconds: Int64(entry.created) * 1000))
        if ending == .expired { known = UnixTime(milliseconds: Int64(entry.expires) * 1000) }
        return UInt16(clamping: max(now.milliseconds - known.milliseconds, 0) / 1000)
    }

    /// Counts a session in (1) or out (-1).
    mutating func count(_ entry: SessionEntry, by one: Int, at now: UnixTime) {
        if entry.expires == 0 { sessionsWithoutExpiry += one }
        if let malformation = entry.malformation {
            malformedSessions[malformation, default: 0] += one
            return
        }
        let owner = Int(entry.owner)
        owners[owner].sessions += one
        let seconds = UInt32(clamping: now.milliseconds / 1000)
        owners[owner].lastSign = max(owners[owner].lastSign, min(max(entry.created, entry.lastSeen), seconds))
        let isBeforeCutoff = owners[owner].cutoff.map { entry.created != 0 && entry.created < $0 } ?? false
        if isBeforeCutoff { owners[owner].sessionsBeforeCutoff += one }
        guard entry.isDenied else { return }
        owners[owner].denied += one
        if isBeforeCutoff { owners[owner].deniedBeforeCutoff += one }
        if owners[owner].denied == 0 { owners[owner].deniedSince = nil }
        if owners[owner].denied > 0 { owners[owner].deniedSince = owners[owner].deniedSince ?? now }
    }
}
