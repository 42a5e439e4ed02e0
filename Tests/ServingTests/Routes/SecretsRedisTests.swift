import Exposition
import HTTP
import Lab
import Redis
import Sessions
import TestSupport
import Testing

/// Session ids are credentials: only a token with the scope `reveal` is shown one, by one route.
@Suite(.ownThreads) struct SecretsRedisTests {
    private static let readToken = "reader-token-0123456789"
    private static let revealToken = "revealer-token-0123456789"

    private static let tokens = [
        AccessToken(readToken, scopes: [.read]), AccessToken(revealToken, scopes: [.read, .reveal]),
    ].compactMap(\.self)

    /// Ids of all forms.
    private static let ids = [
        "7c9e6679-7425-40de-944b-e07fc1f90ae7", "550e8400e29b41d4a716446655440000",
        "7C9E6679-7425-40DE-944B-E07FC1F90AE8",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJl", "planted:id*[with]\\\"{all}",
    ]

    /// What must be nowhere: the ids, and in parts, what else stands in the values, the passwords and the tokens.
    private static let secrets = PlantedSecrets([
        "the first id": ids[0], "the second id": ids[1], "the third id": ids[2], "the fourth id": ids[3],
        "the fifth id": ids[4], "the first id (its beginning)": "7c9e6679", "the second id (its beginning)": "550e8400",
        "the third id (its beginning)": "7C9E6679", "the fourth id (its beginning)": "eyJhbGci",
        "the fifth id (its beginning)": "planted", "the password": "hunter2", "a value": "swordfish",
        "the reader's token": readToken, "the revealer's token": revealToken,
    ])

    private static let targets = [
        "/metrics", "/livez?verbose", "/readyz?verbose", "/api/v1/status", "/api/v1/nodes", "/api/v1/nodes/node-1",
        "/api/v1/sessions", "/api/v1/sessions?state=malformed", "/api/v1/sessions?limit=1",
    ]

    private static func watched() throws -> WatchedRegistry {
        let redis = try PrivateRedis(arguments: ["--requirepass", "hunter2"])
        var endpoint = redis.endpoint
        endpoint.password = "hunter2"
        var connection = try RedisConnection.open(endpoint)
        let values = [
            "{\"node\":\"node-1\",\"boot\":\"b1\",\"token\":\"swordfish\",\"client\":{\"name\":\"cursor\",\"key\":\"swordfish\"}}",
            "{\"node\":\"node-2\",\"boot\":\"b1\",\"auth\":{\"node\":\"swordfish\"}}", "swordfish",
            "{\"node\":\"node-1\",\"created_at\":\"swordfish\"}", "{\"token\":\"swordfish",
        ]
        for (id, value) in zip(ids, values) { try connection.command(["SET", "mcp:session:\(id)", value]) }
        try connection.command(["SET", "mcp:session:planted:listener", "swordfish"])
        try connection.command(["SET", "mcp:session:planted id", "swordfish"])
        try connection.command(["RPUSH", "mcp:session:planted-list", "swordfish"])
        try connection.command(["SET", "mcp:node:node-1", "{\"boot\":\"b1\",\"password\":\"swordfish\"}"])
        return WatchedRegistry(endpoint, of: redis, tokens: tokens)
    }

    private static func found(in text: String) -> [String] { secrets.found(in: text) }

    @Test func noPageAndNoLogLineHoldsAnIdAValueOrAPassword() async throws {
        let watched = try Self.watched()
        try await watched.look()
        try await watched.read()
        #expect(watched.counts.inAll == Self.ids.count)
        let refs = Self.ids.map { "/api/v1/sessions/\(ref($0))" }
        for target in Self.targets + refs {
            for token in [nil, Self.readToken, Self.revealToken]
            where token != Self.revealToken || !refs.contains(target) {
                for accept in ["text/plain", "application/openmetrics-text"] {
                    let answer = watched.get(target, token: token, headers: ["Accept": accept])
                    #expect(!answer.text.isEmpty)
                    #expect(Self.found(in: answer.text) == [], "\(target)")
                    #expect(Self.found(in: answer.headers.fields.map(\.value).joined()) == [], "\(target)")
                }
            }
        }
        for id in Self.ids {
            var bytes: [UInt8] = []
            JSONValue.object([("id", .string(id))]).write(into: &bytes)
            let answer = watched.ask(HTTPRequest(.post, "/api/v1/sessions/lookup", body: bytes))
            #expect(answer.status == 200)
            #expect(Self.found(in: answer.text) == [])
        }
        #expect(!watched.log.lines.isEmpty)
        #expect(Self.found(in: watched.log.text) == [])
        var dumped = ""
        dump(watched.watch.plan, to: &dumped)
        dump(watched.watch.registry.withLock { $0 }, to: &dumped)
        #expect(Self.found(in: dumped) == [])
    }

    @Test func onlyATokenWithRevealIsShownTheId() async throws {
        let watched = try Self.watched()
        try await watched.read()
        for id in Self.ids {
            let target = "/api/v1/sessions/\(ref(id))"
            let revealed = try JSONValue(parsing: watched.get(target, token: Self.revealToken).body)
            #expect(revealed["data"]?["id"]?.string == id)
            for token in [nil, Self.readToken] {
                let answer = watched.get(target, token: token)
                #expect(answer.status == 200)
                #expect(try JSONValue(parsing: answer.body)["data"]?["id"]?.isNull != false)
            }
        }
        #expect(watched.get("/api/v1/sessions/\(ref(Self.ids[0]))", token: "no-such-token-0123456789").status == 401)
    }

    /// What a server says in a refusal may quote the command, and in it a key.
    @Test(arguments: [
        "-ERR unknown command 'MGET', with args beginning with: 'mcp:session:planted'",
        "-NOPERM No permissions to access a key, with args beginning with: 'mcp:session:planted'",
        "-ERR unknown command `MGET`, with args beginning with: `mcp:session:planted`, `swordfish`",
    ])
    func aRefusalThatQuotesAKeyIsCut(refusal: String) async throws {
        let server = try ScriptedServer([.send(refusal + "\r\n"), .hang])
        let watched = WatchedRegistry(server.endpoint, of: server)
        watched.start()
        try await eventually("the refusal") {
            watched.watch.link.withLock { $0.fullScanFailure } != nil && !watched.log.lines.isEmpty
        }
        await watched.stop()
        for target in Self.targets { #expect(Self.found(in: watched.get(target).text) == [], "\(target)") }
        #expect(Self.found(in: watched.log.text) == [])
    }
}
