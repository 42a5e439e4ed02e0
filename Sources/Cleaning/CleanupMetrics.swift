import Configuration
import Exposition
import Sessions

/// This instance's counts of cleanup.
public final class CleanupMetrics: Sendable {
    static let durationBounds = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1_800, 3_600]
    /// The reasons for which cleanup ever acts.
    static let reasons = CleanupSettings.Reason.allCases.map(\.rawValue)

    public let transitions = CounterVector(
        [VectorLabel("event", fixed: CleanupLease.Transition.allCases.map(\.rawValue))])
    public let runs = CounterVector([VectorLabel("result", fixed: CleanupResult.allCases.map(\.rawValue))])
    public let cleaned = CounterVector(
        [VectorLabel("reason", fixed: reasons), VectorLabel("action", fixed: ["expire", "delete"])])
    /// Removed sessions that were restored, by what asked for it.
    public let undone = CounterVector([VectorLabel("reason", fixed: UndoReason.allCases.map(\.rawValue))])
    /// Removed sessions that the undo store had to drop.
    public let undoDropped = Counter()
    public let skipped = CounterVector([VectorLabel("reason", fixed: CleanupSkip.allCases.map(\.rawValue))])
    public let duration = Histogram(bounds: durationBounds)

    func noteLeader(_ transition: CleanupLease.Transition) {
        transitions.add([transition.rawValue])
    }

    func noteCleaned(_ count: Int, _ reason: OrphanReason, _ action: CleanupPolicy.Action) {
        cleaned.add([reason.rawValue, action.word], count)
    }

    func noteRun(_ report: CleanupReport) {
        if let result = report.result { runs.add([result.rawValue]) }
        for (skip, count) in report.skipped { skipped.add([skip.rawValue], count) }
        if let ended = report.ended { duration.observe(seconds: max(ended - report.began, 0)) }
    }
}

/// What asked for an undo: the `reason` label of `mcp_sessiond_cleanup_undone_sessions_total`.
public enum UndoReason: String, Sendable, CaseIterable {
    /// A person.
    case asked
    /// Evidence that a removed session was in use.
    case tripwire
}
