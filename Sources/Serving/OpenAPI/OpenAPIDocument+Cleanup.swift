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
            replies: [.framed("Plan, brakes, lease and runs.", CleanupAnswer.self)]),
        Operation(
            method: .post, template: "/api/v1/cleanup", id: "runCleanup",
            summary: "Starts a run; a dry run by default.",
            body: .json(Schema.object([], optional: [("dry_run", .flag.orNull), ("by", by)]).closed),
            replies: [
                .framed("The report of a dry run.", DryRunAnswer.self),
                .framed("The run's name: it is over when `runs` holds it.", RunBegunAnswer.self, status: 202),
            ], problems: [409, 503]),
        Operation(
            method: .post, template: "/api/v1/cleanup/suspend", id: "suspendCleanup",
            summary: "Suspends cleanup on all instances.",
            body: .json(stopOrder, isRequired: true),
            replies: [.framed("The suspension, and the one that it replaced.", SuspendAnswer.self)],
            problems: [409, 503]),
        Operation(
            method: .post, template: "/api/v1/cleanup/resume", id: "resumeCleanup",
            summary: "Lets all instances clean again.",
            body: .json(Schema.object([], optional: [("by", by)]).closed),
            replies: [.framed("Whether it was suspended.", ResumeAnswer.self)], problems: [503]),
        Operation(
            method: .post, template: "/api/v1/cleanup/undo", id: "undoCleanup",
            summary: "Restores what a run removed, or one session.",
            body: .json(undoOrder, isRequired: true),
            replies: [.framed("What became of the sessions.", UndoAnswer.self)], problems: [404, 503]),
        Operation(
            method: .post, template: "/api/v1/cleanup/attest", id: "attestOwner",
            summary: "Attests that an owner that no instance ever saw alive is gone.",
            body: .json(attestOrder, isRequired: true),
            replies: [
                .framed(
                    "The attestation: its sessions may be removed once it was silent for long enough.",
                    AttestAnswer.self)
            ], problems: [404, 409, 503]),
    ]

    // MARK: Request bodies

    private static let visible = #"[^\u0000-\u001f\u007f-\u009f]"#
    private static let by = Schema.text("^\(visible)*$", longest: CleanupRoutes.nameLength, example: "ann").orNull
        .saying("The person who asks.")

    private static func line(longest: Int, example: String) -> Schema {
        .text(#"^(?=.*\S)\#(visible)+$"#, longest: longest, example: example)
    }

    private static let stopOrder = Schema.object(
        [("why", line(longest: CleanupRoutes.whyLength, example: "deploy"))],
        optional: [
            ("by", by), ("for", .span.orNull.saying("The duration after which it ends by itself.")),
            ("until", .time.orNull.saying("The time at which it ends by itself; it must not have passed.")),
        ]
    ).closed.eitherOr("for", "until")

    private static let undoOrder = Schema.object(
        [],
        optional: [
            (
                "run",
                line(longest: CleanupRoutes.nameLength, example: "1795404635-b466")
                    .saying("The run whose sessions are restored.")
            ),
            (
                "ref",
                Schema.text("^s:[0-9a-f]{16}$", longest: 18, example: "s:0235a6c74e096509")
                    .saying("Or the one session that is restored.")
            ), ("by", by),
        ]
    ).closed.oneOf("run", "ref")

    private static let attestOrder = Schema.object(
        [
            (
                "node",
                line(longest: RecordLimits.textBytes, example: "node-7").saying("The name that its sessions use.")
            ), ("why", line(longest: CleanupRoutes.whyLength, example: "its host was scrapped")),
        ],
        optional: [
            ("by", by),
            (
                "boot",
                Schema.text("^\(visible)*$", longest: RecordLimits.textBytes, example: "b7").orNull
                    .saying("The boot that is gone; without it the whole node.")
            ),
        ]
    ).closed
}
