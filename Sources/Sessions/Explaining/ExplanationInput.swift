/// All that is known of one session at one moment, from which an explanation is made.
struct ExplanationInput: Sendable {
    /// The age from which a refused request says nothing about the present.
    static let freshRefusalSeconds = 900.0

    let ref: SessionRef
    let finding: SessionFinding
    let live: LiveRead
    let now: UnixTime
    var view = ViewState()
    var session: SessionSummary?
    var ended: EndedSession?
    var owner: Explanation.Owner?
    var refused: SessionFailures?
    /// The node that made or served the session according to a log line, though the registry does not have it.
    var created: (node: String, time: UnixTime)?
    var lastCheck: UnixTime?
    var memorySince: UnixTime?
    var hearsRequests = false
    var isIDKnown = false
    var deadAfterSeconds = 0.0
    /// The longest time for which a refused request waits for proof.
    var proofSeconds = 0.0
    var suspicions: [Suspicion] = []
    /// The requests that the proxy could not bring to its owner's node.
    var unreached: (count: Int, last: UnixTime)?
    /// The owner of the session, if it works without a heartbeat.
    var silentWorker: SilentWorker?
    /// The boots that take turns under its owner's name.
    var takingTurns: [Boot] = []
    /// The seconds since the session was last renewed while its owner was silent.
    var renewedSeconds: Double?
    var clockOffsetSeconds: Double?
    var aftermath: Aftermath?

    init(ref: SessionRef, finding: SessionFinding, live: LiveRead, now: UnixTime) {
        self.ref = ref
        self.finding = finding
        self.live = live
        self.now = now
    }

    var explanation: Explanation {
        Explanation(
            ref: ref, verdict: finding.verdict, confidence: confidence, advice: advice, session: session, ended: ended,
            owner: owner, live: live, cause: finding.cause, firstCause: finding.firstCause, evidence: evidence,
            refused: refused,
            blastRadius: aftermath)
    }

    /// The node that served the session after its end: it still holds it in memory. Nil if none was seen to.
    var servedSinceEnd: (node: String, time: UnixTime)? {
        guard let ended, let created, created.time > ended.endedAt else { return nil }
        return created
    }

    // MARK: - Confidence

    var confidence: Explanation.Confidence {
        if finding.pendingSince != nil { return .pending }
        switch finding.verdict {
        case .unverified, .ownerUnknown: return .unsure
        case .neverSeen: return confidenceOfNeverSeen
        case .closed, .expired, .cleaned, .evicted, .vanished: return confidenceOfEnd
        case .malformed, .unowned: return isReadLive ? .certain : areViewAndHeartbeatsFresh ? .likely : .unsure
        case .misrouted, .ownerDead, .ownerRestarted, .ownerDenies, .live: break
        }
        let isOwnerKnown = !finding.isOwnerOfUnknownBoot && owner?.status != .unknown
        // An owner that works without a heartbeat is not proven dead.
        guard areHeartbeatsFresh, isOwnerKnown, silentWorker == nil || finding.verdict != .ownerDead else {
            return .unsure
        }
        guard isReadLive else { return areViewAndHeartbeatsFresh ? .likely : .unsure }
        // Log lines may be forged, and without a boot nobody can tell one process from the next.
        let isProven =
            finding.verdict != .ownerDenies && !finding.isDecidedByAge && !finding.isUnproven
            && finding.owner?.boot != nil && owner?.bootNow != nil && finding.owner?.isLearnt != true
            && finding.owner?.isAdoptable != true && (finding.verdict != .misrouted || finding.refusedBy != nil)
            && (finding.verdict != .live || hearsRequests)
        return isProven ? .certain : .likely
    }

    private var confidenceOfNeverSeen: Explanation.Confidence {
        guard view.isComplete, case .absent = live else { return .unsure }
        // Sessions that ended before the daemon began to watch are not remembered.
        let watchedSeconds = memorySince.map { now - $0 } ?? 0
        return watchedSeconds >= Self.freshRefusalSeconds ? .likely : .unsure
    }

    private var confidenceOfEnd: Explanation.Confidence {
        guard view.isComplete else { return .unsure }
        if finding.isEndGuessed { return .likely }
        switch finding.verdict {
        case .expired: return (ended?.doubtSeconds ?? 0) < 60 ? .certain : .likely
        case .cleaned: return .certain
        default: return .likely
        }
    }

    private var isReadLive: Bool { live.time != nil }

    /// Heartbeats that were read too long ago prove nothing.
    private var areHeartbeatsFresh: Bool { lastCheck.map { abs(now - $0) <= deadAfterSeconds } ?? false }

    private var areViewAndHeartbeatsFresh: Bool { view.isComplete && areHeartbeatsFresh }
}
