import Redis
import Sockets
import Testing

@Suite struct RedisDeploymentURLTests {
    private static func tcp(_ host: String, _ port: UInt16) -> RedisEndpoint {
        RedisEndpoint(.tcp(host: host, port: port))
    }

    private static func encrypted(_ host: String, _ port: UInt16) -> RedisEndpoint {
        RedisEndpoint(.tcp(host: host, port: port), tls: ClientTLS())
    }

    private static func named(_ host: String, _ port: UInt16) -> RedisEndpoint {
        RedisEndpoint(.tcp(host: host, port: port), username: "ann", password: "hunter2")
    }

    private static let table: [(url: String, deployment: RedisDeployment)] = [
        ("redis://127.0.0.1", .server(tcp("127.0.0.1", 6379))),
        ("rediss://[::1]:7000", .server(encrypted("::1", 7000))),
        ("unix:///run/redis.sock", .server(RedisEndpoint(.unix(path: "/run/redis.sock")))),
        (
            "redis+sentinel://h1:26380,h2/mymaster",
            .sentinel(RedisSentinels(sentinels: [tcp("h1", 26380), tcp("h2", 26379)], masterName: "mymaster"))
        ),
        (
            "REDIS+Sentinel://[::1]:1/a%2Fb/3",
            .sentinel(RedisSentinels(sentinels: [tcp("::1", 1)], masterName: "a/b", database: 3))
        ),
        (
            "redis+sentinel://ann:hunter2@h1/m/?sentinel_auth=0",
            .sentinel(
                RedisSentinels(
                    sentinels: [tcp("h1", 26379)], masterName: "m", username: "ann", password: "hunter2"))
        ),
        (
            "redis+sentinel://ann:hunter2@h1/m/0?sentinel_auth=1",
            .sentinel(
                RedisSentinels(
                    sentinels: [named("h1", 26379)], masterName: "m", username: "ann", password: "hunter2",
                    authenticatesToSentinels: true))
        ),
        (
            "rediss+sentinel://h1/m",
            .sentinel(
                RedisSentinels(sentinels: [encrypted("h1", 26379)], masterName: "m", tls: ClientTLS()))
        ),
        (
            "rediss+sentinel://ann:hunter2@h1/m?sentinel_tls=false&sentinel_auth=true",
            .sentinel(
                RedisSentinels(
                    sentinels: [named("h1", 26379)], masterName: "m", username: "ann", password: "hunter2",
                    tls: ClientTLS(), authenticatesToSentinels: true, encryptsSentinels: false))
        ),
        (
            "rediss+sentinel://h1/m?sentinel_tls=1",
            .sentinel(RedisSentinels(sentinels: [encrypted("h1", 26379)], masterName: "m", tls: ClientTLS()))
        ),
        ("redis+cluster://h1:7000", .cluster([tcp("h1", 7000)])),
        (
            "redis+cluster://ann:hunter2@h1:7000,h2/",
            .cluster([named("h1", 7000), named("h2", 6379)])
        ),
        ("rediss+cluster://h1,[::1]:2/0", .cluster([encrypted("h1", 6379), encrypted("::1", 2)])),
    ]

    @Test(arguments: table) func aURLIsRead(_ url: String, _ expected: RedisDeployment) throws {
        #expect(try RedisDeployment(url: url) == expected)
    }

