import Cleaning
import Configuration
import Exposition
import Sessions

/// The `mcp_sessiond_cleanup_*` families and the lease.
struct CleanupFamilies {
    let board: CleanupBoard
    /// The brakes that are on now.
    let brakes: Set<CleanupBrake>

    func write(to page: inout MetricPage) {
        let (holder, lastSuccess) = board.state.withLock { ($0.holder, $0.lastSuccess) }
        let metrics = board.metrics
        page.family("mcp_sessiond_leader", .gauge, help: "1 while this instance holds the cleanup lease.") {
            $0.sample(value: holder?.isUs == true ? 1 : 0)
        }
        page.family(
            "mcp_sessiond_leader_transitions_total", .counter,
            help: "Lease transitions (acquired, lost, released)."
        ) { $0.samples(of: metrics.transitions) }
        page.family("mcp_sessiond_cleanup_mode", .stateset, help: "Cleanup mode.") {
            let words = CleanupSettings.Mode.allCases.map { Self.word($0) }
            $0.state(words, current: Self.word(board.settings.mode))
        }
        page.family(
            "mcp_sessiond_cleanup_runs_total", .counter,
            help: "Cleanup runs (completed, suspended, aborted, error)."
        ) { $0.samples(of: metrics.runs) }
        page.family(
            "mcp_sessiond_cleanup_deleted_sessions_total", .counter, help: "Sessions cleaned, by orphan reason."
        ) { $0.samples(of: metrics.cleaned) }
        page.family(
            "mcp_sessiond_cleanup_skipped_sessions_total", .counter,
            help: "Candidates left alone (grace, owner_returned, changed, renewed, rate_limited, protected, dry_run)."
        ) { $0.samples(of: metrics.skipped) }
        page.family(
            "mcp_sessiond_cleanup_undone_sessions_total", .counter, help: "Removed sessions that were restored."
        ) { $0.samples(of: metrics.undone) }
        page.family(
            "mcp_sessiond_cleanup_undo_dropped_sessions_total", .counter,
            help: "Removed sessions that can no longer be restored, since the undo store was full."
        ) { $0.sample(value: metrics.undoDropped.value) }
        page.family("mcp_sessiond_cleanup_suspended", .gauge, help: "1 while a brake suspends cleanup.") { family in
            for brake in CleanupBrake.allCases {
                family.sample(labels: ["brake": brake.rawValue], value: brakes.contains(brake) ? 1 : 0)
            }
        }
        page.family(
            "mcp_sessiond_cleanup_last_success_timestamp_seconds", .gauge,
            help: "Unix time of the last completed run; 0 before the first."
        ) { $0.sample(value: lastSuccess?.seconds ?? 0) }
        page.family(
            "mcp_sessiond_cleanup_interval_seconds", .gauge, help: "Configured cleanup interval."
        ) { $0.sample(value: board.settings.every.inSeconds) }
        page.family(
            "mcp_sessiond_cleanup_duration_seconds", .histogram, help: "Duration of a cleanup run."
        ) { $0.histogram(metrics.duration.snapshot()) }
    }

    /// The mode as a label value, which has no dash.
    private static func word(_ mode: CleanupSettings.Mode) -> String {
        mode == .dryRun ? "dry_run" : mode.rawValue
    }
}
