extension Dashboard {
    /// The events from logs, streams and pushes.
    static let events = Row(
        "Events",
        Panel(
            "Lines read",
            "Lines by source. If a source stops, its log was moved, or is no longer written.",
            .lines, unit: .perSecond, alert: "McpLogReadingBehind",
            Target(PromQL.sum("mcp_sessiond_log_lines_total", .rate, by: "source"), "{{source}}")),
        Panel(
            "Events by kind",
            "Events before the registry judges them. `held` and `created` are good news.",
            .stacked, unit: .perSecond,
            Target(PromQL.sum("mcp_sessiond_log_events_total", .rate, by: "kind"), "{{kind}}")),
        Panel(
            "Time from line to judgement",
            """
            From the time stamp of an event to its verdict. Above a minute: reading is behind, or the nodes' clocks \
            are wrong.
            """,
            .lines, unit: .seconds, thresholds: .high(yellow: 10, red: 60), alert: "McpEventLagHigh",
            Target(PromQL.quantile(0.5, of: "mcp_sessiond_event_lag_seconds"), "median"),
            Target(PromQL.quantile(0.9, of: "mcp_sessiond_event_lag_seconds"), "90 %")),
        Panel(
            "Rejected, by reason",
            "Lines that begin like events and are malformed; `mcp-sessiond events test FILE` shows which.", .bars,
            unit: .perSecond, alert: "McpEventLinesRejected",
            Target(
                PromQL.sum("mcp_sessiond_log_events_rejected_total", .rate, by: "source", "reason"),
                "{{source}}: {{reason}}")),
        Panel(
            "Lost, by reason",
            "Events that were dropped before they were counted. Red: the counts of refused requests are too low.",
            .bars,
            unit: .short, thresholds: .high(red: 1), decimals: 0, alert: "McpEventsLost",
            Target(
                PromQL.sum("mcp_sessiond_events_dropped_total", .increase("$__rate_interval"), by: "reason"),
                "{{reason}}")),
        Panel(
            "Waiting to be judged",
            "The fill level of the queue. At 1 no more lines are read from files, and pushes are answered 503.",
            .lines, unit: .share, thresholds: .high(yellow: 0.5, red: 0.9), maximum: 1, alert: "McpEventLagHigh",
            Target(
                "max by (instance) (\(PromQL.select("mcp_sessiond_queue_length")) / "
                    + "\(PromQL.select("mcp_sessiond_queue_capacity")))", "{{instance}}")),
        Panel(
            "Waiting for proof",
            """
            Refused requests whose owner is neither proven alive nor known to be gone. It rises after a node's death, for \
            `nodes.dead_after`.
            """,
            .lines, unit: .short, decimals: 0,
            Target(PromQL.max("mcp_sessiond_verdicts_pending", by: "instance"), "{{instance}}")),
        Panel(
            "Log bytes not read yet",
            "The size of the followed files minus the bytes that were read. If it grows, reading is behind.",
            .lines, unit: .bytes, alert: "McpLogReadingBehind",
            Target(
                "sum by (instance) (\(PromQL.select("mcp_sessiond_log_size_bytes")) - "
                    + "\(PromQL.select("mcp_sessiond_log_offset_bytes")))", "{{instance}}")),
        Panel(
            "Time since the newest event", "By source. It grows while nothing happens, and if a source ran dry.",
            .lines, unit: .seconds,
            Target(
                "time() - max by (source) (\(PromQL.select("mcp_sessiond_log_last_event_timestamp_seconds")) > 0)",
                "{{source}}", absence: "no event yet")))
}
