extension RuleGroup {
    static let sessionsByState = "cluster_job_node_id_state:mcp_registry_sessions:max"
    private static let vanishedSessions = "cluster_job:mcp_registry_sessions_vanished:increase10m"

    /// The rules about Redis and the registry in it.
    static func registry(_ ours: String) -> RuleGroup {
        RuleGroup(
            name: "mcp-registry",
            recordings: [
                RecordingRule(
                    sessionsByState, "Registered sessions, counted once though every instance sees them.",
                    "max by (cluster, job, node_id, state) (mcp_registry_sessions)"),
                RecordingRule(
                    vanishedSessions, "Sessions that vanished in bulk within 10 minutes.",
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
        why: "Nodes that need this Redis fail too. 2 minutes are longer than a Sentinel failover or a restart.",
        expression: "max by (cluster, job) (mcp_sessiond_redis_up) == 0",
        summary: "No instance of mcp-sessiond reaches the registry's Redis",
        description: """
            {{ $value }} instances of \(place) have reached Redis for 2 minutes; at least 1 is needed. Sessions cannot \
            be seen, and nodes that use this Redis may be unable to register or find them.
            """)

    private static func stale(_ ours: String) -> AlertingRule {
        AlertingRule(
            "McpRegistryViewStale", .critical, wait: "2m",
            why: """
                Views are withheld after 90 s. 2 minutes are for the full scan that ends a gap; the first full scan of \
                a large registry has 5 minutes from the start.
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
            summary: "No instance of mcp-sessiond has a fresh view of the registry",
            description: """
                Every instance of \(place) withholds the registry's metrics, though Redis answers. The last full scan: \
                {{ if gt $value 1e9 }}none yet{{ else }}{{ humanizeDuration $value }} ago{{ end }}; a view is stale \
                after three times watch.scan_every. Alerts on nodes and sessions are blind.
                """)
    }

    private static let vanished = AlertingRule(
        "McpSessionsVanished", .warning, wait: nil,
        why: "No client loses a tenth of the registry, and more than 10. It has happened, so there is no wait.",
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
            {{ humanizePercentage $value }} of the sessions registered at \(place) vanished within 10 minutes (limit \
            10 %, and more than 10): the database was emptied, or Redis came back without its data. Their clients are \
            refused.
            """)

    private static let evicting = AlertingRule(
        "McpRegistryEvictingKeys", .warning, wait: nil,
        why: "Any evicted key may be a living session, and more follow while memory is short.",
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
            No request fails because of it, but these sessions are not watched. 30 minutes pass over a node of a wrong \
            version.
            """,
        expression: """
            sum by (cluster, job, kind) (max by (cluster, job, kind, reason) (mcp_registry_malformed_keys)) > 0
            """,
        summary: "Keys of the registry of {{ $labels.job }} cannot be read",
        description: """
            {{ printf "%.0f" $value }} keys of the kind {{ $labels.kind }} at \(place) cannot be read (limit 0), for \
            30 minutes. Such sessions have no known owner and are never removed; such heartbeats do not show that \
            their node is up.
            """)

    private static let withoutExpiry = AlertingRule(
        "McpSessionsWithoutExpiry", .warning, wait: "1h",
        why: "A key without expiry stays for ever; an hour passes over writers that set the expiry a moment later.",
        expression: "max by (cluster, job) (mcp_registry_sessions_without_ttl) > 0",
        summary: "Session keys at {{ $labels.job }} never expire",
        description: """
            {{ printf "%.0f" $value }} session keys at \(place) have no expiry (limit 0), for an hour. They fill Redis \
            until somebody removes them.
            """)
}
