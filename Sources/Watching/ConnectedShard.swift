import Glibc
import Redis
import Sessions

/// One shard while we are connected to its server: full fullScans, and between them the changes that tracking tells.
///
/// All of it happens on one thread over one connection, so that whatever is read later is newer; a second connection
/// brings the invalidations. It ends with the error that ended the connection.
struct ConnectedShard: ~Copyable {
    /// Changes are gathered for so long before they are read, so that a burst costs few round trips.
    static let gatherSeconds = 0.003
    /// Most changed keys asked for in one pipeline: as many as a reading's.
    static let batch = 300
    /// From one canary, or other sign of life, to the next.
    static let tickSeconds = 2.0
    /// Tracking that brought no canary for so long is taken for lost.
    static let canaryPatienceSeconds = 6.0
    static let canaryLifeSeconds = 60
    /// From one look for sessions whose time ran out to the next.
    static let expirySeconds = 0.5
    /// For so long after Redis said how many keys it evicted, sessions that are gone may be among them.
    static let evictionSeconds = 2.0
    /// Longest wait before somebody's wish to stop is seen.
    static let waitSeconds = 0.5

    let watch: WatchContext
    let number: Int
    let site: ServerSite
    var reader: SessionReader
    var tracking: TrackingSubscription?
    var changes: ChangedKeys
    var reading: FullScan?
    var pacer: Pacer
    /// Moments on the clock that never jumps.
    var fullScanBegan = 0.0
    var nextFullScan = 0.0
    var nextStep = 0.0
    var nextTick = 0.0
    var nextExpiry = 0.0
    var nextTry = 0.0
    var firstChange: Double?
    /// Nodes whose heartbeats are told to have been written; one without a name stands for the collections.
    var writtenHeartbeats: Set<String> = []
    var nextHeartbeats = 0.0
    /// Until when a session that is gone may be one of the keys that Redis said it evicted.
    var evictionsUntil = 0.0
    var canary: Canary
    var hasVanished = false
    /// Keys evicted as of the last look; nil where the server evicts none, or does not say.
    var evicted: Int?
    /// The way to keys of other servers, where this one is a master of a cluster.
    var elsewhere: RedisClient?

    init(
        _ watch: WatchContext, number: Int, site: ServerSite, over connection: consuming RedisConnection,
        canaryKey: String,
        isCareful: Bool
    ) {
        let plan = watch.plan
        self.watch = watch
        self.number = number
        self.site = site
        reader = SessionReader(
            connection, keySpace: plan.keySpace, maxIDLength: plan.maxIDLength, clock: watch.clock,
            isCareful: isCareful)
        changes = ChangedKeys(keySpace: plan.keySpace, maxIDLength: plan.maxIDLength, canary: canaryKey)
        pacer = Pacer(share: 1)
        canary = Canary(key: canaryKey)
        // A replica takes no writes.
        if site.isReplica { canary.nextTry = .infinity }
        elsewhere = Self.wayElsewhere(watch)
    }

    /// Watches until told to stop.
    mutating func run(until isEnding: () -> Bool) throws(RedisError) {
        try lookAtEvictions()
        while !isEnding() {
            try keepTracking()
            if reading == nil, mayRead, monotonicSeconds() >= nextFullScan { try beginFullScan() }
            try gather()
            try readChanges()
            if reading != nil, monotonicSeconds() >= nextStep { try stepFullScan() }
            // Else answers are under way, which nothing may come between.
            guard reading == nil || pacer.isPaced else { continue }
            noteCaughtUp()
            try readWrittenHeartbeats()
            try tick()
        }
    }
}

extension ConnectedShard {
    /// Where tracking is a must, only a subscription that has told something is one.
    private var mayRead: Bool { watch.plan.mode != .tracking || tracking != nil && !canary.isNew }

    /// Waits for what is next: an invalidation, the reading's next step, a tick.
    private mutating func gather() throws(RedisError) {
        let now = monotonicSeconds()
        var next = min(now + Self.waitSeconds, nextTick)
        if reading != nil { next = min(next, nextStep) } else if mayRead { next = min(next, nextFullScan) }
        if tracking != nil { next = min(next, nextExpiry) }
        if let firstChange { next = min(next, firstChange + Self.gatherSeconds) }
        if !writtenHeartbeats.isEmpty, reading == nil || pacer.isPaced { next = min(next, nextHeartbeats) }
        let wait = max(next - now, 0)
        if tracking == nil { sleep(seconds: wait) } else { _ = try listen(within: wait) }
    }

    private func sleep(seconds: Double) {
        guard seconds > 0 else { return }
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
        _ = unsafe nanosleep(&time, nil)
    }
}
