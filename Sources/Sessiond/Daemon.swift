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
/// Two watchers read Redis into the registry (``RegistryWatcher`` the sessions, ``HeartbeatWatcher`` the heartbeats); what
/// logs tell comes in through ``EventIntake`` and is judged by the registry; ``Cleaner`` cleans orphans; ``IncidentWatcher`` notes what went wrong; the HTTP server
/// answers from what they know and asks Redis for nothing. Nothing here decides what a session is: `Sessions` does.
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

    /// Checks what the settings name: the tokens file, the certificate, the Redis URL, the dialects.
    /// `reload` gives the settings anew when SIGHUP asks for it.
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

    /// Serves until SIGTERM or SIGINT. `onListening` is told the port that was bound: with port 0, the system's choice.
    /// `stopSeconds`: the process ends so long after the signal, whatever still hangs.
    public func run(stopSeconds: Double? = nil, onListening: (UInt16) -> Void = { _ in }) async throws {
        // hiredis writes without MSG_NOSIGNAL: a server that is gone must be an error, not our end.
        signal(SIGPIPE, SIG_IGN)
        // The same of a file that may grow no further: it fails as on a full disk.
        signal(SIGXFSZ, SIG_IGN)
        // glibc merges all its small free chunks whenever a large block is asked for, as each batch of a reading does:
        // without the list of them a reading takes less time and processor.
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
        logger.info(
            "listening",
            metadata: [
                "address": "\(listen.host)", "port": "\(server.port)", "scheme": access.isTLS ? "https" : "http",
                "version": "\(Build.version)",
            ])
        onListening(server.port)
        for warning in access.warnings(settings.http, at: RequestTime.now.unixSeconds) { logger.warning("\(warning)") }
        if !listen.isLoopback, settings.http.tokensFile.isEmpty, !settings.http.allowAnonymousReads {
            logger.warning("every read needs a token on this address, and http.tokens_file is not set")
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
                    logger: logger),
                StopDeadline(seconds: stopSeconds, logger: logger),
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

    /// Nothing is written to Redis for cleanup where it is off.
    private func cleaner() -> [any Service] {
        guard settings.cleanup.mode != .off else { return [] }
        let life = String(UInt32.random(in: 0...UInt32.max), radix: 16)
        let holder = "\(ProcessInfo.processInfo.hostName)-\(ProcessInfo.processInfo.processIdentifier)-\(life)"
        return [Cleaner(watch, board: board, holder: holder)]
    }

    /// The judge and all sources. Services are stopped from the last to the first: the sources before the judge, which
    /// still needs the watchers.
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

    /// The service group narrates each step at debug level; its warnings are of interest.
    private func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        return quiet
    }
}
