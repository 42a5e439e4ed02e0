// The servers that the registry is read from, and the trust in the view.

extension Population {
    /// The state of the entire view, which is that of its worst part.
    var view: ViewState {
        var worst = shards[0].view
        for shard in shards.dropFirst() {
            worst.asOf = worst.asOf.flatMap { asOf in shard.view.asOf.map { min(asOf, $0) } }
            worst.gap = worst.gap ?? shard.view.gap
        }
        if areSlotsMissing, worst.asOf != nil { worst.gap = worst.gap ?? .slotsMissing }
        return worst
    }

    /// The totals of the last complete full scans of all shards.
    var lastFullScan: FullScanTotals { shards.reduce(into: FullScanTotals()) { $0.add($1.lastFullScan) } }

    /// True if all shards report changes live.
    var isLive: Bool { shards.allSatisfy { $0.isLive && $0.view.gap == nil } }

    /// The terms on which a shard takes sessions in now.
    ///
    /// It reads one member at a time and is never inlined. If a caller held a copy of the shard, staging the next
    /// session would copy the list of waiting sessions.
    @inline(never)
    func terms(shard: Int) -> Shard.Terms {
        let view = shards[shard].view
        return Shard.Terms(
            isFirst: view.asOf == nil, countsAtOnce: view.asOf == nil || shards[shard].isLive,
            isScanning: shards[shard].fullScan != nil, wasLive: shards[shard].wasLive,
            number: shards[shard].fullScanNumber, isAfterGap: view.gap != nil, since: view.asOf)
    }

    mutating func abandonFullScan(_ gap: ViewState.Gap, shard: Int) {
        shards[shard].fullScan = nil
        noteGap(gap, shard: shard)
    }

    mutating func noteGap(_ gap: ViewState.Gap, shard: Int) {
        (shards[shard].isLive, shards[shard].wasLive) = (false, false)
        if shards[shard].view.asOf != nil { shards[shard].view.gap = gap }
    }

    mutating func noteLost(shard: Int) -> Bool {
        let wasComplete = shards[shard].view.isComplete
        shards[shard].fullScan = nil
        // Without a connection nothing is read again.
        let gap = shards[shard].view.gap
        noteGap(gap == .resync ? .connectionLost : gap ?? .connectionLost, shard: shard)
        return wasComplete
    }

    mutating func noteCurrent(at now: UnixTime, shard: Int) {
        guard shards[shard].isLive, shards[shard].view.gap == nil, let asOf = shards[shard].view.asOf else {
            return
        }
        // Signs may arrive in another order than they were sent. One that is much earlier comes from a clock that was
        // set back.
        shards[shard].view.asOf = asOf - now > Self.disorderSeconds ? now : max(asOf, now)
    }

    /// The most by which a sign that changes arrive may be older than one that arrived before.
    private static let disorderSeconds = 60.0

    func unseen(shard: Int, from shelf: inout Int) -> [(SessionID, dialect: Int)] {
        let end = min(shelf + SessionTable.stepShelves, table.shelfCount)
        defer { shelf = end }
        let number = shards[shard].fullScanNumber
        return table.shelves[shelf..<end].joined()
            .filter { $0.shard == shard && $0.seenBy != number }
            .map { (table.id(of: $0), Int($0.dialect)) }
    }

    /// Returns whether any shard may have been without a session at that time that has come into it since.
    func mayHaveCome(since time: UnixTime) -> Bool {
        shards.contains { shard in
            let read = shard.isLive ? shard.view.asOf : shard.readFrom
            return read.map { $0 < time } ?? true
        }
    }
}
