import Logging
import Redis
import ServiceLifecycle
import Sessions

/// Looks at the heartbeats five times in `dead_after`, whatever the readings do, and at the server's own state beside it.
actor HeartbeatWatcher: Service, CustomStringConvertible {
    /// How often `INFO` is asked for.
    static let infoSeconds = 15.0

    private let thread = BlockingThread(label: "heartbeats")
    private let watch: Watch
    private var connection: RedisConnection?
    private var backoff = Backoff()
    private var lastInfo = -infoSeconds
    private var wasConnected = false

    init(_ watch: Watch) {
        self.watch = watch
    }

    nonisolated var description: String { "HeartbeatWatcher" }
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    func run() async {
        while !Task.isShuttingDownGracefully && !Task.isCancelled {
            let started = monotonicSeconds()
            let wait: Double
            do throws(RedisError) {
                try look()
                backoff.reset()
                wait = max(watch.plan.nodes.pulseSeconds - (monotonicSeconds() - started), 0.01)
            } catch {
                if !error.leavesConnectionUsable { connection = nil }
                watch.noteDown(error)
                watch.registry.withLock { $0.noteUnreadable() }
                wait = backoff.next()
            }
            await pause(seconds: wait)
        }
    }

    private func look() throws(RedisError) {
        if connection == nil {
            connection = try watch.connect()
            if wasConnected { watch.metrics.redisReconnects.add() }
            wasConnected = true
        }
        guard var open = connection.take() else { return }
        let nodes = watch.registry.withLock { $0.nodesToWatch }
        let start = monotonicSeconds()
        let (pulse, now) = try PulseReading(keySpace: watch.plan.keySpace).run(nodes: nodes, over: &open)
        watch.metrics.redisCommands.observe(["heartbeats"], seconds: monotonicSeconds() - start)
        watch.clock.set(now)
        watch.registry.withLock { $0.take(pulse, at: now) }
        if start - lastInfo >= Self.infoSeconds {
            lastInfo = start
            try noteServer(over: &open)
        }
        connection = consume open
        watch.noteUp()
    }
}

extension HeartbeatWatcher {
    /// Notes version, role and eviction policy. An ACL may forbid `INFO`: then they are not known, and nothing else suffers.
    private func noteServer(over connection: inout RedisConnection) throws(RedisError) {
        let start = monotonicSeconds()
        do throws(RedisError) {
            let info = try ServerInfo.read(over: &connection)
            watch.metrics.redisCommands.observe(["info"], seconds: monotonicSeconds() - start)
            watch.link.withLock { $0.server = info }
        } catch {
            guard error.leavesConnectionUsable else { throw error }
            watch.metrics.redisErrors.add([error.kind.rawValue])
            watch.logger.debug("\(error.description)")
        }
    }
}

/// Waits, or ends at once when the daemon is told to stop.
func pause(seconds: Double) async {
    try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(seconds)) }
}
