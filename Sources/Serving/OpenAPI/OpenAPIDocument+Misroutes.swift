import API
import Configuration
import Exposition
import Intake
import Sessions

// `/api/v1/misroutes`, `/api/v1/cookies/{value}` and `/api/v1/events`.

extension OpenAPIDocument {
    static let misrouteOperations = [
        Operation(
            method: .get, template: "/api/v1/misroutes", id: "misroutes",
            summary: "Requests that a node could not serve, counted since the daemon began.",
            parameters: [
                .query("node", .text, "Those that reached it, or were for sessions of it."),
                .query(
                    "limit", .integer(1...MisrouteRoutes.limit, standard: MisrouteRoutes.standardLimit),
                    "How many of the latest."),
            ],
            replies: [.framed("By verdict, node, owner, cause and client.", misroutes)]),
        Operation(
            method: .get, template: "/api/v1/cookies/{value}", id: "cookie",
            summary: "Which node a sticky cookie names.", parameters: [.path("value", .name, "The cookie's value.")],
            replies: [.framed("The node; all null where none is named.", cookie)]),
    ]

    static let misrouteSchemas: [Schema.Member] = [("MisroutedSession", misroutedSession)]

    private static let misroutes = Schema.object([
        ("since", .time), ("totals", .someCounts(Verdict.self)),
        (
            "matrix",
            .list(
                .object([
                    ("node", .text.orNull), ("owner", .text.orNull), ("verdict", .word(Verdict.self)),
                    ("count", .count),
                ]))
        ),
        ("causes", .counts(StickyCause.self)), ("affected", affected),
        ("clients", .list(.object([("client", .text), ("count", .count)]), most: MisrouteRoutes.topLimit)),
        ("sessions", .list(.component("MisroutedSession"), most: MisrouteRoutes.topLimit)),
        ("recent", .list(.component("RefusedRequest"), most: MisrouteRoutes.limit)),
    ])

    private static let misroutedSession = Schema.object([
        ("ref", .ref), ("misrouted", .count), ("refused", .count), ("first_at", .time.orNull), ("last_at", .time),
        ("stuck", .flag), ("node", .text.orNull), ("verdict", .word(Verdict.self).orNull),
    ])

    private static let cookie = Schema.object([
        ("node", .text.orNull), ("status", .word(Node.Status.self).orNull), ("scheme", .word(StickyScheme.self).orNull),
        ("proxy", .word(StickySettings.Proxy.self).orNull),
        ("current", .flag.orNull.saying("Whether a proxy in use writes such cookies now.")), ("nodes", .list(.text)),
        ("nodes_with_url", .count),
    ])

    static let eventOperations = [
        Operation(
            method: .post, template: "/api/v1/events", id: "pushEvents", summary: "Log lines, to be judged.",
            parameters: [.query("node", .text, "Who wrote them, where the shipper knows better than the lines.")],
            body: .init(
                content: [
                    (
                        "application/json",
                        .anything.saying("An array has a line in each element; anything else is one line, or several.")
                    ),
                    ("application/x-ndjson", .text), ("text/plain", .text),
                ], isRequired: false),
            replies: [.json("What became of the lines.", pushed)], problems: [503])
    ]

    private static let pushed = Schema.object([
        ("accepted", .count), ("ignored", .count),
        (
            "rejected",
            .list(.object([("line", .count), ("reason", .word(rejections))]), most: EventRoutes.namedRejections)
        ), ("rejected_count", .count),
    ])

    private static let rejections =
        EventMetrics.rejections + [EventDrop.queueFull, .shutdown].map(\.rawValue)
}
