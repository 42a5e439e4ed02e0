import API
import Exposition
import Sessions

// Why one session answers as it does.

extension OpenAPIDocument {
    /// The members of a row are null where the session is not registered.
    public static let explanation = Schema.object(
        verdict + session.filter { $0.name != "ref" }.map { ($0.name, $0.schema.orNull) }
            + [
                ("ended", ended), ("owner", owner), ("live", live), ("cause", .word(StickyCause.self).orNull),
                ("evidence", .list(evidence).saying("What weighs most comes first.")), ("blast_radius", blastRadius),
                ("refused", .any([.component("RefusedRequests"), .null])),
                ("incident", .text.orNull.saying("Its id.")),
            ], optional: [("id", .text)])

    private static let verdict: [Schema.Member] = [
        ("ref", .ref), ("verdict", .word(Verdict.self)), ("confidence", .word(Explanation.Confidence.self)),
        ("why", .text), ("what_to_do", .list(.text).saying("One step each.")), ("tell_client", .text),
        ("runbook", .text.orNull.saying("Its path in the repository.")),
    ]

    private static let ended = Schema.object(
        [("how", .word(Ending.self)), ("at", .time), ("doubt_seconds", .seconds), ("created_at", .time.orNull)]
    ).orNull

    private static let owner = Schema.object([
        ("node", .text), ("boot", .text.orNull), ("status", .word(Node.Status.self)), ("boot_now", .text.orNull),
        ("started_at", .time.orNull), ("last_heartbeat_at", .time.orNull),
    ]).orNull

    private static let live = Schema.object([
        ("read", .flag), ("found", .flag.orNull), ("error", .text.orNull.saying("Why its key was not read.")),
    ])

    private static let evidence = Schema.object([
        ("fact", .text), ("source", .word(Evidence.Source.self)),
        ("at", .time.orNull), ("age_seconds", .seconds.orNull),
    ])

    private static let blastRadius = Schema.object([
        ("sessions", .count), ("recovered", .count), ("stuck", .count), ("silent", .count),
    ]).orNull
}
