import Configuration
import Sessions

/// `/api/v1/status`: the state of the daemon, and the registry in total.
public struct StatusAnswer: Codable, Sendable {
    /// Everything that is wrong, the gravest first.
    public var findings: [FindingRow]
    public var sessions: Sessions
    public var nodes: Counts<Node.Status>
    public var nodeFlags: Counts<NodeFlag>
    public var watch: Watch
    public var redis: Redis
    public var keys: Keys
    public var events: Events
    public var cleanup: Cleanup
    public var incidents: Incidents
    public var version: String
    /// Nil if this instance cannot know: cleanup is off, or may not write to Redis.
    public var instances: [InstanceRow]?

    public init(
        findings: [FindingRow], sessions: Sessions, nodes: Counts<Node.Status>, nodeFlags: Counts<NodeFlag>,
        watch: Watch, redis: Redis, keys: Keys, events: Events, cleanup: Cleanup, incidents: Incidents,
        version: String, instances: [InstanceRow]?
    ) {
        self.findings = findings
        self.sessions = sessions
        self.nodes = nodes
        self.nodeFlags = nodeFlags
        self.watch = watch
        self.redis = redis
        self.keys = keys
        self.events = events
        self.cleanup = cleanup
        self.incidents = incidents
        self.version = version
        self.instances = instances
    }

    public struct Sessions: Codable, Sendable {
        public var registered: Int
        public var owned: Int
        public var orphaned: Int
        public var unowned: Int
        public var malformed: Int
        public var orphanedByReason: Counts<OrphanReason>
        public var malformedByReason: Counts<MalformationWord>
        /// Keys without a TTL.
        public var noExpiry: Int

        public init(
            registered: Int, owned: Int, orphaned: Int, unowned: Int, malformed: Int,
            orphanedByReason: Counts<OrphanReason>, malformedByReason: Counts<MalformationWord>, noExpiry: Int
        ) {
            self.registered = registered
            self.owned = owned
            self.orphaned = orphaned
            self.unowned = unowned
            self.malformed = malformed
            self.orphanedByReason = orphanedByReason
            self.malformedByReason = malformedByReason
            self.noExpiry = noExpiry
        }
    }

    public struct Watch: Codable, Sendable {
        /// The present way to learn of changes: `tracking` or `scan`.
        public var mode: WatchSettings.Mode
        public var configuredMode: WatchSettings.Mode
        public var trackingRefused: String?
        public var trackingLagSeconds: Double?
        /// Sessions that differed in a full scan from what Redis had reported.
        public var drift: Int
        public var scanEverySeconds: Double
        public var redisShare: Double
        public var lastFullScanSeconds: Double?
        public var fullScanSecondsLeft: Double?
        public var staleAfterSeconds: Double
        public var gap: ViewState.Gap?
        public var fullScanFailure: String?

        public init(
            mode: WatchSettings.Mode, configuredMode: WatchSettings.Mode, trackingRefused: String?,
            trackingLagSeconds: Double?, drift: Int, scanEverySeconds: Double, redisShare: Double,
            lastFullScanSeconds: Double?, fullScanSecondsLeft: Double?, staleAfterSeconds: Double,
            gap: ViewState.Gap?, fullScanFailure: String?
        ) {
            self.mode = mode
            self.configuredMode = configuredMode
            self.trackingRefused = trackingRefused
            self.trackingLagSeconds = trackingLagSeconds
            self.drift = drift
            self.scanEverySeconds = scanEverySeconds
            self.redisShare = redisShare
            self.lastFullScanSeconds = lastFullScanSeconds
            self.fullScanSecondsLeft = fullScanSecondsLeft
            self.staleAfterSeconds = staleAfterSeconds
            self.gap = gap
            self.fullScanFailure = fullScanFailure
        }
    }

    public struct Redis: Codable, Sendable {
        public var up: Bool
        public var endpoint: String
        public var servers: [String]
        public var version: String?
        public var role: String?
        public var maxmemoryPolicy: String?
        public var evictsSessions: Bool?
        public var evictedKeys: Int?
        /// Our clock minus Redis'.
        public var clockSkewSeconds: Double
        public var error: String?

        public init(
            up: Bool, endpoint: String, servers: [String], version: String?, role: String?, maxmemoryPolicy: String?,
            evictsSessions: Bool?, evictedKeys: Int?, clockSkewSeconds: Double, error: String?
        ) {
            self.up = up
            self.endpoint = endpoint
            self.servers = servers
            self.version = version
            self.role = role
            self.maxmemoryPolicy = maxmemoryPolicy
            self.evictsSessions = evictsSessions
            self.evictedKeys = evictedKeys
            self.clockSkewSeconds = clockSkewSeconds
            self.error = error
        }
    }

