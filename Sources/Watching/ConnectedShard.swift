import Glibc
import Redis
import Sessions

/// One shard while the daemon is connected to its server. A ``ShardSchedule`` says what to do next; this performs it.
///
/// Everything is read on one thread over one connection, so what is read later is newer. A second connection brings the
/// invalidations. It ends with the error that ended the connection.
struct ConnectedShard: ~Copyable {
    /// The time to live of a canary's key.
    static let canaryLifeSeconds = 60
    /// After Redis reported evictions, sessions that are gone may be among the evicted keys for this long.
    static let evictionSeconds = 2.0

    let watch: WatchContext
    let number: Int
    let site: ServerSite
    let canaryKey: String
    var schedule: ShardSchedule
    var reader: SessionReader
    var tracking: TrackingSubscription?
    var changes: ChangedKeys
    var fullScan: FullScan?
    var fullScanBegan = 0.0
    /// The heartbeats that it has read; nil where they are out of reach.
    var heartbeatsOfFullScan: FullScanHeartbeats?
    var pacer = Pacer(share: 1)
    /// The last canary was refused.
    var isCanaryRefused = false
    /// The monotonic time at which the canary that is on its way was sent.
    var canarySentSeconds = 0.0
    /// Nodes whose heartbeats were just written; the empty name stands for the collections.
    var writtenHeartbeats: Set<String> = []
    /// The keys vanished in a flush that the next full scan will confirm.
    var hasVanished = false
    /// The server's count of evicted keys; nil where it evicts none, or does not say.
    var evicted: Int?
    var evictionsUntil = 0.0
    /// The way to keys on other servers, where this one is a master of a cluster.
    var elsewhere: RedisClient?

    init(
        _ watch: WatchContext, number: Int, site: ServerSite, over connection: consuming RedisConnection,
        canaryKey: String, isCareful: Bool
    ) {
        let plan = watch.plan
        self.watch = watch
        self.number = number
        self.site = site
        self.canaryKey = canaryKey
        schedule = ShardSchedule(
            ShardSchedule.Terms(
                mode: plan.mode, scanEverySeconds: plan.scanEverySeconds,
                reconcileEverySeconds: plan.reconcileEverySeconds, retrySeconds: plan.retrySeconds,
                mayWriteCanaries: !site.isReplica))
        reader = SessionReader(
            connection, keySpace: plan.keySpace, maxIDLength: plan.maxIDLength, clock: watch.clock,
            isCareful: isCareful)
        changes = ChangedKeys(keySpace: plan.keySpace, maxIDLength: plan.maxIDLength, canary: canaryKey)
        elsewhere = Self.wayElsewhere(watch)
    }

    /// Watches until told to stop.
    mutating func run(until isEnding: () -> Bool) throws(RedisError) {
        try readEvictions()
        while !isEnding() {
            let action = schedule.next(at: monotonicSeconds())
            let isOfFullScan = action == .stepFullScan || schedule.isFinishingFullScan
            let result = try isOfFullScan ? performFullScan(action) : perform(action)
            schedule.take(result, backlog: changes.backlog, at: monotonicSeconds())
        }
    }

    private mutating func perform(_ action: ShardSchedule.Action) throws(RedisError) -> ShardSchedule.Result {
        switch action {
        case .subscribe: return try subscribe()
        case .listen(let seconds): return tracking == nil ? sleep(seconds: seconds) : try listen(within: seconds)
        case .startAnew(let reason): try startAnew(reason)
        case .beginFullScan: return try beginFullScan()
        case .stepFullScan: return try stepFullScan()
        case .readChanges: try readChanges()
        case .readWrittenHeartbeats: try readWrittenHeartbeats()
        case .queueExpired: queueExpired()
        case .checkServer: try checkServer()
        case .sendCanary: return try sendCanary()
        case .sendPing: return try sendPing()
        case .endSilentSubscription: return try endSilentSubscription()
        case .noteCurrent(let asOf):
            let number = number
            watch.registry.withLock { $0.noteCurrent(at: asOf, shard: number) }
        case .settleUnseen: try settleUnseen()
        case .readHeartbeats: try readHeartbeats()
        case .finishFullScan: finishFullScan()
        }
        return .done
    }

    /// Performs an action of a full scan: an error ends that too.
    private mutating func performFullScan(
        _ action: ShardSchedule.Action
    ) throws(RedisError) -> ShardSchedule.Result {
        do throws(RedisError) {
            return try perform(action)
        } catch {
            watch.noteFullScan(failed: error, afterSteps: fullScan?.steps ?? 0, shard: number)
            throw error
        }
    }

    private func sleep(seconds: Double) -> ShardSchedule.Result {
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
        if seconds > 0 { _ = unsafe nanosleep(&time, nil) }
        return .heard(ShardSchedule.Heard())
    }
}
