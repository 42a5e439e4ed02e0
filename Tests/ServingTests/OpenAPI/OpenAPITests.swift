import Exposition
import HTTP
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Configuration
@testable import Serving

/// `/openapi.json` is what the router does: no more, no less.
@Suite(.ownThreads) struct OpenAPITests {
    static let tokens: [AccessScope: String] = [
        .read: "reader-token-0123456789", .events: "pusher-token-0123456789", .cleanup: "cleaner-token-0123456789",
    ]

    /// A registry beyond loopback, where each read needs its token, and the operations of its document.
    struct Documented {
        let router: Router
        let routes: [Route]
        let document: JSONValue

        init() throws {
            let watched = RouteTests.registry().watched
            var settings = Settings()
            settings.events.http = true
            routes =
                Routes(
                    watch: watched.watch, intake: watched.intake, board: CleanupBoard(settings.cleanup),
                    settings: settings,
                    instance: WatchedRegistry.instance, keptSeconds: 0
                ).all
            let tokens = OpenAPITests.tokens.compactMap { AccessToken($0.value, scopes: [$0.key]) }
            router = Router(
                routes, access: AccessRules(tokens: tokens, listen: ListenAddress(host: "0.0.0.0", port: 0)))
            let request = HTTPRequest(
                .get, "/openapi.json", headers: ["Authorization": "Bearer \(OpenAPITests.tokens[.read] ?? "")"])
            document = try JSONValue(parsing: router.respond(to: request).response.body)
        }

        var operations: [(method: HTTPMethod, template: String, said: JSONValue)] {
            (document["paths"]?.object ?? []).flatMap { path, operations in
                (operations.object ?? []).compactMap { name, said in
                    HTTPMethod(rawValue: name.uppercased()).map { ($0, path, said) }
                }
            }
        }

        /// The answer to a request that only its token, its query and its body make right or wrong.
        func ask(
            _ method: HTTPMethod, _ template: String, _ query: String = "", body: String = "", scope: AccessScope?
        ) -> HTTPResponse {
            let path = template.replacing("{ref}", with: "s:d57d19d1bc9e3d9c").replacing(#/\{[a-z]+\}/#, with: "node-1")
            let headers: HTTPHeaders = scope.map { ["Authorization": "Bearer \(OpenAPITests.tokens[$0] ?? "")"] } ?? [:]
            return router.respond(to: HTTPRequest(method, path + query, headers: headers, body: Array(body.utf8)))
                .response
        }

        func scope(_ said: JSONValue) -> AccessScope? {
            said["security"]?[0]?["bearer"]?[0]?.string.flatMap(AccessScope.init)
        }
    }

    @Test func everyRouteStandsInItAndNoneThatIsNot() throws {
        let documented = try Documented()
        let routes = Set(documented.routes.map { "\($0.method.rawValue) \($0.template)" })
        #expect(Set(documented.operations.map { "\($0.method.rawValue) \($0.template)" }) == routes)
        let said = OpenAPIDocument.operations(maxIDLength: 1_024).map { "\($0.method.rawValue) \($0.template)" }
        #expect(Set(said) == routes)
        #expect(Set(said).count == said.count)
        let ids = documented.operations.compactMap { $0.said["operationId"]?.string }
        #expect(Set(ids).count == documented.routes.count)
    }

    @Test func whoMayAskForWhatIsWhatItSays() throws {
        let documented = try Documented()
        for (method, template, said) in documented.operations {
            let needed = documented.scope(said)
            #expect((needed == nil) == (said["security"] == []), "\(template)")
            #expect((documented.ask(method, template, scope: nil).status == 401) == (needed != nil), "\(template)")
            for scope in Self.tokens.keys {
                let isRefused = documented.ask(method, template, scope: scope).status == 403
                #expect(isRefused == (needed != nil && needed != scope), "\(template) \(scope)")
            }
            #expect((said["responses"]?["403"] != nil) == (needed != nil), "\(template)")
        }
    }

    @Test func theParametersAreThoseThatAreTaken() throws {
        let documented = try Documented()
        for (method, template, said) in documented.operations where template != "/metrics" && template != "/" {
            let parameters = said["parameters"]?.array ?? []
            let answer = documented.ask(method, template, "?no-such=1", scope: documented.scope(said))
            let names = parameters.filter { $0["in"] == "query" }.compactMap { $0["name"]?.string }
            let detail = try JSONValue(parsing: answer.body)["detail"]?.string
            let known = names.isEmpty ? "none" : names.joined(separator: ", ")
            #expect(detail == "unknown parameter; known here: \(known)", "\(method) \(template)")
            let inPath = parameters.filter { $0["in"] == "path" }.compactMap { $0["name"]?.string }
            #expect(inPath == template.matches(of: #/\{([a-z]+)\}/#).map { String($0.output.1) })
        }
    }

