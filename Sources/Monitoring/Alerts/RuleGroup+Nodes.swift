extension RuleGroup {
    static let nodeUp = "cluster_job_node_id:mcp_registry_node_up:max"
    static let nodesDied = "cluster_job:mcp_registry_nodes_died:count1h"
    static let nodesCame = "cluster_job:mcp_registry_nodes_came:count2h"

    /// The nodes, by their heartbeats.
    static let nodes = RuleGroup(
        name: "mcp-nodes",
        recordings: [
            RecordingRule(
                nodeUp, "Whether a node beats, by whoever sees it do so.",
                "max by (cluster, job, node_id) (mcp_registry_node_up)"),
            RecordingRule(
                nodesDied, "Nodes that beat within the last hour and do so no more.",
                """
                count by (cluster, job) (
                  \(nodeUp) == 0
                  and
                  max_over_time(\(nodeUp)[1h]) == 1
                )
                or
                0 * sum by (cluster, job) (\(nodeUp))
                """),
            RecordingRule(
                nodesCame,
                """
                Nodes that beat and whose name is new: known for less of the last two hours than the oldest. So long, \
                as in a roll-out the new ones may come well before the old ones go.
                """,
                """
                count by (cluster, job) (
                  \(nodeUp) == 1
                  and
                  count_over_time(\(nodeUp)[2h])
                    < on (cluster, job) group_left ()
                    0.9 * max by (cluster, job) (count_over_time(\(nodeUp)[2h]))
                )
                or
                0 * sum by (cluster, job) (\(nodeUp))
                """),
        ],
        alerts: [downWithSessions, allDown, silentButWorking, nameShared, restartLoop, suspect, countDrift])

    private static let downWithSessions = AlertingRule(
        "McpNodeDownWithSessions", .warning, wait: "5m",
        why: """
            A ticket, as its clients begin anew elsewhere. Silent while as many new nodes came as old ones died: a \
            roll-out under new names. 5 minutes are for a node that restarts, or whose successor starts.
            """,
        expression: """
            sum by (cluster, job, node_id) (\(sessionsByState)) > 0
            and
            \(nodeUp) == 0
            and
            max_over_time(\(nodeUp)[1h]) == 1
            and on (cluster, job)
            (\(nodesDied) > \(nodesCame))
            """,
        summary: "Node {{ $labels.node_id }} is down and has {{ printf \"%.0f\" $value }} sessions",
        description: """
            {{ $labels.node_id }} of \(place) died within the last hour, has not beaten for 5 minutes, and {{ printf \
            "%.0f" $value }} registered sessions name it (limit 0). No new node came for it. Clients of these sessions \
            are refused once and begin anew elsewhere.
            """)

    private static let allDown = AlertingRule(
        "McpAllNodesDown", .critical, wait: "1m",
        why: "No node can answer, or the heartbeats are broken: both are for now. 1 minute on top of nodes.dead_after.",
        expression: """
            count by (cluster, job) (\(nodeUp))
            and
            max by (cluster, job) (\(nodeUp)) == 0
            """,
        summary: "None of the {{ $value }} nodes of {{ $labels.job }} beats",
        description: """
            {{ $value }} nodes of \(place) are known and 0 of them beat, for 1 minute; at least 1 is needed. Every \
            request fails, or the heartbeats do not reach the registry.
            """)

    /// The nodes for which some instance has that flag up.
    private static func raised(_ flag: String) -> String {
        "max by (cluster, job, node_id) (mcp_registry_node_flags{flag=\"\(flag)\"}) == 1"
    }

    private static let silentButWorking = AlertingRule(
        "McpNodeSilentButWorking", .warning, wait: "2m",
        why: """
            Whoever takes it for dead and restarts it ends all its sessions: it must come before \
            McpNodeDownWithSessions. 2 minutes are for a heartbeat that is only late.
            """,
        expression: raised("silent_but_working"),
        summary: "Node {{ $labels.node_id }} works without a heartbeat",
        description: """
            The heartbeat of {{ $labels.node_id }} of \(place) ended, and it registers or serves sessions all the same \
            (silent_but_working: {{ $value }}, must be 0), for 2 minutes. Mend its heartbeat, do not restart it: its \
            sessions live.
            """)

    private static let nameShared = AlertingRule(
        "McpNodeNameShared", .warning, wait: "5m",
        why: """
            No request fails by it alone, and nothing is removed of either process meanwhile. 5 minutes are for a \
            successor that begins before the former one ends.
            """,
        expression: raised("shared_name"),
        summary: "Two processes beat under the name {{ $labels.node_id }}",
        description: """
            Two boots take turns under the name {{ $labels.node_id }} of \(place) (shared_name: {{ $value }}, must be \
            0), for 5 minutes. Give each process a name of its own: until then neither can be told alive or dead.
            """)

    private static let restartLoop = AlertingRule(
        "McpNodeRestartLoop", .warning, wait: nil,
        why: "Two deploys in half an hour are work, three restarts of one node a loop; they have happened, so no wait.",
        expression: """
            round(max by (cluster, job, node_id) (increase(mcp_registry_node_restarts_total[30m]))) >= 3
            """,
        summary: "Node {{ $labels.node_id }} restarts again and again",
        description: """
            {{ $labels.node_id }} of \(place) came back with another boot {{ printf "%.0f" $value }} times within 30 \
            minutes (limit 3). Each time all its sessions are lost, and their clients refused once.
            """)

    private static let suspect = AlertingRule(
        "McpNodeSuspect", .warning, wait: "10m",
        why:
            """
            The daemon has waited a minute already; 10 more pass over a slow start. Its sessions may be refused \
            for ever.
            """,
        expression: raised("suspect"),
        summary: "Node {{ $labels.node_id }} is suspect",
        description: """
            {{ $labels.node_id }} of \(place) beats, but has denied sessions it owns, or its own count of sessions and \
            the registry's do not fit (suspect: {{ $value }}, must be 0), for 10 minutes.
            """)

    private static let countDrift = AlertingRule(
        "McpNodeCountDrift", .warning, wait: "15m",
        why:
            """
            A tenth and more than 10, as the daemon judges; it must find the node suspect, for it knows what may \
            differ.
            """,
        expression: """
            abs(
              max by (cluster, job, node_id) (mcp_registry_node_reported_sessions)
              - on (cluster, job, node_id) \(sessionsByState){state="owned"}
            )
            > on (cluster, job, node_id)
            clamp_min(0.1 * \(sessionsByState){state="owned"}, 10)
            and
            \(raised("suspect"))
            """,
        summary: "Node {{ $labels.node_id }} and the registry count differently",
        description: """
            The number of sessions that {{ $labels.node_id }} of \(place) says it holds and the registry's differ by \
            {{ printf "%.0f" $value }}, more than a tenth and more than 10, for 15 minutes. Keys were lost, or the \
            node forgot sessions without removing their keys.
            """)
}
