/// A subscription to one sentinel that reports each failover as soon as that sentinel learns of it.
///
/// Subscribe first, and then find the master (``RedisSentinels/openMaster(limits:)``), so that no switch falls in
/// between. Its messages are hints: check the server's role before you believe them.
public struct SentinelSubscription: ~Copyable {
    /// The sentinel that is subscribed to.
    public let sentinel: RedisEndpoint
    private let sentinels: RedisSentinels
    private var connection: RedisConnection
    /// The words of the current message, since a wait may end in the middle of one.
    private var words: [String] = []

    private static let channel = "+switch-master"

    /// Subscribes at the first sentinel that answers. If none does, throws an error of the kind `io` with each one's
    /// reason.
    public static func open(
        _ sentinels: RedisSentinels, limits: RedisConnection.Limits = .init()
    ) throws(RedisError) -> SentinelSubscription {
        guard let first = sentinels.sentinels.first else { throw .invalidURL("no sentinel is given") }
        var failures: [RedisError] = []
        for sentinel in sentinels.sentinels.prefix(RedisSentinels.sentinelLimit) {
            do throws(RedisError) {
                var connection = try RedisConnection.open(sentinel, limits: limits)
                try connection.command(["SUBSCRIBE", channel])
                return SentinelSubscription(sentinel: sentinel, sentinels: sentinels, connection: connection)
            } catch {
                failures.append(error)
            }
        }
        throw RedisError.all(failures, "no sentinel takes a subscription", at: first)
    }

    private init(sentinel: RedisEndpoint, sentinels: RedisSentinels, connection: consuming RedisConnection) {
        self.sentinel = sentinel
        self.sentinels = sentinels
        self.connection = connection
    }

    /// Waits at most `seconds` for a failover of our master. Returns the new master, the latest one if there were
    /// several failovers, or nil. After a throw, open another subscription.
    public mutating func wait(within seconds: Double) throws(RedisError) -> RedisEndpoint? {
        var words = words
        var master: RedisEndpoint?
        let sentinels = sentinels
        // Each message is ["message", "+switch-master", "mymaster 10.0.0.1 6379 10.0.0.2 6379"].
        _ = try connection.receiveMessages(within: seconds) { element, bytes in
            if element.depth == 0 { words.removeAll() }
            guard element.depth == 1, element.kind == .string else { return }
            words.append(String(decoding: Array(copying: bytes), as: UTF8.self))
            if words.count == 3, words[0] == "message", words[1] == Self.channel {
                master = sentinels.master(switchedTo: words[2]) ?? master
            }
        }
        self.words = words
        return master
    }
}

extension RedisSentinels {
    /// Parses `mymaster 10.0.0.1 6379 10.0.0.2 6379` (name, old address, new address); nil for another name.
    func master(switchedTo text: String) -> RedisEndpoint? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 5, words[0] == masterName, let port = UInt16(words[4]) else { return nil }
        return server(host: String(words[3]), port: port)
    }
}
