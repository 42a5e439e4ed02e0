/// A server of the cluster, as its heartbeats show it.
public struct Node: Sendable {
    public enum Status: String, Sendable, CaseIterable {
        case alive
        /// Alive, but takes no new sessions.
        case draining
        /// Was seen alive, and has had no heartbeat for `nodes.dead_after`. Nobody announced its end or took its place.
        case dead
        /// Named by sessions, but no heartbeat of it was ever seen.
        case unknown
        /// Its heartbeat has ended, as was to be expected: ``Node/departure`` says why.
        case gone
    }

    public let name: String
    private let workloadOfName: Workload?
    /// Its status as its heartbeats alone show it, so never gone.
    var liveStatus = Status.unknown
    /// The reason why it is gone. Nil while it is alive, and while it is dead.
    public internal(set) var departure: Departure?
    /// The node of its workload that came in its place, if any did.
    public internal(set) var successor: String? {
        didSet { workloadOfSuccessor = successor.flatMap { Workload(ofNode: $0) } }
    }
    private var workloadOfSuccessor: Workload?
    /// The time at which its heartbeat's key was found removed before it expired.
    var goodbyeAt: UnixTime?
    /// The time at which its heartbeat's key expires, if it has one of its own, as the last check found it.
    var keyDeadline: UnixTime?
    /// True if it came after the first complete view, so it may have come in another's place.
    var isArrival = false
    /// The last heartbeat read. It is kept when the key is gone.
    public internal(set) var heartbeat: Heartbeat?
    /// The time at which the node last showed life.
    public internal(set) var lastHeartbeatAt: UnixTime?
    /// The time at which it was first named or seen.
    public internal(set) var firstSeen: UnixTime
    /// The time at which the known boot was first seen; used where there is no `started_at`.
    public internal(set) var bootSeen: UnixTime?
    /// The number of changes of the boot since the node was first seen.
    public internal(set) var restarts = 0

    /// The observed silence. Time in which nobody checked, or Redis was away, counts only in part
    /// (``NodePolicy/gapSeconds``), so that an outage of the daemon or of Redis never marks a node dead.
    var silentSeconds = 0.0
    /// True if this process saw a heartbeat of it. Otherwise the node is only recalled, or named by sessions.
    var isSeen = false
    /// The number of the last check that included this node.
    var checkedBy = 0
    /// The first and the last of the checks in a row that found that the node's count of its sessions and the
    /// registry's drift apart. Checks that could not tell are left out.
    var drift: (since: UnixTime, until: UnixTime)?

    /// True if the node's own key is to be read by name. A node found only in a collection has none. A key that a
    /// former process left in the collection hides no key of another node.
    private(set) var hasOwnKey = true
    private var wasOwnKeyMet = false

    /// Notes that a check found heartbeats of this node.
    mutating func noteKeys(isOwnMet: Bool) {
        if isOwnMet { wasOwnKeyMet = true }
        hasOwnKey = wasOwnKeyMet
    }

    init(name: String, firstSeen: UnixTime) {
        self.name = name
        workloadOfName = Workload(ofNode: name)
        self.firstSeen = firstSeen
    }

    /// True if the node was silent at the last check, but not long enough to be dead; the next checks decide.
    public var isBeingWaitedFor: Bool { isAlive && silentSeconds > 0 }

    public var status: Status { departure == nil ? liveStatus : .gone }

    public var isAlive: Bool { liveStatus == .alive || liveStatus == .draining }

    /// True if its heartbeat has ended: it is dead or gone.
    public var hasEnded: Bool { liveStatus == .dead }

    /// A group's nodes may have names that show their revision.
    public var workload: Workload? {
        heartbeat?.group.map { workloadOfName?.inGroup($0) ?? Workload(name: $0) } ?? workloadOfName
    }

    /// Whether its end looks like a rollout's: it has a successor, and announced its end or made way for another revision.
    var wasRolledOut: Bool {
        successor != nil
            && (departure == .goodbye || workloadOfSuccessor?.isOfOtherRevision(than: workload) == true)
    }

    /// The best known start of the process that wrote the last heartbeat. It is never later than the first sighting,
    /// however far the node's clock was ahead.
    public var startedAt: UnixTime? {
        heartbeat?.startedAt.map { started in bootSeen.map { min(started, $0) } ?? started }
    }
}
