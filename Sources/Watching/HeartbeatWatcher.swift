import Logging
import Redis
import ServiceLifecycle
import Sessions
import Workers

/// Looks at the heartbeats five times in `dead_after`, whatever the fullScans do, and at the server's own state beside it.
public actor HeartbeatWatcher: Service, CustomStringConvertible {
    /// How often `INFO` is asked for.
    static let infoSeconds = 15.0

    /// A look that somebody wishes for comes so long after the last one at the earliest.
    static let wishedSeconds = 1.0
    /// The first look waits so long for what other instances know of nodes.
    static let recallSeconds = 2.0

    private let thread = BlockingThread(label: "heartbeats")
    private let watch: WatchContext
    private var client: RedisClient
    private var backoff = Backoff()
    private var lastInfo = -infoSeconds
    /// Nodes whose heartbeats were written before the look that goes on.
    private var written: Set<String> = []
    private var wasConnected = false
    /// Failovers that had been followed when it connected.
    private var failovers = 0

    public init(_ watch: WatchContext) {
        self.watch = watch
        client = watch.newClient()
    }

    public nonisolated var description: String { "HeartbeatWatcher" }
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    public func run() async {
        await waitForRecall()
        await watch.heartbeatWritten.ringsAtStop { await lookAgainAndAgain() }
    }

    private func lookAgainAndAgain() async {
        while !Task.isEnding {
            let started = monotonicSeconds()
            do throws(RedisError) {
                try look()
                backoff.reset()
                await waitForNext(since: started)
            } catch {
                client = watch.newClient()
                // What was written is still to be heard of.
                watch.nodesHeardOf.withLock { $0.formUnion(written) }
                watch.noteDown(.heartbeats, error)
                watch.registry.withLock { $0.noteCheckMissing() }
                await pause(seconds: backoff.next())
            }
        }
    }

    /// A heartbeat that another instance knows to be old is then no sign of life.
    private func waitForRecall() async {
        let began = monotonicSeconds()
        while !Task.isEnding, watch.awaitsRecall.withLock({ $0 }),
            monotonicSeconds() - began < Self.recallSeconds
        {
            await pause(seconds: 0.02)
        }
    }

    /// Until a pulse has passed, or a heartbeat is said to have changed. No pulse is as long as the one before: of two
    /// processes that overwrite each other's heartbeats in step with us we would see the same one for ever.
    private func waitForNext(since started: Double) async {
        let checkSeconds = watch.plan.nodes.checkSeconds * Double.random(in: 0.7...1)
        while !Task.isEnding {
            let passed = monotonicSeconds() - started
            let left = checkSeconds - passed
            guard left > 0 else { return }
            let isWished = !watch.nodesHeardOf.withLock(\.isEmpty)
            if isWished, passed >= Self.wishedSeconds { return }
            await watch.heartbeatWritten.wait(
                seconds: isWished ? min(left, Self.wishedSeconds - passed) : left, on: thread)
        }
    }

    private func look() throws(RedisError) {
        let pulse = HeartbeatReading(keySpace: watch.plan.keySpace)
        var heardOf = watch.nodesHeardOf.withLock { heardOf in
            defer { heardOf = [] }
            return heardOf
        }
        heardOf.remove("")
        written = heardOf.subtracting(
            watch.nodesReadAtOnce.withLock { read in
                defer { read = [] }
                return read
            })
        let (look, known) = watch.registry.withLock { ($0.beginCheck(), $0.nodesToWatch) }
        let nodes = Array(heardOf.union(known))
        try connect()
        try client.checkServer()
        let start = monotonicSeconds()
        var taken = try pulse.run(nodes: nodes, over: &client)
        // After what was read: had another server been read, it would not be the same history.
        taken.pulse.history = try RedisHistory.read(over: &client)
        try noteServer(at: start)
        watch.metrics.redisCommands.observe(["heartbeats"], seconds: monotonicSeconds() - start)
        watch.clock.set(taken.now.time, readAt: taken.now.monotonicSeconds)
        taken.pulse.written = written
        let (checkTaken, now) = (taken.pulse, taken.now)
        watch.registry.withLock {
            $0.take(checkTaken, of: look, at: now.time, seconds: now.monotonicSeconds)
        }
        written = []
        watch.noteUp(.heartbeats)
    }

    private func connect() throws(RedisError) {
        let now = watch.failovers.load(ordering: .relaxed)
        // The former master may call itself one for ever.
        if now != failovers { client.drop() }
        failovers = now
        guard try watch.open(&client) else { return }
        if wasConnected { watch.metrics.redisReconnects.add() }
        wasConnected = true
    }
}

extension HeartbeatWatcher {
    /// Notes version, role and eviction policy, now and then. An ACL may forbid `INFO`: then they are not known, and
    /// nothing else suffers.
    private func noteServer(at start: Double) throws(RedisError) {
        guard start - lastInfo >= Self.infoSeconds else { return }
        lastInfo = start
        do throws(RedisError) {
            let info = try ServerInfo.read(over: &client)
            watch.metrics.redisCommands.observe(["info"], seconds: monotonicSeconds() - start)
            watch.link.withLock { $0.server = info }
        } catch {
            guard error.leavesConnectionUsable else { throw error }
            watch.metrics.redisErrors.add([error.kind.rawValue])
            watch.logger.debug("\(error.description)")
        }
    }
}
