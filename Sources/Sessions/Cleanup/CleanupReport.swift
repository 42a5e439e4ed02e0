/// Why an orphan was left alone: the `reason` label of `mcp_sessiond_cleanup_skipped_sessions_total`.
public enum CleanupSkip: String, Sendable, CaseIterable {
    /// Its owner has not been gone for long enough.
    case grace
    /// Its owner was seen again.
    case ownerReturned = "owner_returned"
    /// It was closed or changed after it was judged.
    case changed
    /// It was renewed or written anew when its owner had fallen silent, or after it was judged.
    case renewed
    /// The run ended before its turn.
    case rateLimited = "rate_limited"
    /// Of a dialect or reason, or learnt from logs, so that it is never cleaned on its own; or held by a brake.
    case protected
    /// It would have been cleaned.
    case dryRun = "dry_run"
}

/// How a run ended: the `result` label of `mcp_sessiond_cleanup_runs_total`.
public enum CleanupResult: String, Sendable, CaseIterable {
    case completed
    /// A brake held it back, or came on in the middle.
    case suspended
    /// The lease was lost, or the process told to stop.
    case aborted
    /// The server refused or failed.
    case error
}

/// Who asked for a run, and for what.
public struct CleanupRequest: Sendable, Equatable {
    /// `schedule`, `api:NAME`, `cli:NAME`.
    public var by: String
    /// Names the run: its start and some random letters.
    public var run: String
    public var isDryRun: Bool

    public init(by: String, run: String, isDryRun: Bool) {
        self.by = by
        self.run = run
        self.isDryRun = isDryRun
    }
}

/// What a run did, and why it left what it left; while it goes on, so far.
public struct CleanupReport: Sendable, Equatable {
    public var request: CleanupRequest
    public var action: CleanupPolicy.Action
    public var epoch: Int
    public var began: UnixTime
    public var ended: UnixTime?
    public var result: CleanupResult?
    /// Why it did not complete, in one sentence without secrets.
    public var why: String?
    /// Brakes that were on when it began or ended.
    public var brakes: [AppliedBrake] = []
    /// Orphans in all when it began.
    public var orphans = 0
    /// Sessions cleaned, or that would be in a dry run, by why they were orphans.
    public var cleaned: [OrphanReason: Int] = [:]
    public var skipped: [CleanupSkip: Int] = [:]

    public var cleanedInAll: Int { cleaned.values.reduce(0, +) }

    /// Takes in what a run would begin with; of a dry run, that is also what it ends with.
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
