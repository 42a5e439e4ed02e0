/// What holds cleanup back: the `brake` label of `mcp_sessiond_cleanup_suspended`.
public enum CleanupBrake: String, Sendable, CaseIterable {
    /// There is no complete and fresh view of the registry.
    case viewStale = "view_stale"
    /// No node beats at all.
    case noHeartbeats = "no_heartbeats"
    /// Too many nodes are dead at once. Only this one lets some orphans go: those that a newer boot proves.
    case deadFraction = "dead_fraction"
    /// Redis restarted, failed over, was flushed or loaded not long ago, or was first seen then.
    case redisUnsettled = "redis_unsettled"
    /// Redis' clock and ours disagree.
    case clockSkew = "clock_skew"
    /// Somebody stopped it.
    case suspended

    /// Orphans whose reason needs no more than a newer boot may go all the same.
    func holds(_ reason: OrphanReason) -> Bool { self != .deadFraction || reason != .ownerRestarted }
}

/// A brake that is on: what was measured, and the limit that it passed.
public struct AppliedBrake: Sendable, Equatable {
    public var brake: CleanupBrake
    /// Seconds, nodes, or a share, as the brake has it; nil where nothing can be measured.
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

/// What brakes are judged by besides the registry itself.
public struct CleanupConditions: Sendable, Equatable {
    /// A view older than this is stale.
    public var staleAfterSeconds: Double
    /// For how long the same server has been the master, up and loaded; nil where it does not say, which holds.
    public var settledSeconds: Double?
    /// Our clock minus Redis'.
    public var skewSeconds: Double
    /// Set while somebody holds cleanup back.
    public var stop: CleanupStop?
    /// The monotonic clock that checks of the heartbeats are noted by: Redis' clock may have been set since the last one.
    public var monotonicSeconds: Double?

    public init(
        staleAfterSeconds: Double, settledSeconds: Double?, skewSeconds: Double = 0, stop: CleanupStop? = nil,
        monotonicSeconds: Double? = nil
    ) {
        self.staleAfterSeconds = staleAfterSeconds
        self.settledSeconds = settledSeconds
        self.skewSeconds = skewSeconds
        self.stop = stop
        self.monotonicSeconds = monotonicSeconds
    }
}

/// Cleanup stopped by hand, for all instances: `mcp:sessiond:suspend`.
public struct CleanupStop: Sendable, Equatable {
    public var by: String
    public var why: String
    public var at: UnixTime
    /// Nil: until it is resumed.
    public var until: UnixTime?

    public init(by: String, why: String, at: UnixTime, until: UnixTime? = nil) {
        self.by = by
        self.why = why
        self.at = at
        self.until = until
    }
}
