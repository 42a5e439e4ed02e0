/// What became of the sessions that one owner left behind, or that share a fate.
///
/// Of those in none of the three parts a request was refused within the last 5 minutes: too early to tell.
public struct Aftermath: Sendable, Equatable {
    /// All of them: those that are still registered, and those that ended since.
    public var sessions = 0
    /// A request was refused and then none for 5 minutes, or it was closed since, or another owner took it up: its client
    /// let go of it.
    public var recovered = 0
    /// Its client goes on failing on it: ``SessionFailures/isStuck``.
    public var stuck = 0
    /// No request for it was seen since.
    public var silent = 0

    public init(sessions: Int = 0, recovered: Int = 0, stuck: Int = 0, silent: Int = 0) {
        (self.sessions, self.recovered, self.stuck, self.silent) = (sessions, recovered, stuck, silent)
    }

    static func + (a: Aftermath, b: Aftermath) -> Aftermath {
        Aftermath(
            sessions: a.sessions + b.sessions, recovered: a.recovered + b.recovered, stuck: a.stuck + b.stuck,
            silent: a.silent + b.silent)
    }
}

/// The aftermaths of all that is gone, at one moment: made in one pass over the refused requests that are remembered
/// (``Registry/addAftermath(to:at:)``), so whoever asks often keeps it for a second.
public struct Aftermaths: Sendable {
    /// An owner that is gone, or that denies sessions, by names.
    public struct LostOwner: Sendable, Hashable {
        public var node: String
        /// As the sessions name it; nil where they name none.
        public var boot: String?
        public var reason: OrphanReason

        public init(node: String, boot: String?, reason: OrphanReason) {
            (self.node, self.boot, self.reason) = (node, boot, reason)
        }
    }

    public internal(set) var byOwner: [LostOwner: Aftermath] = [:]
    /// By what ended together; the oldest first.
    public internal(set) var ended: [(end: SharedEnd, aftermath: Aftermath)] = []

    /// How far the pass is, and what it found.
    var next = 0
    var numbering = 0
    var ofOwners: [UInt64: Refusals] = [:]
    var ofEnds: [SharedEnd.Key: Refusals] = [:]

    public init() {}

    /// What an owner left behind; nil where no session that is known was orphaned for that reason.
    public func of(node: String, boot: String?, _ reason: OrphanReason) -> Aftermath? {
        byOwner[LostOwner(node: node, boot: boot, reason: reason)]
    }

    /// What became of the sessions that ended in that way together with one that ended then; nil where it ended by
    /// itself, or that is not remembered.
    public func of(_ ending: Ending, endedAt time: UnixTime) -> Aftermath? {
        ended.last { $0.end.ending == ending && $0.end.began <= time && time <= $0.end.last }?.aftermath
    }

    /// Sessions whose requests were refused after they were lost.
    struct Refusals: Sendable {
        var stuck = 0
        var quiet = 0
        var recent = 0
        /// Of the stuck ones, those that were closed all the same.
        var stuckThoughClosed = 0

        func aftermath(of sessions: Int, letGo: Int) -> Aftermath {
            var aftermath = Aftermath(sessions: sessions)
            // Between two steps of a pass sessions come and go.
            aftermath.stuck = min(stuck, sessions)
            aftermath.recovered = min(max(letGo - stuckThoughClosed, 0) + quiet, sessions - aftermath.stuck)
            aftermath.silent = max(sessions - aftermath.stuck - aftermath.recovered - recent, 0)
            return aftermath
        }
    }
}
