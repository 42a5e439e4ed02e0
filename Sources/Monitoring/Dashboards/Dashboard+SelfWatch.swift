extension Dashboard {
    /// Whether mcp-sessiond itself is well: can the other dashboards be believed.
    static let selfWatch = Dashboard(
        uid: "mcp-sessiond-self", title: "mcp-sessiond itself",
        description: """
            For the one who runs mcp-sessiond: its replicas, how they read Redis and the logs, and what they cost.
            """,
        from: "now-6h", rows: [replicas, reading, redis, events, http, process])

    private static let replicas = Row(
        "Replicas",
        Panel(
            "Replicas up", "Replicas that Prometheus could scrape. Red: none; nothing is watched.", .stat, unit: .none,
            thresholds: .low(green: 1), size: .sixth, decimals: 0, alert: "McpSessiondDown",
            Target("sum(\(PromQL.select("up"))) or vector(0)", "up")),
        Panel(
            "Replicas down", "Replicas that Prometheus knows and could not scrape. Yellow: see their logs.", .stat,
            unit: .none, thresholds: .high(yellow: 1), size: .sixth, decimals: 0, alert: "McpSessiondInstanceDown",
            Target("sum(1 - \(PromQL.select("up")))", "down")),
        Panel(
            "Fresh pictures",
            """
            Replicas that show a fresh picture of the registry. Red: none, so all `mcp_registry_*` series are \
            withheld; see the row Redis.
            """,
            .stat, unit: .none, thresholds: .low(green: 1), size: .sixth, decimals: 0,
            alert: "McpRegistryPictureStale", Target("count(\(freshPictures)) or vector(0)", "replicas")),
        Panel(
            "Told of changes",
            "Replicas whose Redis tells them what changes. The others read everything again each `watch.scan_every`.",
            .stat, unit: .none, thresholds: .low(yellow: 0, green: 1), size: .sixth, decimals: 0,
            Target(PromQL.sum("mcp_sessiond_watch_mode", where: tracking), "replicas")),
        Panel(
            "Settings",
            "Whether all replicas' settings were right when they were last read. Red: the log names each mistake.",
            .stat, unit: .none, thresholds: .low(green: 1), size: .sixth, mappings: ValueMapping.settings,
            alert: "McpSessiondConfigInvalid",
            Target(PromQL.min("mcp_sessiond_config_last_reload_successful"), "right")),
        Panel(
            "Folded nodes",
            "How often a node was folded into `other` at the last scrapes. Yellow: raise `metrics.max_nodes`.", .stat,
            unit: .none, thresholds: .high(yellow: 1), size: .sixth, decimals: 0, alert: "McpSessiondLabelOverflow",
            Target(
                PromQL.sum("mcp_sessiond_label_overflow_total", .increase("$__rate_interval"), where: overflow),
                "nodes")),
        Panel(
            "Builds", "Which replica runs what, and since when.",
            .table([
                Column("instance", "Replica"), Column("version", "Version"), Column("revision", "Revision"),
                Column(target: 0, nil), Column(target: 1, "Up for", unit: .seconds),
            ]), unit: .none, size: PanelSize(width: 24, height: 5),
            Target(
                PromQL.max("mcp_sessiond_build_info", by: "instance", "version", "revision"),
                "{{instance}} {{version}} {{revision}}"),
            Target("time() - \(PromQL.min("process_start_time_seconds", by: "instance"))", "{{instance}}")))

    private static let tracking = #"mcp_sessiond_watch_mode="tracking""#
    private static let overflow = #"label="node_id""#

    private static let freshPictures = PromQL.max(
        RegistryFamily.keysScanned.series, where: #"kind="session""#, by: "cluster", "job", "instance")

    private static let reading = Row(
        "Reading",
        Panel(
            "How changes are learnt",
            "Green: Redis tells them. Yellow: everything is read again each time; `mcp-sessiond status` says why.",
            .stateTimeline, unit: .none, maximum: 1, mappings: ValueMapping.watching,
            Target(PromQL.sum("mcp_sessiond_watch_mode", where: tracking, by: "instance"), "{{instance}}")),
        Panel(
            "Overdue readings",
            """
            Time since the last complete reading, in intervals from one to the next. While changes are told the \
            picture is newer. Red: three were missed.
            """,
            .lines, unit: .short, thresholds: .high(yellow: 2, red: 3), decimals: 1, alert: "McpSessiondPictureStale",
            Target("max by (instance) (\(overdue))", "{{instance}}", absence: "no reading was completed yet")),
        Panel(
            "Time from reading to reading",
            "`watch.reconcile_every` while changes are told, else `watch.scan_every`.", .lines, unit: .seconds,
            Target(PromQL.max("mcp_sessiond_scan_interval_seconds", by: "instance"), "{{instance}}")),
        Panel(
            "Time of a reading",
            """
            Complete readings of the last hour, pauses included. Near the interval: raise `watch.redis_share` or the \
            interval.
            """,
            .lines, unit: .seconds, alert: "McpSessiondPictureStale",
            Target(
                PromQL.quantile(0.5, of: "mcp_sessiond_scan_duration_seconds", .increase("1h"), by: "instance"),
                "{{instance}} median", absence: "no reading in the hour"),
            Target(
                PromQL.quantile(
                    0.95, of: "mcp_sessiond_scan_duration_seconds", .increase("1h"), by: "instance"),
                "{{instance}} 95 %", absence: "no reading in the hour")),
        Panel(
            "Readings by result", "`partial`, `error`, `timeout`: Redis was slow or went away; see the row Redis.",
            .bars, unit: .short, decimals: 0, alert: "McpSessiondPictureStale",
            Target(
                PromQL.sum("mcp_sessiond_scans_total", .increase("$__rate_interval"), by: "result"),
                "{{result}}")),
        Panel(
            "Read again, by reason",
            """
            How often everything was read again since changes may have been missed. Again and again: the connection is \
            not stable, or Redis closes it (`overflow`).
            """,
            .bars, unit: .short, decimals: 0, alert: "McpSessiondResyncing",
            Target(
                PromQL.sum("mcp_sessiond_tracking_resyncs_total", .increase("$__rate_interval"), by: "reason"),
                "{{reason}}")),
        Panel(
            "How late changes are told",
            "Round trip of a canary that is written to see it told. 0 where none may be written.", .lines,
            unit: .seconds, thresholds: .high(yellow: 1, red: 5), alert: "McpSessiondResyncing",
            Target(PromQL.max("mcp_sessiond_tracking_lag_seconds", by: "instance"), "{{instance}}")),
        Panel(
            "Changes told", "Keys told to have changed, heartbeats and canaries among them.", .lines, unit: .perSecond,
            Target(PromQL.sum("mcp_sessiond_tracking_invalidations_total", .rate, by: "instance"), "{{instance}}")
        ),
        Panel(
            "Drift",
            "Sessions that a reading found to differ from what changes had told. Above 0: something was missed.",
            .bars, unit: .short, thresholds: .high(yellow: 1), decimals: 0, alert: "McpSessiondResyncing",
            Target(
                PromQL.sum("mcp_sessiond_tracking_drift_total", .increase("$__rate_interval"), by: "instance"),
                "{{instance}}")))

    /// Each replica against its own interval.
    private static let overdue =
        "(time() - (\(PromQL.select("mcp_sessiond_scan_last_success_timestamp_seconds")) > 0)) / "
        + PromQL.select("mcp_sessiond_scan_interval_seconds")
}
