import API
import Exposition
import HTTP

/// The problems that routes answer with; each appears once in `components/responses`.
enum OpenAPIProblems {
    /// The problems that any route may answer with, as a request is judged before its route is known.
    static let always = [400, 401, 413, 414, 415, 421, 429, 431]

    private static let descriptions = [
        400: "A parameter, a member of the body, or the request itself is wrong: `parameter` or `member` names which.",
        401: "No token where one is needed, or an unknown one.",
        403:
            "The token lacks the scope, a page of another origin requests a change, or the feature is switched off.",
        404:
            "There is no such node, workload or session, or no session names that owner. Where a parameter names it, "
            + "`parameter` says which, and `detail` has the nearest names.",
        409:
            "The prefix fits several sessions (`refs`), a cleanup run may not begin, or an owner that is alive is said to "
            + "be gone.",
        413: "The body is too long.",
        414: "The target is too long.",
        415: "The body has a `Content-Encoding`, or has a type that is not accepted.",
        421: "The server does not answer for that `Host`.",
        429: "Too many bad tokens came from this address.",
        431: "The header fields are too long.",
        503: "The first full scan is not complete, or Redis or the daemon cannot accept it now.",
    ]

    private static let headers = [401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"]

    static func reference(_ status: Int) -> JSONValue { ["$ref": "#/components/responses/\(name(status))"] }

    private static func name(_ status: Int) -> String { "Problem\(status)" }

    /// `components/responses`.
    static var responses: JSONValue {
        .object(
            descriptions.sorted { $0.key < $1.key }.map { status, description in
                var members: [(key: String, value: JSONValue)] = [("description", .string(description))]
                if let header = headers[status] {
                    let field: JSONValue = ["schema": Schema.text.json]
                    members.append(("headers", .object([(header, field)])))
                }
                members.append(
                    ("content", .content([("application/problem+json", .component("Problem"))])))
                return (name(status), .object(members))
            })
    }

    /// RFC 9457, with our own members next to the standard ones.
    static let schema = Schema.object(
        [("type", .text), ("title", .text), ("status", .count)],
        optional: [
            ("detail", .text), ("parameter", .text.saying("The parameter that is wrong.")),
            ("member", .text.saying("The member of the body that is wrong.")),
            ("scope", .word(AccessScope.self).saying("The scope that the token lacks.")),
            ("ref", .ref), ("refs", .list(.ref).saying("The first sessions that the prefix fits.")),
        ] + known)

    /// The progress of the first full scan.
    private static let known: [Schema.Member] = [
        ("sessions_read", .count.saying("Sessions read so far.")),
        ("nodes_seen", .count.saying("Nodes known so far.")),
        ("progress", .share.saying("How much of the first full scan is done.")),
        ("full_scan_seconds_left", .seconds.saying("How long it will still take.")),
    ]
}
