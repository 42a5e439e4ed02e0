import Foundation
import HTTP
import Lab
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Configuration
@testable import Serving
@testable import Sessiond
@testable import Watching

/// Tokens and certificates as files, at the start and at SIGHUP.
@Suite(.ownThreads) struct AccessTests {
    private static let authority = Result { try ThrowawayCA() }
    private static let route = Route(.get, "/", access: .scope(.cleanup)) { _, _ in .text("done") }

    private let ca: ThrowawayCA
    private let folder: TemporaryFolder
    private let log = MemoryLog()

    init() throws {
        ca = try Self.authority.get()
        folder = try TemporaryFolder(prefix: "access")
    }

    private func write(_ text: String, _ name: String, mode: UInt16 = 0o600) throws -> String {
        try text.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
        _ = unsafe chmod(folder.file(name), mode_t(mode))
        return folder.file(name)
    }

    private func copy(_ certificate: ThrowawayCA.Certificate, keyMode: UInt16 = 0o600) throws -> HTTPSettings.TLS {
        var tls = HTTPSettings.TLS()
        tls.certFile = try write(String(contentsOfFile: certificate.certFile, encoding: .utf8), "cert")
        tls.keyFile = try write(String(contentsOfFile: certificate.keyFile, encoding: .utf8), "key", mode: keyMode)
        return tls
    }

    private func reloading(_ settings: Settings, _ access: Access, server: HTTPServer? = nil) -> Reloading {
        let log = log
        return Reloading(
            current: settings, load: { settings }, access: access, server: server,
            metrics: RequestMetrics(), logger: Logger(label: "test") { _ in log })
    }

    private func status(_ access: Access, _ token: String) -> Int {
        access.router.respond(to: HTTPRequest(.get, "/", headers: ["Authorization": "Bearer \(token)"])).response.status
    }

