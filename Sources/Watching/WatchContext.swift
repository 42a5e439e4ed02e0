import Configuration
import Logging
import Redis
import Sessions
import Synchronization
import Workers

/// The settings that the watchers need, as plain values.
public struct WatchPlan: Sendable {
    public var deployment: RedisDeployment
    public var keySpace: KeySpace
    public var maxIDLength = 1024
    public var nodes = NodePolicy()
    /// The number of nodes that should be alive; 0 if nobody said.
    public var expectedNodes = 0
    public var mode = WatchSettings.Mode.auto
    /// Reads come from a replica of Redis where one is in step.
    public var readsFromReplica = false
    /// The interval between the starts of two full scans without tracking.
    public var scanEverySeconds = 30.0
    /// The same with tracking.
    var reconcileEverySeconds = 600.0
    public var redisShare = 0.1
    var catchUpShare = 1.0
    /// The interval between two tries of something that was refused: tracking, or a canary.
    public var retrySeconds = 30.0
    /// The interval between two reads of a cluster's slots.
    var slotsSeconds = 5.0
    public var limits = RedisConnection.Limits()
    /// Redis' time goes on between two reads of it. False in tests that must know every time beforehand.
    var clockRunsOn = true
    /// The rules by which sticky cookies are read.
    public var sticky = StickyRules()

    public init(deployment: RedisDeployment, keySpace: KeySpace) {
        self.deployment = deployment
        self.keySpace = keySpace
    }

    public init(endpoint: RedisEndpoint, keySpace: KeySpace) {
        self.init(deployment: .server(endpoint), keySpace: keySpace)
    }

    /// The server to read from, where it is one.
    var site: ServerSite? { deployment.site(readsFromReplica: readsFromReplica) }

    /// A client for the server that is read from.
    public func newClient() -> RedisClient {
        RedisClient(deployment, readsFromReplica: readsFromReplica, limits: limits)
    }
}

/// The state that the watchers share with everybody who answers: the registry behind its lock, Redis' clock, and the
/// state of the connections.
public final class WatchContext: Sendable {
    /// A worker that has a connection of its own.
    public enum Watcher: Hashable, Sendable {
        case shard(Int)
        case heartbeats
        /// The search for the servers of a cluster, or for a failover.
        case servers
    }

    /// The state of the connections to Redis.
    public struct Link: Sendable {
        public struct Failure: Sendable {
            /// The error, without secrets.
            public var error: String
            public var since: UnixTime
        }

        /// Redis has answered at least once.
        var wasUp = false
        /// The watchers that get no answer.
        public var failures: [Watcher: Failure] = [:]
        /// The last warning of each watcher. The same one is not logged again until the connection has recovered.
        var lastWarnings: [Watcher: String] = [:]
        /// The reason why the last full scan of a shard failed.
        var fullScanFailures: [Int: String] = [:]
        /// The reason why a shard has no tracking, where it is wanted.
        public var trackingRefusals: [Int: String] = [:]
        public var server: ServerInfo?
        /// The server that is read from, by shard.
        public var endpoints: [Int: RedisEndpoint] = [:]

        /// The search for servers does not count: the servers that were found may be well.
        public var isUp: Bool { wasUp && failures.keys.allSatisfy { $0 == .servers } }
        public var failure: Failure? { failures.values.min { $0.since < $1.since } }
        public var fullScanFailure: String? { fullScanFailures.min { $0.key < $1.key }?.value }
    }

    /// The last complete full scan.
    public struct LastFullScan: Sendable {
        public var seconds = 0.0
        /// The share of the server's time that it was allowed to use.
        var share = 0.0
        public var ages = SessionAges()
    }

    /// The progress of a full scan.
    public struct FullScanProgress: Sendable {
        var beganSeconds: Double
        /// 0 to 1.
        public var progress: Double
    }

