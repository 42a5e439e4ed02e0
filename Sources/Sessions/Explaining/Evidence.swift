/// One fact that supports a verdict, with its source and time.
public struct Evidence: Sendable, Equatable {
    public enum Source: String, Sendable, CaseIterable {
        /// The session's key, read for this very answer.
        case redis
        /// The view of the registry.
        case registry
        /// The heartbeats of the nodes.
        case heartbeats
        /// Log lines, streams and pushes.
        case events
        /// The memory of sessions that are gone.
        case memory
        /// The sticky cookie of a request.
        case cookie
    }

    /// One sentence, without a full stop.
    public var fact: String
    public var source: Source
    /// The time at which it happened or was observed. Nil if it is not known.
    public var at: UnixTime?

    public init(_ fact: String, _ source: Source, at: UnixTime?) {
        self.fact = fact
        self.source = source
        self.at = at
    }
}
