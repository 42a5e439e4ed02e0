/// The outcome of a removal step on the server.
public enum RemovalOutcome: Sendable, Equatable {
    /// The results by entry, in the order of the entries.
    case done([Result])
    /// Nothing was removed.
    case refused(Refusal)

    public enum Result: String, Sendable, CaseIterable {
        /// The session was removed, or its TTL was shortened.
        case cleaned
        /// The key was already gone, or held something else.
        case changed
        /// The key expires at another time than was judged: somebody renewed it.
        case renewed
        /// The key already expires sooner than it would after the action.
        case alreadyShort
    }

    public enum Refusal: Sendable, Equatable {
        /// The lease is not ours, or has another epoch. Nothing more may be removed.
        case leaseLost
        /// Somebody suspended cleanup. Nothing more may be removed.
        case stopped
        /// A heartbeat of the owner's node is not what was judged, so it must be read again.
        case heartbeatChanged
        /// The judgement is no longer valid, so the batch must be read again.
        case late
    }
}
