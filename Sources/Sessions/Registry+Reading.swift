// How what is found in Redis gets into the registry: by readings of everything, and by changes as they come.

extension Registry {
    /// Where sessions that are taken in come from.
    public enum Source: Sendable {
        /// The reading in progress.
        case reading
        /// Asked for because they changed.
        case change
        /// Asked for wherever they are in the cluster: that says nothing of whose they are.
        case elsewhere
    }

    /// Sessions or shelves dealt with in one step of ``finishReading(_:nodeKeys:shard:hasVanished:at:)``: it bounds how long a
    /// scrape can wait.
    static let stepSessions = 2048
    static let stepShelves = 512
    /// From this many on, and if they are more than half, sessions that are gone at once have vanished: nobody closes so
    /// many between two looks.
    static let bulk = 100

    /// Begins a reading; it may be in progress in several shards at once, each by itself. `isLive`: changes are told from
    /// before it begins on.
    public mutating func beginReading(shard: Int = 0, isLive: Bool = false) {
        shards[shard].isLive = isLive
        shards[shard].readingNumber &+= 1
        if shards[shard].readingNumber == 0 {
            // The numbers begin anew, so no session may carry an old one.
            table.updateEach { if $0.shard == shard { $0.seenBy = 0 } }
            shards[shard].readingNumber = 1
        }
        shards[shard].reading = ReadingInProgress()
    }

    /// Takes in what was read, a batch at a time and in the order it was read; a session that is read twice counts once.
    /// Outside of a reading, changes count only while they come live. `isPending`: a change of that session has been told
    /// and not read yet, so that a reading that finds it first finds no drift.
    public mutating func take(
        _ batch: [ObservedSession], _ names: inout RecordNames, from source: Source = .reading, shard: Int = 0,
        at now: UnixTime, isPending: (SessionRef) -> Bool = { _ in false }
    ) {
        precondition(source != .reading || shards[shard].reading != nil, "no reading was begun")
        learn(&names, at: now)
        let isFirst = shards[shard].picture.asOf == nil
        let countsAtOnce = isFirst || shards[shard].isLive
        guard countsAtOnce || shards[shard].reading != nil else { return }
        let (isAfterGap, since) = (shards[shard].picture.gap != nil, shards[shard].picture.asOf)
        let number = shards[shard].readingNumber
        let isReading = shards[shard].reading != nil
        table.prefetch(batch.lazy.map(\.ref))
        for session in batch {
            var entry = entry(for: session, names.known, shard: shard)
            let isGone = session.content == .gone
            let place = table.place(of: session.id, ref: session.ref)
            if place.isTaken {
                let position = place.position
                let isAnothers = source == .elsewhere && table[position].shard != shard
                if isAnothers { (entry.shard, entry.seenBy) = (table[position].shard, table[position].seenBy) }
                // Read twice, it may be back at what it was while the change between waits: the later one counts.
                let isRepeated = isReading && table[position].shard == entry.shard && table[position].seenBy == number
                if isReading, !isRepeated, !isGone, !isAnothers { noteSeen(position, shard: shard) }
                if !isReading, countsAtOnce, !isGone, !isAnothers { noteShard(position, shard: shard) }
                if !isGone, countsAtOnce || !isRepeated, table[position].says(sameAs: entry) {
                    table.noteExpiry(entry.expires, shelf: position.shelf)
                    continue
                }
            } else if isGone, countsAtOnce {
                continue
            }
            guard countsAtOnce else {
                shards[shard].reading?.staged.append(.init(entry: entry, id: session.id, isGone: isGone))
                continue
            }
            let isByClock = place.isTaken && table[place.position].differsByClockAlone(from: entry)
            if source == .reading, shards[shard].wasLive, !isByClock, !isPending(entry.ref) { drift += 1 }
            if isGone {
                end(at: place.position, ending(of: table[place.position], at: now), isCounted: !isAfterGap, at: now)
            } else {
                put(entry, id: session.id, in: place, isNews: isNews(entry, isAfterGap, since: since))
            }
        }
    }

    /// Notes by which server's reading a session is to be found from now on.
    private mutating func noteShard(_ position: SessionTable.Position, shard: Int) {
        guard table[position].shard != shard else { return }
        shards[Int(table[position].shard)].sessions -= 1
        shards[shard].sessions += 1
        // The number of another server's reading says nothing here.
        (table[position].shard, table[position].seenBy) = (UInt8(shard), 0)
    }

    private mutating func noteSeen(_ position: SessionTable.Position, shard: Int) {
        noteShard(position, shard: shard)
        table[position].seenBy = shards[shard].readingNumber
        shards[shard].reading?.seen += 1
    }

