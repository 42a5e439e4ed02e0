/// An orphan that the plan permits to remove, before it is read once more.
public struct CleanupCandidate: Sendable, Equatable {
    public var id: SessionID
    public var ref: SessionRef
    public var dialect: Int
    public var owner: SessionOwner
    public var reason: OrphanReason
    public var createdAt: UnixTime?
    /// The time at which it expires as far as the view knows, rounded up to a second. Nil if never.
    public var expiresAt: UnixTime?
}
