import Exposition
import HTTP
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Serving

/// Whatever is sent is answered: what is right by what it asks for, what is wrong by a problem that does not repeat it.
@Suite(.ownThreads) struct BadInputTests {
    // MARK: Ids

    private static let rightIDs: [String] = [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJl", "*", "[", "]", "\\", "\"", "{", "}", ":", "::",
        "a:b:c",
        "?", "h?llo*", "[a-z]", "'", "%00", "%2F", "../../etc/passwd", "-", "--help", "$(id)", "`id`", "<script>",
        "&amp;",
        "null", "0", "~!@#$%^&()_+|", String(repeating: "*", count: 1_024), String(repeating: "x", count: 1_024),
    ]

    @Test func idsOfEveryShapeAreFoundAndNotRepeated() throws {
        let registry = PaperRegistry()
        registry.read(Self.rightIDs.map { ($0, "1") })
        for id in Self.rightIDs {
            let answer = registry.watched.lookup(JSONValue.object([("id", .string(id))]).compact)
            #expect(answer.status == 200, "\(id.prefix(20))")
            #expect(try JSONValue(parsing: answer.body)["data"]?["ref"]?.string == ref(id).description)
            let byRef = registry.watched.get("/api/v1/sessions/\(ref(id))")
            #expect(byRef.status == 200)
            if id.utf8.count > 40 { #expect(!answer.text.contains(id) && !byRef.text.contains(id)) }
        }
    }

    @Test(arguments: [
        "", " ", "a b", "é", "\u{0}", "a\u{0}b", "\u{7f}", "\t", "line\nfeed", "\u{feff}a", "😀", "a\u{301}", "ａ",
        String(repeating: "x", count: 1_025), String(repeating: "x", count: 1_000_000),
    ])
    func whatIsNoIdIsRefusedAndNotRepeated(id: String) throws {
        let answer = RouteTests.registry().watched.lookup(JSONValue.object([("id", .string(id))]).compact)
        #expect(
            try JSONValue(parsing: answer.body) == [
                "type": "about:blank", "title": "Bad Request", "status": 400,
                "detail": "not an id: 1 to 1024 bytes of visible ASCII", "parameter": "id",
            ])
    }

    // MARK: Refs

