extension RuleGroup {
    private static let unread = "cluster_job_instance:mcp_sessiond_log_unread_bytes:sum"

    /// The rules about events: whether all are counted, and in time.
    static let events = RuleGroup(
        name: "mcp-events",
        recordings: [
            RecordingRule(
                unread, "Bytes of the followed log files that are not read yet.",
                "sum by (cluster, job, instance) (mcp_sessiond_log_size_bytes - mcp_sessiond_log_offset_bytes)")
        ],
        alerts: [lost, rejected, lag, behind])

    private static let lost = AlertingRule(
        "McpEventsLost", .warning, wait: nil,
        why: "Each lost event makes the counts of refused requests too low. It has happened, so there is no wait.",
        dashboard: .selfWatch,
        expression: "sum by (cluster, job, reason) (increase(mcp_sessiond_events_dropped_total[15m])) > 0",
        summary: "Events at {{ $labels.job }} are lost ({{ $labels.reason }})",
        description: """
            \(place) dropped {{ printf "%.0f" $value }} events within 15 minutes (limit 0) before they were counted: \
            {{ $labels.reason }}. Numbers of refused requests are too low.
            """)

    private static let rejected = AlertingRule(
        "McpEventLinesRejected", .warning, wait: "15m",
        why:
            """
            A hundredth of all lines, and more than 20 in 15 minutes, means that a format changed; torn lines are \
            rarer.
            """,
        dashboard: .selfWatch,
        expression: """
            sum by (cluster, job, source) (increase(mcp_sessiond_log_events_rejected_total[15m]))
              / sum by (cluster, job, source) (increase(mcp_sessiond_log_lines_total[15m]))
              > 0.01
            and
            sum by (cluster, job, source) (increase(mcp_sessiond_log_events_rejected_total[15m])) > 20
            """,
        summary: "Log lines at {{ $labels.job }} are rejected",
        description: """
            {{ humanizePercentage $value }} of the lines from the source {{ $labels.source }} at \(place) (limit 1 %, \
            and more than 20 in 15 minutes) begin like events and are malformed. They are not counted.
            """)

    private static let lag = AlertingRule(
        "McpEventLagHigh", .warning, wait: "10m",
        why: "Events wait half a minute at most in a gap. After a minute reading is behind, or clocks are wrong.",
        dashboard: .selfWatch,
        expression: """
            histogram_quantile(
              0.9, sum by (cluster, job, le) (rate(mcp_sessiond_event_lag_seconds_bucket[10m]))
            ) > 60
            """,
        summary: "Log lines at {{ $labels.job }} are judged late",
        description: """
            One event in ten at \(place) is judged more than {{ humanizeDuration $value }} after its time stamp (limit \
            1m), for 10 minutes. Other alerts on requests are late by as much.
            """)

    private static let behind = AlertingRule(
        "McpLogReadingBehind", .warning, wait: "15m",
        why: "10 MB are some 50,000 lines. Only a backlog that grows for 15 minutes counts, as a shrinking one ends.",
        dashboard: .selfWatch,
        expression: """
            \(unread) > 10e6
            and
            deriv(\(unread)[15m]) > 0
            """,
        summary: "{{ $labels.instance }} falls behind the logs it reads",
        description: """
            {{ $labels.instance }} of \(place) has not read {{ humanize1024 $value }}B of its log files (limit 10 MB), \
            and the backlog grows, for 15 minutes. Those lines are not counted yet.
            """)
}
