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
                summary: "Whether Redis answers and the last reading is complete and fresh.", parameters: [verbose],
                replies: [.text("They are."), .text("What is not, a line each.", status: 503)]),
            Operation(
                method: .get, template: "/metrics", id: "metrics",
                summary: "Prometheus text or OpenMetrics, as `Accept` has it.",
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
                    .page("Neither a ref nor an id was given, or what was given is none.", status: 400),
                    .page("The prefix fits no session.", status: 404), .page("The prefix fits several.", status: 409),
                    .page("The first reading is not complete.", status: 503),
                ]),
            Operation(
                method: .get, template: "/api/v1/status", id: "status",
                summary: "Counts by state and reason, nodes, watching, Redis, events, cleanup.",
                replies: [.framed("The status.", status)]),
        ]
    }

    /// What is typed or what is pressed: a ref, a prefix of one, or typed also an id.
    private static func explainForm(_ longest: Int) -> Schema {
        let typed = Schema.object([("session", .text("^[!-~]+$", longest: longest))]).closed
        return .any([typed, Schema.object([("ref", prefix)]).closed])
    }

    private static let verbose = Operation.Parameter.query("verbose", .text, "List each check; `0` does not.")

    private static let finding = Schema.object([
        ("finding", .word(Finding.Kind.self)), ("severity", .word(Finding.Severity.self)), ("since", .time.orNull),
        ("nodes", .list(.text)), ("count", .count.orNull), ("what", .text), ("evidence", .text.orNull),
        ("advice", .text), ("runbook", .text), ("command", .text),
    ])

    private static let status = Schema.object([
        ("findings", .list(finding).saying("What is wrong, the gravest first.")),
        ("sessions", sessions), ("nodes", .counts(Node.Status.self)),
        ("node_flags", .counts(NodeFlag.self)), ("watch", watch), ("redis", redis),
        (
            "keys",
            .object([("sessions", .count), ("nodes", .count), ("skipped", .counts(SkippedKey.self))])
        ), ("events", events), ("cleanup", cleanupState),
        ("incidents", .object([("open", .count), ("problem", .text.orNull)])), ("version", .text),
        ("replicas", .any([.list(replica), .null])),
    ])

    /// A daemon that told of itself lately.
    private static let replica = Schema.object([
        ("replica", .text), ("version", .text), ("watch", .text.orNull.saying("What it watches, as a fingerprint.")),
        ("seen_at", .time),
    ])

    private static let sessions = Schema.object([
        ("registered", .count), ("owned", .count), ("orphaned", .count), ("unowned", .count), ("malformed", .count),
        ("orphaned_by_reason", .counts(OrphanReason.self)),
        ("malformed_by_reason", .counts(Malformation.allCases.map(\.word))), ("no_expiry", .count),
    ])

    private static let watch = Schema.object([
        ("mode", .word([WatchSettings.Mode.tracking, .scan].map(\.rawValue))),
        ("configured_mode", .word(WatchSettings.Mode.self)), ("tracking_refused", .text.orNull),
        ("tracking_lag_seconds", .seconds.orNull), ("drift", .count), ("scan_every_seconds", .seconds),
        ("redis_share", .share), ("last_reading_seconds", .seconds.orNull),
        ("reading_seconds_left", .seconds.orNull), ("stale_after_seconds", .seconds),
        ("gap", .word(PictureState.Gap.self).orNull), ("reading_failure", .text.orNull),
    ])

    private static let redis = Schema.object([
        ("up", .flag), ("endpoint", .text), ("servers", .list(.text)), ("version", .text.orNull),
        ("role", .text.orNull), ("maxmemory_policy", .text.orNull), ("evicts_sessions", .flag.orNull),
        ("evicted_keys", .count.orNull), ("clock_skew_seconds", .number), ("error", .text.orNull),
    ])

    private static let events = Schema.object([
        ("waiting", .count), ("judged", .count), ("affected", affected), ("session_requests", .count),
        ("sessionless_requests", .count), ("session_share", .share.orNull), ("problems", .texts),
        ("lines", .count), ("events", .count), ("rejected", .count), ("understood_share", .share.orNull),
    ])

    /// Sessions with a refused request in the last minutes.
    public static let affected = Schema.object([("transient", .count), ("stuck", .count)])
}
