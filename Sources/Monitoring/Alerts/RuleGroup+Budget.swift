extension RuleGroup {
    private static let errors = "cluster_job:mcp_session_errors:rate5m"
    private static let sessionRequests = "cluster:mcp_session_requests:rate5m"
    private static let windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]

    private static func ratio(_ window: String) -> String { "cluster_job:mcp_session_errors:ratio_rate\(window)" }

    /// The pace at which the error budget is spent.
    static let budget = RuleGroup(
        name: "mcp-session-budget",
        recordings: [
            RecordingRule(
                sessionRequests, "Requests per second that the proxy sent to the nodes: adapt this to your proxy.",
                #"sum by (cluster) (rate(traefik_service_requests_total{service=~".*mcp.*"}[5m]))"#),
            RecordingRule(
                errors,
                """
                Refused requests per second. They do not count after a restart, from which the protocol recovers by \
                itself, nor after a node's death if a new node came for it, as in a deploy under new names.
                """,
                """
                sum by (cluster, job) (rate(mcp_sessiond_misroutes_total{reason!~"owner_restarted|owner_dead"}[5m]))
                + sum by (cluster, job) (
                  rate(mcp_sessiond_unknown_session_requests_total{reason=~"never_seen|vanished|evicted|cleaned"}[5m])
                )
                + (
                  sum by (cluster, job) (rate(mcp_sessiond_misroutes_total{reason="owner_dead"}[5m]))
                  unless
                  \(nodesDied) <= \(nodesCame)
                  or
                  0 * sum by (cluster, job) (rate(mcp_sessiond_misroutes_total{reason="owner_dead"}[5m]))
                )
                """),
        ]
            + windows.map { window in
                RecordingRule(
                    ratio(window), "Share of requests that were refused within \(window).",
                    """
                    avg_over_time(\(errors)[\(window)])
                      / on (cluster) group_left () avg_over_time(\(sessionRequests)[\(window)])
                    """)
            },
        alerts: [
            burn(
                .critical, long: "1h", short: "5m", factor: "14.4", wait: "2m",
                spent: "2 % of a month's budget in an hour"),
            burn(
                .critical, long: "6h", short: "30m", factor: "6", wait: "15m",
                spent: "5 % of a month's budget in 6 hours"),
            burn(
                .warning, long: "1d", short: "2h", factor: "3", wait: "1h", spent: "10 % of a month's budget in a day"),
            burn(
                .warning, long: "3d", short: "6h", factor: "1", wait: "3h",
                spent: "10 % of a month's budget in 3 days"),
        ])

    private static func burn(
        _ severity: Severity, long: String, short: String, factor: String, wait: String, spent: String
    ) -> AlertingRule {
        AlertingRule(
            "McpSessionErrorBudgetBurn", severity, wait: wait,
            why:
                """
                \(factor) times the pace that would last a month: \(spent). The short window ends the alert soon \
                after the fault.
                """,
            dashboard: .deploys, labels: [("window", long)],
            expression: """
                \(ratio(long)) > \(factor) * 0.001
                and
                \(ratio(short)) > \(factor) * 0.001
                """,
            summary: "Requests at {{ $labels.job }} are refused \(factor) times faster than the budget allows",
            description: """
                {{ humanizePercentage $value }} of the requests at \(place) were refused within \(long) (limit {{ \
                humanizePercentage \(limit(factor)) }}: \(factor) times 0.1 %), and more than that within \(short) \
                too: \(spent).
                """)
    }

    /// The limit as a number for a template.
    private static func limit(_ factor: String) -> String { "\((Double(factor) ?? 0) / 1000)" }
}
