import Testing

@testable import HTTP

@Suite struct AccessRulesTests {
    private static let reader = "reader-token-0123"
    private static let cleaner = "cleaner-token-0123"

    private static func rules(_ listen: String, anonymous: Bool = false) throws -> AccessRules {
        let tokens = try AccessToken.parse(file: "read \(reader)\ncleanup,reveal \(cleaner)\n")
        return AccessRules(
            tokens: tokens, listen: try .parse(listen), allowAnonymousReads: anonymous,
            allowedHosts: ["sessions.example.org"])
    }

    /// A status of 200 stands for let in.
    private struct Row {
        var listen = "127.0.0.1:9850"
        var anonymous = false
        var access = Route.Access.scope(.read)
        var authorization: String?
        var target = "/"
        var status = 200
        var grants: Set<AccessScope> = []
    }

    private static let rows = [
        Row(),
        Row(listen: "0.0.0.0:9850", status: 401),
        Row(listen: "0.0.0.0:9850", anonymous: true),
        Row(listen: "0.0.0.0:9850", access: .open),
        Row(listen: "0.0.0.0:9850", authorization: "Bearer \(reader)", grants: [.read]),
        Row(listen: "0.0.0.0:9850", authorization: "bearer  \(reader)", grants: [.read]),
        Row(listen: "0.0.0.0:9850", authorization: "Basic \(reader)", status: 401),
        Row(listen: "0.0.0.0:9850", authorization: reader, status: 401),
        Row(listen: "0.0.0.0:9850", authorization: "Bearer \(cleaner)", status: 403, grants: [.cleanup, .reveal]),
        Row(access: .scope(.cleanup), status: 401),
        Row(anonymous: true, access: .scope(.events), status: 401),
        Row(access: .scope(.cleanup), authorization: "Bearer \(reader)", status: 403, grants: [.read]),
        Row(access: .scope(.cleanup), authorization: "Bearer \(cleaner)", grants: [.cleanup, .reveal]),
        Row(authorization: "Bearer \(cleaner)", grants: [.cleanup, .reveal]),
        // A wrong token is told so, even where none is needed.
        Row(access: .open, authorization: "Bearer reader-token-0124", status: 401),
        Row(authorization: "Bearer", status: 401),
        Row(authorization: "Bearer \(reader)x", status: 401),
        Row(authorization: "Bearer \(reader.dropLast())", status: 401),
        Row(authorization: "Bearer \(reader) ", status: 401),
        Row(target: "/?access_token=\(reader)", status: 400),
        Row(authorization: "Bearer \(reader)", target: "/?a=1&TOKEN=x", status: 400),
    ]

    @Test(arguments: rows.indices) func grantsAndRefusals(index: Int) throws {
        let row = Self.rows[index]
        let rules = try Self.rules(row.listen, anonymous: row.anonymous)
        var request = HTTPRequest(.get, row.target, headers: ["Host": "localhost"])
        request.headers["Authorization"] = row.authorization
        let refusal = rules.refusal(identifying: &request) ?? rules.refusal(of: request.grants, to: row.access)
        #expect(refusal?.status ?? 200 == row.status)
        #expect(request.grants == row.grants)
        #expect(
            (refusal?.headers["WWW-Authenticate"]?.hasPrefix("Bearer") ?? false) == [401, 403].contains(row.status))
        let text = String(decoding: refusal?.body ?? [], as: UTF8.self)
        #expect(!text.contains(Self.reader) && !text.contains(Self.cleaner))
    }

    @Test func aMissingScopeIsNamed() throws {
        let rules = try Self.rules("127.0.0.1:0")
        let refusal = try #require(rules.refusal(of: [.read], to: .scope(.reveal)))
        let expected = """
            {"type":"about:blank","title":"Forbidden","status":403,"detail":"the token lacks the scope 'reveal'",\
            "scope":"reveal"}
            """
        #expect(String(decoding: refusal.body, as: UTF8.self) == expected)
        #expect(refusal.headers["WWW-Authenticate"] == "Bearer error=\"insufficient_scope\", scope=\"reveal\"")
    }

    @Test func twoAuthorizationsAreRefused() throws {
        var request = HTTPRequest(.get, "/")
        for _ in 1...2 { request.headers.add("Authorization", "Bearer \(Self.reader)") }
        #expect(try Self.rules("127.0.0.1:0").refusal(identifying: &request)?.status == 400)
        #expect(request.grants == [])
    }

    private static let hosts: [(host: String, isAllowed: Bool)] = [
        ("localhost", true), ("LOCALHOST:9850", true), ("localhost.", true), ("127.0.0.1:9850", true),
        ("10.1.2.3", true),
        ("[::1]", true), ("[fe80::1]:9850", true), ("monitor.internal:9850", true), ("Sessions.Example.org", true),
        ("example.org", false), ("evil.example:9850", false), ("localhost.evil.example", false), ("", false),
        ("localhost:x", false), ("localhost:999999", false), ("user@localhost", false), ("::1", false), ("[::1", false),
        ("[127.0.0.1]", false), ("[::1]x", false), ("local host", false), ("127.0.0.1.evil.example", false),
    ]

    @Test(arguments: hosts.indices) func aStrangersNameIsMisdirected(index: Int) throws {
        let (host, isAllowed) = Self.hosts[index]
        let rules = try Self.rules("monitor.internal:9850")
        var request = HTTPRequest(.get, "/", headers: ["Host": host])
        #expect(rules.refusal(identifying: &request)?.status == (isAllowed ? nil : 421))
        var absolute = HTTPRequest(.get, "http://\(host)/", headers: ["Host": "localhost"])
        if absolute.targetFault == nil {
            #expect(rules.refusal(identifying: &absolute)?.status == (isAllowed ? nil : 421))
        }
    }

    @Test func anOldClientWithoutHostIsLetIn() throws {
        var request = HTTPRequest(.get, "/")
        #expect(try Self.rules("127.0.0.1:0").refusal(identifying: &request) == nil)
    }
}
