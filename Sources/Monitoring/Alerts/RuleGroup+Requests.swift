extension RuleGroup {
    private static let unknownRequests = "mcp_sessiond_unknown_session_requests_total"
    private static let createdRate = "cluster_job:mcp_registry_sessions_created:rate5m"

    /// The rules about refused requests and their clients.
    static func requests(_ ours: String) -> RuleGroup {
        RuleGroup(
            name: "mcp-requests",
            recordings: [
                RecordingRule(
                    createdRate, "New sessions per second.",
                    """
                    sum by (cluster, job) (
                      max by (cluster, job, node_id) (rate(mcp_registry_sessions_created_total[5m]))
                    )
                    """)
            ],
            alerts: [misrouted, stuck, unknown, cleanedRequested(ours), storm])
    }

    private static let misrouted = AlertingRule(
        "McpRequestsMisrouted", .critical, wait: "5m",
        why: """
            30 in 5 minutes are more than single clients cause. Owners that died or restarted in these 5 minutes are \
            left out: requests that reached other nodes meanwhile belong to a deploy, which is over before the wait \
            ends. It is silent while a node drains or left within 5 minutes, as in a roll-out, but not for more than \
            48 minutes of two hours: nodes that come and go all the time must not hide it.
            """,
        expression: """
            sum by (cluster, job) (
              sum by (cluster, job, owner_node_id) (rate(mcp_sessiond_misroute_pairs_total{reason="misrouted"}[5m]))
              unless on (cluster, job, owner_node_id)
              label_replace(
                \(nodeUp) == 0
                or
                max by (cluster, job, node_id) (increase(mcp_registry_node_restarts_total[5m])) > 0,
                "owner_node_id", "$1", "node_id", "(.*)"
              )
            ) > 0.1
            unless on (cluster, job)
            (
              \(nodesLeaving) == 1
              unless
              (avg_over_time(\(nodesLeaving)[2h]) > 0.4 and present_over_time(\(nodesLeaving)[1h] offset 1h))
            )
            """,
        summary: "Requests at {{ $labels.job }} reach nodes that do not hold their session",
        description: """
            {{ printf "%.2f" $value }} requests a second at \(place) (limit 0.1) reached a living node other than the \
            living owner of their session, for 5 minutes. Each was refused: stickiness is broken.
            """)

    private static let stuck = AlertingRule(
        "McpClientsStuck", .critical, wait: "10m",
        why:
            """
            One client in a loop is at fault itself, 10 are not. After a deploy a client recovers within seconds, not \
            10 minutes.
            """,
        expression: #"sum by (cluster, job) (mcp_sessiond_affected_sessions{kind="stuck"}) >= 10"#,
        summary: "{{ printf \"%.0f\" $value }} clients of {{ $labels.job }} are stuck",
        description: """
            {{ printf "%.0f" $value }} sessions at \(place) (limit 10) had three or more refused requests over at \
            least a minute, for 10 minutes: their clients repeat the request and do not start a new session.
            """)

    private static let unknown = AlertingRule(
        "McpUnknownSessionRequests", .warning, wait: "10m",
        why:
            "60 in 10 minutes are more than a scanner sends. Requests for expired and closed sessions are normal.",
        expression: """
            sum by (cluster, job) (
              rate(\(unknownRequests){reason=~"never_seen|vanished|evicted"}[5m])
            ) > 0.1
            """,
        summary: "Clients of {{ $labels.job }} name sessions that the registry lost or never had",
        description: """
            {{ printf "%.2f" $value }} requests a second at \(place) (limit 0.1) named a session that was never seen, \
            vanished or was evicted, for 10 minutes. Nodes do not register their sessions here, or Redis loses keys.
            """)

    /// The alert on a request for a removed session. The series of a new node may begin above 0; that value counts as
    /// an increase if the instance was up before, or has started since.
    private static func cleanedRequested(_ ours: String) -> AlertingRule {
        AlertingRule(
            "McpCleanedSessionRequested", .critical, wait: nil,
            why: "Cleanup removed a session in use. The next run may remove more, so there is no wait.",
            expression: """
                sum by (cluster, job) (
                  (
                    \(unknownRequests){reason="cleaned"}
                    unless
                    \(unknownRequests){reason="cleaned"} offset 15m
                    and on (cluster, job, instance)
                    (
                      up{\(ours)} offset 15m == 1
                      or
                      time() - process_start_time_seconds{\(ours)} < 900
                    )
                  )
                  or
                  increase(\(unknownRequests){reason="cleaned"}[15m])
                ) > 0
                """,
            summary: "A client of {{ $labels.job }} asked for a session that cleanup removed",
            description: """
                {{ printf "%.0f" $value }} requests at \(place) within 15 minutes (limit 0) named a session that \
                cleanup had removed. Suspend cleanup first: mcp-sessiond cleanup suspend.
                """)
    }

    private static let storm = AlertingRule(
        "McpReconnectionStorm", .info, wait: "2m",
        why:
            """
            Five times the mean of six hours, and 150 in 5 minutes: this is what a deploy or a node's death looks \
            like. Nothing need be done.
            """,
        dashboard: .deploys,
        expression: """
            \(createdRate)
              > 5 * avg_over_time(\(createdRate)[6h] offset 10m)
            and
            \(createdRate) > 0.5
            """,
        summary: "Far more sessions begin at {{ $labels.job }} than usual",
        description: """
            {{ printf "%.2f" $value }} sessions a second begin at \(place), more than 5 times the mean of the last 6 \
            hours and more than 0.5, for 2 minutes: clients come back after a deploy, a node's death or an outage.
            """)
}
