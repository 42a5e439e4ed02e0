import Sessions

/// `/api/v1/sessions/{ref}`: why one session answers as it does. For a session that is not registered the members of
/// its row are nil.
public struct ExplanationAnswer: Codable, Sendable {
    public var ref: SessionRef
    public var verdict: Verdict
    public var confidence: Explanation.Confidence
    public var why: String
    /// One step each, in order.
    public var whatToDo: [String]
    public var tellClient: String
    /// Its path in the repository.
    public var runbook: String?
    public var state: StateWord?
    public var reason: StateReason?
    public var node: String?
    public var boot: String?
    public var createdAt: UnixTime?
    public var lastSeen: UnixTime?
    public var expiresAt: UnixTime?
    public var client: String?
    public var misrouted: Int?
    public var stuck: Bool?
    public var learntOwner: Bool?
    public var noExpiry: Bool?
    public var orphanedSince: UnixTime?
    public var dialect: String?
    public var ended: Ended?
    public var owner: Owner?
    public var live: Live
    public var cause: StickyCause?
    /// The cause of the first refused request since it was last served, if it is another.
    public var firstCause: StickyCause?
    /// The strongest evidence comes first.
    public var evidence: [Fact]
    public var blastRadius: AftermathAnswer?
    public var refused: Refused?
    /// The id of the incident by which it was lost.
    public var incident: String?
    /// Only for a token with the scope `reveal`.
    public var id: String?

    public struct Ended: Codable, Sendable {
        public var how: Ending
        public var at: UnixTime
        public var doubtSeconds: Int
        public var createdAt: UnixTime?
    }

    public struct Owner: Codable, Sendable {
        public var node: String
        public var boot: String?
        public var status: Node.Status
        public var bootNow: String?
        public var startedAt: UnixTime?
        public var lastHeartbeatAt: UnixTime?
    }

    /// The result of reading its key from Redis for this answer.
    public struct Live: Codable, Sendable {
        public var read: Bool
        public var found: Bool?
        /// The reason why its key was not read.
        public var error: String?
    }

    public struct Fact: Codable, Sendable {
        public var fact: String
        public var source: Evidence.Source
        public var at: UnixTime?
        public var ageSeconds: Double?
    }

    /// The remembered refused requests for the session, the latest first.
    public struct Refused: Codable, Sendable {
        public var count: Int
        public var firstAt: UnixTime?
        public var lastAt: UnixTime
        public var recent: [Request]

        public struct Request: Codable, Sendable {
            public var at: UnixTime
            public var node: String?
            public var verdict: Verdict
            public var cause: StickyCause?
        }
    }
}

/// The fate of the sessions that an owner lost.
public struct AftermathAnswer: Codable, Sendable {
    public var sessions: Int
    public var recovered: Int
    public var stuck: Int
    public var silent: Int
}

extension ExplanationAnswer {
    public init(_ explained: Explanation, in keySpace: KeySpace, at now: UnixTime, incident: String?, id: String?) {
        let row = explained.session.map { SessionRow($0, in: keySpace) }
        self.init(
            ref: explained.ref, verdict: explained.verdict, confidence: explained.confidence,
            why: explained.advice.why, whatToDo: explained.advice.whatToDo, tellClient: explained.advice.tellClient,
            runbook: explained.advice.runbook, state: row?.state, reason: row?.reason, node: row?.node,
            boot: row?.boot, createdAt: row?.createdAt, lastSeen: row?.lastSeen, expiresAt: row?.expiresAt,
            client: row?.client, misrouted: row?.misrouted, stuck: row?.stuck, learntOwner: row?.learntOwner,
            noExpiry: row?.noExpiry, orphanedSince: row?.orphanedSince, dialect: row?.dialect,
            ended: explained.ended.map(Ended.init), owner: explained.owner.map(Owner.init),
            live: Live(explained.live), cause: explained.cause, firstCause: explained.firstCause,
            evidence: explained.evidence.map { Fact($0, at: now) },
            blastRadius: explained.blastRadius.map(AftermathAnswer.init),
            refused: explained.refused.map(Refused.init), incident: incident, id: id)
    }
}

extension ExplanationAnswer.Ended {
    init(_ session: EndedSession) {
        self.init(
            how: session.ending, at: session.endedAt, doubtSeconds: session.doubtSeconds,
            createdAt: session.createdAt)
    }
}

extension ExplanationAnswer.Owner {
    init(_ owner: Explanation.Owner) {
        self.init(
            node: owner.node, boot: owner.boot, status: owner.status, bootNow: owner.bootNow,
            startedAt: owner.startedAt, lastHeartbeatAt: owner.lastHeartbeatAt)
    }
}

extension ExplanationAnswer.Live {
    init(_ read: LiveRead) {
        switch read {
        case .notRead(let why): self.init(read: false, found: nil, error: why)
        case .absent: self.init(read: true, found: false, error: nil)
        case .present: self.init(read: true, found: true, error: nil)
        }
    }
}

extension ExplanationAnswer.Fact {
    init(_ evidence: Evidence, at now: UnixTime) {
        self.init(
            fact: evidence.fact, source: evidence.source, at: evidence.at,
            ageSeconds: evidence.at.map { max(now - $0, 0) })
    }
}

extension ExplanationAnswer.Refused {
    init(_ failures: SessionFailures) {
        self.init(
            count: failures.refused, firstAt: failures.first, lastAt: failures.last,
            recent: failures.recent.reversed().map {
                Request(at: $0.time, node: $0.node, verdict: $0.verdict, cause: $0.cause)
            })
    }
}

extension AftermathAnswer {
    public init(_ aftermath: Aftermath) {
        self.init(
            sessions: aftermath.sessions, recovered: aftermath.recovered, stuck: aftermath.stuck,
            silent: aftermath.silent)
    }
}
