import Configuration
import Sessions

/// `/api/v1/cleanup`: the plan of cleanup, what holds it back, and its past runs.
public struct CleanupAnswer: Codable, Sendable {
    public var mode: CleanupSettings.Mode
    public var policy: Policy
    public var lease: LeaseAnswer?
    public var suspended: SuspensionAnswer?
    public var brakes: [BrakeRow]
    public var plan: PlanAnswer
    public var running: RunRow?
    /// Finished runs of all instances, the latest first.
    public var runs: [RunRow]
    /// The store of removed sessions; nil if none is kept.
    public var undo: UndoStoreAnswer?
    public var nextRun: UnixTime?
    public var lastSuccess: UnixTime?
    public var sharedStateAgeSeconds: Double?
    public var voidEvidence: [VoidEvidence]
    public var refusal: String?

    public init(
        mode: CleanupSettings.Mode, policy: Policy, lease: LeaseAnswer?, suspended: SuspensionAnswer?,
        brakes: [BrakeRow], plan: PlanAnswer, running: RunRow?, runs: [RunRow], undo: UndoStoreAnswer?,
        nextRun: UnixTime?,
        lastSuccess: UnixTime?, sharedStateAgeSeconds: Double?, voidEvidence: [VoidEvidence], refusal: String?
    ) {
        self.mode = mode
        self.policy = policy
        self.lease = lease
        self.suspended = suspended
        self.brakes = brakes
        self.plan = plan
        self.running = running
        self.runs = runs
        self.undo = undo
        self.nextRun = nextRun
        self.lastSuccess = lastSuccess
        self.sharedStateAgeSeconds = sharedStateAgeSeconds
        self.voidEvidence = voidEvidence
        self.refusal = refusal
    }

    public struct Policy: Codable, Sendable {
        public var everySeconds: Double
        public var graceSeconds: Double
        public var maxSilenceSeconds: Double
        public var reasons: [CleanupSettings.Reason]
        public var maxKeysPerSecond: Int
        public var expireToSeconds: Double?
        public var maxDeadFraction: Double
        public var settleSeconds: Double
    }

    /// Evidence in Redis that this instance does not use.
    public struct VoidEvidence: Codable, Sendable {
        public var key: String
        public var why: String
        public var records: Int

        public init(key: String, why: String, records: Int) {
            self.key = key
            self.why = why
            self.records = records
        }
    }
}

extension CleanupAnswer.Policy {
    public init(_ settings: CleanupSettings) {
        self.init(
            everySeconds: settings.every.inSeconds, graceSeconds: settings.grace.inSeconds,
            maxSilenceSeconds: settings.maxSilence.inSeconds, reasons: settings.reasons,
            maxKeysPerSecond: settings.maxKeysPerSecond,
            expireToSeconds: settings.mode == .expire ? settings.expireTo.inSeconds : nil,
            maxDeadFraction: settings.maxDeadFraction, settleSeconds: settings.settle.inSeconds)
    }
}

/// The holder of the cleanup lease.
public struct LeaseAnswer: Codable, Sendable {
    public var holder: String
    public var epoch: Int
    /// True if the answering instance holds it.
    public var here: Bool

    public init(holder: String, epoch: Int, here: Bool) {
        self.holder = holder
        self.epoch = epoch
        self.here = here
    }
}

/// A suspension of cleanup: by whom, why and until when.
public struct SuspensionAnswer: Codable, Sendable {
    public var by: String
    public var why: String
    public var at: UnixTime
    public var until: UnixTime?
}

extension SuspensionAnswer {
    public init(_ stop: CleanupStop) {
        self.init(by: stop.by, why: stop.why, at: stop.at, until: stop.until)
    }
}

/// A brake that is on.
public struct BrakeRow: Codable, Sendable {
    public var brake: CleanupBrake
    public var measured: Double?
    public var limit: Double?
    public var detail: String
}

