// The part of the registry that is about the population alone.

extension Registry {
    public var sessionCount: Int { population.table.count }

    /// Sessions that cannot be read, by why.
    public var malformedCounts: [Malformation: Int] { population.owners.malformed }

    /// Sessions that never expire.
    public var withoutExpiry: Int { population.owners.withoutExpiry }

    /// Sessions of no known owner that were seen to appear, and to end.
    public var unownedCreated: Int { population.turnover.unownedCreated }
    public var unownedEnded: [Ending: Int] { population.turnover.unownedEnded }

    public var ownerChanges: Int { population.turnover.ownerChanges }

    /// Sessions that a reading found to differ from what changes had told of them.
    public var drift: Int { population.turnover.drift }

    /// Sessions whose end is remembered.
    public var endedCount: Int { population.ends.memory.count }

    /// Keys that Redis says it evicted since the last look: that many sessions that are gone without a reason may be
    /// among them.
    public var evictions: Int {
        get { population.evictions }
        set { population.evictions = newValue }
    }

    /// What the last complete fullScans found, of all shards.
    public var lastFullScan: FullScanTotals { population.lastFullScan }

    /// Whether changes come live in all shards.
    public var isLive: Bool { population.isLive }

    /// Most servers that a registry is read from.
    public static let shardLimit = Int(UInt8.max)

    /// Fits the registry to so many servers. What stood in a shard that is no more is to be found by the others'
    /// fullScans.
    public mutating func setShards(_ count: Int) { population.setShards(count) }

    /// Notes whether there are slots of the cluster that no server has.
    public mutating func noteSlots(missing: Bool) { population.areSlotsMissing = missing }

    /// Begins a reading; it may be in progress in several shards at once, each by itself. `isLive`: changes are told
    /// from before it begins on.
    public mutating func beginFullScan(shard: Int = 0, isLive: Bool = false) {
        population.beginFullScan(shard: shard, isLive: isLive)
    }

    /// Gives a reading up: the last complete view stays, and says that it is not whole.
    public mutating func abandonFullScan(_ gap: ViewState.Gap, shard: Int = 0) {
        population.abandonFullScan(gap, shard: shard)
    }

    /// Notes that changes may have been missed, or that Redis cannot be asked: the view is not whole until the next
    /// complete reading.
    public mutating func noteGap(_ gap: ViewState.Gap, shard: Int = 0) { population.noteGap(gap, shard: shard) }

    /// Notes that the server is out of reach. Says whether its view was whole until now.
    public mutating func noteLost(shard: Int = 0) -> Bool { population.noteLost(shard: shard) }

    /// Notes a sign that changes come in time: the view is as of then.
    public mutating func noteCurrent(at now: UnixTime, shard: Int = 0) { population.noteCurrent(at: now, shard: shard) }

    /// Sessions whose time to live has run out by `now`, at most `limit` of one shard: to be read again, since nobody
    /// tells when a key expires until somebody finds it so.
    public mutating func dueSessions(shard: Int = 0, limit: Int = 1024, at now: UnixTime) -> [(SessionID, dialect: Int)]
    {
        population.due(shard: shard, limit: limit, at: now)
    }

    /// Sessions of a shard that its reading has not seen, from some shelves on; `shelf` ends at the number of shelves.
    /// In a cluster a key may move while it is read: these are to be asked for where they are now, before the reading
    /// is finished.
    public func unseenSessions(shard: Int, from shelf: inout Int) -> [(SessionID, dialect: Int)] {
        population.unseen(shard: shard, from: &shelf)
    }

    /// Hands a shard the sessions that its server has by now and that stand in other shards, from some shelves on, as
    /// ``unseenSessions(shard:from:)``. Their former servers would never miss them again.
    public mutating func moveSessions(
        toShard shard: Int, from shelf: inout Int, where isThere: (SessionID, _ dialect: Int) -> Bool
    ) {
        population.moveSessions(toShard: shard, from: &shelf, where: isThere)
    }

    /// ``unseenSessions(shard:from:)`` has looked at all.
    public func isPastTheLast(shelf: Int) -> Bool { shelf >= population.table.shelfCount }

    /// Notes that these sessions are being cleaned, here or by another instance: when they end, that is how. What ended
    /// already ended that way. `secondsLeft`: how long they are left to live at most; zero where their keys are removed.
    public mutating func noteCleaned(_ refs: some Sequence<SessionRef>, secondsLeft: Double, at time: UnixTime) {
        // A second for the way to the server, and one for rounding.
        let latest = secondsLeft > 0 ? UInt32(clamping: Int64(min(time.seconds + secondsLeft, 1e12)) + 2) : 0
        for ref in refs { population.noteCleaned(ref, latestEnd: latest, at: time) }
    }

    /// These were left after all.
    public mutating func noteKept(_ refs: some Sequence<SessionRef>) {
        for ref in refs { population.noteKept(ref) }
    }
}