    public struct Keys: Codable, Sendable {
        public var sessions: Int
        public var nodes: Int
        public var skipped: Counts<SkippedKey>

        public init(sessions: Int, nodes: Int, skipped: Counts<SkippedKey>) {
            self.sessions = sessions
            self.nodes = nodes
            self.skipped = skipped
        }
    }

    /// The facts from logs.
    public struct Events: Codable, Sendable {
        /// The events that wait to be judged, refused requests that wait for proof included.
        public var waiting: Int
        public var judged: Int
        public var affected: AffectedAnswer
        public var sessionRequests: Int
        public var sessionlessRequests: Int
        /// The share of all seen requests that still name a session: at 0 no client needs stickiness any more.
        public var sessionShare: Double?
        /// By source.
        public var problems: [String: String]
        public var lines: Int
        public var events: Int
        public var rejected: Int
        public var understoodShare: Double?

        public init(
            waiting: Int, judged: Int, affected: AffectedAnswer, sessionRequests: Int, sessionlessRequests: Int,
            sessionShare: Double?, problems: [String: String], lines: Int, events: Int, rejected: Int,
            understoodShare: Double?
        ) {
            self.waiting = waiting
            self.judged = judged
            self.affected = affected
            self.sessionRequests = sessionRequests
            self.sessionlessRequests = sessionlessRequests
            self.sessionShare = sessionShare
            self.problems = problems
            self.lines = lines
            self.events = events
            self.rejected = rejected
            self.understoodShare = understoodShare
        }
    }

    public struct Cleanup: Codable, Sendable {
        public var mode: CleanupSettings.Mode
        public var lease: LeaseAnswer?
        public var suspended: SuspensionAnswer?
        public var brakes: [CleanupBrake]
        public var lastSuccess: UnixTime?
        public var refusal: String?
        public var slowestNode: SlowestNode?

        public init(
            mode: CleanupSettings.Mode, lease: LeaseAnswer?, suspended: SuspensionAnswer?, brakes: [CleanupBrake],
            lastSuccess: UnixTime?, refusal: String?, slowestNode: SlowestNode?
        ) {
            self.mode = mode
            self.lease = lease
            self.suspended = suspended
            self.brakes = brakes
            self.lastSuccess = lastSuccess
            self.refusal = refusal
            self.slowestNode = slowestNode
        }
    }

    /// The node with the longest time between two heartbeats, and the silence that it therefore needs.
    public struct SlowestNode: Codable, Sendable {
        public var node: String
        public var intervalSeconds: Double
        public var silenceSeconds: Double
        public var maxSilenceSeconds: Double

        public init(node: String, intervalSeconds: Double, silenceSeconds: Double, maxSilenceSeconds: Double) {
            self.node = node
            self.intervalSeconds = intervalSeconds
            self.silenceSeconds = silenceSeconds
            self.maxSilenceSeconds = maxSilenceSeconds
        }
    }

    public struct Incidents: Codable, Sendable {
        public var open: Int
        /// The reason why they are not kept over a restart.
        public var problem: String?

        public init(open: Int, problem: String?) {
            self.open = open
            self.problem = problem
        }
    }
}

/// Sessions with a refused request in the last minutes.
public struct AffectedAnswer: Codable, Sendable {
    public var transient: Int
    public var stuck: Int
}

extension AffectedAnswer {
    public init(_ affected: AffectedSessions) {
        self.init(transient: affected.transient, stuck: affected.stuck)
    }
}

/// One thing that is wrong; see ``Finding``.
public struct FindingRow: Codable, Sendable {
    public var finding: Finding.Kind
    public var severity: Finding.Severity
    public var since: UnixTime?
    public var nodes: [String]
    public var count: Int?
    public var what: String
    public var evidence: String?
    public var advice: String
    public var runbook: String
    public var command: String
}

extension FindingRow {
    public init(_ finding: Finding) {
        self.init(
            finding: finding.kind, severity: finding.severity, since: finding.since, nodes: finding.nodes,
            count: finding.count, what: finding.what.plain, evidence: finding.evidence, advice: finding.advice,
            runbook: "alerts/runbooks/\(finding.runbook).md", command: "mcp-sessiond \(finding.command)")
    }
}

/// A daemon instance that reported itself lately.
public struct InstanceRow: Codable, Sendable {
    public var instance: String
    public var version: String
    /// The fingerprint of what it watches.
    public var watch: String?
    public var seenAt: UnixTime

    public init(instance: String, version: String, watch: String?, seenAt: UnixTime) {
        self.instance = instance
        self.version = version
        self.watch = watch
        self.seenAt = seenAt
    }
}
