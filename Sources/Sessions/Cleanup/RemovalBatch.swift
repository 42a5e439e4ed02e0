/// One removal step on the server, with at most ``CleanupPolicy/batchKeys`` sessions of one owner.
///
/// The server removes a session only if, at that instant, all of these hold: the judgement is still valid, `holder` has
/// the lease with `epoch`, nobody has suspended cleanup, and every place where a heartbeat of the owner's node may be
/// holds byte for byte what was judged, or nothing if there was nothing. The session's record must also be byte for
/// byte what was judged, and expire when it was judged to. Before that, in the same step, what is needed to restore it is
/// kept, and the audit record is written; where one of them fails, nothing is removed.
public struct RemovalBatch: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        public var candidate: CleanupCandidate
        public var record: HeldRecord
    }

    public var holder: String
    public var epoch: Int
    /// The time of the judgement, by Redis' clock.
    public var at: UnixTime
    /// The time, by Redis' clock, in which the judgement is valid: in a longer time a heartbeat may come and go. An
    /// earlier time comes from a clock that was set back, and nobody knows how long ago.
    public var holds: ClosedRange<UnixTime>
    public var owner: SessionOwner
    public var reason: OrphanReason
    public var action: CleanupPolicy.Action
    /// The person or schedule that asked for the run: ``CleanupRequest/by``.
    public var by: String
    /// The name of the run in the audit.
    public var run: String
    /// The time for which nothing was heard of the owner.
    public var silentSeconds: Double
    /// The person who attests that the owner is gone, if nobody ever saw it alive.
    public var attestedBy: String?
    public var heartbeats: [RawHeartbeat]
    public var entries: [Entry]
    /// The store that keeps what is removed, so that it can be restored; nil for none.
    public var undo: CleanupPolicy.Undo?

    /// Returns the age of the session in whole seconds. Nil if its record does not say when it was created.
    public func ageSeconds(of entry: Entry) -> Int? {
        entry.candidate.createdAt.map { Int(max(at - $0, 0)) }
    }
}