    @Test(arguments: [
        "", "h1:26379", "http://h", "redis+ring://h", "sentinel://h/m", "redis://h1,h2", "redis://h?db=1",
        "redis://h/x",
        "redis+sentinel://h1", "redis+sentinel://h1/", "redis+sentinel:///m", "redis+sentinel://h1,/m",
        "redis+sentinel://,h1/m", "redis+sentinel://h1/m/x", "redis+sentinel://h1/m/0/0", "redis+sentinel://h1/%20",
        "redis+sentinel://h1/%4", "redis+sentinel://h1/m?db=1", "redis+sentinel://h1/m?sentinel_auth=yes",
        "redis+sentinel://h1/m?sentinel_tls=true", "rediss+sentinel://h1/m?sentinel_tls=",
        "rediss+sentinel://h1/m?tls=0",
        "rediss+sentinel://h1/m?sentinel_tls=0&sentinel_tls=0", "rediss+sentinel://h1/m?sentinel_tls=0&",
        "redis+sentinel://h1:x/m", "redis+sentinel://h1/\(String(repeating: "m", count: 256))", "redis+cluster://",
        "redis+cluster://h1/1", "redis+cluster://h1/0/0", "redis+cluster://h1?db=0", "redis+cluster://h1,,h2",
        "redis+cluster://h1:0",
    ])
    func aBadURLIsRefused(_ url: String) {
        let error = #expect(throws: RedisError.self) { try RedisDeployment(url: url) }
        guard case .invalidURL = error else {
            Issue.record("not invalidURL: \(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["redis+sentinel://", "redis+cluster://"]) func hostsAreBounded(_ scheme: String) throws {
        func url(_ count: Int) -> String {
            scheme + (1...count).map { "h\($0)" }.joined(separator: ",") + (scheme.contains("sentinel") ? "/m" : "")
        }
        #expect(throws: Never.self) { try RedisDeployment(url: url(64)) }
        #expect(throws: RedisError.invalidURL("more than 64 hosts")) { try RedisDeployment(url: url(65)) }
    }

    @Test(arguments: [
        "redis+ring://ann:hunter2@h", "redis+sentinel://ann:hunter2@h", "redis+sentinel://ann:hunter2",
        "redis+sentinel://ann:hunter2@h/m/x", "redis+sentinel://ann:hunter2@h/m?hunter2", "redis+cluster://ann:hunter2",
        "redis+cluster://h,ann:hunter2", "redis+cluster://ann:hunter2@h/1", "redis+cluster://ann:hunter2%@h",
        "ann:hunter2@redis+cluster://h", "redis+cluster://h/hunter2", "redis+sentinel://h/m/hunter2",
    ])
    func noErrorShowsAnythingOfTheURLThatMayBeAPassword(_ url: String) throws {
        let error = try #require(throws: RedisError.self) { try RedisDeployment(url: url) }
        for text in ["\(error)", String(reflecting: error), error.localizedDescription] {
            #expect(!text.contains("hunter2"))
        }
    }

    @Test(arguments: [
        ("rediss://ann:hunter2@h/2", "h:6379/2"),
        (
            "redis+sentinel://ann:hunter2@h1,[::1]:1/mymaster/2?sentinel_auth=1",
            "mymaster/2 of the sentinels h1:26379, [::1]:1"
        ),
        ("redis+cluster://ann:hunter2@h1,[::1]:1", "the cluster of h1:6379, [::1]:1"),
    ])
    func descriptionsShowTheAddressesAndNeverThePassword(_ url: String, _ expected: String) throws {
        let deployment = try RedisDeployment(url: url)
        #expect("\(deployment)" == expected)
        var text = ""
        dump(deployment, to: &text)
        if case .sentinel(let sentinels) = deployment { dump(sentinels, to: &text) }
        text += "\(String(reflecting: deployment)) \([deployment]) \(Optional(deployment) as Any)"
        #expect(!text.contains("hunter2"))
    }

    @Test func credentialsAndTLSAreSetEverywhereButOverUnixSocketsAndWhereTheyAreNotWanted() throws {
        let tls = ClientTLS(caFile: "/ca", certFile: "/cert", keyFile: "/key", serverName: "redis")
        func set(_ url: String) throws -> RedisDeployment {
            var deployment = try RedisDeployment(url: url)
            deployment.setCredentials(username: "ann", password: "hunter2")
            deployment.setTLS(tls)
            return deployment
        }
        func endpoint(_ host: String, _ port: UInt16, named: Bool = true) -> RedisEndpoint {
            var endpoint = named ? Self.named(host, port) : Self.tcp(host, port)
            endpoint.tls = tls
            return endpoint
        }
        #expect(try set("redis://bob:b@h") == .server(endpoint("h", 6379)))
        #expect(
            try set("unix:///s") == .server(RedisEndpoint(.unix(path: "/s"), username: "ann", password: "hunter2")))
        #expect(try set("rediss+cluster://h1,h2") == .cluster([endpoint("h1", 6379), endpoint("h2", 6379)]))
        for authenticates in [false, true] {
            let expected = RedisSentinels(
                sentinels: [endpoint("h", 26379, named: authenticates)], masterName: "m", username: "ann",
                password: "hunter2", tls: tls, authenticatesToSentinels: authenticates)
            #expect(try set("redis+sentinel://h/m?sentinel_auth=\(authenticates ? 1 : 0)") == .sentinel(expected))
        }
        let inTheClear = RedisSentinels(
            sentinels: [Self.tcp("h", 26379)], masterName: "m", username: "ann", password: "hunter2", tls: tls,
            encryptsSentinels: false)
        #expect(try set("rediss+sentinel://h/m?sentinel_tls=false") == .sentinel(inTheClear))
    }
}
