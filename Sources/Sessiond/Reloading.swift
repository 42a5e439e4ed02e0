import Logging
import ServiceLifecycle
import UnixSignals

/// Answers SIGHUP: reads the settings anew, names each mistake, and says which changes wait for a restart (in this version
/// all of them). The daemon goes on with what it has.
struct Reloading: Service, CustomStringConvertible {
    let current: Settings
    let load: @Sendable () throws -> Settings
    let metrics: DaemonMetrics
    let logger: Logger

    var description: String { "Reloading" }

    func run() async {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() { reload() }
    }

    func reload() {
        do {
            let changed = try load().changedKeys(since: current)
            metrics.configReloaded.set(1)
            guard !changed.isEmpty else {
                logger.notice("settings read anew: nothing changed")
                return
            }
            logger.warning(
                "settings read anew: these take effect at the next start: \(changed.joined(separator: ", "))")
        } catch {
            metrics.configReloaded.set(0)
            logger.error("settings read anew and not taken: \(error)")
        }
    }
}
