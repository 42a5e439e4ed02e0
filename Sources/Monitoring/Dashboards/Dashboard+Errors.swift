extension Dashboard {
    private static let misroutes = "mcp_sessiond_misroutes_total"

    /// Requests that were refused, by what the registry says of them.
    static let errors = Row(
        "Errors",
        Panel(
            "Refused, by verdict",
            """
            Requests that a node could not serve though the session is registered. `misrouted`: the owner lives, \
            stickiness is broken. `owner_dead` and `owner_restarted`: one each per session after a deploy is normal. \
            `owner_denies`: the owner itself does not have it.
            """,
            .bars, unit: .requestsPerSecond, alert: "McpRequestsMisrouted",
            Target(PromQL.sum(misroutes, .rate, by: "reason"), "{{reason}}")),
        Panel(
            "Not registered, by what became of them",
            """
            Requests naming a session that is not registered. `expired` and `closed` are normal. `cleaned`: cleanup \
            hurt somebody; suspend it. `evicted` and `vanished`: Redis lost them. `never_seen`: made up, or older than \
            we know.
            """,
            .bars, unit: .requestsPerSecond, alert: "McpUnknownSessionRequests",
            Target(PromQL.sum("mcp_sessiond_unknown_session_requests_total", .rate, by: "reason"), "{{reason}}")),
        Panel(
            "Affected sessions",
            """
            Distinct sessions with a refused request in the last 5 minutes. Stuck ones repeat it for more than a \
            minute and will not recover by themselves.
            """,
            .stacked, unit: .short, alert: "McpClientsStuck",
            Target(PromQL.sum("mcp_sessiond_affected_sessions", by: "kind"), "{{kind}}")),
        Panel(
            "Misrouted: asked, owned by",
            """
            Misrouted requests in the range of time: the row was asked, the column owns the session. One full row: \
            that node gets what is not its own. One full column: its clients lost their way to it. Everywhere: no \
            stickiness.
            """,
            .matrix(rows: "node_id", columns: "owner_node_id", heading: "asked, owned by \u{2192}"), unit: .short,
            thresholds: .high(yellow: 1, red: 100),
            size: .half, decimals: 0, noValue: "none", alert: "McpRequestsMisrouted",
            Target(
                PromQL.named(misrouted, "node_id"), "{{node_id}} {{owner_node_id}}", absence: "nothing was misrouted")),
        Panel(
            "Causes of misroutes",
            """
            What the sticky cookie of misrouted requests said. `no_cookie`: the client keeps none. `cookie_elsewhere`: \
            it names another living node. `cookie_owner`: it was right, the proxy sent it elsewhere. `cookie_dead`: it \
            names a dead node.
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
            "Refused requests by the node that was asked, for any reason. One node alone: look at that node's route.",
            .bars, unit: .requestsPerSecond, size: .half,
            Target(PromQL.named(PromQL.sum(misroutes, .rate, by: "node_id"), "node_id"), "{{node_id}}")))

    /// Only pairs between which something happened, or the matrix would be as large as the cluster's square.
    private static let misrouted =
        PromQL.sum(
            misroutes, .increase("$__range"), where: #"reason="misrouted""#, by: "node_id", "owner_node_id") + " > 0"

    private static let refused =
        PromQL.sum(misroutes, .increase("$__range"), by: "node_id", "owner_node_id", "reason") + " > 0"
}
