import Testing

@testable import HTTP

@Suite struct RouterTests {
    private func router(listen: String = "127.0.0.1:0") throws -> Router {
        let tokens = try AccessToken.parse(file: "cleanup cleanup-token-01")
        return Router(
            [
                Route(.get, "/", access: .open) { _, _ in .text("page") },
                Route(.get, "/api/v1/nodes", access: .scope(.read)) { _, _ in .text("nodes") },
                Route(.get, "/api/v1/nodes/{node}", access: .scope(.read)) { _, parts in
                    .text("node \(parts["node"] ?? "none") \(parts["other"] ?? "none")")
                },
                Route(.get, "/api/v1/sessions/{ref}", access: .scope(.read)) { _, parts in .text(parts["ref"] ?? "") },
                Route(.post, "/api/v1/sessions/lookup", access: .scope(.read)) { request, _ in
                    .text("\(request.body.count)")
                },
                Route(.get, "/api/v1/cleanup", access: .scope(.read)) { _, _ in .text("plan") },
                Route(.post, "/api/v1/cleanup", access: .scope(.cleanup)) { request, _ in
                    .text(request.grants.map(\.rawValue).joined())
                },
            ], access: AccessRules(tokens: tokens, listen: try .parse(listen)))
    }

    /// `answer` is the body, or what Allow says.
    private static let rows: [(method: HTTPMethod, target: String, status: Int, answer: String, template: String)] = [
        (.get, "/", 200, "page", "/"),
        (.get, "/api/v1/nodes", 200, "nodes", "/api/v1/nodes"),
        (.head, "/api/v1/nodes", 200, "nodes", "/api/v1/nodes"),
        (.get, "/api/v1/nodes?drain=1", 200, "nodes", "/api/v1/nodes"),
        (.get, "/api/v1/nodes/a%2Fb", 200, "node a/b none", "/api/v1/nodes/{node}"),
        (.get, "/api/v1/%6Eodes", 200, "nodes", "/api/v1/nodes"),
        (.get, "/api/v1/sessions/s:01", 200, "s:01", "/api/v1/sessions/{ref}"),
        (.post, "/api/v1/sessions/lookup", 200, "0", "/api/v1/sessions/lookup"),
        (.get, "/api/v1/sessions/lookup", 405, "POST, OPTIONS", "/api/v1/sessions/lookup"),
        (.head, "/api/v1/sessions/lookup", 405, "POST, OPTIONS", "/api/v1/sessions/lookup"),
        (.post, "/api/v1/nodes", 405, "GET, HEAD, OPTIONS", "/api/v1/nodes"),
        (.trace, "/api/v1/nodes", 405, "GET, HEAD, OPTIONS", "/api/v1/nodes"),
        (.query, "/api/v1/nodes", 405, "GET, HEAD, OPTIONS", "/api/v1/nodes"),
        (.delete, "/api/v1/cleanup", 405, "GET, HEAD, POST, OPTIONS", "/api/v1/cleanup"),
        (.options, "/api/v1/cleanup", 204, "GET, HEAD, POST, OPTIONS", "/api/v1/cleanup"),
        (.options, "*", 204, "GET, HEAD, POST, OPTIONS", "other"),
        (.get, "*", 400, "", "other"),
        (.get, "/api/v1/nodes/", 404, "", "other"),
        (.get, "/API/v1/nodes", 404, "", "other"),
        (.get, "/api/v1/nodes/a/b", 404, "", "other"),
        (.options, "/nope", 404, "", "other"),
        (.get, "/api/v1/nodes/%zz", 400, "", "other"),
        (.post, "/api/v1/cleanup", 401, "", "/api/v1/cleanup"),
    ]

