/// One thing that is wrong with the cluster, or worth knowing: what it is, how grave, since when, and what to do.
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
        case cleanupRefused = "cleanup_refused"
        case cleanupSuspended = "cleanup_suspended"
        case cleanupHeld = "cleanup_held"
        case instancesDiffer = "instances_differ"
        case heartbeatsTooRare = "heartbeats_too_rare"
        case noNodeSeen = "no_node_seen"
        case sessionsWithoutExpiry = "sessions_without_expiry"
    }

    /// How grave it is. A warning and worse is wrong: exit code 1.
    public enum Severity: String, Sendable, CaseIterable, Comparable {
        /// Clients fail now, sessions are at risk, or what is shown cannot be trusted.
        case critical
        /// It is to be seen to.
        case warning
        /// It can wait.
        case note

        /// The graver comes first.
        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    public var kind: Kind
    public var severity: Severity
    /// Nil where it is not known.
    public var since: UnixTime?
    /// The nodes that it is about, the worst first; empty where it is about none.
    public var nodes: [String] = []
    /// How many sessions, requests, nodes or keys it is about.
    public var count: Int?
    /// More than can be remembered: there may be others.
    public var isCountCut = false
    /// One sentence without a full stop.
    public var what: Phrase
    /// The proof, or the other side's words; nil where `what` says all.
    public var evidence: String?
    /// What to do, in sentences.
    public var advice: String
    /// The alert whose runbook goes on from here.
    public var runbook: String
    /// The verb of `mcp-sessiond` that shows more of it.
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

    /// Characters of evidence that are kept.
    private static let evidenceLimit = 300

    /// What others said, bounded and printable, and without the full stop that a sentence around it has.
    private static func harmless(_ text: String) -> String {
        var text = PrintableText.of(text, limit: evidenceLimit)
        while text.last == "." || text.last == " " { text.removeLast() }
        return text
    }
}

/// A sentence in which names from outside are told apart from our own words, so that a page can show them as names.
public struct Phrase: Sendable, Equatable, ExpressibleByStringInterpolation {
    public enum Part: Sendable, Equatable {
        case text(String)
        /// As it came: whoever shows it makes it harmless.
        case name(String)
    }

    public private(set) var parts: [Part]

    public init(stringLiteral text: String) { parts = [.text(text)] }

    public init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

    /// For text: names are cut and made printable.
    public var plain: String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .name(let name): PrintableText.of(name)
            }
        }.joined()
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var parts: [Part] = []

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ text: String) {
            if !text.isEmpty { parts.append(.text(text)) }
        }

        public mutating func appendInterpolation(_ text: String) { appendLiteral(text) }

        public mutating func appendInterpolation(_ number: Int) { appendLiteral(String(number)) }

        public mutating func appendInterpolation(name: String) { parts.append(.name(name)) }

        /// Some names with commas, and how many more there are.
        public mutating func appendInterpolation(names: [String]) {
            for (place, name) in names.prefix(Self.namesShown).enumerated() {
                if place > 0 { appendLiteral(", ") }
                appendInterpolation(name: name)
            }
            if names.count > Self.namesShown { appendLiteral(" and \(names.count - Self.namesShown) more") }
        }

        /// Names that stand in one sentence.
        private static let namesShown = 5
    }
}
