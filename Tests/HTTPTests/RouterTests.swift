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
}
