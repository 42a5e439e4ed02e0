import Foundation
import Lab
import Synchronization
import TestSupport
import Testing

@testable import HTTP

/// TLS over real sockets, with clients of other makers.
@Suite(.ownThreads) struct HTTPServerTLSTests {
    private static let authority = Result { try ThrowawayCA() }

    private let ca: ThrowawayCA
    private let refusals = Refusals()

    init() throws { ca = try Self.authority.get() }

    private func server(
        _ certificate: ThrowawayCA.Certificate? = nil, adjust: (inout HTTPLimits) -> Void = { _ in },
        handler: @escaping HTTPServer.Handler = {
            .text("\($0.method.rawValue) \($0.target) \($0.body.count) \($0.peer)")
        }
    ) throws -> HTTPServer {
        var limits = HTTPLimits()
        adjust(&limits)
        let refusals = refusals
        return try HTTPServer(
            listen: .parse("127.0.0.1:0"), limits: limits, certificate: ServerCertificate(certificate ?? ca.server),
            observe: { refusals.note($0) }, handler: handler)
    }

    @Test(arguments: ["--tlsv1.3", "--tls-max=1.2"]) func aClientThatTrustsTheAuthorityIsAnswered(version: String)
        throws
    {
        let server = try server()
        let options = version.split(separator: "=").map(String.init)
        let answer = try TLSClient.curl(["/a?b=1", "/c"], port: server.port, authority: ca.caFile, options)
        #expect(answer.status == 0)
        #expect(answer.text == "GET /a?b=1 0 127.0.0.1GET /c 0 127.0.0.1")
    }

    @Test(arguments: ["rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-384", "ed25519"])
    func keysOfEachKindServeBothVersions(kind: String) throws {
        let folder = try TemporaryFolder(prefix: "tls")
        defer { folder.remove() }
        let (cert, key) = (folder.file("cert"), folder.file("key"))
        let making =
            [
                "openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=x", "-addext",
                "subjectAltName=IP:127.0.0.1",
            ]
            + ["-keyout", key, "-out", cert, "-newkey"] + kind.split(separator: " ").map(String.init)
        #expect(try TLSClient(making).status == 0)
        let certificate = try ServerCertificate(chain: bytes(cert), key: bytes(key))
        let server = try HTTPServer(listen: .parse("127.0.0.1:0"), certificate: certificate) { _ in .text("done") }
        for version in [["--tlsv1.3"], ["--tls-max", "1.2"]] {
            #expect(try TLSClient.curl(["/"], port: server.port, authority: cert, version).text == "done")
        }
    }

    @Test func theRestOfTheChainIsShownToo() throws {
        let chain = try [ca.server.certFile, ca.caFile].flatMap { try bytes($0) }
        let certificate = try ServerCertificate(chain: chain, key: bytes(ca.server.keyFile))
        let server = try HTTPServer(listen: .parse("127.0.0.1:0"), certificate: certificate) { _ in .text("") }
        let shown = try TLSClient.handshake(port: server.port, ["-showcerts"]).text
        #expect(shown.components(separatedBy: "-----BEGIN CERTIFICATE-----").count == 3)
    }

    private static let versions: [(options: [String], protocolName: String?)] = [
        (["-tls1_3"], "TLSv1.3"), (["-tls1_2"], "TLSv1.2"), (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], nil),
        (["-tls1", "-cipher", "ALL:@SECLEVEL=0"], nil),
        // Without authenticated encryption.
        (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0"], nil),
    ]

    @Test(arguments: versions.indices) func oldVersionsAndCiphersAreRefused(index: Int) throws {
        let (options, name) = Self.versions[index]
        let server = try server()
        let shown = try TLSClient.handshake(port: server.port, options)
        if let name {
            #expect(shown.status == 0)
            #expect(shown.text.contains("New, \(name), Cipher is ") && !shown.text.contains("Cipher is (NONE)"))
        } else {
            #expect(shown.status != 0)
            #expect(shown.text.contains("Cipher is (NONE)"))
        }
    }

