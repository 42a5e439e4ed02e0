import Cleaning
import Configuration
import Events
import HTTP
import Intake
import Watching

/// All routes of the daemon.
public struct Routes: Sendable {
    public let watch: WatchContext
    public let intake: EventIntake
    public let board: CleanupBoard
    let requests: RequestMetrics
    public let settings: Settings
    public let instance: String
    public let incidents: IncidentBoard
    /// The time for which a page of metrics is served again.
    let keptSeconds: Double
    /// Longest wait of an explanation for Redis.
    let liveDeadlineSeconds: Double
    /// The service that samples the page's numbers of the last hour.
    public let sampling: HistorySampling

    public init(
        watch: WatchContext, intake: EventIntake, board: CleanupBoard, requests: RequestMetrics = RequestMetrics(),
        settings: Settings,
        instance: String,
        incidents: IncidentBoard = IncidentBoard(), sampling: HistorySampling? = nil,
        keptSeconds: Double = MetricsRoute.keptSeconds, liveDeadlineSeconds: Double = LiveReader.deadlineSeconds
    ) {
        (self.watch, self.intake, self.board, self.requests) = (watch, intake, board, requests)
        (self.settings, self.instance, self.incidents) = (settings, instance, incidents)
        self.sampling = sampling ?? HistorySampling(watch, intake, board)
        (self.keptSeconds, self.liveDeadlineSeconds) = (keptSeconds, liveDeadlineSeconds)
    }

    public var all: [Route] {
        let described = describedRoutes
        return described + [OpenAPIRoute(describing: described, maxIDLength: watch.plan.maxIDLength).route]
    }

    private var describedRoutes: [Route] {
        let metrics = MetricsRoute(
            watch, intake, board, requests, maxNodes: settings.metrics.maxNodes, keptSeconds: keptSeconds)
        let explanations = explanations
        return [Route(.get, "/metrics", access: .scope(.read)) { request, _ in metrics.respond(request) }]
            + status.routes
            + NodeRoutes(watch: watch, instance: instance).routes
            + SessionRoutes(watch: watch, instance: instance).routes
            + explanations.routes
            + MisrouteRoutes(watch: watch, intake: intake, instance: instance).routes
            + IncidentRoutes(watch: watch, board: incidents, instance: instance).routes
            + CookieRoutes(watch: watch, instance: instance).routes
            + EventRoutes(intake: intake, isEnabled: settings.events.http, reading: LineReader.Options(settings)).routes
            + CleanupRoutes(watch: watch, board: board, instance: instance).routes
            + page(explanations).routes
    }

    private var status: StatusRoutes {
        StatusRoutes(
            watch: watch, intake: intake, board: board, incidents: incidents, sampling: sampling, instance: instance)
    }

    private var explanations: ExplanationRoutes {
        ExplanationRoutes(
            watch: watch, intake: intake, incidents: incidents,
            reader: LiveReader(watch, deadlineSeconds: liveDeadlineSeconds), hasEventSource: settings.events.hasSource,
            instance: instance)
    }

    private func page(_ explanations: ExplanationRoutes) -> PageRoutes {
        PageRoutes(
            watch: watch, status: status,
            misroutes: MisrouteRoutes(watch: watch, intake: intake, instance: instance), incidents: incidents,
            cleanup: CleanupRoutes(watch: watch, board: board, instance: instance), explanations: explanations,
            sampling: sampling,
            readsAreOpen: settings.http.listen.isLoopback || settings.http.allowAnonymousReads, instance: instance)
    }

    /// The templates in use: the values of the `route` label.
    public static let templates = [
        "/", "/metrics", "/livez", "/readyz", "/api/v1/status", "/api/v1/nodes", "/api/v1/nodes/{node}",
        "/api/v1/sessions", "/api/v1/sessions/lookup", "/api/v1/sessions/{ref}", "/api/v1/misroutes",
        "/api/v1/incidents", "/api/v1/cookies/{value}", "/api/v1/events", "/api/v1/cleanup", "/api/v1/cleanup/suspend",
        "/api/v1/cleanup/attest", "/api/v1/cleanup/undo", "/api/v1/cleanup/resume", "/openapi.json", Router.noTemplate,
    ]
}
