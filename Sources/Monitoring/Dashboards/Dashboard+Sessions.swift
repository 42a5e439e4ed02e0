extension Dashboard {
    /// What a page opens: is anything wrong for clients now, on which node, and why.
    static let sessions = Dashboard(
        uid: "mcp-sessions", title: "MCP sessions",
        description: """
            For whoever is on call: sessions, nodes, refused requests and cleanup, as the registry in Redis has them.
            """,
        from: "now-6h", rows: [glance, sessionsRow, errors, nodes, orphans, cleanup])

    private static let glance = Row(
        "At a glance",
        Panel(
            "Sessions",
            "Registered sessions of all nodes. No picture: no replica has a fresh one, see Picture age.",
            .stat, unit: .short, size: .eighth, noValue: "no picture", Target(PromQL.seen(.sessions), "sessions")),
        Panel(
            "Orphans",
            """
            Sessions whose owner is gone for ever. A client that comes back gets one 404 and begins anew. Debris, not \
            an outage: cleanup removes it after its grace. Yellow: there is some; see the row Orphans.
            """,
            .stat, unit: .short, thresholds: .high(yellow: 1), size: .eighth, noValue: "no picture",
            alert: "McpOrphansPilingUp", Target(PromQL.seen(.sessions, where: #"state="orphaned""#), "orphans")),
        Panel(
            "Nodes up",
            "Nodes that beat, draining ones too. Red: none does; look at the nodes, and at their heartbeats.",
            .stat, unit: .none, thresholds: .low(green: 1), size: .eighth, decimals: 0, noValue: "no picture",
            alert: "McpAllNodesDown", Target(PromQL.seen(.nodeUp), "up")),
        Panel(
            "Down with sessions",
            """
            Nodes that are down and still have sessions registered. After a deploy with new names they stay until \
            cleanup has been there. Yellow: if nobody deployed, see the row Nodes.
            """,
            .stat, unit: .none, thresholds: .high(yellow: 1), size: .eighth, decimals: 0, noValue: "no picture",
            alert: "McpNodeDownWithSessions", Target(downWithSessions, "down")),
        Panel(
            "Misrouted",
            """
            Requests that reached a living node other than the owner: stickiness is broken, and each is a 404 for a \
            session that lives. Red: see the matrix and the causes in the row Errors.
            """,
            .stat, unit: .requestsPerSecond, thresholds: .high(yellow: 0.01, red: 0.1), size: .eighth, decimals: 2,
            alert: "McpRequestsMisrouted",
            Target(PromQL.sum("mcp_sessiond_misroutes_total", .rate, where: #"reason="misrouted""#), "misrouted")),
        Panel(
            "Stuck clients",
            """
            Sessions with three refused requests or more over at least a minute: a client that repeats a 404 and does \
            not begin anew. Red: `mcp-sessiond misroutes` names them.
            """,
            .stat, unit: .none, thresholds: .high(yellow: 1, red: 10), size: .eighth, decimals: 0,
            alert: "McpClientsStuck",
            Target(PromQL.sum("mcp_sessiond_affected_sessions", where: #"kind="stuck""#), "stuck")),
        Panel(
            "Picture age",
            """
            Time since some replica last showed a fresh picture of the registry, within 6 hours. A picture counts as \
            fresh for three `watch.scan_every`. Red: what this page says of sessions and nodes is missing; see \
            mcp-sessiond itself.
            """,
            .stat, unit: .seconds, thresholds: .high(yellow: 120, red: 300), size: .eighth, decimals: 0,
            noValue: "none in 6 h", alert: "McpRegistryPictureStale",
            Target("max(time() - max_over_time(\(lastPicture)[6h:15s]))", "age")),
        Panel(
            "Firing alerts",
            "Our alerts of severity critical and warning that fire now; 0 also where the rules are not loaded.",
            .stat, unit: .none, thresholds: .high(red: 1), size: .eighth, decimals: 0,
            Target("count(\(firing)) or vector(0)", "firing")),
        Panel(
            "What fires", "Our alerts that fire now. Each has a runbook in `alerts/runbooks/`.",
            .table([
                Column("severity", "Severity"), Column("alertname", "Alert"), Column("cluster", "Cluster"),
                Column("job", "Job"), Column("node_id", "Node"), Column("Value", "Series", unit: .short),
            ]), unit: .none, size: PanelSize(width: 24, height: 5), noValue: "nothing fires",
            Target(
                "count by (severity, alertname, cluster, job, node_id) (\(firing))", "{{alertname}}",
                absence: "nothing fires")))

    /// The newest scrape of each registry that held a picture.
    private static let lastPicture = PromQL.fold(
        "max", PromQL.read(PromQL.select(RegistryFamily.keysScanned.series, #"kind="session""#), .scraped),
        by: PromQL.registry)

    /// A product, so that it is 0 where nothing is wrong, and nothing where there is no picture.
    private static let downWithSessions =
        "sum((\(PromQL.perRegistry(.nodeUp)) == bool 0) * on (cluster, job, node_id) (sum by (cluster, job, node_id) "
        + "(\(PromQL.perRegistry(.sessions))) > bool 0))"

    private static let firing = PromQL.firing(#"alertname=~"Mcp.+", severity=~"critical|warning""#)

    private static let sessionsRow = Row(
        "Sessions",
        Panel(
            "Sessions by state",
            """
            Owned: its owner lives. Orphaned: the owner is gone for ever. Unowned: registered, owner not known. A \
            sudden fall is a flush, a failover to an empty replica, or evictions.
            """,
            .stacked, unit: .short, alert: "McpSessionsVanished",
            Target(PromQL.seen(.sessions, by: "state"), "{{state}}")),
        Panel(
            "Sessions by node",
            "Registered sessions by the node that owns them, whether it lives or not.",
            .stacked, unit: .short,
            Target(PromQL.named(PromQL.seen(.sessions, by: "node_id"), "node_id"), "{{node_id}}")),
        Panel(
            "Begun and ended",
            """
            Sessions that appeared, and how others disappeared. `evicted` and `vanished` were lost by Redis, `cleaned` \
            were removed by cleanup.
            """,
            .lines, unit: .perSecond, alert: "McpSessionsVanished",
            Target(PromQL.seen(.sessionsCreated, .rate), "begun"),
            Target(PromQL.seen(.sessionsEnded, .rate, by: "reason"), "{{reason}}"),
            Target(PromQL.seen(.ownerChanges, .rate), "owner rewritten")),
        Panel(
            "Age of sessions",
            "How many sessions were how old at the last complete reading, of those that say when they began.", .heatmap,
            unit: .seconds, Target(PromQL.seen(.sessionAge, by: "le"), "{{le}}")),
        Panel(
            "Time to live left",
            """
            How long keys had to live at the last complete reading. Most near the full time: requests renew it. \
            Spread evenly: nobody renews it, and sessions expire while they are used.
            """,
            .heatmap, unit: .seconds, Target(PromQL.seen(.sessionTTL, by: "le"), "{{le}}")),
        Panel(
            "Keys that need a look",
            """
            Malformed: a session or a living node's heartbeat that cannot be read. Without expiry: Redis keeps the key \
            for ever. Skipped: a key under the session prefix that is no session.
            """,
            .lines, unit: .short, thresholds: .high(yellow: 1), alert: "McpMalformedKeys",
            Target(PromQL.seen(.malformedKeys, by: "kind", "reason"), "malformed {{kind}}: {{reason}}"),
            Target(PromQL.seen(.sessionsWithoutTTL), "without expiry"),
            Target(PromQL.seen(.skippedKeys, by: "reason"), "skipped: {{reason}}")))
}
