import Redis
import Sessions
import Synchronization

/// Reads one session's key for one answer, on the caller's thread, over a connection of its own.
///
/// The caller is the HTTP server's only thread, so everything is bounded: each wait has a short deadline, a failure is
/// followed by a pause, and the reads a second are limited.
public final class LiveReader: Sendable {
    /// The longest wait for a connection, and again for the answer.
    public static let deadlineSeconds = 0.1
    /// The pause after a failure, in which nobody waits for Redis.
    public static let pauseSeconds = 2.0
    /// The most reads in one second. Further answers come from the view.
    static let readsPerSecond = 500

    private struct State: ~Copyable {
        var connection: RedisConnection?
        /// The server that it leads to, and the number of failovers that had been followed when it was made.
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

    /// Reads what the session's key holds now. If several dialects could hold it, the first that does counts.
    public func read(_ id: SessionID) -> LiveRead {
        state.withLock { state in
            let start = monotonicSeconds()
            if let why = refusal(&state, at: start) { return .notRead(why: why) }
            do throws(RedisError) {
                let found = try read(keys(of: id), &state)
                watch.metrics.redisCommands.observe(
                    [WatchMetrics.RedisCommand.live.rawValue], seconds: monotonicSeconds() - start)
                return found
            } catch {
                state.connection = nil
                watch.metrics.redisErrors.add([error.kind.rawValue])
                state.failure = (error.description, monotonicSeconds())
                return .notRead(why: error.description)
            }
        }
    }

    /// The keys under which the session may be registered, in the order of the dialects.
    private func keys(of id: SessionID) -> [[UInt8]] {
        let keySpace = watch.plan.keySpace
        return keySpace.dialects.indices.map { keySpace.sessionKey(id, dialect: $0) }
            .reduce(into: []) { keys, key in if !keys.contains(key) { keys.append(key) } }
    }

    /// The reason not to ask Redis at all; nil where there is none.
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

    /// The server from which the watchers read the key, while it answers them.
    private func endpoint(of key: [UInt8]) -> RedisEndpoint? {
        let only = watch.link.withLock { link in link.failures[.shard(0)] == nil ? link.endpoints[0] : nil }
        let slots = watch.slots.withLock { $0.values.first }
        return watch.plan.deployment.server(of: key.span, by: slots, only: only)
    }

    private var outOfReach: String {
        watch.link.withLock { $0.failure?.error } ?? "the server that has it is not known yet"
    }

    /// The connection to that server. One made before a failover may lead to a former master.
    private func connected(to endpoint: RedisEndpoint, _ state: inout State) throws(RedisError) -> RedisConnection {
        let failovers = watch.failovers.load(ordering: .relaxed)
        if let open = state.connection.take(), state.endpoint == endpoint, state.failovers == failovers { return open }
        (state.endpoint, state.failovers) = (endpoint, failovers)
        return try RedisConnection.open(endpoint, limits: limits)
    }
}
