extension Dashboard {
    /// The orphans that dead and restarted nodes left behind.
    static let orphans = Row(
        "Orphans",
        Panel(
            "Orphans by reason",
            """
            `owner_dead`, `owner_restarted`: cleanup removes them after the grace. `owner_unknown`: no heartbeat of \
            that node was ever seen; does the node write it under another name? `owner_denies`: see Flags.
            """,
            .stacked, unit: .short, size: .quarter, alert: "McpOrphansPilingUp",
            Target(PromQL.seen(.orphanedSessions, by: "reason"), "{{reason}}")),
        Panel(
            "Orphans by node",
            "Orphans by the node that owned them. Nodes of an earlier deploy stay until cleanup has removed theirs.",
            .stacked, unit: .short, size: .quarter, alert: "McpOrphansPilingUp",
            Target(PromQL.seen(.orphanedSessions, by: "node_id"), "{{node_id}}")),
        Panel(
            "Share of orphans",
            """
            Orphans among all registered sessions. Red for hours: cleanup is off, held by a brake, or too slow.
            """,
            .lines, unit: .share, thresholds: .high(yellow: 0.2, red: 0.5), size: .quarter, maximum: 1,
            alert: "McpOrphansPilingUp",
            Target(
                "\(PromQL.seen(.sessions, where: #"state="orphaned""#)) / (\(PromQL.seen(.sessions)) > 0)",
                "orphans",
                absence: "no session is registered")),
        Panel(
            "Age of orphans",
            "Time since the orphans lost their owner. If cleanup is on, none is much older than `cleanup.grace`.",
            .heatmap, unit: .seconds, size: .quarter, alert: "McpOrphansPilingUp",
            Target(PromQL.seen(.orphanAge, by: "le"), "{{le}}")))

