/// A process that sessions name and that cannot come back: the whole of it, or where boots cannot be told apart what it
/// held before its node's present start.
public struct GoneOwnerName: Sendable, Hashable {
    public var node: String
    public var boot: String?
    /// Only where boots cannot be compared: sessions created before then (whole seconds since the epoch) are the former
    /// process'.
    public var createdBefore: UInt32?

    public init(node: String, boot: String?, createdBefore: UInt32? = nil) {
        self.node = node
        self.boot = boot
        self.createdBefore = createdBefore
    }
}

/// Since when an owner has been seen gone, look by look. Kept in Redis, so that a new holder of the lease or a run
/// without a daemon begins with it.
public struct GoneOwner: Sendable, Equatable {
    public var reason: OrphanReason
    /// Redis' time of the first look that found it gone.
    public var since: UnixTime
    /// Redis' time of the last one.
    public var seenAt: UnixTime
    /// The time between those looks, as far as Redis' clock and the one of the process that looked agree on it: a clock
    /// that jumps ahead makes nobody gone for longer.
    public var goneSeconds: Double

    public init(reason: OrphanReason, since: UnixTime, seenAt: UnixTime, goneSeconds: Double) {
        self.reason = reason
        self.since = since
        self.seenAt = seenAt
        self.goneSeconds = goneSeconds
    }
}
