import Cleaning
import Configuration
import Events
import Exposition
import FoundationEssentials
import Glibc
import HTTP
import Intake
import Logging
import Memory
import Redis
import ServiceLifecycle
import Serving
import Sessions
import UnixSignals
import Watching

/// The whole daemon: start reading here.
///
/// Two watchers read Redis into the registry: ``RegistryWatcher`` reads the sessions, ``HeartbeatWatcher`` the
/// heartbeats. ``EventIntake`` takes in log events, which the registry judges. ``Cleaner`` removes or expires orphans,
/// and ``IncidentWatcher`` records incidents. The HTTP server answers from what these know and sends no commands to
/// Redis. Nothing here decides what a session is: `Sessions` does.
public struct Daemon: Sendable {
    private let settings: Settings
    private let watch: WatchContext
    private let intake: EventIntake
    private let board: CleanupBoard
    private let requests = RequestMetrics()
    private let incidents = IncidentBoard()
    private let sampling: HistorySampling
    private let access: Access
    private let listen: ListenAddress
    private let reload: @Sendable () throws -> Settings
    private let logger: Logger

    /// Validates what the settings name: the tokens file, the certificate, the Redis URL, the dialects. On SIGHUP,
    /// `reload` loads the settings again.
    public init(
        settings: Settings, environment: [String: String], logger: Logger,
        reload: (@Sendable () throws -> Settings)? = nil
    ) throws {
        self.settings = settings
        self.reload = reload ?? { settings }
        self.logger = logger
        listen = settings.http.listen
        watch = WatchContext(
            plan: try WatchPlan(settings, environment: environment), metrics: WatchMetrics(), logger: logger)
        intake = EventIntake(watch)
        board = CleanupBoard(settings.cleanup)
        let instance = ProcessInfo.processInfo.hostName
        sampling = HistorySampling(watch, intake, board)
        let routes = Routes(
            watch: watch, intake: intake, board: board, requests: requests, settings: settings, instance: instance,
            incidents: incidents, sampling: sampling)
        access = try Access(settings.http, routes: routes.all)
    }

    /// Serves until SIGTERM or SIGINT. `onListening` receives the bound port; if port 0 was configured, the system
    /// chooses it. The process ends `stopSeconds` after the signal, whatever still hangs.
    public func run(
        stopSeconds: Double? = nil, onListening: @escaping @Sendable (UInt16) -> Void = { _ in }
    ) async throws {
        // hiredis writes without MSG_NOSIGNAL: a vanished server must cause an error, not end the process.
        signal(SIGPIPE, SIG_IGN)
        // The same goes for a file at its size limit: the write fails as on a full disk.
        signal(SIGXFSZ, SIG_IGN)
        // Until it is trapped, there is nothing to load again.
        signal(SIGHUP, SIG_IGN)
        // glibc merges all free chunks of its fast bins whenever a large block is requested, as each batch of a full
        // scan does. Without fast bins, a full scan takes less time and CPU.
        ProcessMemory.turnOffFastBins()
        let server = try HTTPServer(
            listen: listen, certificate: access.certificate,
            bodyBytes: { [access] in access.router.bodyBytes(of: $0) },
            handler: { [access, requests] request in
                let start = monotonicSeconds()
                let (response, template) = access.router.respond(to: request)
                requests.requests.add([template, request.method.rawValue, String(response.status)])
                requests.duration.observe([template], seconds: monotonicSeconds() - start)
                return response
            })
        for warning in access.warnings(settings.http, at: RequestTime.now.unixSeconds) { logger.warning("\(warning)") }
        if !listen.isLoopback, settings.http.tokensFile.isEmpty, !settings.http.allowAnonymousReads {
            logger.warning("every read on this address needs a token, but http.tokens_file is not set")
        }
        logger.info("watching", metadata: ["redis": "\(watch.plan.deployment)"])
        var configuration = ServiceGroupConfiguration(
            services: [
                RegistryWatcher(watch), HeartbeatWatcher(watch), sampling,
                IncidentWatcher(
                    watch, intake: intake, board: incidents, stateDirectory: settings.events.stateDirectory),
            ] + cleaner() + events() + [
                Reloading(
                    current: settings, load: reload, access: access, server: server, metrics: requests,
                    logger: logger, takeOver: takeOver),
                StopDeadline(seconds: stopSeconds, logger: logger),
                Greeting { [listen, access, logger, port = server.port] in
                    logger.info(
                        "listening",
                        metadata: [
                            "address": "\(listen.host)", "port": "\(port)", "scheme": access.isTLS ? "https" : "http",
                            "version": "\(Build.version)",
                        ])
                    onListening(port)
                },
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(logger))
        configuration.maximumGracefulShutdownDuration = .seconds(3)
        defer {
            server.stop()
            intake.end()
            logger.info("stopped")
        }
        try await ServiceGroup(configuration: configuration).run()
    }

    /// Applies changed settings to the running daemon.
    private func takeOver(_ settings: Settings) {
        watch.registry.withLock { $0.stickyRules.traefik = settings.sticky.traefikScheme.scheme }
    }

    /// The cleaner; none if cleanup is off, so that nothing is written to Redis for it.
    private func cleaner() -> [any Service] {
        guard settings.cleanup.mode != .off else { return [] }
        let life = String(UInt32.random(in: 0...UInt32.max), radix: 16)
        let holder = "\(ProcessInfo.processInfo.hostName)-\(ProcessInfo.processInfo.processIdentifier)-\(life)"
        return [Cleaner(watch, board: board, holder: holder)]
    }

    /// The judge and all sources. Services are stopped from last to first: the sources before the judge, which still
    /// needs the watchers.
    private func events() -> [any Service] {
        let judge = EventJudge(intake)
        let options = LineReader.Options(settings)
        var services: [any Service] = [judge]
        let files = settings.events.files.filter { $0.path != EventFile.standardInput }
        if !files.isEmpty {
            services.append(
                FileIntake(
                    files, stateDirectory: settings.events.stateDirectory, options: options, intake: intake,
                    judge: judge))
        }
        for file in settings.events.files where file.path == EventFile.standardInput {
            services.append(PipeIntake(file, options: options, intake: intake))
        }
        if !settings.events.stream.key.isEmpty {
            services.append(
                StreamIntake(
                    settings.events.stream, consumer: ProcessInfo.processInfo.hostName, options: options,
                    intake: intake, judge: judge))
        }
        return services
    }

    /// The service group logs each step at debug level; only its warnings matter.
    private func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        return quiet
    }
}