    /// The runs of cleanup, and the brakes that hold it.
    static let cleanup = Row(
        "Cleanup",
        Panel(
            "Asked for after cleanup",
            """
            Requests in the range of time for a session that cleanup removed. Red: cleanup hurt a client; run \
            `mcp-sessiond cleanup suspend`, then read the runbook.
            """,
            .stat, unit: .short, thresholds: .high(red: 1), size: .sixth, decimals: 0,
            alert: "McpCleanedSessionRequested",
            Target(
                PromQL.sum(
                    "mcp_sessiond_unknown_session_requests_total", .increase("$__range"),
                    where: #"reason="cleaned""#), "requests")),
        Panel(
            "Cleaned", "Sessions that cleanup removed or expired in the range of time. 0 in a dry run.", .stat,
            unit: .short, size: .sixth, decimals: 0,
            Target(
                PromQL.sum("mcp_sessiond_cleanup_deleted_sessions_total", .increase("$__range")), "cleaned")),
        Panel(
            "Runs overdue",
            """
            Time since the last completed run, in intervals of `cleanup.every`. Red: three runs were missed; see the \
            brakes, the lease and the runs. Empty if cleanup is off, and before the first run.
            """,
            .stat, unit: .short, thresholds: .high(yellow: 2, red: 3), size: .sixth, decimals: 1, noValue: "no run yet",
            alert: "McpCleanupNotRunning",
            Target(
                "max((time() - (\(lastRun) > 0)) / on (cluster, job) \(runEvery) and on (cluster, job) \(isOn))",
                "intervals",
                absence: "cleanup is off, or no run was completed yet")),
        Panel(
            "Brakes on",
            "Brakes that hold cleanup now. Yellow: the timeline below shows which; the runbook says what to do.",
            .stat, unit: .none, thresholds: .high(yellow: 1), size: .sixth, decimals: 0, alert: "McpCleanupSuspended",
            Target("sum(max by (cluster, job, brake) (\(PromQL.select("mcp_sessiond_cleanup_suspended"))))", "on")
        ),
        Panel(
            "Lease holders",
            """
            Instances that hold the lease now, if cleanup is not off. 1 is right. None: no instance can write to \
            Redis. More: a former holder has not noticed yet; each removal checks the lease, so nothing is removed \
            twice.
            """,
            .stat, unit: .none, thresholds: .exactlyOne, size: .sixth, decimals: 0, alert: "McpCleanupLeaseHolders",
            Target(
                "min(\(PromQL.sum("mcp_sessiond_leader", by: "cluster", "job")) and on (cluster, job) \(isOn))",
                "holders", absence: "cleanup is off")),
        Panel(
            "Removing",
            "Instances whose mode is `expire` or `delete`. 0: cleanup is off, or only plans.",
            .stat, unit: .none, size: .sixth, decimals: 0,
            Target(
                PromQL.sum("mcp_sessiond_cleanup_mode", where: #"mcp_sessiond_cleanup_mode=~"expire|delete""#),
                "instances")),
        Panel(
            "Brakes",
            """
            When each brake held cleanup. `suspended`: somebody suspended it. `dead_fraction`: so many nodes are dead \
            that the heartbeats are more likely broken than the nodes.
            """,
            .stateTimeline, unit: .none, size: .half, maximum: 1, mappings: ValueMapping.brake,
            alert: "McpCleanupSuspended",
            Target(PromQL.max("mcp_sessiond_cleanup_suspended", by: "brake"), "{{brake}}")),
        Panel(
            "Lease", "When each instance held the lease. Frequent changes: instances cannot reach Redis in time.",
            .stateTimeline, unit: .none, size: .quarter, maximum: 1, mappings: ValueMapping.lease,
            alert: "McpCleanupLeaseHolders",
            Target(PromQL.sum("mcp_sessiond_leader", by: "instance"), "{{instance}}")),
        Panel(
            "Undo",
            """
            Removed sessions that were restored, by what asked for it: a person (`asked`), or evidence that they were in \
            use (`tripwire`). `dropped`: the undo store was full, so they can no longer be restored.
            """,
            .bars, unit: .short, size: .quarter, decimals: 0, alert: "McpRemovedSessionInUse",
            Target(
                PromQL.sum("mcp_sessiond_cleanup_undone_sessions_total", .increase("$__rate_interval"), by: "reason"),
                "{{reason}}"),
            Target(
                PromQL.sum("mcp_sessiond_cleanup_undo_dropped_sessions_total", .increase("$__rate_interval")), "dropped"
            )
        ),
        Panel(
            "Runs by result",
            "`suspended`: a brake held the run. `aborted`: the lease was lost in between. `error`: Redis refused or failed.",
            .bars, unit: .short, size: .quarter, decimals: 0, alert: "McpCleanupNotRunning",
            Target(
                PromQL.sum("mcp_sessiond_cleanup_runs_total", .increase("$__rate_interval"), by: "result"),
                "{{result}}")),
        Panel(
            "Cleaned by reason", "Sessions that cleanup removed or expired, by the reason why they were orphans.",
            .bars,
            unit: .perSecond, size: .quarter,
            Target(
                PromQL.sum("mcp_sessiond_cleanup_deleted_sessions_total", .rate, by: "action", "reason"),
                "{{action}}: {{reason}}")),
        Panel(
            "Left alone by reason",
            """
            Orphans that runs left alone; each run counts them anew. `grace`: the owner is silent for too short a \
            time. `renewed`: the session was written since then. `dry_run`: the mode removes nothing. `protected`: \
            must never be removed. `rate_limited`: left for the next run.
            """,
            .bars, unit: .short, size: .quarter, decimals: 0, alert: "McpOrphansPilingUp",
            Target(
                PromQL.sum(
                    "mcp_sessiond_cleanup_skipped_sessions_total", .increase("$__rate_interval"), by: "reason"),
                "{{reason}}")),
        Panel(
            "Time of a run",
            """
            Runs of the last hour. `cleanup.max_keys_per_second` sets the pace. Near `cleanup.every`: raise one of the \
            two.
            """,
            .lines, unit: .seconds, size: .quarter, alert: "McpCleanupNotRunning",
            Target(
                PromQL.quantile(0.5, of: "mcp_sessiond_cleanup_duration_seconds", .increase("1h")), "median",
                absence: "no run in the hour"),
            Target(
                PromQL.quantile(0.95, of: "mcp_sessiond_cleanup_duration_seconds", .increase("1h")), "95 %",
                absence: "no run in the hour")))

    private static let lastRun = PromQL.max(
        "mcp_sessiond_cleanup_last_success_timestamp_seconds", by: "cluster", "job")

    private static let runEvery = PromQL.max("mcp_sessiond_cleanup_interval_seconds", by: "cluster", "job")

    /// The registries for which the mode of some instance is not `off`.
    private static let isOn =
        PromQL.max("mcp_sessiond_cleanup_mode", where: #"mcp_sessiond_cleanup_mode!="off""#, by: "cluster", "job")
        + " == 1"
}
