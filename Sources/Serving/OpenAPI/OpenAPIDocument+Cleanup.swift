import API
import Configuration
import Exposition
import Sessions

// `/api/v1/cleanup`.

extension OpenAPIDocument {
    static let cleanupOperations = [
        Operation(
            method: .get, template: "/api/v1/cleanup", id: "cleanup",
            summary: "What cleanup would do now, what holds it back, and what it did.",
            replies: [.framed("Plan, brakes, lease and runs.", cleanup)]),
        Operation(
            method: .post, template: "/api/v1/cleanup", id: "runCleanup",
            summary: "A run; a dry run unless told otherwise.",
            body: .json(Schema.object([], optional: [("dry_run", .flag.orNull), ("by", by)]).closed),
            replies: [
                .framed("The report of a dry run.", .object(run + [("plan", .component("CleanupPlan"))])),
                .framed(
                    "The run's name: it is over when `runs` holds it.", .object([("run", .text), ("result", .null)]),
                    status: 202),
            ], problems: [409, 503]),
        Operation(
            method: .post, template: "/api/v1/cleanup/suspend", id: "suspendCleanup", summary: "No replica cleans.",
            body: .json(stopOrder, isRequired: true),
            replies: [
                .framed(
                    "The stop, and the one that stood there before.",
                    .object([("suspended", .component("CleanupStop")), ("replaced", stop)]))
            ], problems: [503]),
        Operation(
            method: .post, template: "/api/v1/cleanup/resume", id: "resumeCleanup", summary: "They may again.",
            body: .json(Schema.object([], optional: [("by", by)]).closed),
            replies: [
                .framed("Whether it was stopped.", .object([("suspended", .null), ("was_suspended", .flag)]))
            ], problems: [503]),
        Operation(
            method: .post, template: "/api/v1/cleanup/attest", id: "attestOwner",
            summary: "A person says that an owner that no instance ever saw alive is gone.",
            body: .json(attestOrder, isRequired: true),
            replies: [
                .framed(
                    "What was said: its sessions may go once nothing was heard of it for long enough.",
                    .object([("node", .text), ("boot", .text.orNull), ("attested", attestation)]))
            ], problems: [404, 409, 503]),
    ]

    static let cleanupSchemas: [Schema.Member] = [
        ("CleanupStop", .object([("by", .text), ("why", .text), ("at", .time), ("until", .time.orNull)])),
        ("CleanupRun", .object(run)), ("CleanupPlan", plan),
    ]

    /// As it stands in the status.
    static let cleanupState = Schema.object([
        ("mode", .word(CleanupSettings.Mode.self)), ("lease", lease), ("suspended", stop),
        ("brakes", .list(.word(CleanupBrake.self))), ("last_success", .time.orNull), ("refusal", .text.orNull),
        (
            "slowest_node",
            Schema.object([
                ("node", .text), ("interval_seconds", .seconds), ("silence_seconds", .seconds),
                ("max_silence_seconds", .seconds),
            ]).orNull.saying("The node that lets the most time pass between two heartbeats.")
        ),
    ])

    private static let cleanup = Schema.object([
        ("mode", .word(CleanupSettings.Mode.self)), ("policy", policy), ("lease", lease), ("suspended", stop),
        ("brakes", .list(brake)), ("plan", .component("CleanupPlan")),
        ("running", .any([.component("CleanupRun"), .null])),
        ("runs", .list(.component("CleanupRun"), most: CleanupRoutes.runs)), ("next_run", .time.orNull),
        ("last_success", .time.orNull), ("shared_state_age_seconds", .seconds.orNull),
        ("void_evidence", .list(.object([("key", .text), ("why", .text), ("records", .count)]))),
        ("refusal", .text.orNull),
    ])

    private static let lease = Schema.object([("holder", .text), ("epoch", .count), ("here", .flag)]).orNull
    private static let stop = Schema.any([.component("CleanupStop"), .null])

    private static let policy = Schema.object([
        ("every_seconds", .seconds), ("grace_seconds", .seconds), ("max_silence_seconds", .seconds),
        ("reasons", .list(.word(CleanupSettings.Reason.self))), ("max_keys_per_second", .count),
        ("expire_to_seconds", .seconds.orNull),
        ("max_dead_fraction", .share), ("settle_seconds", .seconds),
    ])

    private static let brake = Schema.object([
        ("brake", .word(CleanupBrake.self)), ("measured", .number.orNull), ("limit", .number.orNull), ("detail", .text),
    ])

    private static let plan = Schema.object([
        ("may_go", .count), ("skipped", .someCounts(CleanupSkip.self)), ("group_count", .count),
        (
            "groups",
            .list(
                .object([
                    ("node", .text), ("boot", .text.orNull), ("reason", .word(OrphanReason.self)), ("sessions", .count),
                    ("gone_since", .time.orNull), ("known", .flag.orNull), ("attested", attestation.orNull),
                    ("silent_seconds", .seconds.orNull), ("required_seconds", .seconds.orNull),
                    ("decision", .word(["go", "left"])),
                    ("skip", .word(CleanupSkip.self).orNull), ("why", .text.orNull),
                ]), most: CleanupRoutes.groups)
        ),
    ])

    private static let attestation = Schema.object([("by", .text), ("why", .text), ("at", .time)])

    private static let run: [Schema.Member] = [
        ("run", .text), ("by", .text), ("dry_run", .flag),
        ("action", .word([CleanupPolicy.Action.delete, .expire(seconds: 0)].map(\.word))), ("epoch", .count),
        ("result", .word(CleanupResult.self).orNull), ("why", .text.orNull), ("orphans", .count),
        ("cleaned", .someCounts(OrphanReason.self)), ("skipped", .someCounts(CleanupSkip.self)),
        ("brakes", .list(brake)), ("began", .time), ("ended", .time.orNull),
    ]

    // MARK: What is sent

    private static let visible = #"[^\u0000-\u001f\u007f-\u009f]"#
    private static let by = Schema.text("^\(visible)*$", longest: CleanupRoutes.nameLength, example: "ann").orNull
        .saying("Who asks.")

    private static func line(longest: Int, example: String) -> Schema {
        .text(#"^(?=.*\S)\#(visible)+$"#, longest: longest, example: example)
    }

    private static let stopOrder = Schema.object(
        [("why", line(longest: CleanupRoutes.whyLength, example: "deploy"))],
        optional: [
            ("by", by), ("for", .span.orNull.saying("When it ends by itself: after so long.")),
            ("until", .time.orNull.saying("When it ends by itself: a time that has not passed.")),
        ]
    ).closed.eitherOr("for", "until")

    private static let attestOrder = Schema.object(
        [
            (
                "node",
                line(longest: RecordLimits.textBytes, example: "node-7").saying("As its sessions name it.")
            ), ("why", line(longest: CleanupRoutes.whyLength, example: "its host was scrapped")),
        ],
        optional: [
            ("by", by),
            (
                "boot",
                Schema.text("^\(visible)*$", longest: RecordLimits.textBytes, example: "b7").orNull
                    .saying("The boot that is gone; without it all of the node.")
            ),
        ]
    ).closed
}
