extension RuleGroup {
    private static let orphanShare = "cluster_job:mcp_registry_sessions_orphaned:ratio"
    private static let isOn = "cluster_job:mcp_sessiond_cleanup_on:max"
    private static let removes = "cluster_job:mcp_sessiond_cleanup_removes:max"
    private static let brakes = "cluster_job_brake:mcp_sessiond_cleanup_suspended:max"
    private static let runEvery = "max by (cluster, job) (mcp_sessiond_cleanup_interval_seconds)"
    private static let orphans = #"sum by (cluster, job) (\#(sessionsByState){state="orphaned"})"#

    /// The rules about orphans and cleanup.
    static func cleanup(_ ours: String) -> RuleGroup {
        RuleGroup(
            name: "mcp-cleanup", recordings: cleanupSeries,
            alerts: [
                removedSessionInUse, orphansPilingUp(.warning), orphansPilingUp(.info), suspended, suspendedByHand,
                notRunning(ours),
                leaseHolders,
            ])
    }

    private static let cleanupSeries = [
        RecordingRule(
            orphanShare, "The share of orphans among all registered sessions.",
            """
            \(orphans)
              / sum by (cluster, job) (\(sessionsByState))
            """),
        RecordingRule(
            isOn, "1 if some instance plans or removes.",
            #"max by (cluster, job) (mcp_sessiond_cleanup_mode{mcp_sessiond_cleanup_mode!="off"})"#),
        RecordingRule(
            removes, "1 if some instance removes.",
            #"max by (cluster, job) (mcp_sessiond_cleanup_mode{mcp_sessiond_cleanup_mode=~"expire|delete"})"#),
        RecordingRule(
            brakes, "1 while a brake holds the instance that has the lease.",
            """
            max by (cluster, job, brake) (
              mcp_sessiond_cleanup_suspended and on (cluster, job, instance) mcp_sessiond_leader == 1
            )
            """),
    ]

    private static func orphansPilingUp(_ severity: Severity) -> AlertingRule {
        let isTicket = severity == .warning
        let cause =
            isTicket
            ? "Cleanup is on and does not remove them: a brake holds it, or cleanup.reasons lacks their reason."
            : "cleanup.mode removes nothing here, so they stay until they expire."
        return AlertingRule(
            "McpOrphansPilingUp", severity, wait: "2h",
            why: isTicket
                ? "A deploy's orphans are gone after cleanup.grace and a run or two; a fifth left after 2 hours stays."
                : """
                The same alert where nothing is removed: a deploy leaves orphans until they expire, and somebody chose \
                that.
                """,
            expression: """
                \(orphanShare) > 0.2
                and
                \(orphans) > 100
                \(isTicket ? "and" : "unless")
                \(removes) == 1
                """,
            summary: "Orphans stay in the registry of {{ $labels.job }}",
            description: """
                {{ humanizePercentage $value }} of the sessions registered at \(place) are orphans (limit 20 %, and \
                more than 100), for 2 hours. \(cause)
                """)
    }

    private static let removedSessionInUse = AlertingRule(
        "McpRemovedSessionInUse", .critical, wait: nil,
        why: "Cleanup removed what somebody uses: what took its owner for dead may do so again, here or elsewhere.",
        expression: """
            max by (cluster, job) (mcp_sessiond_cleanup_suspended{brake="removed_session_in_use"}) == 1
            """,
        summary: "Cleanup at {{ $labels.job }} removed a session that is in use",
        description: """
            A session that the cleanup of \(place) had removed proved to be in use (brake on: {{ $value }}, must be 0). \
            All removal is suspended until a person resumes it. mcp-sessiond cleanup says which session, and what showed it.
            """)

    private static let suspended = AlertingRule(
        "McpCleanupSuspended", .warning, wait: "1h",
        why:
            """
            Brakes come and go with deploys and failovers; one that stays for an hour needs somebody. Meanwhile only \
            orphans pile up.
            """,
        expression: """
            \(brakes){brake!~"suspended|removed_session_in_use"} == 1
            and on (cluster, job)
            \(removes) == 1
            """,
        summary: "Cleanup at {{ $labels.job }} is held by the brake {{ $labels.brake }}",
        description: """
            The brake {{ $labels.brake }} holds the cleanup of \(place) (on: {{ $value }}, should be 0), for an hour. \
            Orphans stay; there is no other harm.
            """)

    private static let suspendedByHand = AlertingRule(
        "McpCleanupSuspended", .warning, wait: "1d",
        why: "Whoever suspended it knows; after a day it was probably forgotten.",
        // The series has this label already, but two rules must differ by name or label.
        labels: [("brake", "suspended")],
        expression: """
            \(brakes){brake="suspended"} == 1
            and on (cluster, job)
            \(removes) == 1
            """,
        summary: "Cleanup at {{ $labels.job }} was suspended by hand a day ago",
        description: """
            The brake {{ $labels.brake }} holds the cleanup of \(place) (on: {{ $value }}, should be 0), for a day: \
            somebody suspended it. mcp-sessiond cleanup says who and why, mcp-sessiond cleanup resume ends it.
            """)

    private static func notRunning(_ ours: String) -> AlertingRule {
        AlertingRule(
            "McpCleanupNotRunning", .warning, wait: "10m",
            why: """
                Three runs were missed, and 5 minutes passed. It does not fire during a long run that removes, in the \
                first three intervals, without Redis, or within an hour of a brake. 10 minutes are for the next run.
                """,
            expression: """
                time() - max by (cluster, job) (mcp_sessiond_cleanup_last_success_timestamp_seconds)
                  > 3 * \(runEvery) + 300
                unless
                time() - min by (cluster, job) (process_start_time_seconds{\(ours)})
                  < 3 * \(runEvery) + 300
                unless on (cluster, job)
                max_over_time(\(brakes)[1h]) == 1
                unless
                sum by (cluster, job) (increase(mcp_sessiond_cleanup_deleted_sessions_total[15m])) > 0
                and
                max by (cluster, job) (mcp_sessiond_redis_up) == 1
                and
                \(isOn) == 1
                """,
            summary: "No cleanup run completes at {{ $labels.job }}",
            description: """
                The last completed cleanup run at \(place): {{ if gt $value 1e9 }}none yet{{ else }}{{ \
                humanizeDuration $value }} ago{{ end }} (limit three times cleanup.every and 5m), though no brake \
                holds it. Orphans stay; there is no other harm.
                """)
    }

    private static let leaseHolders = AlertingRule(
        "McpCleanupLeaseHolders", .warning, wait: "5m",
        why: "The lease lasts 15 s and changes hands in seconds; 5 minutes without exactly one holder are a fault.",
        expression: """
            sum by (cluster, job) (mcp_sessiond_leader) != 1
            and
            \(isOn) == 1
            and
            max by (cluster, job) (mcp_sessiond_redis_up) == 1
            """,
        summary: "{{ $value }} instances hold the cleanup lease of {{ $labels.job }}",
        description: """
            {{ $value }} instances of \(place) hold the cleanup lease (must be 1), for 5 minutes. If none does, they \
            cannot write to Redis, and no orphan is removed. If several do, they watch different registries, or one \
            has not noticed that it lost the lease.
            """)
}
