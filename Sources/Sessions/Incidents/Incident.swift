/// Something that went wrong with a node, with Redis, or with the way of the requests: from when to when, and what became
/// of the sessions that it cost.
public struct Incident: Sendable, Equatable {
    /// The `kind` of the API.
    public enum Kind: String, Sendable, CaseIterable {
        case nodeDied = "node_died"
        case nodeRestarted = "node_restarted"
        case nodeDrained = "node_drained"
        case nodeSuspect = "node_suspect"
        case silentButWorking = "silent_but_working"
        case sharedName = "shared_name"
        case redisOutage = "redis_outage"
        case redisFailover = "redis_failover"
        case registryFlushed = "registry_flushed"
        case stickinessBroken = "stickiness_broken"
        case reconnectionStorm = "reconnection_storm"
    }

    /// The clients that came back in its wake.
    public struct Storm: Sendable, Equatable {
        /// Since the incident began.
        public var newSessions = 0
        public var refusedRequests = 0
        /// Most new sessions of any minute, and when that minute ended.
        public var peakPerMinute = 0
        public var peakAt: UnixTime
        public var endedAt: UnixTime?

        public init(peakAt: UnixTime) {
            self.peakAt = peakAt
        }
    }

    /// Sessions that one owner lost by it.
    public struct Part: Sendable, Equatable {
        public var node: String
        /// As the sessions name it; nil where they name none.
        public var boot: String?
        /// Orphans of that owner from before: not counted here.
        public var before = 0
        public var aftermath = Aftermath()
        /// Never looked at again: the owner is back.
        public var isSettled = false
        /// An earlier process of ours followed it: what that one knew of refused requests is known no more.
        public var isInherited = false

        public init(node: String, boot: String?) {
            (self.node, self.boot) = (node, boot)
        }
    }

    /// When it was noted, and a number: it is told apart by it from all others of its log.
    public struct ID: Sendable, Hashable, Comparable, CustomStringConvertible {
        public var began: UnixTime
        public var number: Int

        public init(began: UnixTime, number: Int) {
            (self.began, self.number) = (began, number)
        }

        /// `i-1795407543000-7`
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

    /// Owners whose sessions are followed; what earlier ones lost is only added up.
    static let partLimit = 16

    public let id: ID
    public var kind: Kind
    public var node: String?
    /// The process that it happened to, the last of them where it happened again.
    public var boot: String?
    public var endedAt: UnixTime?
    /// How often it happened: what happens again soon after its end is the same incident.
    public var times = 1
    /// When it happened last: ``beganAt`` where it happened once.
    public var lastAt: UnixTime
    public var parts: [Part] = []
    /// What is not followed any more.
    public var settled = Aftermath()
    public var storm: Storm?
    /// Of ``Kind/stickinessBroken``: misrouted requests.
    public var requests = 0
    /// Of ``Kind/nodeSuspect``: why.
    public var suspicions: [Suspicion] = []

    public init(id: ID, kind: Kind, node: String? = nil, boot: String? = nil) {
        (self.id, self.kind, self.node, self.boot, lastAt) = (id, kind, node, boot, id.began)
    }

    public var beganAt: UnixTime { id.began }
    public var isOpen: Bool { endedAt == nil }

    /// What became of the sessions that it stranded; nil of kinds that strand none.
    public var aftermath: Aftermath? {
        switch kind {
        case .nodeDied, .nodeRestarted, .nodeDrained, .registryFlushed: break
        case .nodeSuspect: guard suspicions.contains(.deniesSessions) else { return nil }
        case .silentButWorking, .sharedName: return nil
        case .redisOutage, .redisFailover, .stickinessBroken, .reconnectionStorm: return nil
        }
        return parts.reduce(settled) { $0 + $1.aftermath }
    }

    /// Whether sessions of that owner were lost by it.
    public func concerns(node: String, boot: String?) -> Bool {
        parts.contains { $0.node == node && $0.boot == boot }
    }

    /// Ends it, not before it began.
    mutating func end(at time: UnixTime) { endedAt = max(time, beganAt) }

    mutating func add(_ part: Part) {
        guard !parts.contains(where: { $0.node == part.node && $0.boot == part.boot && !$0.isSettled }) else { return }
        parts.append(part)
        if parts.count > Self.partLimit { settled = settled + parts.removeFirst().aftermath }
    }
}
