import Exposition

/// A kind of mark on the time axis of every panel.
struct Annotation: Sendable {
    let name: String
    /// The query that has a series with the value 1 at each moment to mark.
    let query: String
    /// The text of a mark, with labels in it.
    let text: String
    let colour: Thresholds.Colour

    static let restarts = Annotation(
        name: "Node restarts",
        query: "group by (node_id) (\(PromQL.perRegistry(.nodeRestarts, .rate)) > 0)",
        text: "{{node_id}} restarted", colour: .blue)

    /// Only the moment of a death is marked, not the time for which the node stays dead.
    static let deaths = Annotation(
        name: "Node deaths",
        query: "group by (node_id) (\(PromQL.perRegistry(.nodeUp, .maximum)) == 1"
            + " and on (cluster, job, node_id) \(PromQL.perRegistry(.nodeUp)) == 0)",
        text: "{{node_id}} died", colour: .red)

    static let leases = Annotation(
        name: "Lease changes", query: "group by (instance, event) (\(transitions) > 0)",
        text: "cleanup lease {{event}} by {{instance}}", colour: .yellow)

    private static let transitions = PromQL.sum(
        "mcp_sessiond_leader_transitions_total", .rate, by: "cluster", "job", "instance", "event")

    static let standard = [restarts, deaths, leases]

    /// The time between two evaluations of the query, as Grafana writes it.
    private static let step = "60s"

    var json: JSONValue {
        [
            "datasource": .datasource, "enable": true, "expr": .string(query), "hide": false,
            "iconColor": .string(colour.rawValue), "name": .string(name), "step": .string(Self.step),
            "tagKeys": "node_id", "textFormat": "", "titleFormat": .string(text), "useValueForTime": false,
        ]
    }
}
