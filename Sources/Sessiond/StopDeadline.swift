import Glibc
import Logging
import ServiceLifecycle

/// A service that ends the process if stopping takes too long: a server that hangs must not prevent its replacement.
struct StopDeadline: Service, CustomStringConvertible {
    /// If nil, it waits for as long as stopping takes.
    let seconds: Double?
    let logger: Logger

    var description: String { "StopDeadline" }

    func run() async throws {
        try? await gracefulShutdown()
        guard let seconds else { return }
        let logger = logger
        // Detached, since the service group waits for its own tasks.
        Task.detached {
            try await Task.sleep(for: .seconds(seconds))
            logger.warning("not stopped in time", metadata: ["seconds": "\(seconds)"])
            _exit(1)
        }
    }
}