    @Test(arguments: [
        "s:", "s:123", "S:1234", "s:s:1234", "s:12345678123456789", "s:12-4", "+1234", "0x1234", "%00", "%F0%9F%98%80",
        "*",
        "s:%E2%91%A0%E2%91%A1%E2%91%A2%E2%91%A3", "%2E%2E", "%2F%2F", "s:1234%20", "lookup%00", "%22%7B%5B",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJl", String(repeating: "a", count: 8_000),
    ])
    func whatIsNoRefIsRefusedAndNotRepeated(text: String) throws {
        let answer = RouteTests.registry().watched.get("/api/v1/sessions/\(text)")
        #expect(
            try JSONValue(parsing: answer.body) == [
                "type": "about:blank", "title": "Bad Request", "status": 400,
                "detail": "not a ref: s: and 4 to 16 hex digits", "parameter": "ref",
            ])
    }

    /// As the HTTP module has it: a target that cannot be decoded reaches no route.
    @Test(arguments: [
        "/api/v1/sessions/%zz", "/api/v1/sessions/%FF", "/api/v1/sessions?node=%C3%28", "/api/v1/status#x",
    ])
    func aTargetThatCannotBeDecodedIsRefused(target: String) throws {
        let answer = RouteTests.registry().watched.get(target)
        #expect(answer.status == 400 && answer.headers["Content-Type"] == "application/problem+json")
    }

    // MARK: JSON

    /// Bodies that are JSON to some reader or other, and not to ours.
    private static let broken: [(name: String, body: [UInt8])] = [
        ("nested 10,000 deep", Array(String(repeating: "[", count: 10_000).utf8)),
        (
            "closed 10,000 deep",
            Array((String(repeating: "{\"id\":", count: 10_000) + "1" + String(repeating: "}", count: 10_000)).utf8)
        ),
        ("a number without end", Array("{\"id\":\(String(repeating: "9", count: 100_000)).e}".utf8)),
        ("beyond any double", Array("{\"id\":1e999}".utf8)), ("NaN", Array("{\"id\":NaN}".utf8)),
        ("Infinity", Array("{\"id\":-Infinity}".utf8)), ("a key twice", Array("{\"id\":\"a\",\"id\":\"a\"}".utf8)),
        ("a key twice by an escape", Array("{\"id\":\"a\",\"\\u0069d\":\"a\"}".utf8)),
        ("a byte order mark", [0xEF, 0xBB, 0xBF] + Array("{\"id\":\"a\"}".utf8)),
        ("UTF-16", Array("{\"id\":\"a\"}".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }),
        ("no UTF-8", Array("{\"id\":\"".utf8) + [0xFF, 0xFE] + Array("\"}".utf8)),
        ("an overlong form", Array("{\"id\":\"".utf8) + [0xC0, 0xAF] + Array("\"}".utf8)),
        ("a surrogate as UTF-8", Array("{\"id\":\"".utf8) + [0xED, 0xA0, 0x80] + Array("\"}".utf8)),
        ("half a pair", Array("{\"id\":\"\\ud800\"}".utf8)), ("something behind", Array("{\"id\":\"a\"}{}".utf8)),
        ("a zero byte behind", Array("{\"id\":\"a\"}".utf8) + [0]), ("no end", Array("{\"id\":\"a\"".utf8)),
        ("single quotes", Array("{'id':'a'}".utf8)), ("a comment", Array("{\"id\":\"a\"/**/}".utf8)),
        ("a comma too many", Array("{\"id\":\"a\",}".utf8)), ("bare words", Array("{id:a}".utf8)),
        ("a raw control", Array("{\"id\":\"\u{1}\"}".utf8)), ("a form", Array("id=a&why=b".utf8)),
        ("a list", Array("[{\"id\":\"a\"}]".utf8)), ("a text", Array("\"a\"".utf8)), ("a number", Array("7".utf8)),
        ("null", Array("null".utf8)), ("binary", (0...255).map { UInt8($0) }),
    ]

    @Test func brokenJSONIsRefusedWhereverJSONIsTaken() throws {
        let watched = RouteTests.registry().watched
        let cleaning = CleaningRegistry()
        for (name, body) in Self.broken {
            let lookup = watched.ask(HTTPRequest(.post, "/api/v1/sessions/lookup", body: body))
            #expect(lookup.status == 400 && lookup.headers["Content-Type"] == "application/problem+json", "\(name)")
            #expect(lookup.text.contains("the body is not a JSON object"), "\(name)")
            let headers: HTTPHeaders = ["Authorization": "Bearer \(CleaningRegistry.cleanupToken)"]
            for route in ["", "/suspend", "/resume"] {
                let answer = cleaning.answer(
                    HTTPRequest(.post, "/api/v1/cleanup\(route)", headers: headers, body: body)
                ).response
                #expect(answer.status == 400, "\(name)")
                #expect(try JSONValue(parsing: answer.body)["detail"] == "the body is not a JSON object", "\(name)")
            }
        }
        #expect(cleaning.board.state.withLock { $0.pendingRun == nil && $0.stop == nil })
    }

    /// What is no event is counted as rejected or ignored; only what is said to be JSON, and is a broken array, is refused.
    @Test(arguments: ["", "application/json"]) func brokenJSONAmongEventsIsRejectedByLine(type: String) throws {
        let documented = try OpenAPITests.Documented()
        let headers: HTTPHeaders = ["Authorization": "Bearer pusher-token-0123456789", "Content-Type": type]
        for (name, body) in Self.broken {
            let answer = documented.router.respond(
                to: HTTPRequest(.post, "/api/v1/events", headers: headers, body: body)
            ).response
            guard type.isEmpty || body.first != UInt8(ascii: "[") || name == "a list" else {
                #expect(answer.status == 400, "\(name)")
                continue
            }
            #expect(answer.status == 200, "\(name)")
            let document = try JSONValue(parsing: answer.body)
            #expect(document["accepted"] == 0, "\(name)")
            #expect((document["rejected_count"]?.int ?? 0) + (document["ignored"]?.int ?? 0) > 0, "\(name)")
        }
    }

    @Test(arguments: [
        "{\"id\":1}", "{\"id\":true}", "{\"id\":{}}", "{\"id\":[]}", "{\"id\":null}", "{\"id\":1e3}", "{}",
    ])
    func anIdOfAnotherTypeIsNamed(body: String) throws {
        let answer = RouteTests.registry().watched.lookup(body)
        #expect(answer.status == 400)
        #expect(try JSONValue(parsing: answer.body)["parameter"] == "id")
    }

    // MARK: What is wrong is named, and no id repeated

    @Test func anIdInTheWrongPlaceIsNotRepeated() throws {
        let id = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
        let watched = RouteTests.registry().watched
        let cleaning = CleaningRegistry()
        let answers = [
            watched.get("/api/v1/sessions?\(id)"), watched.get("/api/v1/sessions?\(id)=1"),
            watched.get("/api/v1/sessions?state=\(id)"), watched.get("/api/v1/sessions?cursor=\(id)"),
            watched.get("/api/v1/sessions?older_than=\(id)"), watched.get("/api/v1/sessions?limit=\(id)"),
            watched.get("/api/v1/sessions/\(id)"), watched.get("/api/v1/nodes/\(id)"), watched.get("/\(id)"),
            cleaning.post("/api/v1/cleanup", "{\"\(id)\":1}"), cleaning.post("/api/v1/cleanup", id),
            cleaning.post("/api/v1/cleanup/suspend", "{\"why\":\"a\",\"for\":\"\(id)\"}"),
            cleaning.post("/api/v1/cleanup/suspend", "{\"why\":\"a\",\"until\":\"\(id)\"}"),
            cleaning.post("/api/v1/cleanup/attest", "{\"why\":\"a\",\"node\":\"\(id)\"}"),
            cleaning.post("/api/v1/cleanup/attest", "{\"why\":\"a\",\"node\":\"node-2\",\"boot\":\"\(id)\"}"),
        ]
        for answer in answers {
            #expect((400...404).contains(answer.status))
            #expect(!answer.text.contains(id))
        }
    }

    /// Shippers can be told to compress: what they send would be lost without a word.
    @Test func aCompressedBodyIsRefused() throws {
        let documented = try OpenAPITests.Documented()
        let packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        // The page takes a form, and nothing else.
        for (method, template, said) in documented.operations where method == .post && template != "/" {
            let token = documented.scope(said).flatMap { OpenAPITests.tokens[$0] } ?? ""
            for (coding, isRefused) in [("gzip", true), ("zstd, gzip", true), ("", true), ("Identity", false)] {
                let headers: HTTPHeaders = ["Authorization": "Bearer \(token)", "Content-Encoding": coding]
                let request = HTTPRequest(method, template, headers: headers, body: packed)
                let answer = documented.router.respond(to: request).response
                #expect((answer.status == 415) == isRefused, "\(template) \(coding)")
                #expect((answer.headers["Accept-Encoding"] == "identity") == isRefused, "\(template) \(coding)")
                #expect((documented.router.bodyBytes(of: request) == nil) == isRefused, "\(template) \(coding)")
            }
        }
    }

    // MARK: Tokens

    @Test func aTokenThatIsWrongIsRefusedOnEveryRoute() throws {
        let documented = try OpenAPITests.Documented()
        let good = "reader-token-0123456789"
        let wrong: [(authorization: [String], query: String, status: Int)] = [
            (["Bearer wrong-token-0123456789"], "", 401), (["Bearer"], "", 401), (["Bearer "], "", 401),
            (["Bearer \(good) "], "", 401), (["Bearer \(good)x"], "", 401), (["Bearer \u{0}"], "", 401),
            (["Bearer \(String(repeating: "x", count: 30_000))"], "", 401),
            (["Bearer \(good)", "Bearer \(good)"], "", 400), ([], "?access_token=\(good)", 400),
            ([], "?token=\(good)", 400), ([], "?Access_Token=\(good)", 400), (["Bearer \(good)"], "?token=", 400),
        ]
        for (method, template, _) in documented.operations {
            let path = template.replacing(#/\{[a-z]+\}/#, with: "d57d")
            for (authorization, query, status) in wrong {
                var headers = HTTPHeaders()
                for value in authorization { headers.add("Authorization", value) }
                let answer = documented.router.respond(to: HTTPRequest(method, path + query, headers: headers)).response
                #expect(answer.status == status, "\(method) \(template) \(authorization) \(query)")
                #expect(!answer.text.contains(good))
                #expect((answer.headers["WWW-Authenticate"] != nil) == (status == 401))
            }
        }
    }

    // MARK: Methods

    @Test func aMethodThatARouteHasNotIsNamedWithThoseThatItHas() throws {
        let documented = try OpenAPITests.Documented()
        for path in documented.document["paths"]?.object ?? [] {
            let said = Set((path.value.object ?? []).map { $0.key.uppercased() })
            let all = said.union(["OPTIONS"]).union(said.contains("GET") ? ["HEAD"] : [])
            for method in HTTPMethod.allCases where !all.contains(method.rawValue) || method == .options {
                let answer = documented.ask(method, path.key, scope: .read)
                #expect(answer.status == (method == .options ? 204 : 405), "\(method) \(path.key)")
                let allowed = (answer.headers["Allow"] ?? "").split(separator: ", ").map(String.init)
                #expect(Set(allowed) == all, "\(method) \(path.key)")
            }
        }
    }
}
