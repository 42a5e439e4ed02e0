import API
import Exposition
import Sessions

// `/api/v1/nodes` and `/api/v1/nodes/{node}`.

extension OpenAPIDocument {
    static let nodeOperations = [
        Operation(
            method: .get, template: "/api/v1/nodes", id: "nodes", summary: "The nodes, by name.",
            parameters: [
                .query("status", .word(Node.Status.self), "Nodes of that status; without it all but the gone."),
                .query("workload", .text, "Nodes of that workload."),
                .query("limit", .integer(1...NodeRoutes.limit, standard: NodeRoutes.limit), "Most rows of a page."),
                .query("cursor", .text, "`next_cursor` of the page before."),
            ],
            replies: [.page("Nodes.", of: NodeRow.self, most: NodeRoutes.limit)], problems: [404]),
        Operation(
            method: .get, template: "/api/v1/nodes/{node}", id: "node", summary: "One node.",
            parameters: [
                .path("node", .name, "Its name."),
                .query("drain", .onOff, "Also the sessions that are lost if it stops now, or are lost already."),
            ],
            replies: [
                .framed("The node, with the latest refused requests to it or for sessions of it.", NodeAnswer.self)
            ],
            problems: [404]),
    ]
}

extension Schema {
    /// A path segment, which is not empty.
    public static let name = Schema.text(#"[\s\S]"#)
}
