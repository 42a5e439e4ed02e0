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

    /// Sessions or shelves dealt with in one step of ``finishReading(_:nodeKeys:shard:hasVanished:at:)``: it bounds how
    /// long a scrape can wait.
    static let stepSessions = 2048
    static let stepShelves = 512
    /// From this many on, and if they are more than half, sessions that are gone at once have vanished: nobody closes
    /// so many between two looks.
    static let bulk = 100

    /// Begins a reading; it may be in progress in several shards at once, each by itself. `isLive`: changes are told
    /// from before it begins on.
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

    /// Takes in what was read, a batch at a time and in the order it was read; a session that is read twice counts
    /// once. Outside of a reading, changes count only while they come live. `isPending`: a change of that session has
    /// been told and not read yet, so that a reading that finds it first finds no drift.
    public mutating func take(
        _ batch: [ObservedSession], _ names: inout RecordNames, from source: Source = .reading, shard: Int = 0,
        at now: UnixTime, isPending: (SessionRef) -> Bool = { _ in false }
    ) {
        precondition(source != .reading || shards[shard].reading != nil, "no reading was begun")
        learn(&names, at: now)
        let isFirst = shards[shard].picture.asOf == nil
        let countsAtOnce = isFirst || shards[shard].isLive
        if source == .reading, shards[shard].reading?.began == nil { shards[shard].reading?.began = now }
        guard countsAtOnce || shards[shard].reading != nil else { return }
        let (isAfterGap, since) = (shards[shard].picture.gap != nil, shards[shard].picture.asOf)
        let number = shards[shard].readingNumber
        let isReading = shards[shard].reading != nil
        table.prefetch(batch.lazy.map(\.ref))
        for session in batch {
            var entry = entry(for: session, names.known, shard: shard)
            let isGone = session.content == .gone
            let place = table.place(of: session.id, ref: session.ref)
            var isByClock = false
            if place.isTaken {
                let position = place.position
                let isAnothers = source == .elsewhere && table[position].shard != shard
                if isAnothers { (entry.shard, entry.seenBy) = (table[position].shard, table[position].seenBy) }
                // Read twice, it may be back at what it was while the change between waits: the later one counts.
                let isRepeated = isReading && table[position].shard == entry.shard && table[position].seenBy == number
                if isReading, !isRepeated, !isGone, !isAnothers { noteSeen(position, shard: shard) }
                if !isReading, countsAtOnce, !isGone, !isAnothers { noteShard(position, shard: shard) }
                var told = keepingWhatEventsTold(of: table[position], in: entry)
                // Rounding alone moves nothing, so that what is renewed every second shows in the end.
                if told.isRounded(from: table[position]) {
                    (told.expires, entry.expires) = (table[position].expires, table[position].expires)
                }
                isByClock = table[position].differsByClockAlone(from: told)
                if !isGone, countsAtOnce || !isRepeated, table[position].says(sameAs: told) {
                    table.noteExpiry(entry.expires, shelf: position.shelf)
                    if source == .change { noteRenewal(told) }
                    continue
                }
            } else if isGone, countsAtOnce {
                continue
            }
            guard countsAtOnce else {
                shards[shard].reading?.staged.append(.init(entry: entry, id: session.id, isGone: isGone))
                continue
            }
            if source == .reading, shards[shard].wasLive, !isByClock, !isPending(entry.ref) { drift += 1 }
            if isGone {
                end(at: place.position, ending(of: table[place.position], at: now), isCounted: !isAfterGap, at: now)
            } else {
                put(
                    entry, id: session.id, in: place, isNews: isNews(entry, isAfterGap, since: since),
                    isTold: source == .change, at: now)
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

    /// Makes a complete reading the picture, one bounded step a call; true when it is done. Heartbeats must have been
    /// read after the sessions (``take(_:at:)``), so that a session of a boot newer than the last look is not
    /// misjudged. `hasVanished`: what was not seen went by a flush, or by a failover to a server without it.
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
        if end == reading.staged.count, reading.sweptShelves < table.shelfCount {
            let shelves = min(reading.sweptShelves + Self.stepShelves, table.shelfCount)
            for shelf in reading.sweptShelves..<shelves {
                dropUnseen(shelf: shelf, shard: shard, reading.unseenEnding, isAfterGap: isAfterGap, at: now)
            }
            reading.sweptShelves = shelves
        }
        guard end == reading.staged.count, reading.sweptShelves == table.shelfCount else {
            shards[shard].reading = reading
            return false
        }
        shards[shard].reading = nil
        shards[shard].lastReading = totals
        shards[shard].lastReading.sessionKeys = shards[shard].sessions
        shards[shard].lastReading.nodeKeys = nodeKeys
        // Renewed before, a session may have been read only after it.
        if shards[shard].picture.asOf == nil { evidence.noteFirstReading() }
        shards[shard].picture.asOf = now
        shards[shard].picture.gap = nil
        shards[shard].readFrom = reading.began ?? now
        if memorySince == nil, picture.asOf != nil { memorySince = now }
        shards[shard].wasLive = shards[shard].isLive
        evictions = 0
        return true
    }

    private mutating func apply(
        _ staged: ReadingInProgress.Staged, isAfterGap: Bool, since: UnixTime?, at now: UnixTime
    ) {
        let place = table.place(of: staged.id, ref: staged.entry.ref)
        if !staged.isGone {
            let isNews = isNews(staged.entry, isAfterGap, since: since)
            put(staged.entry, id: staged.id, in: place, isNews: isNews, at: now)
        } else if place.isTaken {
            end(
                at: place.position, ending(of: table[place.position], at: now), isCounted: !isAfterGap, at: now)
        }
    }

    /// Whether a session that is new to us was created just now: not by the first reading, and after a gap only if its
    /// own time says so.
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

    /// Whether cleanup left it less to live, and nothing else happened to it. After Redis' clock was set back, a renewal lets
    /// it end earlier as well.
    private func isOurShortening(_ entry: SessionEntry, of old: SessionEntry) -> Bool {
        !cleaning.isEmpty && entry.isShortened(from: old) && cleaning.shortens(entry.ref, to: entry.expires)
    }

    /// Puts a session in its place, or in the place of what was known of it. `isTold`: Redis told that its key changed.
    private mutating func put(
        _ read: SessionEntry, id: SessionID, in place: (position: SessionTable.Position, isTaken: Bool), isNews: Bool,
        isTold: Bool = false, at now: UnixTime
    ) {
        let position = place.position
        var entry = read
        let shard = Int(entry.shard)
        guard place.isTaken else {
            if !foreseen.isEmpty { takeForeseenOwner(&entry, at: now) }
            table.insert(entry, id: id, at: position)
            count(entry, by: 1, at: now)
            shards[shard].sessions += 1
            shards[shard].reading?.seen += 1
            noteReturn(of: entry.ref)
            noteRegistered(entry, isNews: isNews, at: now)
            if !cleaning.isEmpty { cleaning.remove(entry.ref) }
            if isNews, entry.owner != 0 { nodes[owners[Int(entry.owner)].node].created += 1 }
            if isNews, entry.owner == 0 { createdUnowned += 1 }
            return
        }
        let old = table[position]
        entry = keepingWhatEventsTold(of: old, in: entry)
        count(old, by: -1, at: now)
        if old.owner != entry.owner, old.malformation == nil, entry.malformation == nil {
            ownerChanges += 1
            if isLeftBehind(old) { noteLeft(old, isLetGo: true) }
        }
        // Taken up by another process while it was being cleaned: it is not the session that goes.
        if old.owner != entry.owner, !cleaning.isEmpty { cleaning.remove(entry.ref) }
        if old.shard != entry.shard {
            shards[Int(old.shard)].sessions -= 1
            shards[shard].sessions += 1
        }
        table.replace(with: entry, at: position)
        count(entry, by: 1, at: now)
        if old.owner != entry.owner {
            noteRegistered(entry, isNews: true, at: now)
        } else if isTold || entry.isTouched(since: old), !isOurShortening(entry, of: old) {
            noteRenewal(entry)
        }
    }
}