    @Test(arguments: rows.indices) func eachRequestFindsItsRoute(index: Int) throws {
        let row = Self.rows[index]
        let router = try router()
        let request = HTTPRequest(row.method, row.target, headers: ["Host": "localhost"])
        let (response, template) = router.respond(to: request)
        #expect(response.status == row.status)
        #expect(template == row.template)
        let body = String(decoding: response.body, as: UTF8.self)
        if row.status != 200 {
            #expect((response.headers["Allow"] ?? "") == row.answer)
        } else {
            #expect(body == row.answer)
        }
        #expect((response.headers["Content-Type"] == "application/problem+json") == (row.status >= 400))
        #expect((router.bodyBytes(of: request) != nil) == (row.status == 200))
    }

    @Test func theTokensScopesReachTheHandler() throws {
        var request = HTTPRequest(.post, "/api/v1/cleanup", headers: ["Authorization": "Bearer cleanup-token-01"])
        #expect(String(decoding: try router().respond(to: request).response.body, as: UTF8.self) == "cleanup")
        // What the caller filled in is no grant.
        request.headers = [:]
        request.grants = [.cleanup]
        #expect(try router().respond(to: request).response.status == 401)
    }

    @Test func elsewhereThanOnLoopbackReadsNeedAToken() throws {
        let router = try router(listen: "0.0.0.0:0")
        #expect(router.respond(to: HTTPRequest(.get, "/api/v1/nodes")).response.status == 401)
        #expect(router.respond(to: HTTPRequest(.get, "/")).response.status == 200)
        let (response, template) = router.respond(to: HTTPRequest(.get, "/nope", headers: ["Host": "evil.example"]))
        #expect(response.status == 421 && template == "other")
    }

    /// Ten wrong tokens of one address; then none of it is looked at for a minute.
    @Test func whoGuessesTokensIsHeldOff() throws {
        let router = try router()
        let start = ContinuousClock.now
        func ask(
            _ token: String?, from peer: String = "192.0.2.1", _ method: HTTPMethod = .get, at seconds: Int = 0
        ) -> HTTPResponse {
            let target = method == .post ? "/api/v1/cleanup" : "/api/v1/nodes"
            var request = HTTPRequest(method, target, peer: peer)
            if let token { request.headers["Authorization"] = "Bearer \(token)" }
            let time = RequestTime(unixSeconds: 0, instant: start + .seconds(seconds))
            // As the server does: asked about the body first, which counts nothing.
            _ = router.bodyBytes(of: request, at: time)
            return router.respond(to: request, at: time).response
        }
        for _ in 0..<FailureTable.limit { #expect(ask("wrong-wrong-wrong").status == 401) }
        for token in ["wrong-wrong-wrong", "cleanup-token-01", ""] {
            let answer = ask(token, .post, at: 20)
            #expect(answer.status == 429)
            #expect(answer.headers["Retry-After"] == "40")
            let expected = """
                {"type":"about:blank","title":"Too Many Requests","status":429,\
                "detail":"too many wrong tokens came from this address"}
                """
            #expect(String(decoding: answer.body, as: UTF8.self) == expected)
        }
        // Open reads without a token go on, and so does everyone else.
        #expect(ask(nil).status == 200)
        #expect(ask("cleanup-token-01", from: "192.0.2.2", .post).status == 200)
        #expect(ask("cleanup-token-01", .post, at: 60).status == 200)
    }

    /// Rules that are read anew forgive nobody.
    @Test func whoWasHeldOffStaysSoUnderNewRules() throws {
        let failures = FailedTokens()
        let rules = AccessRules(listen: try .parse("127.0.0.1:0"))
        let route = Route(.get, "/", access: .open) { _, _ in .text("") }
        let request = HTTPRequest(.get, "/", headers: ["Authorization": "Bearer wrong"], peer: "192.0.2.1")
        let old = Router([route], access: rules, failures: failures)
        for _ in 0..<FailureTable.limit { #expect(old.respond(to: request).response.status == 401) }
        #expect(Router([route], access: rules, failures: failures).respond(to: request).response.status == 429)
    }
}
