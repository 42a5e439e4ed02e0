import Configuration
import Sessions

/// `/api/v1/misroutes`: requests that a node could not serve, counted since the daemon began.
public struct MisroutesAnswer: Codable, Sendable {
    public var since: UnixTime
    public var totals: SomeCounts<Verdict>
    public var matrix: [Pair]
    public var causes: Counts<StickyCause>
    public var affected: AffectedAnswer
    public var clients: [Client]
    public var sessions: [RefusedSessionRow]
    public var recent: [RefusedRequestRow]

    /// Requests that one node refused and that belonged to sessions of another.
    public struct Pair: Codable, Sendable {
        public var node: String?
        public var owner: String?
        public var verdict: Verdict
        public var count: Int
    }

    public struct Client: Codable, Sendable {
        public var client: String
        public var count: Int
    }
}

extension MisroutesAnswer {
    /// Requests that reached `node` or were for its sessions; nil for all.
    public init(
        _ tally: MisrouteTally.Snapshot, since: UnixTime, of node: String?, affected: AffectedSessions,
        sessions: [SessionFailures], topLimit: Int, recentLimit: Int
    ) {
        func fits(_ serving: String?, _ owner: String?) -> Bool { node == nil || serving == node || owner == node }
        let matrix = (tally.misroutes + tally.unknownSessions).filter { fits($0.node, $0.owner) }
            .sorted { $0.count > $1.count }
        self.init(
            since: since,
            totals: SomeCounts(Dictionary(matrix.map { ($0.verdict, $0.count) }, uniquingKeysWith: +)),
            matrix: matrix.map(Pair.init), causes: Counts(tally.causes), affected: AffectedAnswer(affected),
            clients: tally.clients.prefix(topLimit).map { Client(client: $0.name, count: $0.count) },
            sessions: sessions.filter { node == nil || $0.recent.last?.node == node }.map(RefusedSessionRow.init),
            recent: tally.recent.filter { fits($0.node, $0.owner) }.suffix(recentLimit).reversed()
                .map(RefusedRequestRow.init))
    }
}

extension MisroutesAnswer.Pair {
    init(_ pair: MisrouteTally.Pair) {
        self.init(
            node: pair.node.isEmpty ? nil : pair.node, owner: pair.owner.isEmpty ? nil : pair.owner,
            verdict: pair.verdict, count: pair.count)
    }
}

/// A request that was judged, or several for the same session within a second.
public struct RefusedRequestRow: Codable, Sendable {
    public var at: UnixTime
    /// The number of requests.
    public var count: Int
    public var ref: SessionRef?
    /// The node that refused it.
    public var node: String?
    public var owner: String?
    public var verdict: Verdict
    public var cause: StickyCause?
    public var client: String?
}

extension RefusedRequestRow {
    public init(_ judgement: Judgement) {
        self.init(
            at: judgement.time, count: judgement.count, ref: judgement.ref, node: judgement.node,
            owner: judgement.owner,
            verdict: judgement.verdict, cause: judgement.cause, client: judgement.client)
    }
}

/// A session for which requests were refused.
public struct RefusedSessionRow: Codable, Sendable {
    public var ref: SessionRef
    public var misrouted: Int
    public var refused: Int
    public var firstAt: UnixTime?
    public var lastAt: UnixTime
    public var stuck: Bool
    public var node: String?
    public var verdict: Verdict?
}

extension RefusedSessionRow {
    public init(_ session: SessionFailures) {
        let last = session.recent.last
        self.init(
            ref: session.ref, misrouted: session.misrouted, refused: session.refused, firstAt: session.first,
            lastAt: session.last, stuck: session.isStuck, node: last?.node, verdict: last?.verdict)
    }
}

/// `/api/v1/cookies/{value}`: which node a sticky cookie names; all nil if it names none.
public struct CookieAnswer: Codable, Sendable {
    public var node: String?
    public var status: Node.Status?
    public var scheme: StickyScheme?
    public var proxy: StickySettings.Proxy?
    /// True if a proxy in use writes such cookies now.
    public var current: Bool?
    /// More than one if nodes share a URL.
    public var nodes: [String]
    public var nodesWithUrl: Int

    public init(
        node: String?, status: Node.Status?, scheme: StickyScheme?, proxy: StickySettings.Proxy?, current: Bool?,
        nodes: [String], nodesWithUrl: Int
    ) {
        self.node = node
        self.status = status
        self.scheme = scheme
        self.proxy = proxy
        self.current = current
        self.nodes = nodes
        self.nodesWithUrl = nodesWithUrl
    }
}

/// `POST /api/v1/events`: the result for the pushed lines.
public struct PushAnswer: Codable, Sendable {
    public var accepted: Int
    public var ignored: Int
    /// The first rejected lines.
    public var rejected: [Rejection]
    public var rejectedCount: Int

    public init(accepted: Int, ignored: Int, rejected: [Rejection], rejectedCount: Int) {
        self.accepted = accepted
        self.ignored = ignored
        self.rejected = rejected
        self.rejectedCount = rejectedCount
    }

    public struct Rejection: Codable, Sendable {
        /// Counts from 1.
        public var line: Int
        public var reason: String

        public init(line: Int, reason: String) {
            self.line = line
            self.reason = reason
        }
    }
}
