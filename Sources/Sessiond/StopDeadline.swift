import Glibc
import Logging
import ServiceLifecycle

/// Ends the process when stopping takes too long: a server that hangs must not keep it from being replaced.
struct StopDeadline: Service, CustomStringConvertible {
    /// Nil: waits for as long as it takes.
    let seconds: Double?
    let logger: Logger

    var description: String { "StopDeadline" }

    func run() async throws {
        try? await gracefulShutdown()
        guard let seconds else { return }
        let logger = logger
        // Not of the service group, which waits for all of its own.
        Task.detached {
            try await Task.sleep(for: .seconds(seconds))
            logger.warning("not stopped in time", metadata: ["seconds": "\(seconds)"])
            _exit(1)
        }
    }
}
