/// The way in which a session ended: the `reason` label of `mcp_registry_sessions_ended_total`.
public enum Ending: String, Sendable, CaseIterable {
    /// Its key was deleted.
    case closed
    /// Its TTL ran out.
    case expired
    /// Redis evicted it for lack of memory.
    case evicted
    /// Cleanup removed it.
    case cleaned
    /// It vanished with many others, in a flush or a failover to a server without it.
    case vanished
}

/// The end of a session that is gone.
public struct EndedSession: Sendable, Equatable {
    public var ref: SessionRef
    public var ending: Ending
    public var endedAt: UnixTime
    /// The seconds before the end in which the session may already have been gone.
    public var doubtSeconds = 0
    public var createdAt: UnixTime?
    public var node: String?
    public var boot: String?
}