    /// A request in the clear, half a ClientHello, an alert, and noise.
    private static let noHandshakes: [[UInt8]] = [
        Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8), [0x16, 3, 1, 2, 0, 1], [0x15, 3, 3, 0, 2, 2, 0x28],
        [UInt8](repeating: 0, count: 70_000),
    ]

    /// The library ends a connection whose handshake fails; no byte of HTTP is written in the clear.
    @Test(arguments: noHandshakes.indices) func whatIsNoHandshakeGetsNoAnswer(index: Int) throws {
        let server = try server { ($0.idleTimeoutSeconds, $0.requestSeconds) = (1, 1) }
        let client = try WireClient(port: server.port)
        _ = try? client.send(Self.noHandshakes[index])
        #expect(try client.rest().firstRange(of: Array("HTTP".utf8)) == nil)
        #expect(try TLSClient.curl(["/"], port: server.port, authority: ca.caFile).status == 0)
    }

    /// Half a ClientHello and silence; and one that goes on by a byte at a time, so that it is never idle.
    @Test func aHandshakeThatTakesTooLongIsCutOff() throws {
        let server = try server { ($0.idleTimeoutSeconds, $0.requestSeconds) = (1, 1) }
        let silent = try WireClient(port: server.port)
        try silent.send([0x16, 3, 1, 2, 0, 1])
        #expect(try silent.rest().count < 64)
        let slow = try WireClient(port: server.port)
        // 16 KiB are announced.
        try slow.send([0x16, 3, 1, 0x40, 0, 1, 0, 0x3F, 0xFC])
        #expect(eventually { (try? slow.send([0])) == nil })
    }

    @Test func aRequestThatTakesTooLongIsCutOff() throws {
        let server = try server { ($0.idleTimeoutSeconds, $0.requestSeconds) = (30, 1) }
        let client = try TLSClient(
            ["timeout", "60", "openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(server.port)"],
            input: "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc")
        #expect(client.status != 124)
        #expect(!client.text.contains("HTTP/1.1"))
        #expect(refusals.list == [.deadline])
    }

    @Test func anAddressHasItsShareOfTheConnections() throws {
        let server = try server { $0.connectionsPerAddress = 2 }
        let kept = try (0..<2).map { _ in try WireClient(port: server.port) }
        #expect(eventually { (try? TLSClient.curl(["/"], port: server.port, authority: ca.caFile))?.status != 0 })
        #expect(try WireClient(port: server.port).isClosed())
        #expect(refusals.list.contains(.addressLimit))
        withExtendedLifetime(kept) {}
    }

    @Test(arguments: [0, 16385, 3_000_000]) func bodiesOfEachSizeArriveWhole(size: Int) throws {
        let server = try server {
            $0.bodyBytes = 4_000_000
        } handler: {
            HTTPResponse(body: $0.body)
        }
        let folder = try TemporaryFolder(prefix: "tls")
        defer { folder.remove() }
        let sent = Data((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) })
        try sent.write(to: URL(fileURLWithPath: folder.file("sent")))
        let answer = try TLSClient.curl(
            ["/"], port: server.port, authority: ca.caFile,
            ["--data-binary", "@" + folder.file("sent"), "-o", folder.file("got")])
        #expect(answer.status == 0)
        #expect(FileManager.default.contents(atPath: folder.file("got")) == sent)
    }

    /// The request that brings the new certificate, and the next one on that connection, are answered under the old one.
    @Test func anotherCertificateIsShownToTheNextConnection() throws {
        let replacing = Mutex<HTTPServer?>(nil)
        let foreign = try ServerCertificate(ca.foreignServer)
        let server = try server(handler: { request in
            if request.path == ["replace"] { replacing.withLock { $0?.replace(certificate: foreign) } }
            return .text("done")
        })
        replacing.withLock { $0 = server }
        let connects = ["-w", " %{num_connects}\n"]
        let old = try TLSClient.curl(["/replace", "/"], port: server.port, authority: ca.caFile, connects)
        #expect(old.text == "done 1\ndone 0\n")
        #expect(try TLSClient.curl(["/"], port: server.port, authority: ca.caFile).status == 60)
        let new = try TLSClient.curl(["/"], port: server.port, authority: ca.foreignCAFile, connects)
        #expect(new.text == "done 1\n")
        replacing.withLock { $0 = nil }
    }

    /// Four clients connect again and again, and change the certificate each time, while the others shake hands: each sees
    /// one certificate or the other, and none an error.
    @Test func noConnectionIsLostWhileCertificatesChange() async throws {
        let certificates = try [ca.server, ca.foreignServer].map { try ServerCertificate($0) }
        let server = try server()
        let both = try TemporaryFolder(prefix: "tls")
        defer { both.remove() }
        let authorities = try [ca.caFile, ca.foreignCAFile].flatMap { try bytes($0) }
        try Data(authorities).write(to: URL(fileURLWithPath: both.file("both")))
        let (port, file) = (server.port, both.file("both"))
        let statuses = await withTaskGroup(of: [Int32].self) { group in
            for client in 0..<4 {
                group.addTask {
                    (0..<8).map { number in
                        server.replace(certificate: certificates[(client + number) % 2])
                        return (try? TLSClient.curl(["/"], port: port, authority: file))?.status ?? -1
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(statuses == [Int32](repeating: 0, count: 32))
    }

    @Test func stoppingLetsTheAnswerUnderWayEndAndFreesThePort() throws {
        let (entered, leave) = (Flag(), Flag())
        let server = try server {
            $0.stopSeconds = 60
        } handler: { _ in
            entered.raise()
            _ = eventually { leave.isRaised }
            return .text("done")
        }
        let (port, authority) = (server.port, ca.caFile)
        let answer = Mutex<TLSClient?>(nil)
        let answered = Flag()
        Thread.detachNewThread {
            let given = try? TLSClient.curl(["/"], port: port, authority: authority)
            answer.withLock { $0 = given }
            answered.raise()
        }
        #expect(eventually { entered.isRaised })
        let stopped = Flag()
        Thread.detachNewThread {
            server.stop()
            stopped.raise()
        }
        #expect(eventually { (try? WireClient(port: port)) == nil })
        leave.raise()
        #expect(eventually { answered.isRaised && stopped.isRaised })
        #expect(answer.withLock { $0?.text } == "done")
    }

    /// Also of a connection in the middle of its handshake.
    @Test func nothingIsHeldAfterTheStop() throws {
        weak var held: ServerCertificate?
        do {
            let certificate = try ServerCertificate(ca.server)
            held = certificate
            let server = try HTTPServer(listen: .parse("127.0.0.1:0"), certificate: certificate) { _ in .text("") }
            let halfway = try WireClient(port: server.port)
            try halfway.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
            #expect(try TLSClient.curl(["/"], port: server.port, authority: ca.caFile).status == 0)
        }
        #expect(eventually { held == nil })
    }

    @Test func browsersAreToldToComeByTLSOnly() throws {
        let server = try server()
        let head = try TLSClient.curl(["/"], port: server.port, authority: ca.caFile, ["-i"])
        #expect(head.text.contains("\r\nStrict-Transport-Security: max-age=86400\r\n"))
    }
}

extension ServerCertificate {
    convenience init(_ files: ThrowawayCA.Certificate) throws {
        try self.init(chain: bytes(files.certFile), key: bytes(files.keyFile))
    }
}

func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
