import Exposition

// `/api/v1/incidents`.

extension OpenAPIDocument {
    private static let incidentLimit = 1000
    private static let incidentKinds = [
        "node_died", "node_restarted", "node_drained", "node_suspect", "redis_outage", "redis_failover",
        "registry_flushed", "stickiness_broken", "reconnection_storm",
    ]

    static let incidentOperations = [
        Operation(
            method: .get, template: "/api/v1/incidents", id: "incidents", summary: "What happened, the latest first.",
            parameters: [
                .query("kind", .word(incidentKinds), "Incidents of that kind."),
                .query("node", .text, "Incidents of that node."),
                .query("open", .onOff, "Those that go on, or are over."),
                .query("limit", .integer(1...incidentLimit, standard: 100), "Most rows of a page."),
                .query("cursor", .text, "`next_cursor` of the page before."),
            ],
            replies: [.page("Incidents.", of: .component("Incident"), most: incidentLimit)])
    ]

    static let incidentSchemas: [Schema.Member] = [("Incident", incident)]

    private static let incident = Schema.object([
        ("id", .text), ("kind", .word(incidentKinds)), ("node", .text.orNull), ("boot", .text.orNull),
        ("began_at", .time), ("ended_at", .time.orNull), ("open", .flag), ("summary", .text),
        (
            "sessions",
            Schema.object([("stranded", .count), ("recovered", .count), ("stuck", .count), ("silent", .count)]).orNull
        ),
        (
            "storm",
            Schema.object([
                ("new_sessions", .count), ("refused_requests", .count), ("peak_per_minute", .count),
                ("peak_at", .time.orNull), ("ended_at", .time.orNull),
            ]).orNull
        ),
        ("alert", .text.orNull), ("runbook", .text.orNull),
    ])
}
