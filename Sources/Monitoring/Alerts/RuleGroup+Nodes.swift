extension RuleGroup {
    static let nodeUp = "cluster_job_node_id:mcp_registry_node_up:max"
    static let nodesDied = "cluster_job:mcp_registry_nodes_died:count1h"
    static let nodesLeaving = "cluster_job:mcp_registry_nodes_leaving:bool5m"
    static let nodesCame = "cluster_job:mcp_registry_nodes_came:count2h"

    /// The rules about nodes and their heartbeats.
    static let nodes = RuleGroup(
        name: "mcp-nodes",
        recordings: [
            RecordingRule(
                nodeUp, "Whether a node is up: it is if any instance sees its heartbeat.",
                "max by (cluster, job, node_id) (mcp_registry_node_up)"),
            RecordingRule(
                nodesDied, "Nodes that were up within the last hour and are down.",
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
                nodesLeaving,
                """
                Whether a node drains, or left within 5 minutes. A stale view, which shows no node, does not tell.
                """,
                """
                (
                  count by (cluster, job) (
                    count_over_time(\(nodeUp)[5m]) unless \(nodeUp)
                    or
                    mcp_registry_nodes{status="draining"} > 0
                  ) > bool 0
                  or
                  0 * count by (cluster, job) (\(nodeUp))
                )
                and on (cluster, job)
                \(nodeUp)
                """),
            RecordingRule(
                nodesCame,
                """
                Nodes that are up and new (their name was known for less of the last two hours than the oldest), less \
                those that left meanwhile: a node that is gone was replaced already. The time is long because in a \
                roll-out new nodes may come well before the old ones go.
                """,
                """
                clamp_min(
                  count by (cluster, job) (
                    \(nodeUp) == 1
                    and
                    count_over_time(\(nodeUp)[2h])
                      < on (cluster, job) group_left ()
                      0.9 * max by (cluster, job) (count_over_time(\(nodeUp)[2h]))
                  )
                  - on (cluster, job)
                  (
                    count by (cluster, job) (count_over_time(\(nodeUp)[2h]) unless \(nodeUp))
                    or
                    0 * sum by (cluster, job) (\(nodeUp))
                  ),
                  0
                )
                or
                0 * sum by (cluster, job) (\(nodeUp))
                """),
        ],
        alerts: [downWithSessions, missing, allDown, silentButWorking, nameShared, restartLoop, suspect, countDrift])

    private static let downWithSessions = AlertingRule(
        "McpNodeDownWithSessions", .warning, wait: "5m",
        why: """
            A ticket, since its clients start new sessions elsewhere. It does not fire if as many new nodes came as old ones \
            died, as in a roll-out under new names. 5 minutes are for a restart, or for a successor to start.
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
            {{ $labels.node_id }} of \(place) died within the last hour, has had no heartbeat for 5 minutes, and still \
            has {{ printf "%.0f" $value }} registered sessions (limit 0). No new node came for it. The clients of \
            these sessions are refused once and replaced by new ones elsewhere.
            """)

    private static let missing = AlertingRule(
        "McpNodesMissing", .warning, wait: "5m",
        why: """
            Silent unless nodes.expected is set, and while nodes come up: in a roll-out some may be missing all the time. \
            5 minutes are for one that starts slowly.
            """,
        expression: """
            max by (cluster, job) (mcp_registry_nodes_expected)
              - on (cluster, job)
              sum by (cluster, job) (
                max by (cluster, job, status) (mcp_registry_nodes{status=~"alive|draining"})
              )
            > 0
            unless on (cluster, job)
            (
              \(nodeUp) == 1
              and
              (
                min_over_time(\(nodeUp)[10m]) == 0
                or
                count_over_time(\(nodeUp)[10m])
                  < on (cluster, job) group_left ()
                  max by (cluster, job) (count_over_time(\(nodeUp)[10m]))
              )
            )
            """,
        summary: "{{ $value }} nodes of {{ $labels.job }} are missing",
        description: """
            {{ $value }} of the nodes that nodes.expected names are neither alive nor draining at \(place) (limit 0), \
            for 5 minutes, and no node came up within 10 minutes. The others carry their load.
            """)

    private static let allDown = AlertingRule(
        "McpAllNodesDown", .critical, wait: "1m",
        why: "No node can answer, or the heartbeats are broken. Both are urgent: 1 minute on top of nodes.dead_after.",
        expression: """
            count by (cluster, job) (\(nodeUp))
            and
            max by (cluster, job) (\(nodeUp)) == 0
            """,
        summary: "None of the {{ $value }} nodes of {{ $labels.job }} is up",
        description: """
            {{ $value }} nodes of \(place) are known and 0 of them have a heartbeat, for 1 minute; at least 1 is \
            needed. Every request fails, or the heartbeats do not reach the registry.
            """)

    /// The nodes for which some instance has raised the flag.
    private static func raised(_ flag: String) -> String {
        "max by (cluster, job, node_id) (mcp_registry_node_flags{flag=\"\(flag)\"}) == 1"
    }

    private static let silentButWorking = AlertingRule(
        "McpNodeSilentButWorking", .warning, wait: "2m",
        why: """
            Somebody who believes it dead and restarts it ends all its sessions, so this must come before \
            McpNodeDownWithSessions. 2 minutes are for a heartbeat that is only late.
            """,
        expression: raised("silent_but_working"),
        summary: "Node {{ $labels.node_id }} works without a heartbeat",
        description: """
            The heartbeat of {{ $labels.node_id }} of \(place) ended, but it still registers or serves sessions \
            (silent_but_working: {{ $value }}, must be 0), for 2 minutes. Repair its heartbeat and do not restart it, \
            since its sessions live.
            """)

    private static let nameShared = AlertingRule(
        "McpNodeNameShared", .warning, wait: "5m",
        why: """
            No request fails because of it, and cleanup spares both processes meanwhile. 5 minutes are for a successor \
            that starts before the old process ends.
            """,
        expression: raised("shared_name"),
        summary: "Two processes share the name {{ $labels.node_id }}",
        description: """
            The heartbeats of two boots take turns under the name {{ $labels.node_id }} of \(place) (shared_name: {{ \
            $value }}, must be 0), for 5 minutes. Give each process a name of its own: until then nobody knows which \
            of them is alive.
            """)

    private static let restartLoop = AlertingRule(
        "McpNodeRestartLoop", .warning, wait: nil,
        why: """
            Two deploys in half an hour are normal, three restarts of one node are a loop. They have happened, so \
            there is no wait.
            """,
        expression: """
            round(max by (cluster, job, node_id) (increase(mcp_registry_node_restarts_total[30m]))) >= 3
            """,
        summary: "Node {{ $labels.node_id }} restarts again and again",
        description: """
            {{ $labels.node_id }} of \(place) came back with another boot {{ printf "%.0f" $value }} times within 30 \
            minutes (limit 3). Each time all its sessions are lost, and their clients are refused once.
            """)

    private static let suspect = AlertingRule(
        "McpNodeSuspect", .warning, wait: "10m",
        why:
            """
            The daemon has waited a minute already; 10 more pass over a slow start. The node's sessions may be refused \
            for ever.
            """,
        expression: raised("suspect"),
        summary: "Node {{ $labels.node_id }} is suspect",
        description: """
            {{ $labels.node_id }} of \(place) is up, but has denied sessions that it owns, or its own count of \
            sessions differs from the registry's (suspect: {{ $value }}, must be 0), for 10 minutes.
            """)

    private static let countDrift = AlertingRule(
        "McpNodeCountDrift", .warning, wait: "15m",
        why:
            """
            The limit is the daemon's own: a tenth, and more than 10. The daemon must find the node suspect too, as it \
            knows which differences are normal.
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
            {{ $labels.node_id }} of \(place) reports a number of sessions that differs from the registry's by {{ \
            printf "%.0f" $value }}, more than a tenth and more than 10, for 15 minutes. Keys were lost, or the node \
            forgot sessions without removing their keys.
            """)
}
