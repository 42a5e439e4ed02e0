/// One refused request.
public struct FailedRequest: Sendable, Equatable {
    public var time: UnixTime
    /// The node that refused it, if known.
    public var node: String?
    public var verdict: Verdict
    public var cause: StickyCause?
}

/// Everything that is remembered of a session's refused requests.
public struct SessionFailures: Sendable, Equatable {
    public var ref: SessionRef
    /// The number of misroutes in the last 15 minutes.
    public var misrouted: Int
    /// The number of requests refused since the session was last served, and the time of the first of them.
    public var refused: Int
    public var first: UnixTime?
    /// The time of the last refused request.
    public var last: UnixTime
    /// The first cause since the session was last served. A client takes the next cookie from each answer, so later
    /// causes may hide it.
    public var firstCause: StickyCause?
    /// True if its client does not give up: at least three requests were refused over at least a minute, the last of
    /// them within 5 minutes.
    public var isStuck: Bool
    /// The last eight failures, the oldest first.
    public var recent: [FailedRequest]
}

/// The numbers of sessions with a refused request in the last 5 minutes.
public struct AffectedSessions: Sendable, Equatable {
    public var transient = 0
    public var stuck = 0

    public init() {}
}