    public let plan: WatchPlan
    public let registry: Mutex<Registry>
    public let link = Mutex(Link())
    public let lastFullScan = Mutex(LastFullScan())
    /// The full scans in progress, by shard.
    public let fullScans = Mutex<[Int: FullScanProgress]>([:])
    /// The slots of a cluster as each shard last read them.
    public let slots = Mutex<[Int: ClusterSlots]>([:])
    /// The number of failovers that were followed. A connection made before the last one may lead to a former master.
    let failovers = Atomic(0)
    /// Nodes whose heartbeats were written since the last check, so that the next one comes soon.
    let nodesHeardOf = Mutex<Set<String>>([])
    /// Rings when a heartbeat was written.
    let heartbeatWritten = Alarm()
    /// The nodes among them whose heartbeats were read at once: the next check learns nothing from the write.
    let nodesReadAtOnce = Mutex<Set<String>>([])
    /// The daemon still waits for what other instances know of nodes.
    public let awaitsRecall = Mutex(false)
    /// Whether the tripwire holds cleanup, as of the last read.
    public let tripwire = Mutex(TripwireState.unknown)
    let keptAftermaths = Mutex(KeptAftermaths())
    public let clock: RedisClock
    public let metrics: WatchMetrics
    public let logger: Logger

    public init(plan: WatchPlan, metrics: WatchMetrics, logger: Logger) {
        self.plan = plan
        self.metrics = metrics
        self.logger = logger
        var registry = Registry(policy: plan.nodes)
        registry.stickyRules = plan.sticky
        registry.heartbeatDialects = plan.heartbeatDialects
        self.registry = Mutex(registry)
        clock = RedisClock(runsOn: plan.clockRunsOn)
    }

    func connect(_ site: ServerSite) throws(RedisError) -> RedisConnection {
        let start = monotonicSeconds()
        defer { noteConnecting(since: start) }
        return try site.open(plan.limits)
    }

    /// Connects a client that has no connection. Returns true when it just did.
    public func open(_ client: inout RedisClient) throws(RedisError) -> Bool {
        guard !client.isOpen else { return false }
        let start = monotonicSeconds()
        defer { noteConnecting(since: start) }
        return try client.open()
    }

    private func noteConnecting(since start: Double) {
        metrics.redisCommands.observe(
            [WatchMetrics.RedisCommand.connect.rawValue], seconds: monotonicSeconds() - start)
    }

    /// A client for the server that is read from. In a cluster it asks the servers that are known to answer for the slots.
    func newClient() -> RedisClient {
        let known = link.withLock { link in
            link.endpoints.filter { link.failures[.shard($0.key)] == nil }.sorted { $0.key < $1.key }.map(\.value)
        }
        var plan = plan
        plan.deployment = plan.deployment.knowing(known)
        return plan.newClient()
    }

    /// The age at which the view is stale, and withheld from metrics and readiness: three scan intervals, or three full
    /// scans if those take longer. The first full scan may use more of the server than the next ones. Those are expected to
    /// take longer by twice the ratio of the shares, since their batches are smaller.
    public var staleAfterSeconds: Double {
        let last = lastFullScan.withLock { $0 }
        let slowdown = last.share > plan.redisShare ? 2 * last.share / plan.redisShare : 1
        return 3 * max(plan.scanEverySeconds, last.seconds * slowdown)
    }

    /// All servers report changes by tracking.
    public var isTracking: Bool { registry.withLock { $0.isLive } }

    /// The interval between two full scans, as things are.
    public var fullScanEverySeconds: Double { isTracking ? plan.reconcileEverySeconds : plan.scanEverySeconds }

    /// The time that the full scans in progress will still take; nil where there is none, or it is too early to tell.
    public var fullScanSecondsLeft: Double? {
        let now = monotonicSeconds()
        return fullScans.withLock { fullScans in
            fullScans.values.compactMap { reading in
                guard reading.progress >= 0.01 else { return nil }
                return (now - reading.beganSeconds) * (1 - reading.progress) / reading.progress
            }.max()
        }
    }
}

// MARK: - Connections

extension WatchContext {
    func noteUp(_ watcher: Watcher) {
        let isUp = link.withLock { link in
            link.wasUp = true
            link.failures[watcher] = nil
            return link.isUp
        }
        metrics.redisUp.set(isUp ? 1 : 0)
    }

    func noteDown(_ watcher: Watcher, _ error: RedisError) {
        metrics.redisErrors.add([error.kind.rawValue])
        let now = clock.now()
        let (isNews, isUp) = link.withLock { link in
            // A refused command does not lose the connection, but nothing can be read through it either.
            let since = link.failures[watcher]?.since ?? now
            link.failures[watcher] = Link.Failure(error: error.description, since: since)
            let isNews = link.lastWarnings[watcher] != error.description
            link.lastWarnings[watcher] = error.description
            return (isNews, link.isUp)
        }
        metrics.redisUp.set(isUp ? 1 : 0)
        if isNews { logger.warning("\(error.description)", metadata: ["kind": "\(error.kind.rawValue)"]) }
    }

