import Exposition

/// A variable of a dashboard: a choice at its top, which its queries contain.
struct Variable: Sendable {
    let name: String
    let label: String
    /// The query for the values to choose from.
    let query: String
    /// The pattern of "All". If the label may be missing, it must match series without it.
    let all: String
    /// The part of a value that is offered, as a regular expression with a group; empty for all of it.
    var regex = ""

    /// The label `cluster` is often missing if only one cluster is scraped; `.*` matches that too.
    static let cluster = Variable(
        name: "cluster", label: "Cluster", query: "label_values(mcp_sessiond_build_info, cluster)", all: ".*")

    static let job = Variable(
        name: "job", label: "Job", query: #"label_values(mcp_sessiond_build_info{cluster=~"$cluster"}, job)"#,
        all: ".+")

    static let instance = Variable(
        name: "instance", label: "Instance",
        query: #"label_values(mcp_sessiond_build_info{cluster=~"$cluster", job=~"$job"}, instance)"#, all: ".+")

    /// The beginnings of the nodes' names, which are those of their workloads. No metric has a label for it.
    static let workload = Variable(
        name: "workload", label: "Workload", query: nodeNames, all: ".*",
        regex: "/^(.+?)\(nodeSuffix)$/")

    /// The end of a node's name after that of its workload: the random characters of a pod, which have no vowels, a
    /// number, a domain or a port.
    static let nodeSuffix =
        "(?:(?:-[b-df-hj-np-tv-xz0-9]{6,10})?-[b-df-hj-np-tv-xz24-9]{5}|[-_]?[0-9]+)?(?:[.:].*)?"

    /// The empty name and `other` belong to all of them.
    static let node = Variable(name: "node", label: "Node", query: nodeNames, all: ".*")

    private static let nodeNames =
        #"label_values(mcp_registry_node_up{cluster=~"$cluster", job=~"$job", instance=~"$instance"}, node_id)"#

    static let standard = [cluster, job, instance, workload, node]

    /// The variable in Grafana's document. It is refreshed with the range of time, so that instances of that time can
    /// be chosen.
    var json: JSONValue {
        [
            "allValue": .string(all), "current": ["selected": true, "text": ["All"], "value": ["$__all"]],
            "datasource": .datasource, "definition": .string(query), "hide": 0, "includeAll": true,
            "label": .string(label), "multi": true, "name": .string(name), "options": [], "query": .string(query),
            "refresh": 2, "regex": .string(regex), "skipUrlSync": false, "sort": 1, "type": "query",
        ]
    }

    /// The variable that chooses the Prometheus.
    static let datasource: JSONValue = [
        "current": [:], "hide": 0, "includeAll": false, "label": "Data source", "multi": false, "name": "datasource",
        "options": [], "query": "prometheus", "refresh": 1, "regex": "", "skipUrlSync": false, "type": "datasource",
    ]
}
