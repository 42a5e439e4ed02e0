/// A write of a heartbeat's key, as Redis reported it.
enum HeartbeatWrite: Sendable {
    /// None was reported.
    case none
    case sinceLastCheck
    /// The heartbeat was read because the write had just been reported.
    case justNow
}

/// A heartbeat and the place where it was found.
public struct FoundHeartbeat: Sendable, Equatable {
    public var heartbeat: Heartbeat
    /// The dialect under whose key it was found, by its place in the configuration.
    public var dialect: Int
    /// True if it is in a hash or sorted set with the heartbeats of other nodes.
    public var isCollected: Bool
    /// The time, by Redis' clock, at which its key expires; nil if it never does. The true time may be later by
    /// `deadlineSlackSeconds`, since Redis gave the TTL that long after the time was read.
    public var deadline: UnixTime?
    public var deadlineSlackSeconds: Double
    /// The TTL of its key when it was read.
    public var lifetimeSeconds: Double?

    public init(
        _ heartbeat: Heartbeat, dialect: Int = 0, isCollected: Bool = false, deadline: UnixTime? = nil,
        deadlineSlackSeconds: Double = 0, lifetimeSeconds: Double? = nil
    ) {
        self.heartbeat = heartbeat
        self.dialect = dialect
        self.isCollected = isCollected
        self.deadline = deadline
        self.deadlineSlackSeconds = deadlineSlackSeconds
        self.lifetimeSeconds = lifetimeSeconds
    }

    /// Returns whether its content shows that it was written after `before`, which was in the same place; nil if
    /// nothing is known of that place.
    func saysMore(than before: FoundHeartbeat?) -> Bool {
        // A heartbeat without a timestamp is alive while it exists.
        heartbeat.seenAt == nil || before.map { $0.heartbeat != heartbeat } ?? false
    }

    /// Returns whether its key was written or got another TTL since. A shorter TTL counts too, such as after Redis'
    /// clock was set back.
    func isRenewed(after before: FoundHeartbeat) -> Bool {
        guard let deadline, let end = before.deadline else { return deadline != before.deadline }
        return deadline - (end + before.deadlineSlackSeconds) >= OwnerEvidence.renewedSeconds
            || end - (deadline + deadlineSlackSeconds) >= OwnerEvidence.renewedSeconds
    }

    /// True if the heartbeat by itself shows that its owner was alive recently, since its key expires unless it is
    /// renewed. One in a collection, or without expiry, may be of any age.
    var showsLife: Bool { !isCollected && deadline != nil }
}
