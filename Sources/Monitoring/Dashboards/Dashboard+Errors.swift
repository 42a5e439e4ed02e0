extension Dashboard {
    private static let misroutes = "mcp_sessiond_misroutes_total"
    private static let pairs = "mcp_sessiond_misroute_pairs_total"

    /// The refused requests, by verdict.
    static let errors = Row(
        "Errors",
        Panel(
            "Refused, by verdict",
            """
            Requests that a node could not serve though the session is registered. `misrouted`: the owner lives, so \
            stickiness is broken. `owner_dead` and `owner_restarted`: one for each session after a deploy is normal. \
            `owner_denies`: the owner itself does not have the session.
            """,
            .bars, unit: .requestsPerSecond, alert: "McpRequestsMisrouted",
            Target(PromQL.sum(misroutes, .rate, by: "reason"), "{{reason}}")),
        Panel(
            "Not registered, by what became of them",
            """
            Requests that name a session which is not registered. `expired` and `closed` are normal. `cleaned`: \
            cleanup hurt a client; suspend it. `evicted` and `vanished`: Redis lost the session. `never_seen`: the id \
            is made up, or older than the daemon's memory.
            """,
            .bars, unit: .requestsPerSecond, alert: "McpUnknownSessionRequests",
            Target(PromQL.sum("mcp_sessiond_unknown_session_requests_total", .rate, by: "reason"), "{{reason}}")),
        Panel(
            "Affected sessions",
            """
            Sessions with a refused request in the last 5 minutes. The clients of stuck ones have repeated it for more \
            than a minute, and will not recover by themselves.
            """,
            .stacked, unit: .short, alert: "McpClientsStuck",
            Target(PromQL.sum("mcp_sessiond_affected_sessions", by: "kind"), "{{kind}}")),
        Panel(
            "Misrouted: asked, owned by",
            """
            Misrouted requests in the range of time. The node of the row was asked, the node of the column owns the \
            session. One full row: that node gets requests of others. One full column: the clients of that node lost \
            their way to it. All cells: there is no stickiness. `other`: nodes that are gone.
            """,
            .matrix(rows: "node_id", columns: "owner_node_id", heading: "asked, owned by \u{2192}"), unit: .short,
            thresholds: .high(yellow: 1, red: 100),
            size: .half, decimals: 0, noValue: "none", alert: "McpRequestsMisrouted",
            Target(
                PromQL.named(misrouted, "node_id"), "{{node_id}} {{owner_node_id}}", absence: "nothing was misrouted")),
        Panel(
            "Causes of misroutes",
            """
            The sticky cookies of misrouted requests. `no_cookie`: the client keeps none. `cookie_elsewhere`: it names \
            another living node. `cookie_owner`: it is right, but the proxy ignored it. `cookie_dead`: it names a dead \
            node.
            """,
            .bars, unit: .requestsPerSecond, size: .half, alert: "McpRequestsMisrouted",
            Target(PromQL.sum("mcp_sessiond_misroute_causes_total", .rate, by: "cause"), "{{cause}}")),
        Panel(
            "Refused most often",
            "The 20 most frequent combinations of asked node, owner and verdict in the range of time.",
            .table([
                Column("node_id", "Asked"), Column("owner_node_id", "Owned by"), Column("reason", "Verdict"),
                Column("Value", "Requests", unit: .short, thresholds: .high(yellow: 1, red: 100)),
            ]), unit: .short, size: .half, decimals: 0, noValue: "none",
            Target(
                "topk(20, \(PromQL.named(PromQL.named(refused, "node_id"), "owner_node_id")))",
                "{{node_id}} {{owner_node_id}} {{reason}}", absence: "nothing was refused")),
        Panel(
            "Refused, by asked node",
            "Refused requests by the node that was asked, for any reason. Only one node: check the route to that node.",
            .bars, unit: .requestsPerSecond, size: .half,
            Target(PromQL.named(PromQL.sum(misroutes, .rate, by: "node_id"), "node_id"), "{{node_id}}")))

    /// Only the pairs with requests, or the matrix would grow with the square of the cluster.
    private static let misrouted =
        PromQL.sum(
            pairs, .increase("$__range"), where: #"reason="misrouted""#, by: "node_id", "owner_node_id") + " > 0"

    private static let refused =
        PromQL.sum(pairs, .increase("$__range"), by: "node_id", "owner_node_id", "reason") + " > 0"
}