extension BrakeRow {
    public init(_ brake: AppliedBrake) {
        self.init(brake: brake.brake, measured: brake.measured, limit: brake.limit, detail: brake.detail)
    }
}

/// The plan of a run that would begin now.
public struct PlanAnswer: Codable, Sendable {
    /// Sessions that would be removed.
    public var mayGo: Int
    public var skipped: SomeCounts<CleanupSkip>
    public var groupCount: Int
    public var groups: [Group]

    /// The orphans of one owner.
    public struct Group: Codable, Sendable {
        public var node: String
        public var boot: String?
        public var reason: OrphanReason
        public var sessions: Int
        public var goneSince: UnixTime?
        public var known: Bool?
        public var attested: AttestationAnswer?
        public var silentSeconds: Double?
        public var requiredSeconds: Double?
        public var decision: Decision
        public var skip: CleanupSkip?
        public var why: String?
    }

    public enum Decision: String, Word, CaseIterable {
        case go, left
    }
}

/// An attestation by a person that an owner is gone.
public struct AttestationAnswer: Codable, Sendable {
    public var by: String
    public var why: String
    public var at: UnixTime
}

extension AttestationAnswer {
    public init(_ attestation: Attestation) {
        self.init(by: attestation.by, why: attestation.why, at: attestation.at)
    }
}

/// The store of removed sessions that can be restored, by what this instance last read of it.
public struct UndoStoreAnswer: Codable, Sendable {
    /// Nil if it has not been read yet.
    public var sessions: Int?
    public var bytes: Int?
    public var maxBytes: Int
    /// The time for which a session is kept.
    public var keptSeconds: Double

    public init(sessions: Int?, bytes: Int?, maxBytes: Int, keptSeconds: Double) {
        self.sessions = sessions
        self.bytes = bytes
        self.maxBytes = maxBytes
        self.keptSeconds = keptSeconds
    }
}

/// A run of cleanup, finished or in progress.
public struct RunRow: Codable, Sendable {
    public var run: String
    public var by: String
    public var dryRun: Bool
    public var action: ActionWord
    public var epoch: Int
    public var result: CleanupResult?
    public var why: String?
    public var orphans: Int
    public var cleaned: SomeCounts<OrphanReason>
    public var skipped: SomeCounts<CleanupSkip>
    public var brakes: [BrakeRow]
    public var beganAt: UnixTime
    public var endedAt: UnixTime?
    /// The number of its sessions that can be restored; nil if that is not known.
    public var restorable: Int?
}

extension RunRow {
    public init(_ report: CleanupReport, restorable: Int? = nil) {
        self.init(
            run: report.request.run, by: report.request.by, dryRun: report.request.isDryRun,
            action: ActionWord(report.action), epoch: report.epoch, result: report.result, why: report.why,
            orphans: report.orphans, cleaned: SomeCounts(report.cleaned), skipped: SomeCounts(report.skipped),
            brakes: report.brakes.map(BrakeRow.init), beganAt: report.began, endedAt: report.ended,
            restorable: restorable)
    }
}

extension PlanAnswer {
    /// `groupLimit`: the sums include the groups beyond it.
    public init(_ plan: CleanupPlan, groupLimit: Int) {
        self.init(
            mayGo: plan.going, skipped: SomeCounts(plan.skipped), groupCount: plan.groups.count,
            groups: plan.groups.prefix(groupLimit).map(Group.init))
    }
}

extension PlanAnswer.Group {
    init(_ group: CleanupPlan.Group) {
        func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
        self.init(
            node: group.owner.node, boot: group.owner.boot?.text, reason: group.reason, sessions: group.sessions,
            goneSince: group.goneSince, known: group.standing?.isKnown,
            attested: group.standing?.attestation.map(AttestationAnswer.init),
            silentSeconds: group.standing.map { rounded($0.silentSeconds) },
            requiredSeconds: group.standing.map { rounded($0.requiredSeconds) },
            decision: group.skip == nil ? .go : .left, skip: group.skip, why: group.why)
    }
}
