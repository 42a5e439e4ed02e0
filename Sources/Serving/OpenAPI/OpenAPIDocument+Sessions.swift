import API
import Exposition
import Sessions

// `/api/v1/sessions`, `/api/v1/sessions/{ref}` and the look-up.

extension OpenAPIDocument {
    static func sessionOperations(maxIDLength: Int) -> [Operation] {
        [
            Operation(
                method: .get, template: "/api/v1/sessions", id: "sessions", summary: "Sessions, by ref.",
                parameters: filters, replies: [.page("Sessions.", of: SessionRow.self, most: SessionRoutes.limit)],
                problems: [404]),
            Operation(
                method: .get, template: "/api/v1/sessions/{ref}", id: "session",
                summary: "Why one session answers as it does, by its ref or a prefix of one.",
                parameters: [
                    .path(
                        "ref", prefix, "`s:` and the first hex digits of the SHA-256 of its id; `s:` may be left out.")
                ],
                replies: [
                    .framed(
                        "Why it answers as it does; `id` for a token with the scope `reveal`.", ExplanationAnswer.self)
                ],
                problems: [404, 409, 503]),
            Operation(
                method: .post, template: "/api/v1/sessions/lookup", id: "lookup",
                summary: "The same by its id, which does not belong in a URL.",
                body: .json(id(maxIDLength), isRequired: true),
                replies: [.framed("Why it answers as it does.", ExplanationAnswer.self)], problems: [503]),
        ]
    }

    private static let filters: [Operation.Parameter] = [
        .query("state", .word(SessionState.words), "Sessions in that state."),
        .query("reason", .word(SessionState.reasonWords), "Sessions in a state for that reason."),
        .query("node", .text, "Sessions of all boots of that node."),
        .query("client", .text, "The whole client text, or its first words."),
        .query("misrouted", .onOff, "With or without a misrouted request in the last 15 minutes."),
        .query("stuck", .onOff, "Sessions whose client keeps failing, or the others."),
        .query("older_than", .duration, "Created longer ago than this; sessions without a creation time are left out."),
        .query(
            "limit", .integer(1...SessionRoutes.limit, standard: SessionRoutes.standardLimit),
            "Most rows of a page."),
        .query("cursor", .text("^(s:)?[0-9A-Fa-f]{16}$"), "`next_cursor` of the page before."),
    ]

    static let prefix = Schema.text(
        "^(s:)?[0-9A-Fa-f]{\(SessionRef.prefixDigitsLeast),16}$", example: "s:65261524dff648f3")

    private static func id(_ longest: Int) -> Schema {
        let id = Schema.text("^[!-~]+$", longest: longest, example: "00000000-0000-4000-8000-000000000000")
        return Schema.object([("id", id)]).closed
    }
}

extension Schema {
    /// A parameter that is on or off.
    static let onOff = Schema.word(["true", "false", "1", "0"])

    /// A duration as people write it, of less than three years, so that every number of digits here is accepted.
    public static let duration = Schema.text(durationPattern, example: "10m")

    private static let durationPattern = "^\(durationForms)$"
    private static let durationForms: String = {
        let digits = [("d", 3), ("h", 4), ("m", 6), ("s", 8), ("ms", 11)]
        return "(" + digits.map { "[0-9]{1,\($0.1)}(\\.[0-9]{1,6})?\($0.0)" }.joined(separator: "|") + ")"
    }()

    /// A duration that is not zero.
    public static let span = Schema.text("^(?=.*[1-9])\(durationForms)$", example: "2h")
}
