/// Something that went wrong with a node, with Redis, or with the routing of requests, from its beginning to its end,
/// with the fate of the sessions that it cost.
public struct Incident: Sendable, Equatable {
    /// The `kind` of the API.
    public enum Kind: String, Sendable, CaseIterable {
        case nodeDied = "node_died"
        case nodeRestarted = "node_restarted"
        case nodeDrained = "node_drained"
        case nodeLeft = "node_left"
        case rollout
        case nodeSuspect = "node_suspect"
        case silentButWorking = "silent_but_working"
        case sharedName = "shared_name"
        case redisOutage = "redis_outage"
        case redisFailover = "redis_failover"
        case registryFlushed = "registry_flushed"
        case stickinessBroken = "stickiness_broken"
        case reconnectionStorm = "reconnection_storm"
        case removedSessionInUse = "removed_session_in_use"
    }

    /// The wave of clients that came back after it.
    public struct Storm: Sendable, Equatable {
        /// The number of new sessions since the incident began.
        public var newSessions = 0
        public var refusedRequests = 0
        /// The most new sessions of any minute, and the end of that minute.
        public var peakPerMinute = 0
        public var peakAt: UnixTime
        public var endedAt: UnixTime?

        public init(peakAt: UnixTime) {
            self.peakAt = peakAt
        }
    }

    /// The sessions that one owner lost in it.
    public struct Part: Sendable, Equatable {
        public var node: String
        /// The boot as the sessions name it. Nil if they name none.
        public var boot: String?
        /// The earlier orphans of that owner, which do not count here.
        public var before = 0
        public var aftermath = Aftermath()
        /// True if the owner is back. Its sessions are recovered, except those that clients still fail to reach.
        public var isBack = false
        /// True if it is no longer updated, since the owner was lost again.
        public var isSettled = false
        /// True if an earlier process of the daemon followed it. What that process knew of refused requests is lost.
        public var isInherited = false

        public init(node: String, boot: String?) {
            (self.node, self.boot) = (node, boot)
        }
    }

    /// The identity of an incident in its log: the time at which it was noted, and a number.
    public struct ID: Sendable, Hashable, Comparable, CustomStringConvertible {
        public var began: UnixTime
        public var number: Int

        public init(began: UnixTime, number: Int) {
            (self.began, self.number) = (began, number)
        }

        /// Reads an id such as `i-1795407543000-7`.
        public init?(_ text: String) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "i", let began = Int64(parts[1]), let number = Int(parts[2]),
                number >= 0, began >= 0
            else { return nil }
            self.init(began: UnixTime(milliseconds: began), number: number)
        }

        public var description: String { "i-\(max(began.milliseconds, 0))-\(number)" }

        public static func < (a: ID, b: ID) -> Bool { (a.began, a.number) < (b.began, b.number) }
    }

    /// The number of owners whose sessions are followed. The losses of earlier ones are only added up.
    static let partLimit = 128

    public let id: ID
    public var kind: Kind
    public var node: String?
    /// The process that it happened to, or the last of them if it happened again.
    public var boot: String?
    public var endedAt: UnixTime?
    /// The number of times that it happened. What happens again soon after its end is the same incident.
    public var times = 1
    /// The time at which it last happened, which is ``beganAt`` if it happened once.
    public var lastAt: UnixTime
    public var parts: [Part] = []
    /// The sum of the parts that are no longer followed.
    public var settled = Aftermath()
    public var storm: Storm?
    /// For ``Kind/rollout``.
    public var rollout: Rollout?
    /// The number of misrouted requests, for ``Kind/stickinessBroken``.
    public var requests = 0
    /// What showed it, for ``Kind/removedSessionInUse``.
    public var evidence: String?
    /// The reasons, for ``Kind/nodeSuspect``.
    public var suspicions: [Suspicion] = []

    public init(id: ID, kind: Kind, node: String? = nil, boot: String? = nil) {
        (self.id, self.kind, self.node, self.boot, lastAt) = (id, kind, node, boot, id.began)
    }

    public var beganAt: UnixTime { id.began }
    public var isOpen: Bool { endedAt == nil }

    /// The fate of the sessions that it stranded. Nil for kinds that strand none.
    public var aftermath: Aftermath? {
        switch kind {
        case .nodeDied, .nodeRestarted, .nodeDrained, .nodeLeft, .rollout, .registryFlushed: break
        case .nodeSuspect: guard suspicions.contains(.deniesSessions) else { return nil }
        case .silentButWorking, .sharedName: return nil
        case .redisOutage, .redisFailover, .stickinessBroken, .reconnectionStorm, .removedSessionInUse: return nil
        }
        return parts.reduce(settled) { $0 + $1.aftermath }
    }

    /// Returns whether it happened to that node, or one of its processes lost sessions in it.
    public func concerns(node: String) -> Bool { self.node == node || parts.contains { $0.node == node } }

    /// The nodes that it is about.
    public var nodeNames: [String] { (node.map { [$0] } ?? []) + parts.map(\.node) }

    /// Returns whether sessions of that owner were lost in it.
    public func concerns(node: String, boot: String?) -> Bool {
        parts.contains { $0.node == node && $0.boot == boot }
    }

    /// Ends it, at the earliest at its beginning.
    mutating func end(at time: UnixTime) { endedAt = max(time, beganAt) }

    mutating func add(_ part: Part) {
        guard !parts.contains(where: { $0.node == part.node && $0.boot == part.boot && !$0.isSettled }) else { return }
        parts.append(part)
        if parts.count > Self.partLimit { settled = settled + parts.removeFirst().aftermath }
    }
}
