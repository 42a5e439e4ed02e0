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
                .query("open", .onOff, "Those that go on, or are over."),
                .query(
                    "limit", .integer(1...IncidentRoutes.limit, standard: IncidentRoutes.standardLimit),
                    "Most rows of a page."),
                .query("cursor", .text("^i-[0-9]{1,15}-[0-9]{1,15}$"), "`next_cursor` of the page before."),
            ],
            replies: [.page("Incidents.", of: .component("Incident"), most: IncidentRoutes.limit)])
    ]

    static let incidentSchemas: [Schema.Member] = [("Incident", incident)]

    private static let incident = Schema.object([
        ("id", .text), ("kind", .word(Incident.Kind.self)), ("node", .text.orNull), ("boot", .text.orNull),
        ("began_at", .time), ("ended_at", .time.orNull), ("open", .flag), ("summary", .text),
        (
            "sessions",
            Schema.object([("stranded", .count), ("recovered", .count), ("stuck", .count), ("silent", .count)]).orNull
        ),
        (
            "storm",
            Schema.object([
                ("new_sessions", .count), ("refused_requests", .count), ("peak_per_minute", .count),
                ("peak_at", .time), ("ended_at", .time.orNull),
            ]).orNull
        ),
        ("alert", .text.orNull), ("runbook", .text.orNull),
    ])
}
