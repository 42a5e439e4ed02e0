import Redis

/// A connection on which Redis reports changed keys: client tracking in broadcast mode, redirected to this very
/// connection, since RESP2 delivers invalidations as messages of a channel. When it ends, changes may have been missed.
public struct TrackingSubscription: ~Copyable {
    public static let channel = "__redis__:invalidate"

    private var connection: RedisConnection
    /// The position within a message, which may come in pieces.
    private var message = Message()

    private struct Message {
        var isInvalidation = false
        /// The number of elements still to come.
        var missing = 0
    }

    /// Subscribes to changes of all keys that begin with one of the prefixes, none of which may begin with another. Throws
    /// ``RedisError/refused(_:code:message:)`` where the server, an ACL or a proxy does not allow it.
    public init(_ connection: consuming RedisConnection, prefixes: [String]) throws(RedisError) {
        let id = try connection.command(["CLIENT", "ID"]).integer
        guard let id else { throw .badReply(connection.endpoint, reason: "CLIENT ID gave no number") }
        try connection.command(
            ["CLIENT", "TRACKING", "ON", "REDIRECT", String(id), "BCAST"] + prefixes.flatMap { ["PREFIX", $0] })
        try connection.command(["SUBSCRIBE", Self.channel])
        self.connection = connection
    }

    /// True while a message has arrived in part only. If the connection ends then, Redis most likely closed it because the
    /// daemon read too slowly.
    var isInMessage: Bool { message.missing > 0 }

    /// Takes in all messages, after waiting up to `seconds` for one.
    public mutating func take(within seconds: Double, into changes: inout ChangedKeys) throws(RedisError) {
        var message = message
        defer { self.message = message }
        _ = try connection.receiveMessages(within: seconds) { element, bytes in
            switch (element.depth, element.index, element.kind) {
            case (0, _, .array(let count)): message = Message(isInvalidation: false, missing: count)
            case (0, _, _): message = Message()
            case (1, 0, .string):
                message.missing -= 1
                message.isInvalidation = bytes.count == 7 && bytes[0] == UInt8(ascii: "m")
                if bytes.count == 4, bytes[0] == UInt8(ascii: "p") { changes.notePong() }
            case (1, 2, .array(let count)): message.missing += count - 1
            case (1, 2, .null):
                message.missing -= 1
                if message.isInvalidation { changes.noteFlush() }
            case (2, _, .string):
                message.missing -= 1
                if message.isInvalidation { changes.add(bytes) }
            default: message.missing -= 1
            }
        }
    }

    /// Sends a `PING`, whose answer comes as a message.
    mutating func ping() throws(RedisError) {
        var pipeline = RedisPipeline()
        pipeline.append("PING")
        try connection.send(pipeline)
    }
}
