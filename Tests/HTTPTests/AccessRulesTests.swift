import Testing

@testable import HTTP

@Suite struct AccessRulesTests {
    private static let reader = "reader-token-0123"
    private static let cleaner = "cleaner-token-0123"
    private static let pusher = "pusher-token-0123"
    /// When the pusher's token expires.
    private static let expiry = 1_798_761_599

    private static func rules(_ listen: String, anonymous: Bool = false, isTLS: Bool = false) throws -> AccessRules {
        let file = """
            read \(reader)
            cleanup,reveal \(cleaner)
            events \(pusher) expires=2026-12-31T23:59:59Z
            """
        let tokens = try AccessToken.parse(file: file)
        return AccessRules(
            tokens: tokens, listen: try .parse(listen), allowAnonymousReads: anonymous,
            allowedHosts: ["sessions.example.org"], isTLS: isTLS)
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
        Row(authorization: "Bearer ", status: 401),
        Row(authorization: "", grants: []),
        Row(authorization: "Bearer \(reader)x", status: 401),
        Row(authorization: "Bearer \(reader.dropLast())", status: 401),
        Row(authorization: "Bearer \(reader) ", status: 401),
        Row(target: "/?access_token=\(reader)", status: 400),
        Row(authorization: "Bearer \(reader)", target: "/?a=1&TOKEN=x", status: 400),
        Row(target: "/?Authorization=Bearer%20\(reader)", status: 400),
        Row(target: "/?api%5Fkey=x", status: 400),
        Row(target: "/?tokens=x"),
    ]

    @Test(arguments: rows.indices) func grantsAndRefusals(index: Int) throws {
        let row = Self.rows[index]
        let rules = try Self.rules(row.listen, anonymous: row.anonymous)
        var request = HTTPRequest(.get, row.target, headers: ["Host": "localhost"])
        request.headers["Authorization"] = row.authorization
        let refusal =
            rules.refusal(identifying: &request, at: 0)?.response ?? rules.refusal(of: request.grants, to: row.access)
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

    @Test func anExpiredTokenIsToldSoAndIsNoGuess() throws {
        let rules = try Self.rules("127.0.0.1:0")
        var request = HTTPRequest(.post, "/", headers: ["Authorization": "Bearer \(Self.pusher)"])
        #expect(rules.refusal(identifying: &request, at: Self.expiry - 1) == nil)
        #expect(request.grants == [.events])
        let refusal = try #require(rules.refusal(identifying: &request, at: Self.expiry))
        #expect(request.grants == [])
        #expect(!refusal.isWrongToken)
        #expect(refusal.response.headers["WWW-Authenticate"] == "Bearer error=\"invalid_token\"")
        let expected = """
            {"type":"about:blank","title":"Unauthorized","status":401,"detail":"the bearer token has expired"}
            """
        #expect(String(decoding: refusal.response.body, as: UTF8.self) == expected)
        request.headers["Authorization"] = "Bearer \(Self.pusher)x"
        #expect(rules.refusal(identifying: &request, at: Self.expiry)?.isWrongToken == true)
    }

    private static let origins: [(origin: String, authority: String, isTLS: Bool, isOwn: Bool)] = [
        ("http://localhost:9850", "localhost:9850", false, true),
        ("http://LOCALHOST:9850", "localhost:9850", false, true),
        ("https://localhost:9850", "localhost:9850", true, true),
        ("http://localhost:9850", "localhost:9850", true, false),
        ("http://[::1]:9850", "[::1]:9850", false, true), ("http://[::1]", "[::1]:80", false, true),
        // Behind a proxy that has the TLS, the Host is that of the page, and the standard port is not written.
        ("https://sessions.example.org", "sessions.example.org", false, true),
        ("https://sessions.example.org", "sessions.example.org:443", false, true),
        ("https://sessions.example.org:443", "sessions.example.org", true, true),
        ("http://sessions.example.org", "sessions.example.org:9850", false, false),
        ("http://localhost:9851", "localhost:9850", false, false),
        ("http://127.0.0.1:9850", "localhost:9850", false, false),
        ("http://evil.example", "localhost:9850", false, false), ("null", "localhost:9850", false, false),
        ("", "localhost:9850", false, false), ("ftp://localhost:9850", "localhost:9850", false, false),
        ("http:localhost:9850", "localhost:9850", false, false),
        ("http://localhost:9850/", "localhost:9850", false, false),
        ("http://x@localhost:9850", "localhost:9850", false, false), ("http://localhost:", "localhost", false, true),
        ("http://localhost:99999", "localhost:9850", false, false), ("http://", "localhost:9850", false, false),
    ]

    @Test(arguments: origins.indices) func aStrangersPageMayOnlyRead(index: Int) throws {
        let (origin, authority, isTLS, isOwn) = Self.origins[index]
        let rules = try Self.rules("127.0.0.1:9850", isTLS: isTLS)
        for method in HTTPMethod.allCases {
            var request = HTTPRequest(method, "/", headers: ["Host": authority, "Origin": origin])
            let isLetIn = isOwn || method == .get || method == .head
            #expect(rules.refusal(identifying: &request, at: 0)?.response.status == (isLetIn ? nil : 403), "\(method)")
        }
    }

    @Test func twoOriginsAreRefused() throws {
        var request = HTTPRequest(.post, "/", headers: ["Host": "localhost"])
        for _ in 1...2 { request.headers.add("Origin", "http://localhost") }
        #expect(try Self.rules("127.0.0.1:0").refusal(identifying: &request, at: 0)?.response.status == 403)
    }

    @Test func twoAuthorizationsAreRefused() throws {
        var request = HTTPRequest(.get, "/")
        for _ in 1...2 { request.headers.add("Authorization", "Bearer \(Self.reader)") }
        #expect(try Self.rules("127.0.0.1:0").refusal(identifying: &request, at: 0)?.response.status == 400)
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
        #expect(rules.refusal(identifying: &request, at: 0)?.response.status == (isAllowed ? nil : 421))
        var absolute = HTTPRequest(.get, "http://\(host)/", headers: ["Host": "localhost"])
        if absolute.targetFault == nil {
            #expect(rules.refusal(identifying: &absolute, at: 0)?.response.status == (isAllowed ? nil : 421))
        }
    }

    @Test func anOldClientWithoutHostIsLetIn() throws {
        var request = HTTPRequest(.get, "/")
        #expect(try Self.rules("127.0.0.1:0").refusal(identifying: &request, at: 0) == nil)
    }
}
