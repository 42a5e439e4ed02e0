import Lab
import Redis
import Sockets
import TestSupport
import Testing

/// Servers that speak no TLS, or stop in its midst.
@Suite(.ownThreads, .timeLimit(.minutes(15))) struct BrokenTLSServerTests {
    private func reason(
        playing script: [ScriptedServer.Step], limits: RedisConnection.Limits = .patient
    ) throws -> String {
        let server = try ScriptedServer(script)
        defer { server.stop() }
        var endpoint = server.endpoint
        endpoint.tls = ClientTLS(serverName: "localhost")
        return reasonToRefuse(endpoint, limits: limits)
    }

    @Test func aServerWithoutTLSIsRecognised() throws {
        #expect(
            try reason(playing: [.receive(bytes: 100), .send("-ERR Protocol error\r\n"), .hang])
                == "TLS: the server does not speak TLS at this port (wrong version number)")
    }

    @Test(arguments: [[], Array("\u{16}\u{3}\u{3}".utf8)])
    func aServerThatStallsInTheHandshakeIsALateOne(_ bytes: [UInt8]) throws {
        var limits = RedisConnection.Limits.patient
        limits.connectSeconds = 0.2
        #expect(
            try reason(playing: [.send(bytes), .hang], limits: limits)
                == "no TLS handshake within 0.2 s: does this port speak TLS?")
    }

    @Test(arguments: [0, 1, 100])
    func aServerThatClosesInTheHandshakeIsNamed(_ bytesRead: Int) throws {
        #expect(
            try reason(playing: [.receive(bytes: bytesRead), .close])
                == "the server closed in the TLS handshake: does this port speak TLS?")
    }

    @Test func overAUnixSocketTheNameMustBeGiven() throws {
        let endpoint = RedisEndpoint(.unix(path: "/none"), tls: ClientTLS())
        #expect(reasonToRefuse(endpoint) == "No such file or directory")
        let server = try ScriptedServer([.hang])
        defer { server.stop() }
        var named = server.endpoint
        named.tls = ClientTLS()
        #expect(reasonToRefuse(named) == "TLS over a unix socket needs the server's name")
    }
}

@Suite(.ownThreads, .timeLimit(.minutes(15))) struct PlainServerRedisTests {
    /// What it makes of our greeting depends on the random bytes in that: it answers, waits for more, or closes.
    @Test func aRedisWithoutTLSIsRecognised() throws {
        let redis = try PrivateRedis(tcp: true)
        defer { redis.stop() }
        var endpoint = redis.endpoint
        endpoint.tls = ClientTLS()
        var limits = RedisConnection.Limits.patient
        limits.connectSeconds = 0.5
        for _ in 0..<2 {
            let reason = reasonToRefuse(endpoint, limits: limits)
            #expect(reason.contains("TLS") && reason.contains("port"), "\(reason)")
        }
    }
}