    /// Makes a complete reading the picture, one bounded step a call; true when it is done. Heartbeats must have been read
    /// after the sessions (``take(_:at:)``), so that a session of a boot newer than the last look is not misjudged.
    /// `hasVanished`: what was not seen went by a flush, or by a failover to a server without it.
    public mutating func finishReading(
        _ totals: ReadingTotals, nodeKeys: Int, shard: Int = 0, hasVanished: Bool = false, at now: UnixTime
    ) -> Bool {
        guard var reading = shards[shard].reading else { preconditionFailure("no reading was begun") }
        let isAfterGap = shards[shard].picture.gap != nil
        let since = shards[shard].picture.asOf
        if reading.unseenEnding == nil {
            let unseen = shards[shard].sessions - reading.seen
            let isBulk = unseen >= Self.bulk && unseen * 2 > shards[shard].sessions
            reading.unseenEnding = hasVanished || isBulk ? .vanished : .closed
            shards[shard].reading?.unseenEnding = reading.unseenEnding
        }
        let end = min(reading.applied + Self.stepSessions, reading.staged.count)
        for staged in reading.staged[reading.applied..<end] {
            apply(staged, isAfterGap: isAfterGap, since: since, at: now)
        }
        reading.applied = end
        if end == reading.staged.count, reading.sweptShelves < SessionTable.shelfCount {
            let shelves = min(reading.sweptShelves + Self.stepShelves, SessionTable.shelfCount)
            for shelf in reading.sweptShelves..<shelves {
                dropUnseen(shelf: shelf, shard: shard, reading.unseenEnding, isAfterGap: isAfterGap, at: now)
            }
            reading.sweptShelves = shelves
        }
        guard end == reading.staged.count, reading.sweptShelves == SessionTable.shelfCount else {
            shards[shard].reading = reading
            return false
        }
        shards[shard].reading = nil
        shards[shard].lastReading = totals
        shards[shard].lastReading.sessionKeys = shards[shard].sessions
        shards[shard].lastReading.nodeKeys = nodeKeys
        shards[shard].picture.asOf = now
        shards[shard].picture.gap = nil
        shards[shard].wasLive = shards[shard].isLive
        evictions = 0
        return true
    }

    private mutating func apply(
        _ staged: ReadingInProgress.Staged, isAfterGap: Bool, since: UnixTime?, at now: UnixTime
    ) {
        let place = table.place(of: staged.id, ref: staged.entry.ref)
        if !staged.isGone {
            put(staged.entry, id: staged.id, in: place, isNews: isNews(staged.entry, isAfterGap, since: since))
        } else if place.isTaken {
            end(
                at: place.position, ending(of: table[place.position], at: now), isCounted: !isAfterGap, at: now)
        }
    }

    /// Whether a session that is new to us was created just now: not by the first reading, and after a gap only if its own
    /// time says so.
    private func isNews(_ entry: SessionEntry, _ isAfterGap: Bool, since: UnixTime?) -> Bool {
        guard let since else { return false }
        return !isAfterGap || (entry.created != 0 && Int64(entry.created) * 1000 >= since.milliseconds)
    }

    private func entry(for session: ObservedSession, _ names: RecordNames.Known, shard: Int) -> SessionEntry {
        var entry = SessionEntry(ref: session.ref)
        entry.dialect = UInt8(clamping: session.dialect)
        entry.shard = UInt8(clamping: shard)
        entry.seenBy = shards[shard].readingNumber
        // Rounded up: a session must not look expired before it is.
        entry.expires = session.expiresAt.map { UInt32(clamping: ($0.milliseconds + 999) / 1000) } ?? 0
        switch session.content {
        case .gone: break
        case .malformed(let malformation): entry.malformation = malformation
        case .value(let value):
            entry.created = value.createdAt.map { UInt32(clamping: $0.milliseconds / 1000) } ?? 0
            entry.lastSeen = value.lastSeen.map { UInt32(clamping: $0.milliseconds / 1000) } ?? 0
            entry.client = names.clients[Int(value.client)]
            entry.owner = names.owners[Int(value.owner)]
        }
        return entry
    }

    /// Puts a session in its place, or in the place of what was known of it.
    private mutating func put(
        _ entry: SessionEntry, id: SessionID, in place: (position: SessionTable.Position, isTaken: Bool), isNews: Bool
    ) {
        let position = place.position
        let shard = Int(entry.shard)
        guard place.isTaken else {
            table.insert(entry, id: id, at: position)
            count(entry, by: 1)
            shards[shard].sessions += 1
            shards[shard].reading?.seen += 1
            ended.forget(entry.ref)
            if isNews, entry.owner != 0 { nodes[owners[Int(entry.owner)].node].created += 1 }
            if isNews, entry.owner == 0 { createdUnowned += 1 }
            return
        }
        let old = table[position]
        count(old, by: -1)
        if old.owner != entry.owner, old.malformation == nil, entry.malformation == nil { ownerChanges += 1 }
        if old.shard != entry.shard {
            shards[Int(old.shard)].sessions -= 1
            shards[shard].sessions += 1
        }
        table.replace(with: entry, at: position)
        count(entry, by: 1)
    }
}

// MARK: - Gaps

extension Registry {
    /// Gives a reading up: the last complete picture stays, and says that it is not whole.
    public mutating func abandonReading(_ gap: PictureState.Gap, shard: Int = 0) {
        shards[shard].reading = nil
        noteGap(gap, shard: shard)
    }

