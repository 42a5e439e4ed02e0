import API
import Exposition
import Sessions

// `/api/v1/incidents`.

extension OpenAPIDocument {
    static let incidentOperations = [
        Operation(
            method: .get, template: "/api/v1/incidents", id: "incidents", summary: "What happened, the latest first.",
            parameters: [
                .query("kind", .word(Incident.Kind.self), "Incidents of that kind."),
                .query("node", .text, "Incidents of that node."),
                .query("open", .onOff, "Open incidents, or those that are over."),
                .query(
                    "limit", .integer(1...IncidentRoutes.limit, standard: IncidentRoutes.standardLimit),
                    "Most rows of a page."),
                .query("cursor", .text("^i-[0-9]{1,15}-[0-9]{1,15}$"), "`next_cursor` of the page before."),
            ],
            replies: [.page("Incidents.", of: IncidentRow.self, most: IncidentRoutes.limit)], problems: [404])
    ]
}
