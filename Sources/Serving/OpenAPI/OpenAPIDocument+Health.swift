import API
import Configuration
import Exposition
import Sessions

// `/livez`, `/readyz`, `/metrics`, the page and `/api/v1/status`.

extension OpenAPIDocument {
    static func healthOperations(maxIDLength: Int) -> [Operation] {
        [
            Operation(
                method: .get, template: "/livez", id: "live", summary: "Whether the process serves.",
                parameters: [verbose], replies: [.text("It does.")]),
            Operation(
                method: .get, template: "/readyz", id: "ready",
                summary: "Whether Redis answers and the last full scan is complete and fresh.", parameters: [verbose],
                replies: [.text("They are."), .text("One line for each check that fails.", status: 503)]),
            Operation(
                method: .get, template: "/metrics", id: "metrics",
                summary: "Prometheus text or OpenMetrics, as `Accept` says.",
                replies: [.text("The families.", types: ["text/plain", "application/openmetrics-text"])]),
            Operation(
                method: .get, template: "/", id: "page", summary: "The on-call page.",
                replies: [.text("The page.", types: ["text/html"])]),
            Operation(
                method: .post, template: "/", id: "explainOnPage",
                summary: "The page's form: why one session answers as it does.",
                body: .form(explainForm(maxIDLength)),
                replies: [
                    .text("The page with the explanation.", types: ["text/html"]),
                    .page("Neither a ref nor an id was given, or the given text is not valid.", status: 400),
                    .page("The prefix fits no session.", status: 404), .page("The prefix fits several.", status: 409),
                    .page("The first full scan is not complete.", status: 503),
                ]),
            Operation(
                method: .get, template: "/api/v1/status", id: "status",
                summary: "Counts by state and reason, nodes, watching, Redis, events, cleanup.",
                replies: [.framed("The status.", StatusAnswer.self)]),
        ]
    }

    /// The page's form: a typed ref, prefix of a ref, or id, or the ref of a pressed button.
    private static func explainForm(_ longest: Int) -> Schema {
        let typed = Schema.object([("session", .text("^[!-~]+$", longest: longest))]).closed
        return .any([typed, Schema.object([("ref", prefix)]).closed])
    }

    private static let verbose = Operation.Parameter.query("verbose", .text, "List each check; `0` does not.")
}
