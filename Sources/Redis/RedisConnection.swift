import Glibc
import Sockets

/// A blocking connection to one server: hiredis parses, and this type moves the bytes. Every wait has a deadline, and
/// it raises no SIGPIPE. After an error that does not leave it usable, drop it and open a new one.
public struct RedisConnection: ~Copyable {
    public struct Limits: Sendable {
        /// The longest wait until the server is connected, including a TLS handshake.
        public var connectSeconds = 3.0
        /// The longest wait for one answer, from the request to the last byte; also for writing a pipeline.
        public var replySeconds = 5.0
        /// The largest answer to buffer.
        public var replyBytes = 32 << 20

        public init() {}
    }

    public let endpoint: RedisEndpoint
    /// True if one command may name keys of several slots; false for a master of a cluster.
    public internal(set) var takesManyKeys = true
    var limits: Limits
    let wire: Wire
    let reader = Reader()
    /// The number of bytes received since the last complete message (``receiveMessages(within:_:)``).
    var unfinishedBytes = 0

    /// Connects, authenticates if the endpoint has a password, and selects the database.
    public static func open(
        _ endpoint: RedisEndpoint, limits: Limits = Limits()
    ) throws(RedisError) -> RedisConnection {
        let wire: Wire
        do throws(ConnectError) {
            wire = try Wire.open(endpoint.transport, tls: endpoint.tls, within: limits.connectSeconds)
        } catch {
            throw .connect(endpoint, reason: error.reason)
        }
        var connection = RedisConnection(wire, endpoint: endpoint, limits: limits)
        try connection.introduce()
        return connection
    }

    /// Adopts a connected descriptor, and closes it in the end; for tests over a socketpair.
    public init(descriptor: Int32, endpoint: RedisEndpoint, limits: Limits = Limits()) throws(RedisError) {
        self.init(.plain(StreamSocket(adopting: descriptor)), endpoint: endpoint, limits: limits)
    }

    private init(_ wire: consuming Wire, endpoint: RedisEndpoint, limits: Limits) {
        self.wire = wire
        self.endpoint = endpoint
        self.limits = limits
    }

    private mutating func introduce() throws(RedisError) {
        guard endpoint.tls != nil else { return try authenticate() }
        do throws(RedisError) {
            // In TLS 1.3 a server rejects our certificate, or the lack of one, only after the handshake is complete on
            // our side. Its first answer, whatever it is, proves that we are in.
            if endpoint.password.isEmpty { try exchangeGreetings() }
            try authenticate()
        } catch {
            guard case .io(_, let reason) = error else { throw error }
            let hint = reason.hasPrefix("TLS: ") ? "" : " after the TLS handshake: is a client certificate required?"
            throw .connect(endpoint, reason: reason + hint)
        }
    }

    private mutating func exchangeGreetings() throws(RedisError) {
        var greeting = RedisPipeline()
        greeting.append("PING")
        try send(greeting)
        _ = try reply()
    }

    private mutating func authenticate() throws(RedisError) {
        if !endpoint.password.isEmpty {
            let words = endpoint.username.isEmpty ? [endpoint.password] : [endpoint.username, endpoint.password]
            try command(["AUTH"] + words)
        }
        if endpoint.database != 0 { try command(["SELECT", String(endpoint.database)]) }
    }

    /// The socket, for polling together with others once ``receiveMessages(within:_:)`` has found nothing more:
    /// messages may already be buffered that polling does not show. Reading or writing it puts the connection out of
    /// step.
    public var descriptor: Int32 { wire.descriptor }
}

extension RedisConnection {
    /// Sends one command and returns its answer; throws an error reply as ``RedisError/refused(_:code:message:)``.
    @discardableResult
    public mutating func command(_ words: [String]) throws(RedisError) -> RedisReply {
        var pipeline = RedisPipeline()
        pipeline.append(words)
        try send(pipeline)
        let reply = try reply()
        if case .error(let text) = reply { throw .refusal(text, from: endpoint) }
        return reply
    }

    /// Writes all commands of the pipeline; the caller must then read as many answers.
    public mutating func send(_ pipeline: RedisPipeline) throws(RedisError) {
        let deadline = Deadline(in: limits.replySeconds)
        let failure = unsafe pipeline.bytes.withUnsafeBytes { bytes in unsafe write(bytes, until: deadline) }
        if let failure { throw failure }
    }

    private borrowing func write(_ bytes: UnsafeRawBufferPointer, until deadline: Deadline) -> RedisError? {
        var rest = unsafe bytes[...]
        while unsafe !rest.isEmpty {
            switch unsafe wire.write(UnsafeRawBufferPointer(rebasing: rest)) {
            case .bytes(let count): unsafe rest = unsafe rest.dropFirst(count)
            case .ended: return closed
            case .failed(let code): return lost(code)
            case let wanted: guard wire.wait(for: wanted, until: deadline) else { return late }
            }
        }
        return nil
    }

    /// Reads the next answer as a value; an error reply is a value too.
    public mutating func reply() throws(RedisError) -> RedisReply {
        var builder = ReplyBuilder()
        try receive { element, bytes in builder.add(element, bytes) }
        guard let reply = builder.reply else { throw .badReply(endpoint, reason: "the answer is empty") }
        return reply
    }

    /// Reads the next answers in place: `take` is called for each element, parents first, with bytes that are valid
    /// only during the call. One deadline holds for all of them. After a throw, discard what was taken so far.
    public mutating func receive(
        answers: Int = 1, _ take: (ReplyElement, Span<UInt8>) -> Void
    ) throws(RedisError) {
        let deadline = Deadline(in: limits.replySeconds)
        let failure = reader.delivering(to: take) { () -> RedisError? in
            for _ in 0..<answers {
                if let failure = parse(until: deadline) { return failure }
            }
            return nil
        }
        if let failure { throw failure }
    }

    private borrowing func parse(until deadline: Deadline) -> RedisError? {
        var received = 0
        while true {
            switch reader.step() {
            case .answer: return nil
            case .garbage: return .badReply(endpoint, reason: reader.complaint)
            case .starved: break
            }
            guard received <= limits.replyBytes else { return .replyTooLarge(endpoint, bytes: limits.replyBytes) }
            // The whole wait is bounded, not the pause between two pieces, so a trickle of bytes cannot extend it.
            guard !deadline.hasPassed else { return late }
            switch reader.feed(from: wire) {
            case .bytes(let count): received += count
            case .ended: return closed
            case .failed(let code): return lost(code)
            case let wanted: guard wire.wait(for: wanted, until: deadline) else { return late }
            }
        }
    }

    private var late: RedisError { .timeout(endpoint, seconds: limits.replySeconds) }

    var closed: RedisError { .io(endpoint, reason: "Server closed the connection") }

    func lost(_ code: Int32) -> RedisError {
        // TCP keep-alive found that the other side is gone.
        code == ETIMEDOUT ? late : .io(endpoint, reason: wire.reason(code))
    }
}

/// Seconds of the monotonic clock, for deadlines and intervals.
public func monotonicSeconds() -> Double {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}
