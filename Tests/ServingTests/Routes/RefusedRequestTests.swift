import Exposition
import HTTP
import Sessions
import TestSupport
import Testing

/// Requests that cannot be answered: each answer names what is wrong, as RFC 9457 has it.
@Suite(.ownThreads) struct RefusedRequestTests {
    private func expectProblem(
        _ answer: HTTPResponse, _ status: Int, _ detail: String, members: [(key: String, value: JSONValue)] = [],
        _ comment: Comment
    ) throws {
        let titles = [400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict"]
        let title = titles[status] ?? "Service Unavailable"
        let expected: [(key: String, value: JSONValue)] = [
            ("type", "about:blank"), ("title", .string(title)), ("status", .int(Int64(status))),
            ("detail", .string(detail)),
        ]
        #expect(answer.status == status, comment)
        #expect(answer.headers["Content-Type"] == "application/problem+json", comment)
        #expect(try JSONValue(parsing: answer.body) == .object(expected + members), comment)
    }

    @Test(arguments: [
        ("/api/v1/status?x=1", "x", "unknown parameter; known here: none"),
        ("/api/v1/status?", "", ""),
        ("/livez?verbos", "verbos", "unknown parameter; known here: verbose"),
        ("/readyz?verbose&limit=1", "limit", "unknown parameter; known here: verbose"),
        ("/api/v1/nodes?state=alive", "state", "unknown parameter; known here: status, workload, limit, cursor"),
        ("/api/v1/nodes?status=Alive", "status", "not one of alive, draining, dead, unknown, gone"),
        ("/api/v1/nodes?limit=1001", "limit", "not a number from 1 to 1000"),
        ("/api/v1/nodes/node-1?limit=1", "limit", "unknown parameter; known here: drain"),
        (
            "/api/v1/sessions?limt=3", "limt",
            "unknown parameter; known here: state, reason, node, client, misrouted, stuck, older_than, limit, cursor"
        ),
        ("/api/v1/sessions?state=dead", "state", "not one of owned, orphaned, unowned, malformed"),
        (
            "/api/v1/sessions?reason=dead", "reason",
            "not one of owner_dead, owner_restarted, owner_unknown, owner_denies, no_owner, learnt_owner_gone, bad_json, "
                + "too_large, bad_time"
        ),
        ("/api/v1/sessions?limit=0", "limit", "not a number from 1 to 1000"),
        ("/api/v1/sessions?limit=-1", "limit", "not a number from 1 to 1000"),
        ("/api/v1/sessions?limit=1e3", "limit", "not a number from 1 to 1000"),
        ("/api/v1/sessions?limit=99999999999999999999", "limit", "not a number from 1 to 1000"),
        ("/api/v1/sessions?limit=1&limit=2", "limit", "given more than once"),
        ("/api/v1/sessions?cursor=s:1234", "cursor", "not a cursor of this listing"),
        ("/api/v1/sessions?cursor=zz", "cursor", "not a cursor of this listing"),
        ("/api/v1/sessions?older_than=3", "older_than", "not a duration (500ms, 15s, 10m, 1h, 30d)"),
        ("/api/v1/sessions?older_than=-3s", "older_than", "not a duration (500ms, 15s, 10m, 1h, 30d)"),
        ("/api/v1/sessions/s:123", "ref", "not a ref: s: and 4 to 16 hex digits"),
        ("/api/v1/sessions/s:12345678123456789", "ref", "not a ref: s: and 4 to 16 hex digits"),
        ("/api/v1/sessions/\(uuid(1))", "ref", "not a ref: s: and 4 to 16 hex digits"),
        ("/api/v1/sessions/s:1234?reveal=1", "reveal", "unknown parameter; known here: none"),
    ])
    func aParameterThatIsWrongIsNamed(target: String, name: String, detail: String) throws {
        let answer = RouteTests.registry().watched.get(target)
        guard !name.isEmpty else {
            #expect(answer.status == 200)
            return
        }
        try expectProblem(answer, 400, detail, members: [("parameter", .string(name))], "\(target)")
    }

    private static let noObject = "the body is not a JSON object {\"id\": \"...\"}"
    private static let noID = "the member id is missing or not a string"
    private static let illegal = "not an id: 1 to 1024 bytes of visible ASCII"

    @Test(
        arguments: [
            ("", noObject, nil), ("nonsense", noObject, nil), ("[]", noObject, nil), ("\"\(uuid(1))\"", noObject, nil),
            ("{\"id\":\"a\"", noObject, nil), ("{\"id\":\"a\"} x", noObject, nil),
            ("{\"id\":\"a\",\"id\":\"b\"}", noObject, nil),
            ("{\"id\":\"\u{1}\"}", noObject, nil), (String(repeating: "[", count: 100_000), noObject, nil),
            ("{}", noID, "id"),
            ("{\"id\":null}", noID, "id"), ("{\"id\":1}", noID, "id"), ("{\"id\":[\"a\"]}", noID, "id"),
            ("{\"id\":\"\"}", illegal, "id"), ("{\"id\":\"a b\"}", illegal, "id"), ("{\"id\":\"é\"}", illegal, "id"),
            ("{\"id\":\"a\\u0000\"}", illegal, "id"),
            ("{\"id\":\"\(String(repeating: "x", count: 1_025))\"}", illegal, "id"),
            ("{\"id\":\"a\",\"ref\":\"b\"}", "unknown member", "ref"), ("{\"ID\":\"a\"}", "unknown member", "ID"),
        ] as [(String, String, String?)])
    func aLookupWithABadBodyIsRefused(body: String, detail: String, member: String?) throws {
        let members: [(key: String, value: JSONValue)] = member.map { [("parameter", .string($0))] } ?? []
        try expectProblem(
            RouteTests.registry().watched.lookup(body), 400, detail, members: members, "\(body.prefix(40))")
    }

    /// A misspelt node must not look like one without anything wrong.
    @Test(
        arguments: [
            ("sessions?node=node-", "node", "; the nearest are node-1, node-2, node-3"),
            ("misroutes?node=nodes-9", "node", "; the nearest are node-9, node-1, node-2"),
            ("incidents?node=n", "node", ""),
            ("nodes?workload=nod", "workload", "; did you mean node?"), ("sessions?node=NODE-1", "node", ""),
        ]) func anUnknownNodeInAFilterIs404(target: String, name: String, hint: String) throws
    {
        let answer = RouteTests.registry().watched.get("/api/v1/\(target)")
        try expectProblem(
            answer, 404, "no \(name) of that name is known\(hint)", members: [("parameter", .string(name))], "\(target)"
        )
    }

    @Test func whatIsNotThereIs404() throws {
        let watched = RouteTests.registry().watched
        let cases = [
            ("/api/v1/sessions/s:0000", "no ref of a registered session begins like this"),
            (
                "/api/v1/nodes/node-8",
                "no heartbeat of that node was ever seen, and no session names it; the nearest are node-1, node-2, node-3"
            ),
            ("/api/v2/status", "no such resource"), ("/api/v1/nodes/node-1/x", "no such resource"),
        ]
        for (target, detail) in cases { try expectProblem(watched.get(target), 404, detail, "\(target)") }
        // Why it is not is the answer.
        for answer in [watched.lookup("{\"id\":\"absent\"}"), watched.get("/api/v1/sessions/\(ref("absent"))")] {
            #expect(answer.status == 200)
            #expect(try JSONValue(parsing: answer.body)["data"]?["verdict"] == "never_seen")
        }
    }

    @Test func anotherMethodIs405WithThoseThatAre() throws {
        let watched = RouteTests.registry().watched
        for (method, target, allowed) in [
            (HTTPMethod.post, "/api/v1/status", "GET, HEAD, OPTIONS"),
            (.delete, "/api/v1/sessions/s:d57d", "GET, HEAD, OPTIONS"),
            (.get, "/api/v1/sessions/lookup", "POST, OPTIONS"), (.put, "/metrics", "GET, HEAD, OPTIONS"),
        ] {
            let answer = watched.ask(HTTPRequest(method, target))
            #expect(answer.headers["Allow"] == allowed)
            try expectProblem(answer, 405, "this resource answers \(allowed)", "\(target)")
        }
    }

    @Test func aPrefixOfTwoRefsIsAConflictThatNamesBoth() throws {
        // Refs are hashes: among 2,000 ids two begin with the same four digits.
        let sameStart = Dictionary(grouping: (0..<2_000).map(uuid)) { ref($0).description.prefix(6) }.values
        let pair = try #require(sameStart.first { $0.count == 2 })
        let registry = PaperRegistry()
        registry.read(pair.map { ($0, "1") })
        let refs = pair.map { ref($0) }.sorted().map(\.description)
        try expectProblem(
            registry.watched.get("/api/v1/sessions/\(refs[0].prefix(6))"), 409, "the prefix fits more than one session",
            members: [("refs", .array(refs.map { .string($0) }))], "\(refs)")
        for ref in refs { #expect(registry.watched.get("/api/v1/sessions/\(ref)").status == 200) }
    }

    @Test func beforeTheFirstReadingNotToBeFoundSaysNothing() throws {
        let watched = PaperRegistry().watched
        let detail = "the first full scan of the registry is not complete"
        let known: [(key: String, value: JSONValue)] = [("sessions_read", 0), ("nodes_seen", 0)]
        let answers = ["s:1234", ref("a").description].map { watched.get("/api/v1/sessions/\($0)") }
        for answer in answers + [watched.lookup("{\"id\":\"a\"}")] {
            try expectProblem(answer, 503, detail, members: known, "one session")
            #expect(answer.headers["Retry-After"] == "2")
        }
        let list = try watched.json("/api/v1/sessions")
        #expect(
            try list
                == json(
                    """
                    {"as_of":null,"view_age_seconds":null,"complete":false,"instance":"replica-1","data":[],"next_cursor":null}
                    """))
    }
}
