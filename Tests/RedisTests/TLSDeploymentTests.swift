import Foundation
import Lab
import Sockets
import TestSupport
import Testing

@testable import Redis

/// Against a real server that speaks TLS, and against what is wrong with one.
@Suite(.ownThreads, .timeLimit(.minutes(15))) struct TLSDeploymentTests {
    private let authority: ThrowawayCA

    init() throws {
        authority = try ThrowawayCA()
    }

    private func served(
        _ certificate: KeyPath<ThrowawayCA, ThrowawayCA.Certificate> = \.server, wantsClientCertificate: Bool = false,
        arguments: [String] = [], _ body: (PrivateRedis) throws -> Void
    ) throws {
        let redis = try PrivateRedis(
            arguments: arguments,
            tls: .init(
                authority, certificate: authority[keyPath: certificate],
                wantsClientCertificate: wantsClientCertificate))
        defer { redis.stop() }
        try body(redis)
    }

    @Test func commandsAreAnswered() throws {
        try served { redis in
            let endpoint = try #require(redis.tlsEndpoint())
            var connection = try RedisConnection.open(endpoint, limits: .patient)
            #expect(try connection.command(["PING"]) == .status("PONG"))
            #expect(connection.endpoint == endpoint)
        }
    }

    @Test func userAndDatabaseOfTheEndpointAreUsed() throws {
        try served(arguments: ["--user", "ann", "on", ">s3cret", "~*", "+@all", "-ping"]) { redis in
            var endpoint = try #require(redis.tlsEndpoint())
            (endpoint.username, endpoint.password, endpoint.database) = ("ann", "s3cret", 3)
            var connection = try RedisConnection.open(endpoint, limits: .patient)
            #expect(try connection.command(["ACL", "WHOAMI"]) == .text("ann"))
            try connection.command(["SET", "k", "in 3"])
            var zeroth = try redis.connect()
            #expect(try zeroth.command(["DBSIZE"]) == .integer(0))
        }
    }

    @Test func aThousandCommandsInOnePipeline() throws {
        try served { redis in
            var connection = try RedisConnection.open(try #require(redis.tlsEndpoint()), limits: .patient)
            var pipeline = RedisPipeline()
            for number in 0..<500 {
                pipeline.append("SET", "key:\(number)", String(repeating: "v\(number)", count: 200))
                pipeline.append("GET", "key:\(number)")
            }
            try connection.send(pipeline)
            var answers: [RedisReply] = []
            for _ in 0..<pipeline.commandCount { answers.append(try connection.reply()) }
            let expected = (0..<500).flatMap {
                [RedisReply.status("OK"), .text(String(repeating: "v\($0)", count: 200))]
            }
            let isRight = answers == expected
            #expect(isRight)
        }
    }

    /// Larger than all buffers on the way, so that both directions have to wait.
    @Test func tenMegabytesGoThroughBothWays() throws {
        try served { redis in
            var connection = try RedisConnection.open(try #require(redis.tlsEndpoint()), limits: .patient)
            let value = String(repeating: "0123456789", count: 1_000_000)
            try connection.command(["SET", "k", value])
            let isRight = try connection.command(["GET", "k"]) == .text(value)
            #expect(isRight)
        }
    }

    @Test func messagesAreReceived() throws {
        try served { redis in
            var subscriber = try RedisConnection.open(try #require(redis.tlsEndpoint()), limits: .patient)
            try subscriber.command(["SUBSCRIBE", "c"])
            var messages: [String] = []
            func take(_ element: ReplyElement, _ bytes: Span<UInt8>) {
                if element.depth == 1, element.index == 2 {
                    messages.append(String(decoding: Array(copying: bytes), as: UTF8.self))
                }
            }
            #expect(try subscriber.receiveMessages(within: 0, take) == 0)
            var publisher = try redis.connect()
            let sent = (0..<2_000).map { "message \($0) \(String(repeating: "x", count: $0))" }
            for batch in stride(from: 0, to: sent.count, by: 500) {
                var pipeline = RedisPipeline()
                for text in sent[batch..<batch + 500] { pipeline.append("PUBLISH", "c", text) }
                try publisher.send(pipeline)
                for _ in 0..<500 { #expect(try publisher.reply() == .integer(1)) }
            }
            var count = 0
            try waitUntil(deadline: 60, "all messages") {
                count += try subscriber.receiveMessages(within: 1, take)
                return count >= sent.count
            }
            let isRight = messages == sent
            #expect(isRight)
            #expect(count == sent.count)
            redis.signal(SIGKILL)
            let error = refusal { () throws(RedisError) in _ = try subscriber.receiveMessages(within: 60, take) }
            #expect(error?.kind == .io)
        }
    }

    @Test func theCertificateMustBeOfATrustedAuthority() throws {
        try served { redis in
            let untrusted = "TLS: the server's certificate is from an untrusted authority"
            #expect(reasonToRefuse(redis.tlsEndpoint(ClientTLS(caFile: authority.foreignCAFile))).hasPrefix(untrusted))
            // The system's store does not have it.
            #expect(reasonToRefuse(redis.tlsEndpoint(ClientTLS())).hasPrefix(untrusted))
        }
        try served(\.foreignServer) { redis in
            #expect(
                reasonToRefuse(redis.tlsEndpoint())
                    == """
                    TLS: the server's certificate is from an untrusted authority \
                    (unable to get local issuer certificate)
                    """)
            let foreign = ClientTLS(caFile: authority.foreignCAFile)
            #expect(reasonToRefuse(redis.tlsEndpoint(foreign)) == "no error")
        }
    }

    @Test func theCertificateMustBeForTheNameOrAddress() throws {
        try served { redis in
            for name in ["localhost", "127.0.0.1", "::1"] {
                let tls = ClientTLS(caFile: authority.caFile, serverName: name)
                #expect(reasonToRefuse(redis.tlsEndpoint(tls)) == "no error")
            }
            for (name, own) in [
                ("elsewhere.invalid", "hostname mismatch"), ("local", "hostname mismatch"),
                ("127.0.0.2", "IP address mismatch"), ("::2", "IP address mismatch"),
            ] {
                let tls = ClientTLS(caFile: authority.caFile, serverName: name)
                #expect(
                    reasonToRefuse(redis.tlsEndpoint(tls))
                        == "TLS: the server's certificate is for another name than \(name) (\(own))")
            }
            let nameless = redis.tlsEndpoint(ClientTLS(caFile: authority.caFile, serverName: ""))
            #expect(reasonToRefuse(nameless) == "the server's name for TLS is empty")
        }
        try served(\.otherNameServer) { redis in
            #expect(
                reasonToRefuse(redis.tlsEndpoint())
                    == "TLS: the server's certificate is for another name than 127.0.0.1 (IP address mismatch)")
            let tls = ClientTLS(caFile: authority.caFile, serverName: "elsewhere.invalid")
            #expect(reasonToRefuse(redis.tlsEndpoint(tls)) == "no error")
        }
    }

    @Test func anExpiredCertificateIsRefused() throws {
        try served(\.expiredServer) { redis in
            #expect(
                reasonToRefuse(redis.tlsEndpoint())
                    == "TLS: the server's certificate has expired (certificate has expired)")
        }
    }

    @Test func aServerMayWantAClientCertificate() throws {
        try served(wantsClientCertificate: true) { redis in
            func tls(_ client: ThrowawayCA.Certificate?, keyFile: String? = nil) -> ClientTLS {
                ClientTLS(
                    caFile: authority.caFile, certFile: client?.certFile ?? "",
                    keyFile: keyFile ?? client?.keyFile ?? "")
            }
            #expect(reasonToRefuse(redis.tlsEndpoint(tls(authority.client))) == "no error")
            #expect(
                reasonToRefuse(redis.tlsEndpoint(tls(nil)))
                    == "TLS: the server requires a client certificate (tlsv13 alert certificate required)")
            #expect(
                reasonToRefuse(redis.tlsEndpoint(tls(authority.foreignClient)))
                    == "TLS: the server does not know the authority of our certificate (tlsv1 alert unknown ca)")
            // With a password, AUTH is what is answered first.
            var named = redis.tlsEndpoint(tls(nil))
            named?.password = "hunter2"
            #expect(
                reasonToRefuse(named)
                    == "TLS: the server requires a client certificate (tlsv13 alert certificate required)")
            // Refused on our side.
            #expect(
                reasonToRefuse(redis.tlsEndpoint(tls(authority.client, keyFile: authority.server.keyFile))).hasPrefix(
                    "TLS: the key file \(authority.server.keyFile) holds no usable key of that certificate: "))
        }
    }

    @Test func aServerWithTLS12IsUnderstoodToo() throws {
        try served(wantsClientCertificate: true, arguments: ["--tls-protocols", "TLSv1.2"]) { redis in
            let client = ClientTLS(
                caFile: authority.caFile, certFile: authority.client.certFile, keyFile: authority.client.keyFile)
            #expect(reasonToRefuse(redis.tlsEndpoint(client)) == "no error")
            #expect(
                reasonToRefuse(redis.tlsEndpoint())
                    == """
                    TLS: the server refused: it may require a client certificate or other ciphers \
                    (sslv3 alert handshake failure)
                    """)
        }
    }

    @Test func aFileThatCannotBeUsedIsNamed() throws {
        let server = try ScriptedServer([.hang])
        defer { server.stop() }
        let client = authority.client
        let junk = authority.notACertificate
        for (tls, expected) in [
            (ClientTLS(caFile: "/none"), "the CA file /none cannot be read: No such file or directory"),
            (ClientTLS(caFile: junk), "the CA file \(junk) holds no usable certificate: "),
            (ClientTLS(certFile: "/none"), "the certificate file /none cannot be read: No such file or directory"),
            (ClientTLS(certFile: client.certFile), "the key file \(client.certFile) holds no usable key"),
            (ClientTLS(certFile: junk, keyFile: client.keyFile), "the certificate file \(junk) holds no usable"),
            (
                ClientTLS(certFile: client.certFile, keyFile: "/none"),
                "the key file /none cannot be read: No such file or directory"
            ),
            (ClientTLS(certFile: client.certFile, keyFile: junk), "the key file \(junk) holds no usable key"),
            (ClientTLS(keyFile: client.keyFile), "a key file, but no certificate file"),
        ] {
            var endpoint = server.endpoint
            endpoint.tls = tls
            endpoint.tls?.serverName = "localhost"
            let reason = reasonToRefuse(endpoint)
            #expect(reason.hasPrefix("TLS: \(expected)"), "\(reason)")
        }
    }

    /// A real server that is killed: the session ends without TLS' farewell.
    @Test func aServerThatIsGoneIsALostConnection() throws {
        try served { redis in
            let endpoint = try #require(redis.tlsEndpoint())
            var connection = try RedisConnection.open(endpoint, limits: .patient)
            redis.signal(SIGKILL)
            for _ in 0..<3 {
                let error = refusal { () throws(RedisError) in try connection.command(["PING"]) }
                guard case .io(endpoint, _) = error else {
                    Issue.record("not io: \(String(describing: error))")
                    return
                }
            }
        }
    }

    @Test func aServerThatHangsIsATimeoutInBothDirections() throws {
        try served { redis in
            let endpoint = try #require(redis.tlsEndpoint())
            for pipelineBytes in [1, 64 << 20] {
                var connection = try RedisConnection.open(endpoint, limits: .patient)
                redis.signal(SIGSTOP)
                connection.limits.replySeconds = 0.2
                var pipeline = RedisPipeline()
                pipeline.append("ECHO", String(repeating: "a", count: pipelineBytes))
                let error = refusal { () throws(RedisError) in
                    try connection.send(pipeline)
                    _ = try connection.reply()
                }
                #expect(error == .timeout(endpoint, seconds: 0.2))
                redis.signal(SIGCONT)
            }
        }
    }
}

/// Why no connection could be made; "no error" if one could.
func reasonToRefuse(_ endpoint: RedisEndpoint?, limits: RedisConnection.Limits = .patient) -> String {
    guard let endpoint else { return "no endpoint" }
    let error = refusal { () throws(RedisError) in _ = try RedisConnection.open(endpoint, limits: limits) }
    if case .connect(endpoint, let reason) = error { return reason }
    return error.map { "\($0)" } ?? "no error"
}

extension RedisConnection.Limits {
    /// For a machine that is busy with much else.
    static let patient = {
        var limits = Self()
        (limits.connectSeconds, limits.replySeconds) = (120, 120)
        return limits
    }()
}
