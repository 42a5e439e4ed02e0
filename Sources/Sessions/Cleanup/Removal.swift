/// One step on the server: at most ``CleanupPolicy/batchKeys`` sessions of one owner.
///
/// The server removes a session only if, at that instant, what was judged still holds, the lease is `holder`'s and of `epoch`,
/// nobody has stopped cleanup, every place where a heartbeat of the owner's node may stand holds byte for byte what was judged
/// (or nothing, where nothing was), and the session's record is byte for byte what was judged and ends when it was judged to.
/// The audit record is written first, in the same step.
public struct RemovalBatch: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        public var candidate: CleanupCandidate
        public var record: HeldRecord
    }

    public var holder: String
    public var epoch: Int
    /// When it was judged, by Redis' clock.
    public var at: UnixTime
    /// When that holds, by Redis' clock: in a longer time a heartbeat may come and go again. An earlier time is of a clock that
    /// was set back, and nobody knows how long it took.
    public var holds: ClosedRange<UnixTime>
    public var owner: SessionOwner
    public var reason: OrphanReason
    public var action: CleanupPolicy.Action
    /// Who asked for the run: ``CleanupRequest/by``.
    public var by: String
    /// Names the run in the audit.
    public var run: String
    /// For how long nothing was heard of the owner.
    public var silentSeconds: Double
    /// Where nobody ever saw the owner alive: who says that it is gone.
    public var attestedBy: String?
    public var beats: [RawHeartbeat]
    public var entries: [Entry]

    /// How long ago the session was created, in whole seconds; nil where its record does not tell.
    public func ageSeconds(of entry: Entry) -> Int? {
        entry.candidate.createdAt.map { Int(max(at - $0, 0)) }
    }
}

/// What the server did.
public enum RemovalOutcome: Sendable, Equatable {
    /// By entry, in their order.
    case done([Result])
    /// Nothing was removed.
    case refused(Refusal)

    public enum Result: String, Sendable, CaseIterable {
        /// Removed, or left little to live.
        case cleaned
        /// The key was gone already, or held something else.
        case changed
        /// The key ends at another time than was judged: somebody renewed it.
        case renewed
        /// It has no longer to live than it would be left.
        case alreadyShort
    }

    public enum Refusal: Sendable, Equatable {
        /// The lease is not ours, or of another epoch: nothing may be removed any more.
        case leaseLost
        /// Somebody stopped cleanup: nothing may be removed any more.
        case stopped
        /// A heartbeat of the owner's node is not what was judged: it is to be looked at again.
        case heartbeatChanged
        /// The judgement holds no more: the batch is to be looked at again.
        case late
    }
}
