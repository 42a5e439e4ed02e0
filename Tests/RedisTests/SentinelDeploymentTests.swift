import Lab
import Redis
import TestSupport
import Testing

/// How the master is found among scripted sentinels, which say what they are told to, and real servers.
@Suite(.ownThreads, .serialized, .timeLimit(.minutes(15))) struct SentinelDeploymentTests {
    private static func bulk(_ words: [String]) -> String {
        "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
    }

    /// A sentinel that names a server; without an epoch, it refuses to give details.
    private static func sentinel(naming server: RedisEndpoint, epoch: Int?) throws -> ScriptedServer {
        guard case .tcp(let host, let port) = server.transport else { preconditionFailure("no TCP endpoint") }
        let details = epoch.map { bulk(["name", "mymaster", "config-epoch", "\($0)", "num-slaves", "1"]) }
        return try ScriptedServer([
            .receive(bytes: 1), .send(bulk([host, "\(port)"]) + (details ?? "-NOPERM no\r\n")), .hang,
        ])
    }

    /// Two real servers, of which the second may be the first one's replica, and an address where nobody listens.
    private final class Servers {
        let first: PrivateRedis
        let second: PrivateRedis
        let nowhere = RedisEndpoint(.tcp(host: "127.0.0.1", port: 1))

        init(secondIsReplica: Bool) throws {
            first = try PrivateRedis(tcp: true)
            second = try PrivateRedis(tcp: true)
            guard secondIsReplica, case .tcp(let host, let port) = first.endpoint.transport else { return }
            var connection = try second.connect()
            try connection.command(["REPLICAOF", host, "\(port)"])
        }

        func stop() {
            first.stop()
            second.stop()
        }
    }

    private static func search(_ scripts: [ScriptedServer]) -> RedisSentinels {
        RedisSentinels(sentinels: scripts.map(\.endpoint), masterName: "mymaster")
    }

    @Test func aServerThatWasDemotedIsRefused() throws {
        let servers = try Servers(secondIsReplica: true)
        defer { servers.stop() }
        // The first sentinel was cut off and names, with a higher epoch even, what is a replica now.
        let scripts = try [
            Self.sentinel(naming: servers.second.endpoint, epoch: 9),
            Self.sentinel(naming: servers.first.endpoint, epoch: 3),
        ]
        defer { for script in scripts { script.stop() } }
        var sentinels = Self.search(scripts)
        #expect(try sentinels.master(limits: .patient) == servers.first.endpoint)
        // Alone it leads nowhere, and says why.
        var alone = Self.search([scripts[0]])
        let error = refusal { () throws(RedisError) in _ = try alone.master(limits: .patient) }
        #expect(
            error
                == .connect(
                    scripts[0].endpoint,
                    reason:
                        "no master found; \(scripts[0].endpoint.address): names \(servers.second.endpoint.address), refused: its role is slave"
                ))
        #expect(error?.kind == .io)
    }

    @Test(
        arguments: [
            ([1, 2, 2], "second"), ([2, 1, 1], "first"), ([nil, 0, nil], "second"),
        ] as [([Int?], String)])
    func amongSeveralMastersTheHighestEpochWins(_ epochs: [Int?], _ winner: String) throws {
        let servers = try Servers(secondIsReplica: false)
        defer { servers.stop() }
        let named = [servers.first, servers.second, servers.second]
        let scripts = try zip(named, epochs).map { try Self.sentinel(naming: $0.endpoint, epoch: $1) }
        defer { for script in scripts { script.stop() } }
        var sentinels = Self.search(scripts)
        #expect(
            try sentinels.master(limits: .patient)
                == (winner == "first" ? servers.first.endpoint : servers.second.endpoint))
    }

    @Test func wheresAMajorityAgreesTheOthersAreNotAsked() throws {
        let servers = try Servers(secondIsReplica: false)
        defer { servers.stop() }
        let agreeing = try [1, 1].map { try Self.sentinel(naming: servers.first.endpoint, epoch: $0) }
        let other = try Self.sentinel(naming: servers.second.endpoint, epoch: 0)
        defer { for script in agreeing + [other] { script.stop() } }
        var sentinels = Self.search(agreeing + [other])
        #expect(try sentinels.master(limits: .patient) == servers.first.endpoint)
        #expect(other.received.isEmpty)
    }

    @Test func theSentinelThatAnsweredIsAskedFirstNextTime() throws {
        let redis = try PrivateRedis(tcp: true)
        defer { redis.stop() }
        let script = try Self.sentinel(naming: redis.endpoint, epoch: 1)
        defer { script.stop() }
        let nowhere = RedisEndpoint(.tcp(host: "127.0.0.1", port: 1))
        var sentinels = RedisSentinels(
            sentinels: [nowhere, script.endpoint], masterName: "mymaster", database: 3, username: "default",
            password: "")
        let master = try sentinels.master(limits: .patient)
        #expect(master == RedisEndpoint(redis.endpoint.transport, database: 3, username: "default"))
        #expect(sentinels.sentinels == [script.endpoint, nowhere])
    }

    @Test func whereNoneHelpsEachIsNamedWithItsReason() throws {
        let nowhere = RedisEndpoint(.tcp(host: "127.0.0.1", port: 1))
        let scripts = try [
            "*-1\r\n-ERR No such master with that name\r\n", "-NOAUTH Authentication required.\r\n+x\r\n",
        ]
        .map { try ScriptedServer([.receive(bytes: 1), .send($0), .hang]) }
        defer { for script in scripts { script.stop() } }
        var sentinels = RedisSentinels(sentinels: [nowhere] + scripts.map(\.endpoint), masterName: "mymaster")
        let error = refusal { () throws(RedisError) in _ = try sentinels.master(limits: .patient) }
        let reason = """
            no master found; 127.0.0.1:1: Connection refused; \(scripts[0].endpoint.address): it knows no master named mymaster; \
            \(scripts[1].endpoint.address): NOAUTH Authentication required.
            """
        #expect(error == .connect(nowhere, reason: reason))
        var none = RedisSentinels(sentinels: [], masterName: "mymaster")
        let empty = refusal { () throws(RedisError) in _ = try none.master(limits: .patient) }
        #expect(empty == .invalidURL("no sentinel is given"))
    }

    @Test func aSubscriptionGivesTheLastSwitchOfOurMaster() throws {
        let words = ["subscribe", "+switch-master"]
        let subscribed = "*3\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined() + ":1\r\n"
        let messages = [
            "other 10.0.0.1 6379 10.0.0.9 6379", "mymaster 10.0.0.1 6379 10.0.0.2 6380",
            "mymaster 10.0.0.2 6380 10.0.0.3 6381", "mymaster 10.0.0.2 6380 10.0.0.3", "other 1 2 3 4",
        ].map { Self.bulk(["message", "+switch-master", $0]) }.joined()
        let script = try ScriptedServer([.receive(bytes: 1), .send(subscribed + messages), .hang])
        defer { script.stop() }
        var subscription = try SentinelSubscription.open(Self.search([script]), limits: .patient)
        #expect(subscription.sentinel == script.endpoint)
        var master: RedisEndpoint?
        try waitUntil(deadline: 60, "the last switch") {
            master = try subscription.wait(within: 1) ?? master
            return master == RedisEndpoint(.tcp(host: "10.0.0.3", port: 6381))
        }
        #expect(try subscription.wait(within: 0.01) == nil)
        script.stop()
        let error = refusal { () throws(RedisError) in _ = try subscription.wait(within: 30) }
        #expect(error?.kind == .io)
        let closed = refusal { () throws(RedisError) in
            _ = try SentinelSubscription.open(Self.search([script]), limits: .patient)
        }
        #expect(closed?.kind == .io)
        #expect("\(closed!)".contains("no sentinel takes a subscription; \(script.endpoint.address): "))
    }
}