    @Test func theirBoundsAndWordsAreThoseThatHold() throws {
        let documented = try Documented()
        var tried = 0
        for (method, template, said) in documented.operations {
            for parameter in said["parameters"]?.array ?? [] where parameter["in"] == "query" {
                let name = try #require(parameter["name"]?.string)
                let (right, wrong) = Self.values(of: parameter["schema"] ?? .null)
                tried += right.count + wrong.count
                for value in right + wrong {
                    let answer = documented.ask(method, template, "?\(name)=\(value)", scope: documented.scope(said))
                    #expect((answer.status == 400) == wrong.contains(value), "\(template) \(name) \(value)")
                }
            }
        }
        #expect(tried > 50)
    }

    /// Texts at the bounds of a parameter, and beyond.
    private static func values(of schema: JSONValue) -> (right: [String], wrong: [String]) {
        if let words = schema["enum"]?.array { return (words.compactMap(\.string), ["nonsense", "-1"]) }
        guard let form = schema["anyOf"]?[0] else { return ([], []) }
        if let least = form["minimum"]?.int, let most = form["maximum"]?.int {
            return (["\(least)", "\(most)", ""], ["\(least - 1)", "\(most + 1)", "nonsense"])
        }
        guard let pattern = form["pattern"]?.string else { return (["nonsense", ""], []) }
        if pattern.contains("ms") {
            let longest = ["999.999999d", "9999.999999h", "999999m", "99999999s", "99999999999.999999ms"]
            return (longest + ["0s", "1.5h", ""], ["-1s", "1", "s", "1w", "1.s", ".5s", "1.0000000s", "1%20s"])
        }
        if pattern.hasPrefix("^i-") { return (["i-1795407543000-7", ""], ["i-1", "i-1-x", "7"]) }
        return (
            ["s:0123456789abcdef", "0123456789ABCDEF", ""], ["s:0123", "s:0123456789abcdefa", "x:0123456789abcdef"]
        )
    }

    @Test func theMembersOfBodiesAreThoseThatAreTaken() throws {
        let documented = try Documented()
        var tried = 0
        for (method, template, said) in documented.operations {
            guard let body = said["requestBody"] else { continue }
            let schema = body["content"]?["application/json"]?["schema"]
            guard let members = schema?["properties"]?.object?.map(\.key) else { continue }
            tried += 1
            #expect(schema?["additionalProperties"] == false)
            let scope = documented.scope(said)
            let unknown = documented.ask(method, template, body: #"{"no-such":1}"#, scope: scope)
            #expect(unknown.status == 400, "\(template)")
            let detail = try JSONValue(parsing: unknown.body)["detail"]?.string ?? ""
            if let known = detail.firstRange(of: "known here: ").map({ detail[$0.upperBound...] }) {
                #expect(Set(known.split(separator: ", ").map(String.init)) == Set(members), "\(template)")
            }
            let isRequired = documented.ask(method, template, scope: scope).status == 400
            #expect(body["required"]?.bool == isRequired, "\(template)")
        }
        #expect(tried == 6)
    }

    @Test func bodiesAreBoundedByWhatItSays() throws {
        let documented = try Documented()
        let texts: [(template: String, member: String, longest: Int)] = [
            ("/api/v1/cleanup", "by", 64), ("/api/v1/cleanup/resume", "by", 64),
            ("/api/v1/cleanup/suspend", "why", 200), ("/api/v1/cleanup/attest", "node", 512),
        ]
        for (template, member, longest) in texts {
            let said = try #require(documented.operations.first { $0.template == template && $0.method == .post }?.said)
            let schema = said["requestBody"]?["content"]?["application/json"]?["schema"]
            #expect(schema?["properties"]?[member]?["maxLength"]?.int == longest)
            let body = "{\"\(member)\":\"\(String(repeating: "é", count: longest + 1))\"}"
            let answer = documented.ask(.post, template, body: body, scope: .cleanup)
            #expect(answer.status == 400)
            #expect(try JSONValue(parsing: answer.body)["detail"] == "longer than \(longest) characters")
        }
        let dry = #"{"by":"\#(String(repeating: "é", count: 64))"}"#
        #expect(documented.ask(.post, "/api/v1/cleanup", body: dry, scope: .cleanup).status == 200)
    }
}
