import API
import Exposition
import Sessions

// `/api/v1/nodes` and `/api/v1/nodes/{node}`.

extension OpenAPIDocument {
    static let nodeOperations = [
        Operation(
            method: .get, template: "/api/v1/nodes", id: "nodes", summary: "The nodes, by name.",
            parameters: [
                .query("status", .word(Node.Status.self), "Nodes of that status."),
                .query("limit", .integer(1...NodeRoutes.limit, standard: NodeRoutes.limit), "Most rows of a page."),
                .query("cursor", .text, "`next_cursor` of the page before."),
            ],
            replies: [.page("Nodes.", of: .component("Node"), most: NodeRoutes.limit)]),
        Operation(
            method: .get, template: "/api/v1/nodes/{node}", id: "node", summary: "One node.",
            parameters: [
                .path("node", .name, "Its name."),
                .query("drain", .onOff, "Also what is lost if it stops now, or is lost already."),
            ],
            replies: [.framed("The node, with the latest refused requests to it or for sessions of it.", oneNode)],
            problems: [404]),
    ]

    static let nodeSchemas: [Schema.Member] = [("Node", .object(node)), ("RefusedRequest", refusedRequest)]

    private static let oneNode = Schema.object(
        node + [("recent", .list(.component("RefusedRequest")))], optional: [("drain", drain)])

    private static let drain = Schema.object([
        ("would_strand", drained), ("stranded", drained),
        ("adoptable", .count.saying("Any node can rebuild these.")),
        ("ended_lately", Schema.object([("sessions", .count), ("over_seconds", .seconds)]).orNull),
        ("empty_estimate_seconds", .seconds.orNull),
    ])

    /// Sessions of a node, by use, age, time to live and client.
    private static let drained = Schema.object([
        ("sessions", .count), ("used_within", .list(.object([("seconds", .count), ("sessions", .count)]))),
        ("last_seen_unknown", .count), ("age", spread), ("created_unknown", .count), ("time_to_live", spread),
        ("no_expiry", .count), ("all_expired_at", .time.orNull), ("stuck", .count),
        ("clients", .list(.object([("client", .text.orNull), ("sessions", .count)]))), ("other_clients", .count),
        ("other_sessions", .count),
    ])

    private static let spread = Schema.list(.object([("up_to_seconds", .count.orNull), ("sessions", .count)]))

    private static let node: [Schema.Member] = [
        ("node", .text), ("status", .word(Node.Status.self)), ("boot", .text.orNull), ("started_at", .time.orNull),
        ("uptime_seconds", .seconds.orNull), ("last_heartbeat_at", .time.orNull),
        ("heartbeat_age_seconds", .seconds.orNull), ("url", .text.orNull), ("version", .text.orNull),
        (
            "sessions",
            .object([
                ("registered", .count), ("owned", .count), ("orphaned", .count),
                ("orphaned_by_reason", .counts(OrphanReason.self)),
            ])
        ),
        ("reported_sessions", .count.orNull.saying("How many it says it holds.")), ("restarts", .count),
        ("malformed", .word(Malformation.allCases.map(\.word)).orNull), ("suspect", .flag),
        ("suspect_reasons", .list(.word(Suspicion.self))), ("flags", .list(.word(NodeFlag.self))),
        ("findings", .list(.word(Finding.Kind.self))),
        (
            "working",
            Schema.object([
                ("boot", .text.orNull), ("did", .word(OwnerWork.Kind.self)), ("at", .time),
                ("without_heartbeat_seconds", .seconds),
            ]).orNull.saying("What a boot whose heartbeat has ended was last heard to do.")
        ),
        ("boots_taking_turns", .list(.text).saying("The boots that share the name.")), ("misroutes_to", .count),
        ("misroutes_from", .count),
        ("clock_offset_seconds", .number.orNull),
    ]

    /// A request that was judged.
    private static let refusedRequest = Schema.object([
        ("at", .time), ("ref", Schema.ref.orNull), ("node", .text.orNull.saying("Where it was refused.")),
        ("owner", .text.orNull), ("verdict", .word(Verdict.self)), ("cause", .word(StickyCause.self).orNull),
        ("client", .text.orNull),
    ])
}

extension Schema {
    /// A part of a path: not empty.
    public static let name = Schema.text(#"[\s\S]"#)
}
