import Exposition

/// Marks moments on every panel that has a time axis.
struct Annotation: Sendable {
    let name: String
    /// Has a series with the value 1 while something is to be marked.
    let query: String
    /// The text of a mark, with labels in it.
    let text: String
    let colour: Thresholds.Colour

    static let restarts = Annotation(
        name: "Node restarts",
        query: "group by (node_id) (\(PromQL.perRegistry(.nodeRestarts, .rate)) > 0)",
        text: "{{node_id}} restarted", colour: .blue)

    /// Only the moment of a death: a node that stays dead would mark everything after it.
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

    /// How far apart the moments are at which the query is asked, in Grafana's words.
    private static let step = "60s"

    var json: JSONValue {
        [
            "datasource": .datasource, "enable": true, "expr": .string(query), "hide": false,
            "iconColor": .string(colour.rawValue), "name": .string(name), "step": .string(Self.step),
            "tagKeys": "node_id", "textFormat": "", "titleFormat": .string(text), "useValueForTime": false,
        ]
    }
}