    /// Notes that changes may have been missed, or that Redis cannot be asked: the picture is not whole until the next
    /// complete reading.
    public mutating func noteGap(_ gap: PictureState.Gap, shard: Int = 0) {
        (shards[shard].isLive, shards[shard].wasLive) = (false, false)
        if shards[shard].picture.asOf != nil { shards[shard].picture.gap = gap }
    }

    /// Notes that the server is out of reach. Says whether its picture was whole until now.
    public mutating func noteLost(shard: Int = 0) -> Bool {
        let wasWhole = shards[shard].picture.isComplete
        shards[shard].reading = nil
        noteGap(shards[shard].picture.gap ?? .connectionLost, shard: shard)
        return wasWhole
    }

    /// Notes that the heartbeats could not be looked at: the picture is not whole until the next look.
    public mutating func notePulseMissing() { isPulseMissing = true }

    /// Notes whether there are slots of the cluster that no server has.
    public mutating func noteSlots(missing: Bool) { areSlotsMissing = missing }

    /// Notes a sign that changes come in time: the picture is as of then.
    public mutating func noteCurrent(at now: UnixTime, shard: Int = 0) {
        guard shards[shard].isLive, shards[shard].picture.gap == nil, let asOf = shards[shard].picture.asOf else {
            return
        }
        shards[shard].picture.asOf = max(asOf, now)
    }

    /// Whether changes come live in all shards.
    public var isLive: Bool { shards.allSatisfy { $0.isLive && $0.picture.gap == nil } }

    /// Fits the registry to so many servers. What stood in a shard that is no more is to be found by the others' readings.
    public mutating func setShards(_ count: Int) {
        precondition((1...Int(UInt8.max)).contains(count), "a session remembers its shard in a byte")
        if count < shards.count {
            // A number that no reading has: seen by none.
            table.updateEach { if $0.shard >= count { ($0.shard, $0.seenBy) = (0, 0) } }
            shards[0].sessions += shards[count...].reduce(0) { $0 + $1.sessions }
            shards.removeLast(shards.count - count)
        }
        while shards.count < count { shards.append(Shard()) }
    }

    /// Most servers that a registry is read from.
    public static let shardLimit = Int(UInt8.max)
}

// MARK: - Ends

extension Registry {
    /// Sessions whose time to live has run out by `now`, at most `limit` of one shard: to be read again, since nobody tells
    /// when a key expires until somebody finds it so.
    public mutating func dueSessions(shard: Int = 0, limit: Int = 1024, at now: UnixTime) -> [(SessionID, dialect: Int)]
    {
        guard shards[shard].isLive else { return [] }
        let due = table.due(at: UInt32(clamping: now.milliseconds / 1000), shard: UInt8(shard), limit: limit)
        return due.map { (table.id(of: $0), Int($0.dialect)) }
    }

    /// Sessions of a shard that its reading has not seen, from some shelves on; `shelf` ends at the number of shelves. In a
    /// cluster a key may move while it is read: these are to be asked for where they are now, before the reading is
    /// finished.
    public func unseenSessions(shard: Int, from shelf: inout Int) -> [(SessionID, dialect: Int)] {
        let end = min(shelf + Self.stepShelves, SessionTable.shelfCount)
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
        let end = min(shelf + Self.stepShelves, SessionTable.shelfCount)
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
    public static func isPastTheLast(shelf: Int) -> Bool { shelf >= SessionTable.shelfCount }

    private func isExpired(_ entry: SessionEntry, at now: UnixTime) -> Bool {
        entry.expires != 0 && Int64(entry.expires) * 1000 <= now.milliseconds + 1000
    }

    /// How a session ended whose key is not there any more.
    private mutating func ending(of entry: SessionEntry, at now: UnixTime) -> Ending {
        if isExpired(entry, at: now) { return .expired }
        guard evictions > 0 else { return .closed }
        evictions -= 1
        return .evicted
    }

    private mutating func dropUnseen(
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

    private mutating func end(
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
        count(entry, by: -1)
        shards[Int(entry.shard)].sessions -= 1
        ended.add(
            EndedMemory.Record(
                ref: entry.ref, endedAt: UInt32(clamping: now.milliseconds / 1000), created: entry.created,
                owner: entry.owner, ending: ending))
        guard isCounted else { return }
        if entry.owner == 0 {
            endedUnowned[ending, default: 0] += 1
        } else {
            nodes[owners[Int(entry.owner)].node].ended[ending, default: 0] += 1
        }
    }

    private mutating func count(_ entry: SessionEntry, by one: Int) {
        if entry.expires == 0 { sessionsWithoutExpiry += one }
        if let malformation = entry.malformation {
            malformedSessions[malformation, default: 0] += one
            return
        }
        let owner = Int(entry.owner)
        owners[owner].sessions += one
        if let cutoff = owners[owner].cutoff, entry.created != 0, entry.created < cutoff {
            owners[owner].sessionsBeforeCutoff += one
        }
    }
}
