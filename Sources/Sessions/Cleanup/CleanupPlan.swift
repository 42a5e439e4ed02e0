/// What cleanup would do now, owner by owner: which orphans may go, and why the others may not. Costs by the number of
/// owners, not of sessions.
public struct CleanupPlan: Sendable, Equatable {
    /// The orphans of one owner for one reason.
    public struct Group: Sendable, Equatable {
        public var owner: SessionOwner
        public var reason: OrphanReason
        public var sessions: Int
        /// Since when the owner's heartbeat has been gone, by the times that are shown; no removal rests on it.
        public var goneSince: UnixTime?
        /// What the evidence says of the owner; nil where it is not asked.
        public var standing: OwnerStanding?
        /// Nil: they may go.
        public var skip: CleanupSkip?
        /// Why they are left, in a few words: `silent for 180 of 900 s`.
        public var why: String?
    }

    /// The most sessions first.
    public var groups: [Group]
    public var brakes: [AppliedBrake]

    /// Orphans that may go.
    public var going: Int { groups.reduce(0) { $0 + ($1.skip == nil ? $1.sessions : 0) } }
    /// Orphans that are left, by why.
    public var skipped: [CleanupSkip: Int] {
        groups.reduce(into: [:]) { counts, group in
            if let skip = group.skip { counts[skip, default: 0] += group.sessions }
        }
    }
}
