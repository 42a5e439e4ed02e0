import CHiredis
import Glibc

/// One blocking connection to one server. It owns hiredis' context, has a deadline on every wait, and is of no more use
/// after an error that does not leave it usable: drop it and make a new one (hiredis' own reconnect keeps stale state).
///
/// SIGPIPE must be ignored by the process (hiredis writes without `MSG_NOSIGNAL`).
@safe public struct RedisConnection: ~Copyable {
    public struct Limits: Sendable {
        public var connectSeconds = 3.0
        /// Longest wait for one answer, from asking for it to having it whole.
        public var replySeconds = 5.0
        /// Largest answer that is buffered.
        public var replyBytes = 32 << 20

        public init() {}
    }

    public let endpoint: RedisEndpoint
    private let limits: Limits
    private let context: UnsafeMutablePointer<redisContext>

    /// Connects, authenticates where the endpoint has a password, and selects the database.
    public static func open(
        _ endpoint: RedisEndpoint, limits: Limits = Limits()
    ) throws(RedisError) -> RedisConnection {
        let timeout = timeval(seconds: limits.connectSeconds)
        let made =
            switch endpoint.transport {
            case .tcp(let host, let port): unsafe redisConnectWithTimeout(host, Int32(port), timeout)
            case .unix(let path): unsafe redisConnectUnixWithTimeout(path, timeout)
            }
        let context = try unsafe connected(made, endpoint)
        var connection = unsafe RedisConnection(adopting: context, endpoint: endpoint, limits: limits)
        try connection.introduce()
        return connection
    }

    /// Takes a descriptor that is already connected, and closes it in the end: for tests over a socketpair.
    public init(descriptor: Int32, endpoint: RedisEndpoint, limits: Limits = Limits()) throws(RedisError) {
        let made = unsafe redisConnectFd(descriptor)
        let context = try unsafe Self.connected(made, endpoint)
        unsafe self.init(adopting: context, endpoint: endpoint, limits: limits)
    }

    private init(adopting context: UnsafeMutablePointer<redisContext>, endpoint: RedisEndpoint, limits: Limits) {
        unsafe self.context = context
        self.endpoint = endpoint
        self.limits = limits
        unsafe context.pointee.reader.pointee.fn = unsafe ReplyFunctions.table
        _ = unsafe redisSetTimeout(context, timeval(seconds: limits.replySeconds))
        // On a unix socket it would fail, and leave its error in the context.
        if case .tcp = endpoint.transport { _ = unsafe redisEnableKeepAlive(context) }
    }

    /// The context if it is connected; else it is freed and the reason thrown.
    private static func connected(
        _ made: UnsafeMutablePointer<redisContext>?, _ endpoint: RedisEndpoint
    ) throws(RedisError) -> UnsafeMutablePointer<redisContext> {
        guard let context = unsafe made else { throw .connect(endpoint, reason: "out of memory") }
        guard unsafe context.pointee.err == 0 else {
            let reason = unsafe String(cString: sessiond_redis_errstr(context))
            unsafe redisFree(context)
            throw .connect(endpoint, reason: reason)
        }
        return unsafe context
    }

    deinit {
        unsafe redisFree(context)
    }

