/// What one client, or all together, may take from the server.
public struct HTTPLimits: Sendable {
    /// Of a request's body, where the route says nothing else; more is answered 413.
    public var bodyBytes = 1 << 20
    /// Of a request's target, query included; more is answered 414.
    public var targetBytes = 8192
    /// Of all header fields together; more is answered 431.
    public var headerBytes = 32768
    /// Open at once; further ones are closed at once instead of being left hanging.
    public var connections = 256
    public var connectionsPerAddress = 64
    /// Without a byte in either direction.
    public var idleTimeoutSeconds = 15
    /// From the request line to the last byte of the answer. The idle timeout alone would let a client live on one
    /// byte every few seconds.
    public var requestSeconds = 30
    /// For the answers under way, and again for the daemon's thread, when the server stops.
    public var stopSeconds = 1

    public init() {}

    /// Before the request line the client may be idle once, and then be slow.
    var headSeconds: Int { idleTimeoutSeconds + requestSeconds }

    /// A connection's memory in the library: the head, the library's records of some 300 fields, and the answer's
    /// head. What does not fit, it refuses itself. It is cleared for each request, so more costs all of them.
    var memoryBytes: Int { targetBytes + headerBytes + 24576 }

    /// How much more of a body that will not be used is read and thrown away. Answering in the middle of an upload and
    /// closing would make most clients see a reset connection instead of the answer.
    var discardedBytes: Int { 3 * bodyBytes + 65536 }
}
