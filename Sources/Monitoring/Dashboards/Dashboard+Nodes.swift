extension Dashboard {
    /// The nodes: their heartbeats, and the sessions that they own by the registry.
    static let nodes = Row(
        "Nodes",
        Panel(
            "Nodes",
            """
            The nodes at present. Reported: the sessions that the node says it holds; owned: those that it owns by the \
            registry. Suspect: it denies sessions that it owns, or the two counts have differed for a minute. No \
            heartbeat, at work: repair the heartbeat and do not restart the node. Name shared: two processes write its \
            heartbeat.
            """,
            .table([
                Column("node_id", "Node"), Column("version", "Version"), Column(target: 0, nil),
                Column(target: 1, "Up", mappings: ValueMapping.up),
                Column(target: 2, "Heartbeat age", unit: .seconds, thresholds: .high(yellow: 10, red: 15)),
                Column(target: 8, "Up for", unit: .seconds), Column(target: 3, "Owned", unit: .short),
                Column(target: 4, "Reported", unit: .short),
                Column(target: 5, "Orphaned", unit: .short, thresholds: .high(yellow: 1)),
                Column(target: 6, "Restarts", unit: .short),
                Column(target: 7, "Suspect", mappings: ValueMapping.flag),
                Column(target: 9, "No heartbeat, at work", mappings: ValueMapping.flag),
                Column(target: 10, "Name shared", mappings: ValueMapping.flag),
            ]), unit: .none, size: .full, noValue: "no view", alert: "McpNodeDownWithSessions",
            Target(PromQL.seen("max", of: .nodeInfo, by: "node_id", "version"), "{{node_id}} {{version}}"),
            Target(PromQL.seen("min", of: .nodeUp, by: "node_id"), "{{node_id}}"),
            Target("time() - \(PromQL.seen("min", of: .nodeHeartbeat, by: "node_id"))", "{{node_id}}"),
            Target(PromQL.seen(.sessions, where: #"state="owned""#, by: "node_id"), "{{node_id}}"),
            Target(PromQL.seen(.nodeReportedSessions, by: "node_id"), "{{node_id}}"),
            Target(PromQL.seen(.sessions, where: #"state="orphaned""#, by: "node_id"), "{{node_id}}"),
            Target(PromQL.seen(.nodeRestarts, .increase("$__range"), by: "node_id"), "{{node_id}}"),
            Target(flag("suspect"), "{{node_id}}"), Target("min by (node_id) (\(uptime))", "{{node_id}}"),
            Target(flag("silent_but_working"), "{{node_id}}"), Target(flag("shared_name"), "{{node_id}}")),
        Panel(
            "Nodes by status",
            """
            `gone`: nodes that said goodbye, were replaced, or were silent for long without sessions; after a deploy \
            with new names there are many. `dead`: nodes that vanished unannounced and were not replaced. Line: \
            `nodes.expected`, 0 if it is not set.
            """,
            .lines, unit: .none, size: .third, decimals: 0, noValue: "no view", alert: "McpNodesMissing",
            Target(PromQL.seen(.nodes, by: "status"), "{{status}}"),
            Target(PromQL.seen(.nodesExpected), "expected")),
        Panel(
            "Up and down", "When each node was alive or draining. Red: its heartbeat is missing or too old.",
            .stateTimeline, unit: .none, size: .third, maximum: 1, mappings: ValueMapping.up,
            alert: "McpNodeDownWithSessions",
            Target(PromQL.seen("min", of: .nodeUp, by: "node_id"), "{{node_id}}")),
        Panel(
            "Flags",
            """
            When a node had a flag. `suspect`: it denies sessions that it owns, or the counts differ. \
            `silent_but_working`: its heartbeat ended, but it works; repair the heartbeat and do not restart the node. \
            `shared_name`: two processes write its heartbeat.
            """,
            .stateTimeline, unit: .none, size: .third, maximum: 1, mappings: ValueMapping.flag,
            noValue: "no flags", alert: "McpNodeSuspect",
            Target(
                "\(PromQL.seen("max", of: .nodeFlags, by: "node_id", "flag")) == 1", "{{node_id}} {{flag}}",
                absence: "no flags")),
        Panel(
            "Heartbeat age",
            """
            Time since the last heartbeat of nodes that are up. Near `nodes.dead_after` (15 s by default): the node \
            writes slowly, or Redis is slow.
            """,
            .lines, unit: .seconds, thresholds: .high(yellow: 10, red: 15), alert: "McpNodeDownWithSessions",
            Target("max by (node_id) (\(heartbeatAge))", "{{node_id}}")),
        Panel(
            "Restarts",
            "Changes of boot. Each makes orphans of the old boot's sessions. Many on one node: it crashes repeatedly.",
            .bars, unit: .short, decimals: 0, alert: "McpNodeRestartLoop",
            Target(PromQL.seen(.nodeRestarts, .increase("$__rate_interval"), by: "node_id"), "{{node_id}}")),
        Panel(
            "Reported less registered",
            """
            The sessions that a living node reports, minus those that it owns by the registry. Far above 0: keys were \
            lost, or the node counts other sessions too. Far below: the node forgets sessions without removing their \
            keys.
            """,
            .lines, unit: .short, minimum: nil, alert: "McpNodeCountDrift",
            Target("sum by (node_id) (\(drift))", "{{node_id}}")))

    private static func flag(_ name: String) -> String {
        PromQL.seen("max", of: .nodeFlags, where: #"flag="\#(name)""#, by: "node_id")
    }

    private static let ofLiving = "and on (cluster, job, node_id) \(PromQL.perRegistry(.nodeUp)) == 1"

    private static let uptime =
        "time() - \(PromQL.perRegistry(.nodeStart)) \(ofLiving)"

    private static let heartbeatAge =
        "time() - \(PromQL.perRegistry(.nodeHeartbeat)) \(ofLiving)"

    private static let drift =
        "\(PromQL.perRegistry(.nodeReportedSessions)) - on (cluster, job, node_id) sum by (cluster, job, node_id) "
        + "(\(PromQL.perRegistry(.sessions, where: #"state="owned""#))) \(ofLiving)"
}
