// The part of the registry that concerns the population alone.

extension Registry {
    public var sessionCount: Int { population.table.count }

    /// The number of sessions that cannot be read, by reason.
    public var malformedCounts: [Malformation: Int] { population.owners.malformed }

    /// The number of sessions without expiry.
    public var withoutExpiry: Int { population.owners.withoutExpiry }

    /// The number of sessions without a known owner that were seen to appear, and to end.
    public var unownedCreated: Int { population.turnover.unownedCreated }
    public var unownedEnded: [Ending: Int] { population.turnover.unownedEnded }

    public var ownerChanges: Int { population.turnover.ownerChanges }

    /// The number of sessions that a full scan found to differ from what changes had reported of them.
    public var drift: Int { population.turnover.drift }

    /// The number of sessions whose end is remembered.
    public var endedCount: Int { population.ends.memory.count }

    /// The number of keys that Redis reports as evicted since the last check. As many of the sessions that are gone for
    /// no known reason may be among them.
    public var evictions: Int {
        get { population.evictions }
        set { population.evictions = newValue }
    }

    /// The totals of the last complete full scans of all shards.
    public var lastFullScan: FullScanTotals { population.lastFullScan }

    /// True if all shards report changes live.
    public var isLive: Bool { population.isLive }

    /// The largest number of servers that a registry is read from.
    public static let shardLimit = Int(UInt8.max)

    /// Sets the number of servers. Full scans of the remaining shards must find the sessions of a shard that no longer
    /// exists.
    public mutating func setShards(_ count: Int) { population.setShards(count) }

    /// Notes whether some slots of the cluster have no server.
    public mutating func noteSlots(missing: Bool) { population.areSlotsMissing = missing }

    /// Begins a full scan. Full scans of several shards may be in progress at once, each by itself. `isLive` says that
    /// changes have been reported since before it began.
    public mutating func beginFullScan(shard: Int = 0, isLive: Bool = false) {
        population.beginFullScan(shard: shard, isLive: isLive)
    }

    /// Abandons a full scan. The last complete view stays, and is incomplete from now on.
    public mutating func abandonFullScan(_ gap: ViewState.Gap, shard: Int = 0) {
        population.abandonFullScan(gap, shard: shard)
    }

    /// Notes that changes may have been missed, or that Redis cannot be asked. The view is incomplete until the next
    /// complete full scan.
    public mutating func noteGap(_ gap: ViewState.Gap, shard: Int = 0) { population.noteGap(gap, shard: shard) }

    /// Notes that the server cannot be reached. Returns whether its view was complete until now.
    public mutating func noteLost(shard: Int = 0) -> Bool { population.noteLost(shard: shard) }

    /// Notes a sign that changes arrive in time, so the view is valid as of `now`.
    public mutating func noteCurrent(at now: UnixTime, shard: Int = 0) { population.noteCurrent(at: now, shard: shard) }

    /// Returns sessions of one shard whose TTL has run out by `now`, at most `limit`. They must be read again, since
    /// Redis reports an expiry only once somebody finds the key expired.
    public mutating func dueSessions(shard: Int = 0, limit: Int = 1024, at now: UnixTime) -> [(SessionID, dialect: Int)]
    {
        population.due(shard: shard, limit: limit, at: now)
    }

    /// Returns sessions of a shard that its full scan has not seen, from a shelf on; `shelf` ends at the number of
    /// shelves. In a cluster a key may move during a scan, so these must be asked for where they are now, before the
    /// full scan is finished.
    public func unseenSessions(shard: Int, from shelf: inout Int) -> [(SessionID, dialect: Int)] {
        population.unseen(shard: shard, from: &shelf)
    }

    /// Gives a shard the sessions that its server has by now and that are counted in other shards, from a shelf on, as
    /// ``unseenSessions(shard:from:)`` does. Their former servers would never miss them.
    public mutating func moveSessions(
        toShard shard: Int, from shelf: inout Int, where isThere: (SessionID, _ dialect: Int) -> Bool
    ) {
        population.moveSessions(toShard: shard, from: &shelf, where: isThere)
    }

    /// Returns whether ``unseenSessions(shard:from:)`` has covered all shelves.
    public func isPastTheLast(shelf: Int) -> Bool { shelf >= population.table.shelfCount }

    /// Notes that cleanup acts on these sessions, here or in another instance: when they end, cleanup ended them. Those
    /// that have already ended count the same way. `secondsLeft` is the longest time for which they may stay; zero if
    /// their keys are removed.
    public mutating func noteCleaned(_ refs: some Sequence<SessionRef>, secondsLeft: Double, at time: UnixTime) {
        // One second is for the way to the server, and one for rounding.
        let latest = secondsLeft > 0 ? UInt32(clamping: Int64(min(time.seconds + secondsLeft, 1e12)) + 2) : 0
        for ref in refs { population.noteCleaned(ref, latestEnd: latest, at: time) }
    }

    /// Notes that these sessions were left after all.
    public mutating func noteKept(_ refs: some Sequence<SessionRef>) {
        for ref in refs { population.noteKept(ref) }
    }
}
