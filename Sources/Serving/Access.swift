import Cleaning
import Configuration
import HTTP
import Synchronization

/// The access rules and the served certificate. They are read at the start, and again at SIGHUP.
public final class Access: Sendable {
    /// The settings that SIGHUP applies at once, with the contents of their files.
    public static let reloadedKeys = [
        "http.tokens_file", "http.allow_anonymous_reads", "http.allowed_hosts", "http.tls.cert_file",
        "http.tls.key_file",
    ]

    private struct State {
        var router: Router
        var certificate: ServerCertificate?
    }

    private let routes: [Route]
    private let failures = FailedTokens()
    private let state: Mutex<State>
    /// Fixed at the start: a server does not change between plain HTTP and TLS.
    public let isTLS: Bool

    /// Throws `StartupError.file` if a file is not what the settings say.
    public init(_ settings: HTTPSettings, routes: [Route]) throws(StartupError) {
        self.routes = routes
        isTLS = settings.tls != HTTPSettings.TLS()
        let router = Router(routes, access: try AccessFiles.rules(settings, isTLS: isTLS), failures: failures)
        state = Mutex(State(router: router, certificate: try AccessFiles.certificate(settings.tls)))
    }

    public var router: Router { state.withLock(\.router) }

    public var certificate: ServerCertificate? { state.withLock(\.certificate) }

    /// Applies the new rules and the new certificate. If one of them is wrong, the old one stays. Returns what is
    /// wrong.
    public func reload(_ settings: HTTPSettings, server: HTTPServer?) -> [StartupError] {
        var faults: [StartupError] = []
        do throws(StartupError) {
            let rules = try AccessFiles.rules(settings, isTLS: isTLS)
            state.withLock { $0.router = Router(routes, access: rules, failures: failures) }
        } catch {
            faults.append(error)
        }
        guard isTLS else { return faults }
        do throws(StartupError) {
            guard let certificate = try AccessFiles.certificate(settings.tls) else { return faults }
            state.withLock { $0.certificate = certificate }
            server?.replace(certificate: certificate)
        } catch {
            faults.append(error)
        }
        return faults
    }

    /// Warnings about files that work, but should not stay as they are.
    public func warnings(_ settings: HTTPSettings, at unixSeconds: Int) -> [String] {
        var warnings: [String] = []
        if let certificate {
            let place = "http.tls.cert_file \(settings.tls.certFile):"
            if certificate.validUntil < unixSeconds { warnings.append("\(place) the certificate has expired") }
            if certificate.validFrom > unixSeconds { warnings.append("\(place) the certificate is not valid yet") }
        }
        for (key, path) in [("http.tls.key_file", settings.tls.keyFile), ("http.tokens_file", settings.tokensFile)]
        where AccessFiles.isReadableByAll(path) {
            warnings.append("\(key) \(path): every user of this machine may read it; chmod o-rwx")
        }
        return warnings
    }
}
