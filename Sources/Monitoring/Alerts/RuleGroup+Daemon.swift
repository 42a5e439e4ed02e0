extension RuleGroup {
    /// Whether mcp-sessiond itself is well.
    static func daemon(_ ours: String) -> RuleGroup {
        RuleGroup(
            name: "mcp-sessiond", recordings: [],
            alerts: [
                down(ours), instanceDown(ours), pictureStale, clockSkew, resyncing, configInvalid, labelOverflow,
            ])
    }

    private static func down(_ ours: String) -> AlertingRule {
        AlertingRule(
            "McpSessiondDown", .critical, wait: "5m",
            why:
                """
                Pages though no request fails: all else here is blind. 5 minutes outlast a restart and its first \
                reading.
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
                touched by this, but nobody watches their sessions, and every other alert of mcp-sessiond is silent.
                """)
    }

    private static func instanceDown(_ ours: String) -> AlertingRule {
        AlertingRule(
            "McpSessiondInstanceDown", .warning, wait: "10m",
            why: "Another instance goes on, so this waits longer than a roll-out of the daemon takes.",
            dashboard: .selfWatch,
            expression: """
                up{\(ours)} == 0
                and on (cluster, job)
                max by (cluster, job) (up{\(ours)}) == 1
                """,
            summary: "Instance {{ $labels.instance }} of mcp-sessiond is down",
            description: """
                Prometheus could not scrape {{ $labels.instance }} of \(place) for 10 minutes, while others answer. \
                Those go on watching; the logs that only this one reads are not counted.
                """)
    }

    private static let pictureStale = AlertingRule(
        "McpSessiondPictureStale", .warning, wait: "10m",
        why:
            """
            Another replica's picture is right, so there is time; 10 minutes outlast a first reading of a million \
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
        summary: "{{ $labels.instance }} has no fresh picture of the registry, others have",
        description: """
            {{ $labels.instance }} of \(place) withholds the registry's metrics, while another replica shows them. Its \
            last complete reading: {{ if gt $value 1e9 }}none yet{{ else }}{{ humanizeDuration $value }} ago{{ end }}; \
            a picture is stale after three times watch.scan_every.
            """)

    private static let clockSkew = AlertingRule(
        "McpSessiondClockSkew", .warning, wait: "10m",
        why: "5 s is where ages are visibly off; cleanup stops at 30 s. NTP mends a step within 10 minutes.",
        dashboard: .selfWatch,
        expression: "abs(mcp_sessiond_clock_skew_seconds) > 5",
        summary: "The clock of {{ $labels.instance }} is off",
        description: """
            The clocks of {{ $labels.instance }} of \(place) and of Redis differ by {{ humanizeDuration $value }}, \
            more than 5s, for 10 minutes. Times and ages are off by so much; beyond 30s cleanup stands still.
            """)

    private static let resyncing = AlertingRule(
        "McpSessiondResyncing", .warning, wait: "1h",
        why:
            """
            A failover leads to a few in a burst, gone from 30 minutes' sight before the hour ends; a bad link \
            goes on.
            """,
        dashboard: .selfWatch,
        expression: """
            round(
              sum by (cluster, job, instance) (increase(mcp_sessiond_tracking_resyncs_total{reason!="flush"}[30m]))
            ) >= 3
            """,
        summary: "{{ $labels.instance }} reads everything again and again",
        description: """
            {{ $labels.instance }} of \(place) read the whole registry anew {{ printf "%.0f" $value }} times in 30 \
            minutes (limit 3), for an hour, since changes may have been missed. Its picture is old at those times, and \
            Redis has the work.
            """)

    private static let configInvalid = AlertingRule(
        "McpSessiondConfigInvalid", .warning, wait: "5m",
        why:
            """
            The daemon goes on with the settings it has and would not start again; 5 minutes leave time to correct \
            a slip.
            """,
        dashboard: .selfWatch,
        expression: "mcp_sessiond_config_last_reload_successful == 0",
        summary: "The settings of {{ $labels.instance }} have a mistake",
        description: """
            {{ $labels.instance }} of \(place) read settings with a mistake (last reload successful: {{ $value }}, \
            must be 1) and goes on with those before. It would not start with the new ones.
            """)

    private static let labelOverflow = AlertingRule(
        "McpSessiondLabelOverflow", .info, wait: "15m",
        why:
            """
            Any folded node is worth a word; nothing is lost but its name. 15 minutes pass over nodes that come \
            and go.
            """,
        dashboard: .selfWatch,
        expression: #"sum by (cluster, job) (increase(mcp_sessiond_label_overflow_total{label="node_id"}[1h])) > 0"#,
        summary: "More nodes than metrics.max_nodes at {{ $labels.job }}",
        description: """
            \(place) folded nodes into node_id="other" {{ printf "%.0f" $value }} times within an hour (limit 0, \
            counted at each scrape): there are more than metrics.max_nodes. Alerts of single nodes do not see those.
            """)
}
