/// What cleanup would do now, owner by owner: which orphans may go, and why the others may not. Costs by the number of
/// owners, not of sessions.
public struct CleanupPlan: Sendable, Equatable {
    /// The orphans of one owner for one reason.
    public struct Group: Sendable, Equatable {
        public var owner: GoneOwnerName
        public var reason: OrphanReason
        public var sessions: Int
        /// Since when, and for how long the owner has been seen gone; nil where nobody noted it yet.
        public var gone: GoneOwner?
        /// Nil: they may go.
        public var skip: CleanupSkip?
        /// Why they are left, in a few words: `gone for 3 of 15 minutes`.
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