    @Test func tokensAreReadAnew() throws {
        defer { folder.remove() }
        var settings = Settings()
        settings.http.tokensFile = try write("cleanup first-token-0123456789\n", "tokens")
        let access = try Access(settings.http, routes: [Self.route])
        let reloading = reloading(settings, access)
        #expect(status(access, "first-token-0123456789") == 200)

        _ = try write("cleanup second-token-0123456789\n", "tokens")
        reloading.reload()
        #expect(status(access, "first-token-0123456789") == 401)
        #expect(status(access, "second-token-0123456789") == 200)
        #expect(reloading.metrics.configReloaded.value == 1)

        // What is wrong is named, and the tokens stay.
        _ = try write("# mine\nclean third-token-0123456789\n", "tokens")
        reloading.reload()
        #expect(status(access, "second-token-0123456789") == 200)
        #expect(status(access, "third-token-0123456789") == 401)
        #expect(reloading.metrics.configReloaded.value == 0)

        try FileManager.default.removeItem(atPath: settings.http.tokensFile)
        reloading.reload()
        #expect(status(access, "second-token-0123456789") == 200)
        let path = settings.http.tokensFile
        #expect(
            log.lines == [
                "notice: settings reloaded and applied",
                "error: not reloaded; the former value stays in use: http.tokens_file \(path): "
                    + "tokens file, line 2: an unknown scope; there are read, events, cleanup, reveal",
                "error: not reloaded; the former value stays in use: http.tokens_file \(path): no such file",
            ])
    }

    @Test func aCertificateIsReadAnewWithoutTheServerBeingStopped() throws {
        defer { folder.remove() }
        var settings = Settings()
        settings.http.tls = try copy(ca.server)
        let access = try Access(settings.http, routes: [])
        let server = try HTTPServer(listen: .parse("127.0.0.1:0"), certificate: access.certificate) { _ in .text("done")
        }
        let reloading = reloading(settings, access, server: server)
        func isTrusted(by authority: String) throws -> Bool {
            let words = ["curl", "-s", "--noproxy", "*", "--cacert", authority, "https://127.0.0.1:\(server.port)/"]
            let curl = try ForeignProgram(words, input: [], package: "curl")
            return curl.status == 0 && curl.text == "done"
        }
        #expect(try isTrusted(by: ca.caFile) && !isTrusted(by: ca.foreignCAFile))

        _ = try copy(ca.foreignServer)
        reloading.reload()
        #expect(try !isTrusted(by: ca.caFile) && isTrusted(by: ca.foreignCAFile))

        // The certificate of one pair and the key of another.
        _ = try write(String(contentsOfFile: ca.server.certFile, encoding: .utf8), "cert")
        reloading.reload()
        _ = try write("hello\n", "cert")
        reloading.reload()
        #expect(try isTrusted(by: ca.foreignCAFile))
        let refused = "error: not reloaded; the former value stays in use: http.tls"
        #expect(
            log.lines == [
                "notice: settings reloaded and applied",
                "\(refused).key_file \(settings.http.tls.keyFile): it does not fit the certificate",
                "\(refused).cert_file \(settings.http.tls.certFile): no certificate in PEM",
            ])
    }

    @Test func whetherThereIsTLSWaitsForARestart() throws {
        defer { folder.remove() }
        let before = Settings()
        var after = before
        after.http.tls = try copy(ca.server)
        after.http.tokensFile = try write("read first-token-0123456789", "tokens")
        after.nodes.deadAfter = .seconds(1)
        let changed = after
        let access = try Access(before.http, routes: [])
        let log = log
        Reloading(
            current: before, load: { changed }, access: access, server: nil,
            metrics: RequestMetrics(), logger: Logger(label: "test") { _ in log }
        ).reload()
        #expect(
            log.lines == [
                "warning: settings reloaded: these take effect at the next start: "
                    + "nodes.dead_after, http.tls.cert_file, http.tls.key_file"
            ])
    }

    @Test func theSchemeOfCookiesIsTakenOverWithoutARestart() throws {
        let before = Settings()
        var after = before
        after.sticky.traefikScheme = .fnv1
        let changed = after
        let taken = Mutex<[StickySettings.TraefikScheme]>([])
        let log = log
        Reloading(
            current: before, load: { changed }, access: try Access(before.http, routes: []), server: nil,
            metrics: RequestMetrics(), logger: Logger(label: "test") { _ in log },
            takeOver: { settings in taken.withLock { $0.append(settings.sticky.traefikScheme) } }
        ).reload()
        #expect(log.lines == ["notice: settings reloaded and applied"])
        #expect(taken.withLock { $0 } == [.fnv1])
    }

    @Test func aMistakeInTheSettingsChangesNothing() throws {
        let access = try Access(HTTPSettings(), routes: [])
        let log = log
        let reloading = Reloading(
            current: Settings(), load: { throw SettingMistake(.environment("X"), "nodes.dead_after", "no") },
            access: access, server: nil, metrics: RequestMetrics(),
            logger: Logger(label: "test") { _ in log })
        reloading.reload()
        #expect(log.lines == ["error: settings not reloaded: X: nodes.dead_after: no"])
        #expect(reloading.metrics.configReloaded.value == 0)
    }

    @Test func eachFaultAtTheStartIsNamed() throws {
        defer { folder.remove() }
        let good = try copy(ca.server)
        let rows: [(cert: String, key: String, fault: String)] = [
            ("/nonexistent", good.keyFile, "http.tls.cert_file /nonexistent: no such file"),
            (good.certFile, "/nonexistent", "http.tls.key_file /nonexistent: no such file"),
            (folder.path, good.keyFile, "http.tls.cert_file \(folder.path): cannot be read"),
            (good.keyFile, good.keyFile, "http.tls.cert_file \(good.keyFile): no certificate in PEM"),
            (good.certFile, good.certFile, "http.tls.key_file \(good.certFile): no private key in PEM"),
            (
                good.certFile, ca.client.keyFile,
                "http.tls.key_file \(ca.client.keyFile): it does not fit the certificate"
            ),
        ]
        for row in rows {
            var settings = HTTPSettings()
            (settings.tls.certFile, settings.tls.keyFile) = (row.cert, row.key)
            let fault = #expect(throws: StartupError.self) { try Access(settings, routes: []) }
            #expect(fault?.description == row.fault)
        }
    }

    @Test func whatWorksButShouldNotStayIsSaid() throws {
        defer { folder.remove() }
        var settings = HTTPSettings()
        settings.tls = try copy(ca.server, keyMode: 0o640)
        settings.tokensFile = try write("read first-token-0123456789", "tokens", mode: 0o640)
        let now = Int(Date().timeIntervalSince1970)
        let access = try Access(settings, routes: [])
        #expect(access.warnings(settings, at: now) == [])
        #expect(
            access.warnings(settings, at: 0) == [
                "http.tls.cert_file \(settings.tls.certFile): the certificate is not valid yet"
            ])
        settings.tls = try copy(ca.expiredServer, keyMode: 0o644)
        _ = unsafe chmod(settings.tokensFile, 0o604)
        #expect(
            try Access(settings, routes: []).warnings(settings, at: now) == [
                "http.tls.cert_file \(settings.tls.certFile): the certificate has expired",
                "http.tls.key_file \(settings.tls.keyFile): every user of this machine may read it; chmod o-rwx",
                "http.tokens_file \(settings.tokensFile): every user of this machine may read it; chmod o-rwx",
            ])
    }
}
