import Logging
import Redis
import ServiceLifecycle
import Sessions
import Workers

/// Checks the heartbeats five times in `nodes.dead_after`, independently of full scans, and reads `INFO` now and then.
public actor HeartbeatWatcher: Service, CustomStringConvertible {
    /// The interval between two reads of `INFO`.
    static let infoSeconds = 15.0

    /// The least interval between two checks, where a written heartbeat asks for an early one.
    static let earlySeconds = 1.0
    /// The longest time for which the first check waits for what other instances know of nodes.
    static let recallSeconds = 2.0

    private let thread = BlockingThread(label: "heartbeats")
    private let watch: WatchContext
    private var client: RedisClient
    private var backoff = Backoff()
    private var lastInfo = -infoSeconds
    /// Nodes whose heartbeats were written before the check in progress.
    private var written: Set<String> = []
    private var wasConnected = false
    /// The number of failovers that had been followed when it connected.
    private var failovers = 0

    public init(_ watch: WatchContext) {
        self.watch = watch
        client = watch.newClient()
    }

    public nonisolated var description: String { "HeartbeatWatcher" }
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    public func run() async {
        await waitForRecall()
        await watch.heartbeatWritten.ringsAtStop { await check() }
    }

    private func check() async {
        while !Task.isEnding {
            let started = monotonicSeconds()
            do throws(RedisError) {
                try checkOnce()
                backoff.reset()
                await waitForNext(since: started)
            } catch {
                client = watch.newClient()
                // The next check must still read what was written.
                watch.nodesHeardOf.withLock { $0.formUnion(written) }
                watch.noteDown(.heartbeats, error)
                watch.registry.withLock { $0.noteCheckMissing() }
                await pause(seconds: backoff.next())
            }
        }
    }

    /// Waits until it is known which heartbeats are old: one that another instance has seen before shows no life.
    private func waitForRecall() async {
        let began = monotonicSeconds()
        while !Task.isEnding, watch.awaitsRecall.withLock({ $0 }),
            monotonicSeconds() - began < Self.recallSeconds
        {
            await pause(seconds: 0.02)
        }
    }

    /// Waits for the interval between two checks, or until a heartbeat was written. The interval is random: two processes
    /// may overwrite each other's heartbeats in step with our checks, and only one of them would ever be met.
    private func waitForNext(since started: Double) async {
        let checkSeconds = watch.plan.nodes.checkSeconds * Double.random(in: 0.7...1)
        while !Task.isEnding {
            let passed = monotonicSeconds() - started
            let left = checkSeconds - passed
            guard left > 0 else { return }
            let isEarly = !watch.nodesHeardOf.withLock(\.isEmpty)
            if isEarly, passed >= Self.earlySeconds { return }
            await watch.heartbeatWritten.wait(
                seconds: isEarly ? min(left, Self.earlySeconds - passed) : left, on: thread)
        }
    }

    private func checkOnce() throws(RedisError) {
        let reading = HeartbeatReading(keySpace: watch.plan.keySpace)
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
        let (check, known) = watch.registry.withLock { ($0.beginCheck(), $0.nodesToWatch) }
        let nodes = Array(heardOf.union(known))
        try connect()
        try client.checkServer()
        let start = monotonicSeconds()
        var taken = try reading.run(nodes: nodes, over: &client)
        // Read after the heartbeats: if another server had been read, its history would differ.
        taken.check.history = try RedisHistory.read(over: &client)
        try noteServer(at: start)
        watch.metrics.redisCommands.observe(["heartbeats"], seconds: monotonicSeconds() - start)
        watch.clock.set(taken.now.time, readAt: taken.now.monotonicSeconds)
        taken.check.written = written
        taken.check.mayEvict = watch.link.withLock { $0.server?.evicts != false }
        let (found, now) = (taken.check, taken.now)
        watch.registry.withLock {
            $0.take(found, of: check, at: now.time, seconds: now.monotonicSeconds)
        }
        written = []
        watch.noteUp(.heartbeats)
    }

    private func connect() throws(RedisError) {
        let now = watch.failovers.load(ordering: .relaxed)
        // The former master may go on calling itself the master.
        if now != failovers { client.drop() }
        failovers = now
        guard try watch.open(&client) else { return }
        if wasConnected { watch.metrics.redisReconnects.add() }
        wasConnected = true
    }
}

extension HeartbeatWatcher {
    /// Reads version, role and eviction policy now and then. Where an ACL forbids `INFO` they stay unknown, and nothing
    /// else suffers.
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
