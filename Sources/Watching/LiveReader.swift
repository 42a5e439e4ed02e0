import Redis
import Sessions
import Synchronization

/// Reads one session's key for one answer, on the thread that asks, over a connection of its own.
///
/// Whoever asks is the HTTP server's only thread, so all of it is bounded: each wait by a short deadline, what comes after
/// a failure by a pause, and how often Redis is asked by a limit a second.
public final class LiveReader: Sendable {
    /// Longest wait until Redis is reached, and again for its answer.
    public static let deadlineSeconds = 0.1
    /// After a failure nobody is made to wait again for so long.
    public static let pauseSeconds = 2.0
    /// Keys that are read within a second at most: answers beyond that are given from the view.
    static let readsPerSecond = 500

    private struct State: ~Copyable {
        var connection: RedisConnection?
        /// The server that it is to, and how many failovers had been followed when it was made.
        var endpoint: RedisEndpoint?
        var failovers = 0
        var failure: (why: String, at: Double)?
        var second = 0
        var reads = 0
    }

    private let watch: WatchContext
    private let reading: SingleReading
    private let readers: [SessionValueReader]
    private let limits: RedisConnection.Limits
    private let state = Mutex(State())

    public init(_ watch: WatchContext, deadlineSeconds: Double = LiveReader.deadlineSeconds) {
        self.watch = watch
        reading = SingleReading(keySpace: watch.plan.keySpace, maxIDLength: watch.plan.maxIDLength)
        readers = watch.plan.keySpace.dialects.map(SessionValueReader.init)
        var limits = watch.plan.limits
        limits.connectSeconds = min(limits.connectSeconds, deadlineSeconds)
        limits.replySeconds = min(limits.replySeconds, deadlineSeconds)
        self.limits = limits
    }

    /// What the session's key holds now: of several dialects that could have it the first that does.
    public func look(at id: SessionID) -> LiveRead {
        state.withLock { state in
            let start = monotonicSeconds()
            if let why = refusal(&state, at: start) { return .notRead(why: why) }
            do throws(RedisError) {
                let look = try read(keys(of: id), &state)
                watch.metrics.redisCommands.observe(
                    [WatchMetrics.RedisCommand.live.rawValue], seconds: monotonicSeconds() - start)
                return look
            } catch {
                state.connection = nil
                watch.metrics.redisErrors.add([error.kind.rawValue])
                state.failure = (error.description, monotonicSeconds())
                return .notRead(why: error.description)
            }
        }
    }

    /// The keys that it may have, in the order of the dialects.
    private func keys(of id: SessionID) -> [[UInt8]] {
        let keySpace = watch.plan.keySpace
        return keySpace.dialects.indices.map { keySpace.sessionKey(id, dialect: $0) }
            .reduce(into: []) { keys, key in if !keys.contains(key) { keys.append(key) } }
    }

    /// Why Redis is not asked at all.
    private func refusal(_ state: inout State, at now: Double) -> String? {
        if let failure = state.failure, now - failure.at < Self.pauseSeconds { return failure.why }
        if state.second != Int(now) { (state.second, state.reads) = (Int(now), 0) }
        state.reads += 1
        return state.reads > Self.readsPerSecond
            ? "more than \(Self.readsPerSecond) were to be read in this second" : nil
    }

    private func read(_ keys: [[UInt8]], _ state: inout State) throws(RedisError) -> LiveRead {
        var names = RecordNames(seed: .random(in: 0 ... .max))
        for key in keys {
            guard let endpoint = endpoint(of: key) else { return .notRead(why: outOfReach) }
            var connection = try connected(to: endpoint, &state)
            let now = watch.clock.now()
            let found = try reading.run([key], over: &connection, readers: readers, names: &names, at: now)
            state.connection = consume connection
            if let record = found.first.flatMap({ LiveRecord($0, names) }) { return .present(record, at: now) }
        }
        return .absent(at: watch.clock.now())
    }

    /// The server that the watchers read the key from, while it answers them.
    private func endpoint(of key: [UInt8]) -> RedisEndpoint? {
        let only = watch.link.withLock { link in link.failures[.shard(0)] == nil ? link.endpoints[0] : nil }
        let slots = watch.slots.withLock { $0.values.first }
        return watch.plan.deployment.server(of: key.span, by: slots, only: only)
    }

    private var outOfReach: String {
        watch.link.withLock { $0.failure?.error } ?? "the server that has it is not known yet"
    }

    /// A connection made before a failover may be to a former master.
    private func connected(to endpoint: RedisEndpoint, _ state: inout State) throws(RedisError) -> RedisConnection {
        let failovers = watch.failovers.load(ordering: .relaxed)
        if let open = state.connection.take(), state.endpoint == endpoint, state.failovers == failovers { return open }
        (state.endpoint, state.failovers) = (endpoint, failovers)
        return try RedisConnection.open(endpoint, limits: limits)
    }
}
