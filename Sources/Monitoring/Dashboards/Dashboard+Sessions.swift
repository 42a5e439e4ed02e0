extension Dashboard {
    /// The dashboard for whoever is on call: is anything wrong for clients now, on which node, and why.
    static let sessions = Dashboard(
        uid: "mcp-sessions", title: "MCP sessions",
        description: """
            For whoever is on call: sessions, nodes, refused requests and cleanup, from the registry in Redis.
            """,
        from: "now-6h", rows: [glance, sessionsRow, errors, nodes, orphans, cleanup])

    private static let glance = Row(
        "At a glance",
        Panel(
            "Sessions",
            "Registered sessions of all nodes. No view: no instance has a fresh one, see View age.",
            .stat, unit: .short, size: .eighth, noValue: "no view", Target(PromQL.seen(.sessions), "sessions")),
        Panel(
            "Orphans",
            """
            Sessions whose owner is gone for ever. A client that comes back gets one 404 and starts a new session. They are no \
            outage: cleanup removes them after the grace. Yellow: there are some; see the row Orphans.
            """,
            .stat, unit: .short, thresholds: .high(yellow: 1), size: .eighth, noValue: "no view",
            alert: "McpOrphansPilingUp", Target(PromQL.seen(.sessions, where: #"state="orphaned""#), "orphans")),
        Panel(
            "Nodes up",
            "Nodes with a heartbeat, draining ones included. Red: there is none; check the nodes and their heartbeats.",
            .stat, unit: .none, thresholds: .low(green: 1), size: .eighth, decimals: 0, noValue: "no view",
            alert: "McpAllNodesDown", Target(PromQL.seen(.nodeUp), "up")),
        Panel(
            "Down with sessions",
            """
            Nodes that are dead and still have registered sessions. Nodes that are gone, as after a deploy, do not \
            count. Yellow: see the row Nodes.
            """,
            .stat, unit: .none, thresholds: .high(yellow: 1), size: .eighth, decimals: 0, noValue: "no view",
            alert: "McpNodeDownWithSessions", Target(downWithSessions, "down")),
        Panel(
            "Misrouted",
            """
            Requests that reached a living node other than the owner. Stickiness is broken, and each request is a 404 \
            for a living session. Red: see the matrix and the causes in the row Errors.
            """,
            .stat, unit: .requestsPerSecond, thresholds: .high(yellow: 0.01, red: 0.1), size: .eighth, decimals: 2,
            alert: "McpRequestsMisrouted",
            Target(PromQL.sum("mcp_sessiond_misroutes_total", .rate, where: #"reason="misrouted""#), "misrouted")),
        Panel(
            "Stuck clients",
            """
            Sessions with three or more refused requests over at least a minute. Their clients repeat a 404 and do not \
            start a new session. Red: `mcp-sessiond misroutes` names them.
            """,
            .stat, unit: .none, thresholds: .high(yellow: 1, red: 10), size: .eighth, decimals: 0,
            alert: "McpClientsStuck",
            Target(PromQL.sum("mcp_sessiond_affected_sessions", where: #"kind="stuck""#), "stuck")),
        Panel(
            "View age",
            """
            Time since any instance last had a fresh view of the registry, within 6 hours. A view is fresh for three \
            `watch.scan_every`. Red: the numbers of sessions and nodes on this page are missing; see mcp-sessiond \
            itself.
            """,
            .stat, unit: .seconds, thresholds: .high(yellow: 120, red: 300), size: .eighth, decimals: 0,
            noValue: "none in 6 h", alert: "McpRegistryViewStale",
            Target("max(time() - max_over_time(\(lastView)[6h:15s]))", "age")),
        Panel(
            "Firing alerts",
            "Our alerts of severity critical or warning that fire now. Also 0 if the rules are not loaded.",
            .stat, unit: .none, thresholds: .high(red: 1), size: .eighth, decimals: 0,
            Target("count(\(firing)) or vector(0)", "firing")),
        Panel(
            "What fires", "Our alerts that fire now. Each has a runbook in `alerts/runbooks/`.",
            .table([
                Column("severity", "Severity"), Column("alertname", "Alert"), Column("cluster", "Cluster"),
                Column("job", "Job"), Column("node_id", "Node"), Column("Value", "Series", unit: .short),
            ]), unit: .none, size: Panel.Size(width: 24, height: 5), noValue: "nothing fires",
            Target(
                "count by (severity, alertname, cluster, job, node_id) (\(firing))", "{{alertname}}",
                absence: "nothing fires")))

    /// The time of each registry's newest scrape that had a view.
    private static let lastView = PromQL.fold(
        "max", PromQL.read(PromQL.select(RegistryFamily.keysScanned.series, #"kind="session""#), .scraped),
        by: PromQL.registry)

    /// A product, so that it is 0 if nothing is wrong, and has no value if there is no view.
    private static let downWithSessions =
        "sum((\(PromQL.perRegistry(.nodeUp)) == bool 0) * on (cluster, job, node_id) (sum by (cluster, job, node_id) "
        + "(\(PromQL.perRegistry(.sessions))) > bool 0))"

    private static let firing = PromQL.firing(#"alertname=~"Mcp.+", severity=~"critical|warning""#)

    private static let sessionsRow = Row(
        "Sessions",
        Panel(
            "Sessions by state",
            """
            Owned: the owner lives. Orphaned: the owner is gone for ever. Unowned: nobody knows the owner. A sudden \
            fall is a flush, a failover to an empty replica, or evictions.
            """,
            .stacked, unit: .short, alert: "McpSessionsVanished",
            Target(PromQL.seen(.sessions, by: "state"), "{{state}}")),
        Panel(
            "Sessions by node",
            "Registered sessions by the node that owns them. `other`: above all those of nodes that are gone.",
            .stacked, unit: .short,
            Target(PromQL.named(PromQL.seen(.sessions, by: "node_id"), "node_id"), "{{node_id}}")),
        Panel(
            "Begun and ended",
            """
            Sessions that appeared, and reasons why others disappeared. Redis lost those that were `evicted` or \
            `vanished`; cleanup removed those that were `cleaned`.
            """,
            .lines, unit: .perSecond, alert: "McpSessionsVanished",
            Target(PromQL.seen(.sessionsCreated, .rate), "begun"),
            Target(PromQL.seen(.sessionsEnded, .rate, by: "reason"), "{{reason}}"),
            Target(PromQL.seen(.ownerChanges, .rate), "owner rewritten")),
        Panel(
            "Age of sessions",
            "The ages of sessions at the last full scan, if their records say when they began.", .heatmap,
            unit: .seconds, Target(PromQL.seen(.sessionAge, by: "le"), "{{le}}")),
        Panel(
            "Time to live left",
            """
            The times to live of keys at the last full scan. Most are near the full time: requests renew them. They \
            are spread evenly: nobody renews them, and sessions expire while in use.
            """,
            .heatmap, unit: .seconds, Target(PromQL.seen(.sessionTTL, by: "le"), "{{le}}")),
        Panel(
            "Keys that need a look",
            """
            Malformed: a session, or the heartbeat of a living node, that cannot be read. Without expiry: Redis keeps \
            the key for ever. Skipped: a key with the session prefix that is not a session.
            """,
            .lines, unit: .short, thresholds: .high(yellow: 1), alert: "McpMalformedKeys",
            Target(PromQL.seen(.malformedKeys, by: "kind", "reason"), "malformed {{kind}}: {{reason}}"),
            Target(PromQL.seen(.sessionsWithoutTTL), "without expiry"),
            Target(PromQL.seen(.skippedKeys, by: "reason"), "skipped: {{reason}}")))
}
