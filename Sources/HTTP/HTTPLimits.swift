/// The limits on what a client, or all clients together, may take from the server.
public struct HTTPLimits: Sendable {
    /// The longest body, unless the route sets another limit. A longer one is answered 413.
    public var bodyBytes = 1 << 20
    /// The longest target, query included. A longer one is answered 414.
    public var targetBytes = 8192
    /// The most bytes of all header fields together. More is answered 431.
    public var headerBytes = 32768
    /// The most open connections. Further ones are closed at once instead of being left waiting.
    public var connections = 256
    public var connectionsPerAddress = 64
    /// The longest time without a byte in either direction.
    public var idleTimeoutSeconds = 15
    /// The longest time from the request line to the last byte of the answer. The idle timeout alone would let a client
    /// send one byte every few seconds.
    public var requestSeconds = 30
    /// The time for the answers under way when the server stops, and again for the library's thread.
    public var stopSeconds = 1

    public init() {}

    /// The longest time until the request line. The client may be idle once, and then be slow.
    var headSeconds: Int { idleTimeoutSeconds + requestSeconds }

    /// The memory of a connection in the library: the head, the library's records of some 300 fields, and the answer's
    /// head. The library refuses what does not fit. It clears the memory for each request, so more would slow down all.
    var memoryBytes: Int { targetBytes + headerBytes + 24576 }

    /// The number of further bytes of an unwanted body that are read and discarded. If the server answered in the
    /// middle of an upload and closed, most clients would see a reset connection instead of the answer.
    var discardedBytes: Int { 3 * bodyBytes + 65536 }
}
