import Logging
import Redis
import ServiceLifecycle
import Sessions

/// Reads the whole registry, again and again (`watch.scan_every`), and makes each complete reading the picture.
actor SessionWatcher: Service, CustomStringConvertible {
    private let thread = BlockingThread(label: "readings")
    private let watch: Watch
    private var backoff = Backoff()
    /// Set after an answer was too large to take: from then on no more than a record may have is asked for.
    private var isCareful = false

    init(_ watch: Watch) {
        self.watch = watch
    }

    nonisolated var description: String { "SessionWatcher" }
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    func run() async {
        while !Task.isShuttingDownGracefully && !Task.isCancelled {
            let started = monotonicSeconds()
            var wait = 0.0
            do throws(RedisError) {
                try readAll()
                backoff.reset()
                wait = max(watch.plan.scanEverySeconds - (monotonicSeconds() - started), 0)
            } catch {
                watch.noteDown(error)
                watch.link.withLock { $0.readingFailure = error.description }
                if case .replyTooLarge = error { isCareful = true }
                wait = backoff.next()
            }
            await pause(seconds: wait)
        }
    }

    /// One reading, from a new connection to the picture.
    private func readAll() throws(RedisError) {
        let started = monotonicSeconds()
        let isFirst = watch.registry.withLock { $0.picture.asOf == nil }
        let share = isFirst ? watch.plan.firstShare : watch.plan.redisShare
        let pacer = Pacer(share: share) { [metrics = watch.metrics] in
            metrics.redisCommands.observe([DaemonMetrics.RedisCommand.scan.rawValue], seconds: $0)
        }
        var batches = 0
        do throws(RedisError) {
            var connection = try watch.connect()
            watch.clock.set(try PulseReading.time(over: &connection))
            var reading = RegistryReading(
                connection, keySpace: watch.plan.keySpace, maxIDLength: watch.plan.maxIDLength, clock: watch.clock,
                pacer: pacer, isCareful: isCareful)
            let watch = watch
            watch.registry.withLock { $0.beginReading() }
            try reading.run { sessions in
                batches += 1
                let now = watch.clock.now()
                watch.registry.withLock { $0.stage(sessions, at: now) }
            }
            let totals = reading.totals
            let met = reading.nodesMet
            connection = reading.finish()
            // Heartbeats are read after the sessions: a session of a boot that has just begun must find it.
            let known = watch.registry.withLock { Set($0.nodesToWatch) }
            let (pulse, now) = try PulseReading(keySpace: watch.plan.keySpace).run(
                nodes: Array(known.union(met)), over: &connection)
            watch.clock.set(now)
            finish(pulse, totals, at: now, seconds: monotonicSeconds() - started, share: pacer.share)
        } catch {
            watch.metrics.scans.add([result(of: error, batches: batches).rawValue])
            watch.registry.withLock { $0.abandonReading(batches > 0 ? .readingFailed : .connectionLost) }
            throw error
        }
    }

    private func result(of error: RedisError, batches: Int) -> DaemonMetrics.ScanResult {
        if case .timeout = error { return .timeout }
        return batches > 0 ? .partial : .error
    }

    /// Makes the reading the picture, in steps that keep no scrape waiting.
    private func finish(_ pulse: Pulse, _ totals: ReadingTotals, at now: UnixTime, seconds: Double, share: Double) {
        // The first reading and the first after a gap are worth a line; the rest are in the metrics.
        let isNews = watch.registry.withLock { !$0.picture.isComplete }
        watch.registry.withLock { $0.take(pulse, at: now) }
        while !watch.registry.withLock({ $0.finishReading(totals, nodeKeys: pulse.heartbeats.count, at: now) }) {}
        watch.registry.withLock { $0.forgetTheGone(at: now) }
        var ages = SessionAges()
        while !watch.registry.withLock({ $0.addAges(to: &ages, at: now) }) {}
        let sessions = watch.registry.withLock { $0.sessionCount }
        watch.lastReading.withLock { $0 = Watch.LastReading(seconds: seconds, share: share, ages: ages) }
        watch.metrics.scanDuration.observe(seconds: seconds)
        watch.metrics.scans.add([DaemonMetrics.ScanResult.ok.rawValue])
        watch.metrics.lastScanSuccess.set(now.seconds)
        watch.noteUp()
        watch.link.withLock { link in
            link.readingFailure = nil
            link.lastWarning = nil
        }
        watch.logger.log(
            level: isNews ? .info : .debug, "reading complete",
            metadata: [
                "sessions": "\(sessions)", "nodes": "\(pulse.heartbeats.count)", "seconds": "\(rounded(seconds))",
            ])
    }

    private func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
}
