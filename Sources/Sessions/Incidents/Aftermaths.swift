/// The aftermaths of all losses, at one moment. They are made in one pass over the remembered refused requests
/// (``Registry/addAftermath(to:at:)``), so frequent callers keep them for a second.
public struct Aftermaths: Sendable {
    /// An owner that is gone or that denies sessions, by name.
    public struct LostOwner: Sendable, Hashable {
        public var node: String
        /// The boot as the sessions name it. Nil if they name none.
        public var boot: String?
        public var reason: OrphanReason

        public init(node: String, boot: String?, reason: OrphanReason) {
            (self.node, self.boot, self.reason) = (node, boot, reason)
        }
    }

    public internal(set) var byOwner: [LostOwner: Aftermath] = [:]
    /// The sessions of living owners that clients fail to reach, by the owner's name.
    var unreached: [SessionOwner: Unreached] = [:]
    /// The aftermaths of shared ends, the oldest first.
    public internal(set) var ended: [(end: SharedEnd, aftermath: Aftermath)] = []

    /// The position of the pass, and what it has found.
    var next = 0
    var numbering = 0
    var ofOwners: [UInt64: Refusals] = [:]
    var ofEnds: [SharedEnd.Key: Refusals] = [:]
    var ofLiving: [UInt32: Unreached] = [:]

    public init() {}

    /// Returns the aftermath of an owner's loss. Nil if no known session was orphaned for that reason.
    public func of(node: String, boot: String?, _ reason: OrphanReason) -> Aftermath? {
        byOwner[LostOwner(node: node, boot: boot, reason: reason)]
    }

    /// Returns the aftermath of the sessions that ended in that way together with one that ended then. Nil if it ended
    /// by itself, or that is no longer remembered.
    public func of(_ ending: Ending, endedAt time: UnixTime) -> Aftermath? {
        ended.last { $0.end.ending == ending && $0.end.began <= time && time <= $0.end.last }?.aftermath
    }

    /// Sessions of one living owner, with refused requests since they were last served.
    struct Unreached: Sendable, Equatable {
        /// The sessions whose clients keep failing.
        var stuck = 0
        /// The others with a refused request within the last 5 minutes.
        var recent = 0
    }

    /// Returns the sessions of a living owner that clients fail to reach.
    func unreached(node: String, boot: String?) -> Unreached {
        unreached[SessionOwner(node: node, boot: boot.map { Boot($0) })] ?? Unreached()
    }

    /// The sessions whose requests were refused after they were lost.
    struct Refusals: Sendable {
        var stuck = 0
        var quiet = 0
        var recent = 0
        /// The number of stuck sessions that were closed nevertheless.
        var stuckThoughClosed = 0

        func aftermath(of sessions: Int, released: Int) -> Aftermath {
            var aftermath = Aftermath(sessions: sessions)
            // Sessions appear and end between two steps of a pass.
            aftermath.stuck = min(stuck, sessions)
            aftermath.recovered = min(max(released - stuckThoughClosed, 0) + quiet, sessions - aftermath.stuck)
            aftermath.silent = max(sessions - aftermath.stuck - aftermath.recovered - recent, 0)
            return aftermath
        }
    }
}
