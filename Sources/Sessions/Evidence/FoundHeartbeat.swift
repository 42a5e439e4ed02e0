/// A heartbeat with where it stands.
public struct FoundHeartbeat: Sendable, Equatable {
    public var heartbeat: Heartbeat
    /// Under whose key it stands, by place in the configuration.
    public var dialect: Int
    /// It stands in a hash or sorted set with those of other nodes.
    public var isCollected: Bool
    /// Redis' time at which its key ends; nil where that never happens. It may be later by so much: what is left to live was
    /// told that long after the time.
    public var deadline: UnixTime?
    public var deadlineSlackSeconds: Double
    /// How long its key had to live when it was read.
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

    /// Whether it says something that what stood in its place before did not (nil: nothing that is known of).
    func saysMore(than before: FoundHeartbeat?) -> Bool {
        // What tells no time is alive as long as it is there.
        heartbeat.seenAt == nil || before.map { $0.heartbeat != heartbeat } ?? false
    }

    /// Whether its key was written or given another life since: also a shorter one, as after Redis' clock was set back.
    func isRenewed(after before: FoundHeartbeat) -> Bool {
        guard let deadline, let end = before.deadline else { return deadline != before.deadline }
        return deadline - (end + before.deadlineSlackSeconds) >= OwnerEvidence.renewedSeconds
            || end - (deadline + deadlineSlackSeconds) >= OwnerEvidence.renewedSeconds
    }

    /// Whether it shows by itself that its owner was alive not long ago: it is a key that ends unless it is renewed. What
    /// stands in a collection, or has no end, may be as old as it likes.
    var showsLife: Bool { !isCollected && deadline != nil }
}