    /// Forgets shards that the cluster no longer has.
    func forgetShards(from count: Int) {
        link.withLock { link in
            for number in count..<max(count, Registry.shardLimit) {
                link.failures[.shard(number)] = nil
                link.fullScanFailures[number] = nil
                link.trackingRefusals[number] = nil
                link.endpoints[number] = nil
            }
        }
        fullScans.withLock { $0 = $0.filter { $0.key < count } }
    }
}

// MARK: - Full scans and tracking

extension WatchContext {
    func noteFullScan(failed error: RedisError, afterSteps steps: Int, shard: Int) {
        let result: WatchMetrics.ScanResult
        if case .timeout = error { result = .timeout } else { result = steps > 1 ? .partial : .error }
        metrics.scans.add([result.rawValue])
        registry.withLock { $0.abandonFullScan(steps > 1 ? .fullScanFailed : .connectionLost, shard: shard) }
        fullScans.withLock { $0[shard] = nil }
        link.withLock { $0.fullScanFailures[shard] = error.description }
    }

    func noteFullScan(
        seconds: Double, share: Double, nodes: Int, isNews: Bool, shard: Int, at now: UnixTime
    ) {
        registry.withLock { $0.forgetTheGone(at: now) }
        var ages = SessionAges()
        while !registry.withLock({ $0.addAges(to: &ages, at: now) }) {}
        let sessions = registry.withLock { $0.sessionCount }
        lastFullScan.withLock { $0 = LastFullScan(seconds: seconds, share: share, ages: ages) }
        metrics.scanDuration.observe(seconds: seconds)
        metrics.scans.add([WatchMetrics.ScanResult.ok.rawValue])
        metrics.lastScanSuccess.set(now.seconds)
        fullScans.withLock { $0[shard] = nil }
        noteUp(.shard(shard))
        link.withLock { link in
            link.fullScanFailures[shard] = nil
            link.lastWarnings[.shard(shard)] = nil
        }
        // The first full scan, and the first one after a gap, are worth a line. The metrics count the others.
        logger.log(
            level: isNews ? .info : .debug, "full scan complete",
            metadata: [
                "sessions": "\(sessions)", "nodes": "\(nodes)", "seconds": "\((seconds * 1000).rounded() / 1000)",
            ])
    }

    func noteTracking(shard: Int) {
        link.withLock { $0.trackingRefusals[shard] = nil }
        logger.info("changes are told by Redis", metadata: ["shard": "\(shard)"])
    }

    /// The connection to a shard is lost, so everything has to be read again.
    func noteLost(_ error: RedisError, shard: Int) {
        noteDown(.shard(shard), error)
        fullScans.withLock { $0[shard] = nil }
        link.withLock { $0.fullScanFailures[shard] = error.description }
        if registry.withLock({ $0.noteLost(shard: shard) }) {
            metrics.trackingResyncs.add([ResyncReason.reconnect.rawValue])
        }
    }

    func noteTracking(refused error: RedisError, shard: Int) {
        metrics.redisErrors.add([error.kind.rawValue])
        let isNews = link.withLock { link in
            defer { link.trackingRefusals[shard] = error.description }
            return link.trackingRefusals[shard] != error.description
        }
        if isNews {
            let consequence = plan.mode == .tracking ? "nothing is read" : "everything is read again each time"
            logger.warning("no tracking, so \(consequence): \(error.description)")
        }
    }

    func noteCluster(_ masters: [RedisEndpoint]) {
        logger.info("watching the cluster's masters", metadata: ["count": "\(masters.count)"])
    }

    /// Everything has to be read again, and the view is incomplete until then.
    func noteResync(_ reason: ResyncReason, shard: Int) {
        registry.withLock { $0.abandonFullScan(.resync, shard: shard) }
        metrics.trackingResyncs.add([reason.rawValue])
        fullScans.withLock { $0[shard] = nil }
        logger.notice("everything is read again", metadata: ["reason": "\(reason.rawValue)", "shard": "\(shard)"])
    }
}
