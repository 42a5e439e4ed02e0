import Sessions

/// A node in `/api/v1/nodes`.
public struct NodeRow: Codable, Sendable {
    public var node: String
    public var status: Node.Status
    /// The reason why it is gone. Nil if it is not.
    public var departure: Departure?
    /// The node that came in its place.
    public var successor: String?
    public var workload: String?
    /// The revision of a Deployment.
    public var revision: String?
    public var boot: String?
    public var startedAt: UnixTime?
    public var uptimeSeconds: Double?
    public var lastHeartbeatAt: UnixTime?
    public var heartbeatAgeSeconds: Double?
    public var url: String?
    public var version: String?
    public var sessions: Sessions
    /// The node's own count.
    public var reportedSessions: Int?
    public var restarts: Int
    public var malformed: MalformationWord?
    public var suspect: Bool
    public var suspectReasons: [Suspicion]
    public var flags: [NodeFlag]
    public var findings: [Finding.Kind]
    /// The last work that was heard of a boot whose heartbeat has ended.
    public var working: Working?
    /// The boots that share the name.
    public var bootsTakingTurns: [String]
    public var misroutesTo: Int
    public var misroutesFrom: Int
    public var clockOffsetSeconds: Double?

    public struct Sessions: Codable, Sendable {
        public var registered: Int
        public var owned: Int
        public var orphaned: Int
        public var orphanedByReason: Counts<OrphanReason>
    }

    public struct Working: Codable, Sendable {
        public var boot: String?
        public var did: OwnerWork.Kind
        public var at: UnixTime
        public var withoutHeartbeatSeconds: Double
    }
}

extension NodeRow {
    public init(_ summary: NodeSummary, at now: UnixTime) {
        let (node, counts) = (summary.node, summary.counts)
        self.init(
            node: node.name, status: node.status, departure: node.departure,
            successor: node.successor, workload: node.workload?.name, revision: node.workload?.revision,
            boot: node.heartbeat?.boot?.text, startedAt: node.startedAt,
            uptimeSeconds: node.isAlive ? node.startedAt.map { max(now - $0, 0) } : nil,
            lastHeartbeatAt: node.lastHeartbeatAt, heartbeatAgeSeconds: node.lastHeartbeatAt.map { max(now - $0, 0) },
            url: node.heartbeat?.url, version: node.heartbeat?.version,
            sessions: Sessions(
                registered: counts.inAll, owned: counts.owned, orphaned: counts.orphanedInAll,
                orphanedByReason: Counts(counts.orphaned)),
            reportedSessions: node.heartbeat?.sessions, restarts: node.restarts,
            malformed: node.heartbeat?.malformation.map(MalformationWord.init), suspect: summary.isSuspect,
            suspectReasons: summary.suspicions, flags: summary.flags, findings: summary.findings,
            working: summary.silentWorker.map(Working.init), bootsTakingTurns: summary.takingTurns.map(\.text),
            misroutesTo: summary.misroutesTo, misroutesFrom: summary.misroutesFrom,
            clockOffsetSeconds: summary.clockOffsetSeconds)
    }
}

extension NodeRow.Working {
    init(_ worker: SilentWorker) {
        self.init(
            boot: worker.boot?.text, did: worker.work.kind, at: worker.work.at,
            withoutHeartbeatSeconds: (worker.silentSeconds * 1000).rounded() / 1000)
    }
}

/// `/api/v1/nodes/{node}`: a node's row, and details that only this route gives.
public struct NodeAnswer: Codable, Sendable {
    public var row: NodeRow
    /// The latest refused requests, refused by the node or for one of its sessions.
    public var recent: [RefusedRequestRow]
    /// Only with `drain=1`.
    public var drain: DrainAnswer?

    public init(row: NodeRow, recent: [RefusedRequestRow], drain: DrainAnswer?) {
        (self.row, self.recent, self.drain) = (row, recent, drain)
    }

