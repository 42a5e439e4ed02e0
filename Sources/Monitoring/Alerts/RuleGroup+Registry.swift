extension RuleGroup {
    static let sessionsByState = "cluster_job_node_id_state:mcp_registry_sessions:max"
    private static let vanishedSessions = "cluster_job:mcp_registry_sessions_vanished:increase10m"

    /// Whether Redis answers, and what it holds.
    static func registry(_ ours: String) -> RuleGroup {
        RuleGroup(
            name: "mcp-registry",
            recordings: [
                RecordingRule(
                    sessionsByState, "Registered sessions, counted once though every replica sees them.",
                    "max by (cluster, job, node_id, state) (mcp_registry_sessions)"),
                RecordingRule(
                    vanishedSessions, "Sessions that were gone in bulk within 10 minutes.",
                    """
                    sum by (cluster, job) (
                      max by (cluster, job, node_id) (
                        increase(mcp_registry_sessions_ended_total{reason="vanished"}[10m])
                      )
                    )
                    """),
            ],
            alerts: [unreachable, stale(ours), vanished, evicting, malformed, withoutExpiry])
    }

    private static let unreachable = AlertingRule(
        "McpRegistryUnreachable", .critical, wait: "2m",
        why: "Nodes that need the same Redis fail too. 2 minutes outlast a Sentinel's failover and a restart.",
        expression: "max by (cluster, job) (mcp_sessiond_redis_up) == 0",
        summary: "No replica of mcp-sessiond reaches the registry's Redis",
        description: """
            {{ $value }} replicas of \(place) have reached Redis for 2 minutes; at least 1 is needed. Sessions cannot \
            be seen, and nodes that use this Redis may be unable to register or find them.
            """)

    private static func stale(_ ours: String) -> AlertingRule {
        AlertingRule(
            "McpRegistryPictureStale", .critical, wait: "2m",
            why: """
                Pictures are withheld after 90 s already. 2 minutes outlast a gap that is being read; the first \
                reading of a large registry has 5 minutes from the start.
                """,
            expression: """
                time() - max by (cluster, job) (mcp_sessiond_scan_last_success_timestamp_seconds)
                unless on (cluster, job)
                mcp_registry_keys_scanned
                unless on (cluster, job)
                time() - min by (cluster, job) (process_start_time_seconds{\(ours)}) < 300
                and on (cluster, job)
                max by (cluster, job) (mcp_sessiond_redis_up) == 1
                """,
            summary: "No replica of mcp-sessiond has a fresh picture of the registry",
            description: """
                Every replica of \(place) withholds the registry's metrics, though Redis answers. Last complete \
                reading: {{ if gt $value 1e9 }}none yet{{ else }}{{ humanizeDuration $value }} ago{{ end }}; a picture \
                is stale after three times watch.scan_every. Alerts on nodes and sessions are blind.
                """)
    }

    private static let vanished = AlertingRule(
        "McpSessionsVanished", .warning, wait: nil,
        why: "A tenth of the registry and more than 10 is no accident of a client; it happened already, so no wait.",
        expression: """
            \(vanishedSessions)
              / (
                \(vanishedSessions)
                + sum by (cluster, job) (\(sessionsByState))
              )
              > 0.1
            and
            \(vanishedSessions) > 10
            """,
        summary: "Sessions vanished from the registry of {{ $labels.job }} in bulk",
        description: """
            {{ humanizePercentage $value }} of the sessions registered at \(place) were gone at once within 10 minutes \
            (limit 10 %, and more than 10): the database was emptied, or Redis came back without its data. Their \
            clients are refused.
            """)

    private static let evicting = AlertingRule(
        "McpRegistryEvictingKeys", .warning, wait: nil,
        why: "Any evicted key may be a living session, and more will follow while memory is short.",
        expression: "max by (cluster, job) (increase(mcp_registry_redis_evicted_keys_total[15m])) > 0",
        summary: "The registry's Redis evicts keys",
        description: """
            The Redis of \(place) evicted {{ printf "%.0f" $value }} keys within 15 minutes (limit 0) for want of \
            memory. Sessions among them are refused though their nodes still hold them.
            """)

    private static let malformed = AlertingRule(
        "McpMalformedKeys", .warning, wait: "30m",
        why:
            """
            Nobody's request fails by it, but these sessions are not watched. 30 minutes pass over a node of a \
            wrong version.
            """,
        expression: """
            sum by (cluster, job, kind) (max by (cluster, job, kind, reason) (mcp_registry_malformed_keys)) > 0
            """,
        summary: "Keys of the registry of {{ $labels.job }} cannot be read",
        description: """
            {{ printf "%.0f" $value }} keys of the kind {{ $labels.kind }} at \(place) cannot be read (limit 0), for \
            30 minutes. Such sessions have no known owner and are never cleaned; such heartbeats say nothing of their \
            node.
            """)

    private static let withoutExpiry = AlertingRule(
        "McpSessionsWithoutExpiry", .warning, wait: "1h",
        why: "A key without a time to live stays for ever; an hour passes over writers that set it a moment later.",
        expression: "max by (cluster, job) (mcp_registry_sessions_without_ttl) > 0",
        summary: "Session keys at {{ $labels.job }} never expire",
        description: """
            {{ printf "%.0f" $value }} session keys at \(place) have no time to live (limit 0), for an hour. They fill \
            Redis until somebody removes them.
            """)
}
