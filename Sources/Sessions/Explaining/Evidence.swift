/// One fact that a verdict rests on: what, from where, and how old.
public struct Evidence: Sendable, Equatable {
    public enum Source: String, Sendable, CaseIterable {
        /// The session's key, read for this very answer.
        case redis
        /// The view that is kept of Redis.
        case registry
        /// The nodes' heartbeats.
        case heartbeats
        /// Log lines, streams and pushes.
        case events
        /// What is remembered of sessions that are gone.
        case memory
        /// The sticky cookie of a request.
        case cookie
    }

    /// One sentence, without a full stop.
    public var fact: String
    public var source: Source
    /// When it happened, or was seen to be so; nil where that is not known.
    public var at: UnixTime?

    public init(_ fact: String, _ source: Source, at: UnixTime?) {
        self.fact = fact
        self.source = source
        self.at = at
    }
}
