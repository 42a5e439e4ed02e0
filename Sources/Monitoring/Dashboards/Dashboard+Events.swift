extension Dashboard {
    /// What comes in from logs, streams and pushes.
    static let events = Row(
        "Events",
        Panel(
            "Lines read",
            "Lines by source. None where there were some: the log moved, or is not written any more.",
            .lines, unit: .perSecond, alert: "McpLogReadingBehind",
            Target(PromQL.sum("mcp_sessiond_log_lines_total", .rate, by: "source"), "{{source}}")),
        Panel(
            "Events by kind",
            "What the lines say, before the registry judges it. `held` and `created` are good news.",
            .stacked, unit: .perSecond,
            Target(PromQL.sum("mcp_sessiond_log_events_total", .rate, by: "kind"), "{{kind}}")),
        Panel(
            "Time from line to judgement",
            """
            From the time stamped on an event to its verdict. Above a minute: reading is behind, or the nodes' clocks \
            are off.
            """,
            .lines, unit: .seconds, thresholds: .high(yellow: 10, red: 60), alert: "McpEventLagHigh",
            Target(PromQL.quantile(0.5, of: "mcp_sessiond_event_lag_seconds"), "median"),
            Target(PromQL.quantile(0.9, of: "mcp_sessiond_event_lag_seconds"), "90 %")),
        Panel(
            "Rejected, by reason",
            "Lines that begin like events and cannot be taken: `mcp-sessiond events test FILE` shows which.", .bars,
            unit: .perSecond, alert: "McpEventLinesRejected",
            Target(
                PromQL.sum("mcp_sessiond_log_events_rejected_total", .rate, by: "source", "reason"),
                "{{source}}: {{reason}}")),
        Panel(
            "Lost, by reason",
            "Events dropped before they were counted. Red: the numbers of refused requests are too low.", .bars,
            unit: .short, thresholds: .high(red: 1), decimals: 0, alert: "McpEventsLost",
            Target(
                PromQL.sum("mcp_sessiond_events_dropped_total", .increase("$__rate_interval"), by: "reason"),
                "{{reason}}")),
        Panel(
            "Waiting to be judged",
            "How full the queue is. At 1 files are read no further, and pushes are answered 503.",
            .lines, unit: .share, thresholds: .high(yellow: 0.5, red: 0.9), maximum: 1, alert: "McpEventLagHigh",
            Target(
                "max by (instance) (\(PromQL.select("mcp_sessiond_queue_length")) / "
                    + "\(PromQL.select("mcp_sessiond_queue_capacity")))", "{{instance}}")),
        Panel(
            "Log bytes not read yet",
            "Size of the followed files less what was read of them. Growing: reading is behind.",
            .lines, unit: .bytes, size: .half, alert: "McpLogReadingBehind",
            Target(
                "sum by (instance) (\(PromQL.select("mcp_sessiond_log_size_bytes")) - "
                    + "\(PromQL.select("mcp_sessiond_log_offset_bytes")))", "{{instance}}")),
        Panel(
            "Time since the newest event", "By source. It grows where nothing happens, and where a source ran dry.",
            .lines, unit: .seconds, size: .half,
            Target(
                "time() - max by (source) (\(PromQL.select("mcp_sessiond_log_last_event_timestamp_seconds")) > 0)",
                "{{source}}", absence: "no event yet")))
}
