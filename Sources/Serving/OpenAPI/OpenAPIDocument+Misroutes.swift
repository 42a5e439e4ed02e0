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
                .query("node", .text, "Requests that reached this node, or were for its sessions."),
                .query(
                    "limit", .integer(1...MisrouteRoutes.limit, standard: MisrouteRoutes.standardLimit),
                    "How many of the latest."),
            ],
            replies: [.framed("By verdict, node, owner, cause and client.", MisroutesAnswer.self)], problems: [404]),
        Operation(
            method: .get, template: "/api/v1/cookies/{value}", id: "cookie",
            summary: "Which node a sticky cookie names.", parameters: [.path("value", .name, "The cookie's value.")],
            replies: [.framed("The node; all null if the cookie names none.", CookieAnswer.self)]),
    ]

    static let eventOperations = [
        Operation(
            method: .post, template: "/api/v1/events", id: "pushEvents", summary: "Log lines, to be judged.",
            parameters: [
                .query("node", .text, "The node that wrote them, if the shipper knows it better than the lines.")
            ],
            body: .init(
                content: [
                    (
                        "application/json",
                        .anything.saying("Each element of an array is a line; anything else is one line, or several.")
                    ),
                    ("application/x-ndjson", .text), ("text/plain", .text),
                ], isRequired: false),
            replies: [.json("The result for the lines.", PushAnswer.self)], problems: [503])
    ]
}
