import Glibc
import Sockets

/// One blocking connection to one server: hiredis parses, the bytes are moved here. It has a deadline on
/// every wait, raises no SIGPIPE, and is of no more use after an error that does not leave it usable: drop it and make
/// a new one.
public struct RedisConnection: ~Copyable {
    public struct Limits: Sendable {
        /// Longest wait until the server is reached, a TLS handshake included.
        public var connectSeconds = 3.0
        /// Longest wait for one answer, from asking for it to having it whole; also for a pipeline to be written.
        public var replySeconds = 5.0
        /// Largest answer that is buffered.
        public var replyBytes = 32 << 20

        public init() {}
    }

    public let endpoint: RedisEndpoint
    /// Whether keys of several slots may stand in one command: not where it is a master of a cluster.
    public internal(set) var takesManyKeys = true
    var limits: Limits
    let wire: Wire
    let reader = Reader()
    /// How much came in since the last whole message (``receiveMessages(within:_:)``).
    var unfinishedBytes = 0

    /// Connects, authenticates where the endpoint has a password, and selects the database.
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

    /// Takes a descriptor that is already connected, and closes it in the end: for tests over a socketpair.
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
            // In TLS 1.3 a server refuses our certificate, or the lack of one, only when the handshake is over on our
            // side: its first answer, of whatever kind, shows that we are in.
            if endpoint.password.isEmpty { try exchangeGreetings() }
            try authenticate()
        } catch {
            guard case .io(_, let reason) = error else { throw error }
            let hint = reason.hasPrefix("TLS: ") ? "" : " after the TLS handshake: is a client certificate wanted?"
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

    /// The socket, to be polled beside others once ``receiveMessages(within:_:)`` has found nothing more: messages may
    /// be here already that it does not show. Reading or writing it puts the connection out of step.
    public var descriptor: Int32 { wire.descriptor }
}

extension RedisConnection {
    /// Sends one command and keeps its answer; an error reply is thrown as ``RedisError/refused(_:code:message:)``.
    @discardableResult
    public mutating func command(_ words: [String]) throws(RedisError) -> RedisReply {
        var pipeline = RedisPipeline()
        pipeline.append(words)
        try send(pipeline)
        let reply = try reply()
        if case .error(let text) = reply { throw .refusal(text, from: endpoint) }
        return reply
    }

    /// Writes all of the pipeline's commands; as many answers must then be taken.
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
            case let wish: guard wire.wait(for: wish, until: deadline) else { return late }
            }
        }
        return nil
    }

    /// Takes the next answer as a value; an error reply is a value too.
    public mutating func reply() throws(RedisError) -> RedisReply {
        var builder = ReplyBuilder()
        try receive { element, bytes in builder.add(element, bytes) }
        guard let reply = builder.reply else { throw .badReply(endpoint, reason: "an empty answer") }
        return reply
    }

    /// Takes the next answers in place: `take` is called for each element, parents first, with bytes that are valid
    /// during the call only. The deadline holds for all of them. After a throw, what was taken so far is to be thrown
    /// away.
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
            // Also where bytes keep coming: the whole wait is bounded, not the pause between two pieces.
            guard !deadline.hasPassed else { return late }
            switch reader.feed(from: wire) {
            case .bytes(let count): received += count
            case .ended: return closed
            case .failed(let code): return lost(code)
            case let wish: guard wire.wait(for: wish, until: deadline) else { return late }
            }
        }
    }

    private var late: RedisError { .timeout(endpoint, seconds: limits.replySeconds) }

    var closed: RedisError { .io(endpoint, reason: "Server closed the connection") }

    func lost(_ code: Int32) -> RedisError {
        // Keep-alive found that the other side is gone.
        code == ETIMEDOUT ? late : .io(endpoint, reason: wire.reason(code))
    }
}

/// Seconds on the clock that never jumps, for deadlines.
public func monotonicSeconds() -> Double {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}
