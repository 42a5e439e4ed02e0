import Redis

/// One connection on which Redis tells which keys changed: client tracking in broadcast mode, redirected to the very
/// connection that asks for it, since in RESP2 they come as messages of a channel. Its end is the sign that something may
/// have been missed.
public struct TrackingSubscription: ~Copyable {
    public static let channel = "__redis__:invalidate"

    private var connection: RedisConnection
    /// Where in a message we are: it may come in pieces.
    private var message = Message()

    private struct Message {
        var isInvalidation = false
        /// Elements still to come.
        var missing = 0
    }

    /// Asks for changes of all keys that begin with one of the prefixes, none of which may begin with another. Throws
    /// ``RedisError/refused(_:code:message:)`` where the server, an ACL or a proxy does not allow it.
    public init(_ connection: consuming RedisConnection, prefixes: [String]) throws(RedisError) {
        let id = try connection.command(["CLIENT", "ID"]).integer
        guard let id else { throw .badReply(connection.endpoint, reason: "CLIENT ID gave no number") }
        try connection.command(
            ["CLIENT", "TRACKING", "ON", "REDIRECT", String(id), "BCAST"] + prefixes.flatMap { ["PREFIX", $0] })
        try connection.command(["SUBSCRIBE", Self.channel])
        self.connection = connection
    }

    /// Whether the last message is here in part only: when the connection ends then, Redis most likely closed it because
    /// we were too slow.
    var isInMessage: Bool { message.missing > 0 }

    /// Takes what has been told, after waiting up to `seconds` for something.
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

    /// Asks for a sign of life, which comes as a message.
    mutating func ping() throws(RedisError) {
        var pipeline = RedisPipeline()
        pipeline.append("PING")
        try connection.send(pipeline)
    }
}
