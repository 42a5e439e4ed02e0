// The servers that the registry is read from, and so how far the view can be trusted.

extension Population {
    /// How far the view as a whole can be trusted: as far as its worst part.
    var picture: PictureState {
        var whole = shards[0].picture
        for shard in shards.dropFirst() {
            whole.asOf = whole.asOf.flatMap { asOf in shard.picture.asOf.map { min(asOf, $0) } }
            whole.gap = whole.gap ?? shard.picture.gap
        }
        if areSlotsMissing, whole.asOf != nil { whole.gap = whole.gap ?? .slotsMissing }
        return whole
    }

    /// What the last complete readings found, of all shards.
    var lastReading: ReadingTotals { shards.reduce(into: ReadingTotals()) { $0.add($1.lastReading) } }

    /// Whether changes come live in all shards.
    var isLive: Bool { shards.allSatisfy { $0.isLive && $0.picture.gap == nil } }

    /// The terms on which a shard takes sessions in now.
    ///
    /// It reads member by member and is never inlined. A caller that held a copy of the shard would have the list of
    /// waiting sessions copied with the next one that is staged.
    @inline(never)
    func terms(shard: Int) -> Shard.Terms {
        let picture = shards[shard].picture
        return Shard.Terms(
            isFirst: picture.asOf == nil, countsAtOnce: picture.asOf == nil || shards[shard].isLive,
            isReading: shards[shard].reading != nil, wasLive: shards[shard].wasLive,
            number: shards[shard].readingNumber, isAfterGap: picture.gap != nil, since: picture.asOf)
    }

    mutating func abandonReading(_ gap: PictureState.Gap, shard: Int) {
        shards[shard].reading = nil
        noteGap(gap, shard: shard)
    }

    mutating func noteGap(_ gap: PictureState.Gap, shard: Int) {
        (shards[shard].isLive, shards[shard].wasLive) = (false, false)
        if shards[shard].picture.asOf != nil { shards[shard].picture.gap = gap }
    }

    mutating func noteLost(shard: Int) -> Bool {
        let wasWhole = shards[shard].picture.isComplete
        shards[shard].reading = nil
        noteGap(shards[shard].picture.gap ?? .connectionLost, shard: shard)
        return wasWhole
    }

    mutating func noteCurrent(at now: UnixTime, shard: Int) {
        guard shards[shard].isLive, shards[shard].picture.gap == nil, let asOf = shards[shard].picture.asOf else {
            return
        }
        shards[shard].picture.asOf = max(asOf, now)
    }

    func unseen(shard: Int, from shelf: inout Int) -> [(SessionID, dialect: Int)] {
        let end = min(shelf + SessionTable.stepShelves, table.shelfCount)
        defer { shelf = end }
        let number = shards[shard].readingNumber
        return table.shelves[shelf..<end].joined()
            .filter { $0.shard == shard && $0.seenBy != number }
            .map { (table.id(of: $0), Int($0.dialect)) }
    }

    /// Whether any shard may have been without a session at that time that has come into it since.
    func mayHaveCome(since time: UnixTime) -> Bool {
        shards.contains { shard in
            let read = shard.isLive ? shard.picture.asOf : shard.readFrom
            return read.map { $0 < time } ?? true
        }
    }
}
