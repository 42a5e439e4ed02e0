/// The reason why an orphan was left: the `reason` label of `mcp_sessiond_cleanup_skipped_sessions_total`.
public enum CleanupSkip: String, Sendable, CaseIterable {
    /// Its owner has not been silent for long enough.
    case grace
    /// Its owner was seen again.
    case ownerReturned = "owner_returned"
    /// It was closed or changed after it was judged.
    case changed
    /// It was renewed or rewritten after its owner fell silent, or after it was judged.
    case renewed
    /// The run ended before its turn.
    case rateLimited = "rate_limited"
    /// It is never removed because of its dialect, its reason, or an owner that is known from logs alone; or a brake
    /// holds it back.
    case protected
    /// It would have been removed.
    case dryRun = "dry_run"
}

/// The end of a run: the `result` label of `mcp_sessiond_cleanup_runs_total`.
public enum CleanupResult: String, Sendable, CaseIterable {
    case completed
    /// A brake prevented it, or came on while it ran.
    case suspended
    /// The lease was lost, or the process was told to stop.
    case aborted
    /// The server refused or failed.
    case error
}

/// A request for a run: who asked, and for what.
public struct CleanupRequest: Sendable, Equatable {
    /// `schedule`, `api:NAME` or `cli:NAME`.
    public var by: String
    /// The name of the run: its start and some random letters.
    public var run: String
    public var isDryRun: Bool

    public init(by: String, run: String, isDryRun: Bool) {
        self.by = by
        self.run = run
        self.isDryRun = isDryRun
    }
}

/// The result of a run, or its progress while it goes on: what it did, and why it left the rest.
public struct CleanupReport: Sendable, Equatable {
    public var request: CleanupRequest
    public var action: CleanupPolicy.Action
    public var epoch: Int
    public var began: UnixTime
    public var ended: UnixTime?
    public var result: CleanupResult?
    /// The reason why it did not complete, in one sentence without secrets.
    public var why: String?
    /// The brakes that were on when it began or ended.
    public var brakes: [AppliedBrake] = []
    /// The number of all orphans when it began.
    public var orphans = 0
    /// The sessions removed, or that a dry run would remove, by the reason why they were orphans.
    public var cleaned: [OrphanReason: Int] = [:]
    public var skipped: [CleanupSkip: Int] = [:]

    public var cleanedInAll: Int { cleaned.values.reduce(0, +) }

    /// Takes the plan that a run begins with. A dry run also ends with it.
    public mutating func take(_ plan: CleanupPlan) {
        brakes = plan.brakes
        orphans = plan.groups.reduce(0) { $0 + $1.sessions }
        skipped = plan.skipped
        guard request.isDryRun else { return }
        let brake = plan.brakes.first { $0.brake != .deadFraction }
        if brake == nil {
            for group in plan.groups where group.skip == nil { cleaned[group.reason, default: 0] += group.sessions }
            if plan.going > 0 { skipped[.dryRun, default: 0] += plan.going }
        }
        (result, why, ended) = (brake == nil ? .completed : .suspended, brake?.detail, began)
    }

    public init(request: CleanupRequest, action: CleanupPolicy.Action, epoch: Int, began: UnixTime) {
        self.request = request
        self.action = action
        self.epoch = epoch
        self.began = began
    }
}
