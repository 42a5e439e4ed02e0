// The servers that the registry is read from, and so how far the view can be trusted.

extension Population {
    /// How far the view as a whole can be trusted: as far as its worst part.
    var view: ViewState {
        var whole = shards[0].view
        for shard in shards.dropFirst() {
            whole.asOf = whole.asOf.flatMap { asOf in shard.view.asOf.map { min(asOf, $0) } }
            whole.gap = whole.gap ?? shard.view.gap
        }
        if areSlotsMissing, whole.asOf != nil { whole.gap = whole.gap ?? .slotsMissing }
        return whole
    }

    /// What the last complete fullScans found, of all shards.
    var lastFullScan: FullScanTotals { shards.reduce(into: FullScanTotals()) { $0.add($1.lastFullScan) } }

    /// Whether changes come live in all shards.
    var isLive: Bool { shards.allSatisfy { $0.isLive && $0.view.gap == nil } }

    /// The terms on which a shard takes sessions in now.
    ///
    /// It reads member by member and is never inlined. A caller that held a copy of the shard would have the list of
    /// waiting sessions copied with the next one that is staged.
    @inline(never)
    func terms(shard: Int) -> Shard.Terms {
        let view = shards[shard].view
        return Shard.Terms(
            isFirst: view.asOf == nil, countsAtOnce: view.asOf == nil || shards[shard].isLive,
            isScanning: shards[shard].reading != nil, wasLive: shards[shard].wasLive,
            number: shards[shard].fullScanNumber, isAfterGap: view.gap != nil, since: view.asOf)
    }

    mutating func abandonFullScan(_ gap: ViewState.Gap, shard: Int) {
        shards[shard].reading = nil
        noteGap(gap, shard: shard)
    }

    mutating func noteGap(_ gap: ViewState.Gap, shard: Int) {
        (shards[shard].isLive, shards[shard].wasLive) = (false, false)
        if shards[shard].view.asOf != nil { shards[shard].view.gap = gap }
    }

    mutating func noteLost(shard: Int) -> Bool {
        let wasWhole = shards[shard].view.isComplete
        shards[shard].reading = nil
        noteGap(shards[shard].view.gap ?? .connectionLost, shard: shard)
        return wasWhole
    }

    mutating func noteCurrent(at now: UnixTime, shard: Int) {
        guard shards[shard].isLive, shards[shard].view.gap == nil, let asOf = shards[shard].view.asOf else {
            return
        }
        shards[shard].view.asOf = max(asOf, now)
    }

    func unseen(shard: Int, from shelf: inout Int) -> [(SessionID, dialect: Int)] {
        let end = min(shelf + SessionTable.stepShelves, table.shelfCount)
        defer { shelf = end }
        let number = shards[shard].fullScanNumber
        return table.shelves[shelf..<end].joined()
            .filter { $0.shard == shard && $0.seenBy != number }
            .map { (table.id(of: $0), Int($0.dialect)) }
    }

    /// Whether any shard may have been without a session at that time that has come into it since.
    func mayHaveCome(since time: UnixTime) -> Bool {
        shards.contains { shard in
            let read = shard.isLive ? shard.view.asOf : shard.readFrom
            return read.map { $0 < time } ?? true
        }
    }
}