    private enum Member: CodingKey {
        case recent, drain
    }

    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        row = try NodeRow(from: decoder)
        recent = try members.decode([RefusedRequestRow].self, forKey: .recent)
        drain = try members.decodeIfPresent(DrainAnswer.self, forKey: .drain)
    }

    public func encode(to encoder: any Encoder) throws {
        try row.encode(to: encoder)
        var members = encoder.container(keyedBy: Member.self)
        try members.encode(recent, forKey: .recent)
        try members.encodeIfPresent(drain, forKey: .drain)
    }
}

/// The sessions that are lost if a node stops now, and those that are lost already.
public struct DrainAnswer: Codable, Sendable {
    public var wouldStrand: Group
    public var stranded: Group
    /// Sessions that any node can rebuild.
    public var adoptable: Int
    public var endedLately: EndedLately?
    public var emptyEstimateSeconds: Double?

    /// Sessions of a node, by use, age, time to live and client.
    public struct Group: Codable, Sendable {
        public var sessions: Int
        public var usedWithin: [UsedWithin]
        public var lastSeenUnknown: Int
        public var age: [Spread]
        public var createdUnknown: Int
        public var timeToLive: [Spread]
        public var noExpiry: Int
        public var allExpiredAt: UnixTime?
        public var stuck: Int
        public var clients: [Client]
        public var otherClients: Int
        public var otherSessions: Int
    }

    /// Sessions used within this many seconds; each count includes the shorter times.
    public struct UsedWithin: Codable, Sendable {
        public var seconds: Int
        public var sessions: Int
    }

    /// One range of ages; the last one has no upper bound.
    public struct Spread: Codable, Sendable {
        public var upToSeconds: Int?
        public var sessions: Int
    }

    public struct Client: Codable, Sendable {
        public var client: String?
        public var sessions: Int
    }

    public struct EndedLately: Codable, Sendable {
        public var sessions: Int
        public var overSeconds: Double
    }
}

extension DrainAnswer {
    /// `ends`: sessions that ended lately, if that is known.
    public init(_ drain: Drain, ends: RecentEnds?) {
        self.init(
            wouldStrand: Group(drain.wouldStrand), stranded: Group(drain.stranded), adoptable: drain.adoptable,
            endedLately: ends.map { EndedLately(sessions: $0.sessions, overSeconds: $0.overSeconds) },
            emptyEstimateSeconds: ends?.secondsUntilEmpty(drain.wouldStrand.sessions))
    }
}

extension DrainAnswer.Group {
    init(_ group: Drain.Group) {
        var used = 0
        let usedWithin = zip(Drain.Group.usedBounds, group.idle.counts).map { seconds, count in
            used += count
            return DrainAnswer.UsedWithin(seconds: Int(seconds), sessions: used)
        }
        self.init(
            sessions: group.sessions, usedWithin: usedWithin, lastSeenUnknown: group.withoutLastSeen,
            age: DrainAnswer.Spread.all(group.age), createdUnknown: group.withoutCreated,
            timeToLive: DrainAnswer.Spread.all(group.timeToLive), noExpiry: group.withoutExpiry,
            allExpiredAt: group.allExpiredAt, stuck: group.stuck,
            clients: group.clients.top.map { DrainAnswer.Client(client: $0.name, sessions: $0.sessions) },
            otherClients: group.clients.otherClients, otherSessions: group.clients.otherSessions)
    }
}

extension DrainAnswer.Spread {
    /// Each range with sessions, with its upper bound.
    static func all(_ distribution: Distribution) -> [DrainAnswer.Spread] {
        distribution.counts.enumerated().filter { $0.element > 0 }.map { place, count in
            let bound = place < distribution.bounds.count ? distribution.bounds[place] : nil
            return DrainAnswer.Spread(upToSeconds: bound.map { Int($0) }, sessions: count)
        }
    }
}
