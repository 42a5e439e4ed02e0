import Configuration
import HTTP
import Logging
import ServiceLifecycle
import Serving
import UnixSignals
import Watching

/// Answers SIGHUP: reads the settings anew, takes over who may ask and the certificate, names each mistake, and says which
/// other changes wait for a restart. With what is wrong the daemon goes on as before.
struct Reloading: Service, CustomStringConvertible {
    let current: Settings
    let load: @Sendable () throws -> Settings
    let access: Access
    /// Nil only where nobody listens: in tests.
    let server: HTTPServer?
    let metrics: RequestMetrics
    let logger: Logger

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
            logger.error("settings read anew and not taken: \(error)")
            return
        }
        let faults = access.reload(settings.http, server: server)
        metrics.configReloaded.set(faults.isEmpty ? 1 : 0)
        for fault in faults { logger.error("read anew and not taken, what was read before stays: \(fault)") }
        for warning in access.warnings(settings.http, at: RequestTime.now.unixSeconds) { logger.warning("\(warning)") }
        let later = settings.changedKeys(since: current).filter { !isTakenOver($0, of: settings) }
        guard later.isEmpty else {
            logger.warning("settings read anew: these take effect at the next start: \(later.joined(separator: ", "))")
            return
        }
        if faults.isEmpty { logger.notice("settings read anew and taken over") }
    }

    /// True if there is TLS at all is decided when the server begins.
    private func isTakenOver(_ key: String, of settings: Settings) -> Bool {
        if key.hasPrefix("http.tls."), (settings.http.tls == HTTPSettings.TLS()) == access.isTLS { return false }
        return Access.reloadedKeys.contains(key)
    }
}
