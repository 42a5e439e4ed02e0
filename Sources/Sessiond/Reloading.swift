import Configuration
import HTTP
import Logging
import ServiceLifecycle
import Serving
import UnixSignals
import Watching

/// A service that handles SIGHUP: it loads the settings again, applies the access rules, the certificate and the scheme of
/// sticky cookies, logs each mistake, and says which other changes need a restart. Whatever is invalid stays as it was.
struct Reloading: Service, CustomStringConvertible {
    let current: Settings
    let load: @Sendable () throws -> Settings
    let access: Access
    /// Nil only if nobody listens, as in tests.
    let server: HTTPServer?
    let metrics: RequestMetrics
    let logger: Logger
    /// Applies the settings that the rest of the daemon takes over while it runs: ``takenOverKeys``.
    var takeOver: @Sendable (Settings) -> Void = { _ in }

    static let takenOverKeys = ["sticky.traefik_scheme"]

    var description: String { "Reloading" }

    func run() async {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() { reload() }
    }

    func reload() {
        let settings: Settings
        do {
            settings = try load()
        } catch {
            metrics.configReloaded.set(0)
            logger.error("settings not reloaded: \(error)")
            return
        }
        takeOver(settings)
        let faults = access.reload(settings.http, server: server)
        metrics.configReloaded.set(faults.isEmpty ? 1 : 0)
        for fault in faults { logger.error("not reloaded; the former value stays in use: \(fault)") }
        for warning in access.warnings(settings.http, at: RequestTime.now.unixSeconds) { logger.warning("\(warning)") }
        let later = settings.changedKeys(since: current).filter { !isTakenOver($0, of: settings) }
        guard later.isEmpty else {
            logger.warning("settings reloaded: these take effect at the next start: \(later.joined(separator: ", "))")
            return
        }
        if faults.isEmpty { logger.notice("settings reloaded and applied") }
    }

    /// True if the key takes effect at once. TLS is turned on or off only when the server starts.
    private func isTakenOver(_ key: String, of settings: Settings) -> Bool {
        if key.hasPrefix("http.tls."), (settings.http.tls == HTTPSettings.TLS()) == access.isTLS { return false }
        return (Access.reloadedKeys + Self.takenOverKeys).contains(key)
    }
}
