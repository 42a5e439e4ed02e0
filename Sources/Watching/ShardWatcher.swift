import Redis
import ServiceLifecycle
import Sessions
import Workers

/// Watches one server, and connects again whenever the connection is lost.
actor ShardWatcher {
    private let thread: BlockingThread
    private let watch: WatchContext
    private let number: Int
    private let site: ServerSite
    private let canaryKey: String
    private var backoff = Backoff()
    private var wasConnected = false
    /// Set after an answer was too large: from then on each read asks for no more bytes than a record may have.
    private var isCareful = false

    init(_ watch: WatchContext, number: Int, site: ServerSite, canaryKey: String) {
        self.watch = watch
        self.number = number
        self.site = site
        self.canaryKey = canaryKey
        thread = BlockingThread(label: "shard \(number)")
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    func run() async {
        while !Task.isEnding {
            do throws(RedisError) {
                try watchOnce()
            } catch {
                watch.noteLost(error, shard: number)
                if case .replyTooLarge = error { isCareful = true }
                await pause(seconds: backoff.next())
            }
        }
    }

    private func watchOnce() throws(RedisError) {
        var connection = try watch.connect(site)
        let now = try HeartbeatReading.time(over: &connection)
        watch.clock.set(now.time, readAt: now.monotonicSeconds)
        let endpoint = connection.endpoint
        var shard = ConnectedShard(
            watch, number: number, site: site, over: connection, canaryKey: canaryKey, isCareful: isCareful)
        if wasConnected { watch.metrics.redisReconnects.add() }
        wasConnected = true
        watch.noteUp(.shard(number))
        watch.link.withLock { $0.endpoints[number] = endpoint }
        let began = monotonicSeconds()
        // A connection that lasted resets the backoff.
        defer { if monotonicSeconds() - began > 1 { backoff.reset() } }
        try shard.run { Task.isEnding }
    }
}
