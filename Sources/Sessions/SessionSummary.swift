/// One session as it is reported. The id is given only if it is asked for.
public struct SessionSummary: Sendable, Equatable {
    public var ref: SessionRef
    public var state: SessionState
    public var node: String?
    public var boot: String?
    public var createdAt: UnixTime?
    public var lastSeen: UnixTime?
    /// Nil if the key has no expiry.
    public var expiresAt: UnixTime?
    public var client: String
    public var dialect: Int
    /// The time since which it has had no owner.
    public var orphanedSince: UnixTime?
    /// True if it names no owner, and its node and boot were learnt from events.
    public var isLearnt = false
    /// The number of misroutes in the last 15 minutes.
    public var misrouted = 0
    /// True if its requests are refused again and again: ``SessionFailures/isStuck``.
    public var isStuck = false

    public var hasNoExpiry: Bool { expiresAt == nil }
}

/// The sessions that a listing should hold. Nil values select all.
public struct SessionFilter: Sendable, Equatable {
    public var state: String?
    public var reason: String?
    public var node: String?
    /// The full client text, or its name, which is the part before a blank or slash.
    public var client: String?
    /// Only sessions created longer ago than this.
    public var olderThanSeconds: Double?
    /// Only sessions that were misrouted in the last 15 minutes, or only the others.
    public var misrouted: Bool?
    /// Only sessions that are stuck, or only the others.
    public var stuck: Bool?

    public init() {}
}

/// A part of a listing, in the order of refs.
public struct SessionPage: Sendable {
    public var sessions: [SessionSummary] = []
    /// The ref after which to continue. Nil at the end.
    public var next: SessionRef?
}
