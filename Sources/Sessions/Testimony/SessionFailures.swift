/// One request that was refused.
public struct FailedRequest: Sendable, Equatable {
    public var time: UnixTime
    /// The node that refused it, where it is known.
    public var node: String?
    public var verdict: Verdict
    public var cause: StickyCause?
}

/// What is remembered of a session's refused requests.
public struct SessionFailures: Sendable, Equatable {
    public var ref: SessionRef
    /// Misroutes in the last 15 minutes.
    public var misrouted: Int
    /// Requests refused since the session was last served, and when the first of them was.
    public var refused: Int
    public var first: UnixTime?
    /// When the last request was refused.
    public var last: UnixTime
    /// Its client does not give up: three requests or more refused over at least a minute, the last within 5 minutes.
    public var isStuck: Bool
    /// The last eight, the oldest first.
    public var recent: [FailedRequest]
}

/// Sessions with a refused request in the last 5 minutes.
public struct AffectedSessions: Sendable, Equatable {
    public var transient = 0
    public var stuck = 0

    public init() {}
}
