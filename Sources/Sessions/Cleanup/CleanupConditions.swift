/// The conditions beside the registry itself that decide about brakes.
public struct CleanupConditions: Sendable, Equatable {
    /// The age from which a view is stale.
    public var staleAfterSeconds: Double
    /// The time for which the same server has been the master, up and loaded. Nil if it does not say; cleanup is held
    /// back then.
    public var settledSeconds: Double?
    /// The daemon's clock minus Redis' clock.
    public var skewSeconds: Double
    /// The suspension of cleanup, while there is one.
    public var stop: CleanupStop?
    /// The time by the monotonic clock, which also noted the last check of the heartbeats: Redis' clock may have been set
    /// since. Nil if it is not known.
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

/// A suspension of cleanup, by a person or by the tripwire, for all daemon instances: `mcp:sessiond:suspend`.
public struct CleanupStop: Sendable, Equatable {
    public var by: String
    public var why: String
    public var at: UnixTime
    /// The end of the suspension. Nil if it lasts until cleanup is resumed.
    public var until: UnixTime?
    /// True if a removed session proved to be in use. Then only a person ends the suspension.
    public var isTripped = false

    public init(by: String, why: String, at: UnixTime, until: UnixTime? = nil, isTripped: Bool = false) {
        self.by = by
        self.why = why
        self.at = at
        self.until = until
        self.isTripped = isTripped
    }
}

/// Whether the tripwire holds cleanup: a removed session proved to be in use.
public enum TripwireState: Sendable, Equatable {
    /// Nobody has read it yet.
    case unknown
    case clear
    case tripped(CleanupStop)

    /// By the suspension that is in force; nil for none.
    public init(_ stop: CleanupStop?) {
        if let stop, stop.isTripped { self = .tripped(stop) } else { self = .clear }
    }
}
