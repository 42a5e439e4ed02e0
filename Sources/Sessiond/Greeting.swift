import ServiceLifecycle

/// Says that the daemon listens. The service group starts it once signals are trapped, so whoever hears of the daemon
/// can end it.
struct Greeting: Service, CustomStringConvertible {
    let greet: @Sendable () -> Void

    var description: String { "Greeting" }

    func run() async throws {
        greet()
        try? await gracefulShutdown()
    }
}
