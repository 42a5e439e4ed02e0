/// A condition that holds cleanup back: the `brake` label of `mcp_sessiond_cleanup_suspended`.
public enum CleanupBrake: String, Sendable, CaseIterable {
    /// There is no complete and fresh view of the registry.
    case viewStale = "view_stale"
    /// No node has a heartbeat.
    case noHeartbeats = "no_heartbeats"
    /// Too many nodes are dead at once. This is the only brake that lets some orphans be removed: those that a newer
    /// boot proves.
    case deadFraction = "dead_fraction"
    /// Redis restarted, failed over, was flushed, loaded its data or was first seen a short time ago.
    case redisUnsettled = "redis_unsettled"
    /// Redis' clock and the daemon's disagree.
    case clockSkew = "clock_skew"
    /// Somebody suspended cleanup.
    case suspended
    /// A session that cleanup had removed is in use. The brake stays on until a person resumes cleanup.
    case removedSessionInUse = "removed_session_in_use"

    /// Returns whether the brake holds back orphans of that reason. The brake `deadFraction` does not hold back orphans
    /// whose reason needs no more than a newer boot.
    func holds(_ reason: OrphanReason) -> Bool { self != .deadFraction || reason != .ownerRestarted }
}

/// A brake that is on, with the measured value and the limit that it passed.
public struct AppliedBrake: Sendable, Equatable {
    public var brake: CleanupBrake
    /// Seconds, nodes or a share, depending on the brake. Nil if nothing can be measured.
    public var measured: Double?
    public var limit: Double?
    /// One sentence for people.
    public var detail: String

    public init(_ brake: CleanupBrake, measured: Double? = nil, limit: Double? = nil, detail: String) {
        self.brake = brake
        self.measured = measured
        self.limit = limit
        self.detail = detail
    }
}
