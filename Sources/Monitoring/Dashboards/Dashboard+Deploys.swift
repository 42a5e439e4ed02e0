extension Dashboard {
    /// The dashboard for whoever rolls out a deploy: its effect on sessions, before, during and after.
    static let deploys = Dashboard(
        uid: "mcp-deploys", title: "MCP deploys",
        description: """
            For whoever rolls out a deploy: what a restart costs clients, how fast they come back, and where they land.
            """,
        from: "now-3h", rows: [cost, reconnection, balance, sessionless, budget])

    private static let refusals = #"reason=~"owner_dead|owner_restarted""#

    private static let cost = Row(
        "Cost of a deploy",
        Panel(
            "Restarts", "Changes of boot in the range of time. Narrow the range to one deploy.", .stat, unit: .short,
            size: .sixth, decimals: 0, Target(PromQL.seen(.nodeRestarts, .increase("$__range")), "restarts")),
        Panel(
            "Refused once",
            """
            Requests in the range of time that named a session of a dead or restarted owner. The client of such a \
            session gets one 404, and then starts a new session.
            """,
            .stat, unit: .short, size: .sixth, decimals: 0,
            Target(PromQL.sum("mcp_sessiond_misroutes_total", .increase("$__range"), where: refusals), "requests")
        ),
        Panel(
            "Time with refusals",
            """
            How long clients were refused for a dead or restarted owner. If the range of time holds one deploy, this \
            is the time to recover from it.
            """,
            .stat, unit: .seconds, thresholds: .high(yellow: 900, red: 3600), size: .sixth, decimals: 0,
            Target("sum_over_time((\(refused) > bool 0)[$__range:1m]) * 60", "time")),
        Panel(
            "Stuck clients",
            "Clients that repeat a 404 and do not start a new session. Red: tell their owners; see the runbook.",
            .stat, unit: .none, thresholds: .high(yellow: 1, red: 10), size: .sixth, decimals: 0,
            alert: "McpClientsStuck",
            Target(PromQL.sum("mcp_sessiond_affected_sessions", where: #"kind="stuck""#), "stuck")),
        Panel(
            "Orphans left", "Sessions that are still registered though their owner is gone. Cleanup removes them.",
            .stat, unit: .short, thresholds: .high(yellow: 1), size: .sixth, noValue: "no view",
            alert: "McpOrphansPilingUp",
            Target(PromQL.seen(.sessions, where: #"state="orphaned""#), "orphans")),
        Panel(
            "Misrouted",
            "Requests in the range of time that reached a living node other than the owner. A deploy causes none.",
            .stat, unit: .short, thresholds: .high(yellow: 1, red: 100), size: .sixth, decimals: 0,
            alert: "McpRequestsMisrouted",
            Target(
                PromQL.sum(
                    "mcp_sessiond_misroutes_total", .increase("$__range"), where: #"reason="misrouted""#),
                "requests")),
        Panel(
            "Nodes by version", "Living nodes by the version that they report: the progress of the roll-out.", .stacked,
            unit: .none, decimals: 0, Target(PromQL.seen(.nodeInfo, by: "version"), "{{version}}")),
        Panel(
            "Orphaned by a deploy",
            "Orphans by reason: a restart under the same name, or a node that did not come back.",
            .stacked, unit: .short, alert: "McpOrphansPilingUp",
            Target(PromQL.seen(.orphanedSessions, where: refusals, by: "reason"), "{{reason}}")),
        Panel(
            "Refusals, by verdict",
            """
            Refused requests by verdict. A short peak of `owner_restarted` or `owner_dead` is a deploy; a level that \
            stays is not.
            """,
            .bars, unit: .requestsPerSecond, alert: "McpRequestsMisrouted",
            Target(PromQL.sum("mcp_sessiond_misroutes_total", .rate, by: "reason"), "{{reason}}")))

    private static let refused = PromQL.sum(
        "mcp_sessiond_misroutes_total", .increase("2m"), where: refusals)

    private static let reconnection = Row(
        "Reconnection",
        Panel(
            "New sessions by node",
            "The nodes on which sessions begin. After a restart they come all at once, to the other nodes.",
            .stacked, unit: .perSecond, size: .half, alert: "McpReconnectionStorm",
            Target(PromQL.named(PromQL.seen(.sessionsCreated, .rate, by: "node_id"), "node_id"), "{{node_id}}")),
        Panel(
            "New sessions against their usual",
            "The rate now, and its mean over an hour: now, yesterday and a week ago.", .lines,
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
            "The share of each node that is up in all owned sessions. A node that started last has few.",
            .stacked, unit: .share, maximum: 1,
            Target(
                "sum by (node_id) (\(ownedByLiving)) / on () group_left () (sum(\(ownedByLiving)) > 0)",
                "{{node_id}}", absence: "no session is owned")),
        Panel(
            "Fullest node against the mean",
            """
            1: all nodes that are up own equally many sessions. 2: one owns twice the mean. Sessions cannot be moved, \
            so the load evens out only as they end.
            """,
            .lines, unit: .short, thresholds: .high(yellow: 2, red: 4), minimum: 1,
            Target(
                "max(max by (cluster, job) (\(ownedByLiving)) / (avg by (cluster, job) (\(ownedByLiving)) > 0))",
                "fullest", absence: "no session is owned")),
        Panel(
            "Share of new sessions by node", "New sessions by node: it shows whether the proxy spreads them evenly.",
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
            Requests of the sessionless protocol revision among all requests in the logs. At 1 nobody needs stickiness \
            any more. It is right if a proxy's access log is read; nodes do not log all requests.
            """,
            .lines, unit: .share, size: .half, maximum: 1,
            Target(
                "\(PromQL.sum(logEvents, .rate, where: #"kind="modern""#)) / "
                    + "(\(PromQL.sum(logEvents, .rate, where: requestKinds)) > 0)", "sessionless",
                absence: "the logs show no request")),
        Panel(
            "Requests by kind",
            "Requests that name a session, and requests that need none.",
            .stacked, unit: .requestsPerSecond, size: .half,
            Target(PromQL.sum(logEvents, .rate, where: requestKinds, by: "kind"), "{{kind}}")))

    private static let logEvents = "mcp_sessiond_log_events_total"
    private static let requestKinds = #"kind=~"misroute|unknown|miss|created|held|closed|modern""#

    private static let budget = Row(
        "Error budget",
        Panel(
            "Requests that cost budget",
            """
            Refused requests that neither a client nor a deploy caused: all but `owner_restarted`, `expired` and \
            `closed`. A 404 after a restart is the protocol's normal way to start a new session.
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
            The share of requests that cost budget, over an hour and over three days, by \
            `alerts/mcp-sessiond-budget.rules.yaml`. Its objective allows 0.1 %.
            """,
            .lines, unit: .share, noValue: "rules not loaded, or no requests counted",
            alert: "McpSessionErrorBudgetBurn",
            Target(budgetRatio("1h"), "{{job}}, 1h", absence: "the budget's rules are not loaded"),
            Target(budgetRatio("3d"), "{{job}}, 3d", absence: "the budget's rules are not loaded")),
        Panel(
            "Budget alerts",
            "When the error budget burnt too fast, by severity. This needs `alerts/mcp-sessiond-budget.rules.yaml`.",
            .stateTimeline, unit: .none, maximum: 1, mappings: ValueMapping.firing,
            noValue: "none, or not loaded", alert: "McpSessionErrorBudgetBurn",
            Target(
                "max by (severity) (\(PromQL.firing(#"alertname="McpSessionErrorBudgetBurn""#)))", "{{severity}}",
                absence: "the budget does not burn")))

    private static func budgetRatio(_ window: String) -> String {
        #"max by (cluster, job) (cluster_job:mcp_session_errors:ratio_rate\#(window){cluster=~"$cluster", job=~"$job"})"#
    }
}
