extension Dashboard {
    /// What a deploy did to sessions: for the one who rolls out, before, during and after.
    static let deploys = Dashboard(
        uid: "mcp-deploys", title: "MCP deploys",
        description: """
            For the one who rolls out: what a restart costs clients, how fast they come back, and where they land.
            """,
        from: "now-3h", rows: [cost, reconnection, balance, sessionless, budget])

    private static let refusals = #"reason=~"owner_dead|owner_restarted""#

    private static let cost = Row(
        "Cost of a deploy",
        Panel(
            "Restarts", "Changes of boot in the range of time: narrow it to one deploy.", .stat, unit: .short,
            size: .sixth, decimals: 0, Target(PromQL.seen(.nodeRestarts, .increase("$__range")), "restarts")),
        Panel(
            "Refused once",
            """
            Requests in the range of time that named a session of a dead or restarted owner. Each such session costs \
            its client one 404; then it begins anew.
            """,
            .stat, unit: .short, size: .sixth, decimals: 0,
            Target(PromQL.sum("mcp_sessiond_misroutes_total", .increase("$__range"), where: refusals), "requests")
        ),
        Panel(
            "Time with refusals",
            """
            How long in the range of time clients were still being refused for a dead or restarted owner: the time to \
            recover, where the range holds one deploy.
            """,
            .stat, unit: .seconds, thresholds: .high(yellow: 900, red: 3600), size: .sixth, decimals: 0,
            Target("sum_over_time((\(refused) > bool 0)[$__range:1m]) * 60", "time")),
        Panel(
            "Stuck clients",
            "Clients that repeat a 404 and do not begin anew. Red: tell their owners; see the runbook.",
            .stat, unit: .none, thresholds: .high(yellow: 1, red: 10), size: .sixth, decimals: 0,
            alert: "McpClientsStuck",
            Target(PromQL.sum("mcp_sessiond_affected_sessions", where: #"kind="stuck""#), "stuck")),
        Panel(
            "Orphans left", "Sessions that are still registered though their owner is gone. Cleanup takes them.",
            .stat, unit: .short, thresholds: .high(yellow: 1), size: .sixth, noValue: "no picture",
            alert: "McpOrphansPilingUp",
            Target(PromQL.seen(.sessions, where: #"state="orphaned""#), "orphans")),
        Panel(
            "Misrouted",
            "Requests in the range of time that reached a living node other than the owner. A deploy needs none.",
            .stat, unit: .short, thresholds: .high(yellow: 1, red: 100), size: .sixth, decimals: 0,
            alert: "McpRequestsMisrouted",
            Target(
                PromQL.sum(
                    "mcp_sessiond_misroutes_total", .increase("$__range"), where: #"reason="misrouted""#),
                "requests")),
        Panel(
            "Nodes by version", "Living nodes by the version they say they run: how far the roll-out is.", .stacked,
            unit: .none, decimals: 0, Target(PromQL.seen(.nodeInfo, by: "version"), "{{version}}")),
        Panel(
            "Orphaned by a deploy",
            "Orphans by why: a restart under the same name, or a node that did not come back.",
            .stacked, unit: .short, alert: "McpOrphansPilingUp",
            Target(PromQL.seen(.orphanedSessions, where: refusals, by: "reason"), "{{reason}}")),
        Panel(
            "Refusals, by verdict",
            """
            What clients met. A short hill of `owner_restarted` or `owner_dead` is a deploy; a plain that stays is \
            not.
            """,
            .bars, unit: .requestsPerSecond, alert: "McpRequestsMisrouted",
            Target(PromQL.sum("mcp_sessiond_misroutes_total", .rate, by: "reason"), "{{reason}}")))

    private static let refused = PromQL.sum(
        "mcp_sessiond_misroutes_total", .increase("2m"), where: refusals)

    private static let reconnection = Row(
        "Reconnection",
        Panel(
            "New sessions by node",
            "Where sessions begin. After a restart they come in a storm, to the nodes that are left.",
            .stacked, unit: .perSecond, size: .half, alert: "McpReconnectionStorm",
            Target(PromQL.named(PromQL.seen(.sessionsCreated, .rate, by: "node_id"), "node_id"), "{{node_id}}")),
        Panel(
            "New sessions against their usual",
            "Now, and the mean of an hour: of this one, at this time yesterday, and a week ago.", .lines,
            unit: .perSecond, size: .half, alert: "McpReconnectionStorm",
            Target(PromQL.seen(.sessionsCreated, .rate), "now"),
            Target(PromQL.seen(.sessionsCreated, .increase("1h")) + " / 3600", "this hour"),
            Target(
                PromQL.seen(.sessionsCreated, .increase("1h", ago: "1d")) + " / 3600", "yesterday",
                absence: "needs a day of history"),
            Target(
                PromQL.seen(.sessionsCreated, .increase("1h", ago: "1w")) + " / 3600", "a week ago",
                absence: "needs a week of history")))

    private static let balance = Row(
        "Balance",
        Panel(
            "Share of sessions by node",
            "Owned sessions of each node that is up, of all owned. A node that came last has few.",
            .stacked, unit: .share, maximum: 1,
            Target(
                "sum by (node_id) (\(ownedByLiving)) / on () group_left () (sum(\(ownedByLiving)) > 0)",
                "{{node_id}}", absence: "no session is owned")),
        Panel(
            "Fullest node against the mean",
            """
            1: all nodes that are up own alike. 2: one owns twice the mean. Sessions cannot be moved, so it evens out \
            only as they end.
            """,
            .lines, unit: .short, thresholds: .high(yellow: 2, red: 4), minimum: 1,
            Target(
                "max(max by (cluster, job) (\(ownedByLiving)) / (avg by (cluster, job) (\(ownedByLiving)) > 0))",
                "fullest", absence: "no session is owned")),
        Panel(
            "Share of new sessions by node", "Of sessions that begin: whether the proxy spreads them evenly.",
            .stacked, unit: .share, maximum: 1,
            Target(
                "\(PromQL.named(PromQL.seen(.sessionsCreated, .rate, by: "node_id"), "node_id")) / on () group_left () "
                    + "(\(PromQL.seen(.sessionsCreated, .rate)) > 0)", "{{node_id}}",
                absence: "no session begins")))

    private static let ownedByLiving =
        "sum by (cluster, job, node_id) (\(PromQL.perRegistry(.sessions, where: #"state="owned""#))) "
        + "and on (cluster, job, node_id) \(PromQL.perRegistry(.nodeUp)) == 1"

    private static let sessionless = Row(
        "Requests without sessions",
        Panel(
            "Share of sessionless requests",
            """
            Requests of the sessionless protocol revision among all that the logs show. At 1 nobody needs stickiness \
            any more. Honest where a proxy's access log is read; nodes' logs show only what they log.
            """,
            .lines, unit: .share, size: .half, maximum: 1,
            Target(
                "\(PromQL.sum(logEvents, .rate, where: #"kind="modern""#)) / "
                    + "(\(PromQL.sum(logEvents, .rate, where: requestKinds)) > 0)", "sessionless",
                absence: "the logs show no request")),
        Panel(
            "Requests by kind",
            "What the share is made of: requests that name a session, and those that need none.",
            .stacked, unit: .requestsPerSecond, size: .half,
            Target(PromQL.sum(logEvents, .rate, where: requestKinds, by: "kind"), "{{kind}}")))

    private static let logEvents = "mcp_sessiond_log_events_total"
    private static let requestKinds = #"kind=~"misroute|unknown|miss|created|held|closed|modern""#

    private static let budget = Row(
        "Error budget",
        Panel(
            "Requests that cost budget",
            """
            Refused requests for which no client is to blame and no deploy: all but `owner_restarted`, `expired` and \
            `closed`. A 404 after a restart is the protocol's own way to begin anew.
            """,
            .bars, unit: .requestsPerSecond, alert: "McpSessionErrorBudgetBurn",
            Target(
                PromQL.sum("mcp_sessiond_misroutes_total", .rate, where: #"reason!="owner_restarted""#, by: "reason"),
                "registered: {{reason}}"),
            Target(
                PromQL.sum(
                    "mcp_sessiond_unknown_session_requests_total", .rate,
                    where: #"reason=~"never_seen|vanished|evicted|cleaned""#, by: "reason"),
                "not registered: {{reason}}")),
        Panel(
            "Errors among requests",
            """
            The share that cost budget, over an hour and over three days, by `alerts/mcp-sessiond-budget.rules.yaml`; the \
            objective that is shipped allows 0.1 %.
            """,
            .lines, unit: .share, noValue: "rules not loaded, or no requests counted",
            alert: "McpSessionErrorBudgetBurn",
            Target(budgetRatio("1h"), "{{job}}, 1h", absence: "the budget's rules are not loaded"),
            Target(budgetRatio("3d"), "{{job}}, 3d", absence: "the budget's rules are not loaded")),
        Panel(
            "Budget alerts",
            "When the error budget burnt too fast, by severity. Needs `alerts/mcp-sessiond-budget.rules.yaml`.",
            .stateTimeline, unit: .none, maximum: 1, mappings: ValueMapping.firing,
            noValue: "none, or not loaded", alert: "McpSessionErrorBudgetBurn",
            Target(
                "max by (severity) (\(PromQL.firing(#"alertname="McpSessionErrorBudgetBurn""#)))", "{{severity}}",
                absence: "the budget does not burn")))

    private static func budgetRatio(_ window: String) -> String {
        #"max by (cluster, job) (cluster_job:mcp_session_errors:ratio_rate\#(window){cluster=~"$cluster", job=~"$job"})"#
    }
}
