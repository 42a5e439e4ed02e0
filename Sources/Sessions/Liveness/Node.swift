/// A server of the cluster, as its heartbeats show it.
public struct Node: Sendable {
    public enum Status: String, Sendable, CaseIterable {
        case alive
        /// Alive, takes no new sessions.
        case draining
        /// Was seen; no heartbeat for `nodes.dead_after`.
        case dead
        /// Sessions name it, and no heartbeat of it was ever seen.
        case unknown
    }

    public let name: String
    public internal(set) var status = Status.unknown
    /// The last heartbeat read; kept when the key is gone.
    public internal(set) var heartbeat: Heartbeat?
    /// When it last gave a sign of life.
    public internal(set) var lastHeartbeatAt: UnixTime?
    /// When it was first named or seen.
    public internal(set) var firstSeen: UnixTime
    /// When the boot now known was first seen: where no `started_at` tells.
    public internal(set) var bootSeen: UnixTime?
    /// How often the boot changed since the node was first seen.
    public internal(set) var restarts = 0

    /// Silence that was observed: a time in which nobody looked, or Redis was away, counts only in part
    /// (``NodePolicy/gapSeconds``), so that an outage of ours kills nobody.
    var silentSeconds = 0.0
    /// This process saw a heartbeat of it; else it is only recalled, or named by sessions.
    var isSeen = false
    /// The last look that it was part of.
    var checkedBy = 0
    /// From which look to which each one that could tell found that the node's own count of its sessions and the
    /// registry's drift apart.
    var drift: (since: UnixTime, until: UnixTime)?

    /// A key of its own is to be read by name: not of a node that is met in a collection, and never was met elsewhere. What a
    /// former process left there hides no other's key.
    private(set) var hasOwnKey = true
    private var wasOwnKeyMet = false

    /// A check met its heartbeats.
    mutating func noteKeys(isOwnMet: Bool) {
        if isOwnMet { wasOwnKeyMet = true }
        hasOwnKey = wasOwnKeyMet
    }

    init(name: String, firstSeen: UnixTime) {
        self.name = name
        self.firstSeen = firstSeen
    }

    /// It was silent at the last look, and not for long enough to be dead: the next looks tell.
    public var isBeingWaitedFor: Bool { isAlive && silentSeconds > 0 }

    public var isAlive: Bool { status == .alive || status == .draining }

    /// When the process that beats now (or beat last) started, as well as known: no later than when it was first seen, however
    /// far its clock was ahead.
    public var startedAt: UnixTime? {
        heartbeat?.startedAt.map { started in bootSeen.map { min(started, $0) } ?? started }
    }
}

/// When a node counts as dead or unknown: the `nodes` settings.
public struct NodePolicy: Sendable, Equatable {
    public var deadAfterSeconds = 15.0
    public var unknownAfterSeconds = 60.0
    public var maxClockSkewSeconds = 2.0
    /// All of them, but in the simulator.
    @_spi(Simulation) public var rules = EvidenceRules.all

    public init() {}

    /// How often heartbeats are read: five looks in `dead_after`, so that a death is seen soon after it is one.
    public var checkSeconds: Double { min(max(deadAfterSeconds / 5, 0.1), 5) }

    /// How long after its end a process may still seem to have worked.
    var signMarginSeconds: Double { deadAfterSeconds + maxClockSkewSeconds }

    /// Most silence that one look can add, however long ago the look before it was.
    var gapSeconds: Double { checkSeconds * 2 }

    /// After so long without a sign of life an owner is certainly taken for quiet. A check says that it is once it has heard
    /// nothing for ``gapSeconds``, and the next check may count as much again.
    var quietSeconds: Double { 2 * gapSeconds }
}
