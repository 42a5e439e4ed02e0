extension RuleGroup {
    /// The rules about mcp-sessiond itself.
    static func daemon(_ ours: String) -> RuleGroup {
        RuleGroup(
            name: "mcp-sessiond", recordings: [],
            alerts: [
                down(ours), instanceDown(ours), viewStale, clockSkew, resyncing, configInvalid, labelOverflow,
            ])
    }

    private static func down(_ ours: String) -> AlertingRule {
        AlertingRule(
            "McpSessiondDown", .critical, wait: "5m",
            why:
                """
                It pages though no request fails, since all other alerts are blind. 5 minutes are longer than a \
                restart and its first full scan.
                """,
            dashboard: .selfWatch,
            expression: """
                max by (cluster, job) (up{\(ours)}) == 0
                or
                absent(up{\(ours)})
                """,
            summary: "No instance of mcp-sessiond is up",
            description: """
                Prometheus could scrape 0 instances of {{ with $labels.job }}{{ . }}{{ else }}mcp-sessiond{{ end }}{{ \
                with $labels.cluster }} ({{ . }}){{ end }} for 5 minutes; at least 1 is needed. Clients are not \
                affected, but nobody watches their sessions, and every other alert of mcp-sessiond is silent.
                """)
    }

    private static func instanceDown(_ ours: String) -> AlertingRule {
        AlertingRule(
            "McpSessiondInstanceDown", .warning, wait: "10m",
            why: "Other instances keep watching, so it waits longer than a roll-out of the daemon takes.",
            dashboard: .selfWatch,
            expression: """
                up{\(ours)} == 0
                and on (cluster, job)
                max by (cluster, job) (up{\(ours)}) == 1
                """,
            summary: "Instance {{ $labels.instance }} of mcp-sessiond is down",
            description: """
                Prometheus could not scrape {{ $labels.instance }} of \(place) for 10 minutes, while others answer. \
                Those keep watching; the logs that only this one reads are not counted.
                """)
    }

    private static let viewStale = AlertingRule(
        "McpSessiondViewStale", .warning, wait: "10m",
        why:
            """
            Another instance has a view, so there is time; 10 minutes are longer than the first full scan of a million \
            sessions.
            """,
        dashboard: .selfWatch,
        expression: """
            time() - mcp_sessiond_scan_last_success_timestamp_seconds
            unless on (cluster, job, instance)
            mcp_registry_keys_scanned
            and on (cluster, job)
            mcp_registry_keys_scanned
            """,
        summary: "{{ $labels.instance }} has no fresh view of the registry, others have",
        description: """
            {{ $labels.instance }} of \(place) withholds the registry's metrics, while another instance shows them. \
            Its last full scan: {{ if gt $value 1e9 }}none yet{{ else }}{{ humanizeDuration $value }} ago{{ end }}; a \
            view is stale after three times watch.scan_every.
            """)

    private static let clockSkew = AlertingRule(
        "McpSessiondClockSkew", .warning, wait: "10m",
        why: "From 5 s on ages are visibly wrong; cleanup stops at 30 s. NTP corrects a step within 10 minutes.",
        dashboard: .selfWatch,
        expression: "abs(mcp_sessiond_clock_skew_seconds) > 5",
        summary: "The clock of {{ $labels.instance }} is wrong",
        description: """
            The clocks of {{ $labels.instance }} of \(place) and of Redis differ by {{ humanizeDuration $value }}, \
            more than 5s, for 10 minutes. Times and ages are wrong by as much; beyond 30s cleanup stops.
            """)

    private static let resyncing = AlertingRule(
        "McpSessiondResyncing", .warning, wait: "1h",
        why:
            """
            A failover causes a few in a burst, which leave the 30 minutes before the hour ends; a bad link causes \
            more and more.
            """,
        dashboard: .selfWatch,
        expression: """
            round(
              sum by (cluster, job, instance) (increase(mcp_sessiond_tracking_resyncs_total{reason!="flush"}[30m]))
            ) >= 3
            """,
        summary: "{{ $labels.instance }} starts one full scan after another",
        description: """
            {{ $labels.instance }} of \(place) started a full scan {{ printf "%.0f" $value }} times in 30 minutes \
            (limit 3), for an hour, since it may have missed changes. Its view is old meanwhile, and the scans load \
            Redis.
            """)

    private static let configInvalid = AlertingRule(
        "McpSessiondConfigInvalid", .warning, wait: "5m",
        why:
            """
            The daemon keeps its old settings, and would not start with the new ones; 5 minutes leave time to correct \
            a slip.
            """,
        dashboard: .selfWatch,
        expression: "mcp_sessiond_config_last_reload_successful == 0",
        summary: "The settings of {{ $labels.instance }} have a mistake",
        description: """
            {{ $labels.instance }} of \(place) read settings with a mistake (last reload successful: {{ $value }}, \
            must be 1) and keeps the old ones. It would not start with the new ones.
            """)

    private static let labelOverflow = AlertingRule(
        "McpSessiondLabelOverflow", .info, wait: "15m",
        why:
            """
            Any folded node is worth a word, though only its name is lost. 15 minutes pass over nodes that come and \
            go.
            """,
        dashboard: .selfWatch,
        expression: #"sum by (cluster, job) (increase(mcp_sessiond_label_overflow_total{label="node_id"}[1h])) > 0"#,
        summary: "More nodes than metrics.max_nodes at {{ $labels.job }}",
        description: """
            \(place) folded nodes into node_id="other" {{ printf "%.0f" $value }} times within an hour (limit 0, \
            counted at each scrape): there are more than metrics.max_nodes. Alerts on single nodes do not see those.
            """)
}