    private mutating func introduce() throws(RedisError) {
        if !endpoint.password.isEmpty {
            let words = endpoint.username.isEmpty ? [endpoint.password] : [endpoint.username, endpoint.password]
            try command(["AUTH"] + words)
        }
        if endpoint.database != 0 { try command(["SELECT", String(endpoint.database)]) }
    }
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
        let deadline = monotonicSeconds() + limits.replySeconds
        let appended = unsafe pipeline.bytes.withUnsafeBytes { bytes in
            unsafe redisAppendFormattedCommand(
                context, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard appended == REDIS_OK else { throw lost() }
        var done: Int32 = 0
        while done == 0 {
            guard unsafe redisBufferWrite(context, &done) == REDIS_OK else { throw lost() }
            if done == 0, monotonicSeconds() > deadline { throw .timeout(endpoint, seconds: limits.replySeconds) }
        }
    }

    /// Takes the next answer as a value; an error reply is a value too.
    public mutating func reply() throws(RedisError) -> RedisReply {
        var builder = ReplyBuilder()
        try receive { element, bytes in builder.add(element, bytes) }
        guard let reply = builder.reply else { throw .badReply(endpoint, reason: "an empty answer") }
        return reply
    }

    /// Takes the next answers in place: `take` is called for each element, parents first, with bytes that are valid during
    /// the call only. The deadline holds for all of them. After a throw, what was taken so far is to be thrown away.
    public mutating func receive(
        answers: Int = 1, _ take: (ReplyElement, Span<UInt8>) -> Void
    ) throws(RedisError) {
        let deadline = monotonicSeconds() + limits.replySeconds
        let result: Result<Void, RedisError> = withoutActuallyEscaping(take) { take in
            var sink = ReplySink(take: take)
            return unsafe withUnsafeMutablePointer(to: &sink) { sink in
                // hiredis copies `privdata` into a task when the answer begins, so it must be set before and hold throughout.
                unsafe context.pointee.reader.pointee.privdata = UnsafeMutableRawPointer(sink)
                defer { unsafe context.pointee.reader.pointee.privdata = nil }
                for _ in 0..<answers {
                    if case .failure(let error) = parse(until: deadline) { return .failure(error) }
                }
                return .success(())
            }
        }
        try result.get()
    }

    private borrowing func parse(until deadline: Double) -> Result<Void, RedisError> {
        let reader = unsafe context.pointee.reader!
        var received = 0
        while true {
            var answer: UnsafeMutableRawPointer?
            guard unsafe redisReaderGetReply(reader, &answer) == REDIS_OK else {
                let reason = unsafe String(cString: sessiond_redis_reader_errstr(reader))
                return .failure(.badReply(endpoint, reason: RedisConnection.printable(reason)))
            }
            if unsafe answer != nil { return .success(()) }
            guard received <= limits.replyBytes else {
                return .failure(.replyTooLarge(endpoint, bytes: limits.replyBytes))
            }
            // The socket's own timeout begins anew with each byte that comes: the whole wait is bounded here.
            guard isReadable(within: deadline - monotonicSeconds()) else {
                return .failure(.timeout(endpoint, seconds: limits.replySeconds))
            }
            let held = unsafe reader.pointee.len
            guard unsafe redisBufferRead(context) == REDIS_OK else { return .failure(lost()) }
            received += unsafe Int(reader.pointee.len) - Int(held)
        }
    }

    private borrowing func isReadable(within seconds: Double) -> Bool {
        guard seconds > 0 else { return false }
        var wait = pollfd(fd: unsafe context.pointee.fd, events: Int16(POLLIN), revents: 0)
        // A signal ends the wait early: then the read itself waits, up to its own timeout.
        return unsafe poll(&wait, 1, Int32(min(seconds * 1000, 3_600_000).rounded(.up))) != 0
    }

    private borrowing func lost() -> RedisError {
        let code = errno
        let context = unsafe context.pointee
        if unsafe context.err == REDIS_ERR_IO, code == EAGAIN || code == EWOULDBLOCK || code == ETIMEDOUT {
            return .timeout(endpoint, seconds: limits.replySeconds)
        }
        let reason = unsafe String(cString: sessiond_redis_errstr(self.context))
        return unsafe context.err == REDIS_ERR_PROTOCOL
            ? .badReply(endpoint, reason: RedisConnection.printable(reason)) : .io(endpoint, reason: reason)
    }

    /// hiredis quotes the byte that it did not understand; keep what can stand in a log line.
    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { (0x20..<0x7F).contains($0.value) }))
    }
}

extension timeval {
    init(seconds: Double) {
        let whole = seconds.rounded(.down)
        self.init(tv_sec: Int(whole), tv_usec: Int((seconds - whole) * 1e6))
    }
}

/// Seconds on the clock that never jumps, for deadlines.
public func monotonicSeconds() -> Double {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}
