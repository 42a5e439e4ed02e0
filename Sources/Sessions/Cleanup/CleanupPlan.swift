/// The actions that cleanup would take now, by owner: which orphans it may remove, and why it leaves the others. The
/// cost depends on the number of owners, not of sessions.
public struct CleanupPlan: Sendable, Equatable {
    /// The orphans of one owner for one reason.
    public struct Group: Sendable, Equatable {
        public var owner: SessionOwner
        public var reason: OrphanReason
        public var sessions: Int
        /// The time at which the owner's heartbeat ended, for display only; no removal depends on it.
        public var goneSince: UnixTime?
        /// The evidence about the owner. Nil if it is not needed.
        public var standing: OwnerStanding?
        /// The reason to leave these orphans. Nil if they may be removed.
        public var skip: CleanupSkip?
        /// The reason in a few words, such as `silent for 180 of 900 s`.
        public var why: String?
    }

    /// The groups, the largest first.
    public var groups: [Group]
    public var brakes: [AppliedBrake]

    /// The number of orphans that may be removed.
    public var going: Int { groups.reduce(0) { $0 + ($1.skip == nil ? $1.sessions : 0) } }
    /// The number of orphans that are left, by reason.
    public var skipped: [CleanupSkip: Int] {
        groups.reduce(into: [:]) { counts, group in
            if let skip = group.skip { counts[skip, default: 0] += group.sessions }
        }
    }
}
