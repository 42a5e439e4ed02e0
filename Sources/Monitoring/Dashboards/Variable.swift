import Exposition

/// A choice at the top of a dashboard that stands in its queries.
struct Variable: Sendable {
    let name: String
    let label: String
    /// Asks Prometheus for the values to choose from.
    let query: String
    /// Stands for "All". It must match what lacks the label where it may be missing.
    let all: String

    /// The label `cluster` is often missing where only one cluster is scraped: `.*` matches that too.
    static let cluster = Variable(
        name: "cluster", label: "Cluster", query: "label_values(mcp_sessiond_build_info, cluster)", all: ".*")

    static let job = Variable(
        name: "job", label: "Job", query: #"label_values(mcp_sessiond_build_info{cluster=~"$cluster"}, job)"#,
        all: ".+")

    static let instance = Variable(
        name: "instance", label: "Instance",
        query: #"label_values(mcp_sessiond_build_info{cluster=~"$cluster", job=~"$job"}, instance)"#, all: ".+")

    static let standard = [cluster, job, instance]

    /// Asked anew when the range of time changes, so that replicas of that time can be chosen.
    var json: JSONValue {
        [
            "allValue": .string(all), "current": ["selected": true, "text": ["All"], "value": ["$__all"]],
            "datasource": .datasource, "definition": .string(query), "hide": 0, "includeAll": true,
            "label": .string(label), "multi": true, "name": .string(name), "options": [], "query": .string(query),
            "refresh": 2, "regex": "", "skipUrlSync": false, "sort": 1, "type": "query",
        ]
    }

    /// The choice of the Prometheus itself.
    static let datasource: JSONValue = [
        "current": [:], "hide": 0, "includeAll": false, "label": "Data source", "multi": false, "name": "datasource",
        "options": [], "query": "prometheus", "refresh": 1, "regex": "", "skipUrlSync": false, "type": "datasource",
    ]
}

extension JSONValue {
    /// The Prometheus that was chosen at the top.
    static let datasource: JSONValue = ["type": "prometheus", "uid": "${datasource}"]
}
