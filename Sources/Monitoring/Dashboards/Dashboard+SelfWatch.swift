extension Dashboard {
    /// The dashboard about mcp-sessiond itself, which shows whether the other dashboards can be trusted.
    static let selfWatch = Dashboard(
        uid: "mcp-sessiond-self", title: "mcp-sessiond itself",
        description: """
            For whoever runs mcp-sessiond: its instances, how they read Redis and the logs, and what they cost.
            """,
        from: "now-6h", rows: [instances, scans, redis, events, http, process])

    private static let instances = Row(
        "Instances",
        Panel(
            "Instances up", "Instances that Prometheus could scrape. Red: there is none, so nothing is watched.", .stat,
            unit: .none,
            thresholds: .low(green: 1), size: .sixth, decimals: 0, alert: "McpSessiondDown",
            Target("sum(\(PromQL.select("up"))) or vector(0)", "up")),
        Panel(
            "Instances down", "Known instances that Prometheus could not scrape. Yellow: see their logs.", .stat,
            unit: .none, thresholds: .high(yellow: 1), size: .sixth, decimals: 0, alert: "McpSessiondInstanceDown",
            Target("sum(1 - \(PromQL.select("up")))", "down")),
        Panel(
            "Fresh views",
            """
            Instances with a fresh view of the registry. Red: there is none, so all `mcp_registry_*` series are \
            withheld; see the row Redis.
            """,
            .stat, unit: .none, thresholds: .low(green: 1), size: .sixth, decimals: 0,
            alert: "McpRegistryViewStale", Target("count(\(freshViews)) or vector(0)", "instances")),
        Panel(
            "Live updates",
            "Instances that Redis tells of changes. The others do a full scan every `watch.scan_every`.",
            .stat, unit: .none, thresholds: .low(yellow: 0, green: 1), size: .sixth, decimals: 0,
            Target(PromQL.sum("mcp_sessiond_watch_mode", where: tracking), "instances")),
        Panel(
            "Settings",
            "Whether the settings of all instances were right when last read. Red: the log names each mistake.",
            .stat, unit: .none, thresholds: .low(green: 1), size: .sixth, mappings: ValueMapping.settings,
            alert: "McpSessiondConfigInvalid",
            Target(PromQL.min("mcp_sessiond_config_last_reload_successful"), "right")),
        Panel(
            "Folded nodes",
            "How often the last scrapes folded a node into `other`. Yellow: raise `metrics.max_nodes`.", .stat,
            unit: .none, thresholds: .high(yellow: 1), size: .sixth, decimals: 0, alert: "McpSessiondLabelOverflow",
            Target(
                PromQL.sum("mcp_sessiond_label_overflow_total", .increase("$__rate_interval"), where: overflow),
                "nodes")),
        Panel(
            "Builds", "The version of each instance, and its uptime.",
            .table([
                Column("instance", "Instance"), Column("version", "Version"), Column("revision", "Revision"),
                Column(target: 0, nil), Column(target: 1, "Up for", unit: .seconds),
            ]), unit: .none, size: Panel.Size(width: 24, height: 5),
            Target(
                PromQL.max("mcp_sessiond_build_info", by: "instance", "version", "revision"),
                "{{instance}} {{version}} {{revision}}"),
            Target("time() - \(PromQL.min("process_start_time_seconds", by: "instance"))", "{{instance}}")))

    private static let tracking = #"mcp_sessiond_watch_mode="tracking""#
    private static let overflow = #"label="node_id""#

    private static let freshViews = PromQL.max(
        RegistryFamily.keysScanned.series, where: #"kind="session""#, by: "cluster", "job", "instance")

    private static let scans = Row(
        "Scans",
        Panel(
            "Source of changes",
            "Green: Redis tells of changes. Yellow: only full scans find them; `mcp-sessiond status` says why.",
            .stateTimeline, unit: .none, maximum: 1, mappings: ValueMapping.watching,
            Target(PromQL.sum("mcp_sessiond_watch_mode", where: tracking, by: "instance"), "{{instance}}")),
        Panel(
            "Overdue full scans",
            """
            Time since the last full scan, in intervals between two. While Redis tells of changes, the view is newer. \
            Red: three were missed.
            """,
            .lines, unit: .short, thresholds: .high(yellow: 2, red: 3), decimals: 1, alert: "McpSessiondViewStale",
            Target("max by (instance) (\(overdue))", "{{instance}}", absence: "no full scan was completed yet")),
        Panel(
            "Interval of full scans",
            "`watch.reconcile_every` while Redis tells of changes, else `watch.scan_every`.", .lines, unit: .seconds,
            Target(PromQL.max("mcp_sessiond_scan_interval_seconds", by: "instance"), "{{instance}}")),
        Panel(
            "Time of a full scan",
            """
            Full scans of the last hour, pauses included. Near the interval: raise `watch.redis_share` or the interval.
            """,
            .lines, unit: .seconds, alert: "McpSessiondViewStale",
            Target(
                PromQL.quantile(0.5, of: "mcp_sessiond_scan_duration_seconds", .increase("1h"), by: "instance"),
                "{{instance}} median", absence: "no full scan in the hour"),
            Target(
                PromQL.quantile(
                    0.95, of: "mcp_sessiond_scan_duration_seconds", .increase("1h"), by: "instance"),
                "{{instance}} 95 %", absence: "no full scan in the hour")),
        Panel(
            "Full scans by result", "`partial`, `error`, `timeout`: Redis was slow or went away; see the row Redis.",
            .bars, unit: .short, decimals: 0, alert: "McpSessiondViewStale",
            Target(
                PromQL.sum("mcp_sessiond_scans_total", .increase("$__rate_interval"), by: "result"),
                "{{result}}")),
        Panel(
            "Full scans after a gap, by reason",
            """
            Full scans that were needed because changes may have been missed. If they repeat, the connection is not \
            stable, or Redis closes it (`overflow`).
            """,
            .bars, unit: .short, decimals: 0, alert: "McpSessiondResyncing",
            Target(
                PromQL.sum("mcp_sessiond_tracking_resyncs_total", .increase("$__rate_interval"), by: "reason"),
                "{{reason}}")),
        Panel(
            "Delay of change notifications",
            "The time until Redis reports a canary's write. 0 if no canary may be written.", .lines,
            unit: .seconds, thresholds: .high(yellow: 1, red: 5), alert: "McpSessiondResyncing",
            Target(PromQL.max("mcp_sessiond_tracking_lag_seconds", by: "instance"), "{{instance}}")),
        Panel(
            "Change notifications", "Changed keys that Redis reported, heartbeats and canaries included.", .lines,
            unit: .perSecond,
            Target(PromQL.sum("mcp_sessiond_tracking_invalidations_total", .rate, by: "instance"), "{{instance}}")
        ),
        Panel(
            "Drift",
            "Sessions for which a full scan found a change that was not reported. Above 0: changes were missed.",
            .bars, unit: .short, thresholds: .high(yellow: 1), decimals: 0, alert: "McpSessiondResyncing",
            Target(
                PromQL.sum("mcp_sessiond_tracking_drift_total", .increase("$__rate_interval"), by: "instance"),
                "{{instance}}")))

    /// The time since an instance's last full scan, in its own intervals.
    private static let overdue =
        "(time() - (\(PromQL.select("mcp_sessiond_scan_last_success_timestamp_seconds")) > 0)) / "
        + PromQL.select("mcp_sessiond_scan_interval_seconds")
}
