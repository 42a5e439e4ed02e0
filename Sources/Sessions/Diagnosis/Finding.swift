/// One fault of the cluster, or a fact worth knowing: what it is, its severity, since when, and what to do.
public struct Finding: Sendable, Equatable {
    /// The kind of fault: the `finding` member of the API.
    public enum Kind: String, Sendable, CaseIterable {
        case redisUnreachable = "redis_unreachable"
        case firstScan = "first_scan"
        case viewIncomplete = "view_incomplete"
        case viewStale = "view_stale"
        case noNodeAlive = "no_node_alive"
        case nodeSilentButWorking = "node_silent_but_working"
        case nodeNameShared = "node_name_shared"
        case nodeDead = "node_dead"
        case nodesMissing = "nodes_missing"
        case stickinessOff = "stickiness_off"
        case requestsMisrouted = "requests_misrouted"
        case clientsStuck = "clients_stuck"
        case redisEvicts = "redis_evicts"
        case nodeSuspect = "node_suspect"
        case nodeUnknown = "node_unknown"
        case heartbeatMalformed = "heartbeat_malformed"
        case sessionsOrphaned = "sessions_orphaned"
        case sessionsMalformed = "sessions_malformed"
        case eventsNotRead = "events_not_read"
        case eventsNotUnderstood = "events_not_understood"
        case logCannotTell = "log_cannot_tell"
        case addressesUnknown = "addresses_unknown"
        case addressesDiffer = "addresses_differ"
        case cleanupRefused = "cleanup_refused"
        case cleanupSuspended = "cleanup_suspended"
        case cleanupHeld = "cleanup_held"
        case instancesDiffer = "instances_differ"
        case heartbeatsTooRare = "heartbeats_too_rare"
        case noNodeSeen = "no_node_seen"
        case orphansOfGoneNodes = "orphans_of_gone_nodes"
        case sessionsWithoutExpiry = "sessions_without_expiry"
    }

    /// The severity of a finding. A warning or worse is a fault: exit code 1.
    public enum Severity: String, Sendable, CaseIterable, Comparable {
        /// Clients fail now, sessions are at risk, or what is shown cannot be trusted.
        case critical
        /// It needs attention.
        case warning
        /// It can wait.
        case note

        /// Orders the more severe first.
        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    public var kind: Kind
    public var severity: Severity
    /// Nil if it is not known.
    public var since: UnixTime?
    /// The nodes that it is about, the worst first. Empty if it is about none.
    public var nodes: [String] = []
    /// The number of sessions, requests, nodes or keys that it is about.
    public var count: Int?
    /// True if there may be more than are remembered.
    public var isCountCut = false
    /// One sentence without a full stop.
    public var what: Phrase
    /// The proof, or the message of the other side. Nil if `what` says everything.
    public var evidence: String?
    /// The steps to take, in sentences.
    public var advice: String
    /// The alert whose runbook continues from here.
    public var runbook: String
    /// The verb of `mcp-sessiond` that shows more.
    public var command: String

    public init(
        _ kind: Kind, _ severity: Severity, since: UnixTime? = nil, nodes: [String] = [], count: Int? = nil,
        _ what: Phrase, evidence: String? = nil, advice: String, runbook: String, command: String
    ) {
        (self.kind, self.severity, self.since) = (kind, severity, since)
        (self.nodes, self.count, self.what) = (nodes, count, what)
        self.evidence = evidence.map(Self.harmless)
        (self.advice, self.runbook, self.command) = (advice, runbook, command)
    }

    public var isWrong: Bool { severity < .note }

    /// The number of characters of evidence that are kept.
    private static let evidenceLimit = 300

    /// Returns text from outside, bounded and printable, without the final full stop, since it becomes part of a
    /// sentence.
    private static func harmless(_ text: String) -> String {
        var text = PrintableText.of(text, limit: evidenceLimit)
        while text.last == "." || text.last == " " { text.removeLast() }
        return text
    }
}
