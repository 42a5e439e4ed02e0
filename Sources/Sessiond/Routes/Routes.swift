import Events
import HTTP

/// Everything that the daemon answers to.
struct Routes: Sendable {
    let watch: Watch
    let intake: EventIntake
    let board: CleanupBoard
    let settings: Settings
    let replica: String
    let incidents: IncidentBoard
    /// For how long a page of metrics is given again.
    let keptSeconds: Double
    /// How long an explanation waits for Redis.
    let liveDeadlineSeconds: Double
    /// Who takes down what the page shows of the last hour.
    let sampling: PageSampling

    init(
        watch: Watch, intake: EventIntake, board: CleanupBoard, settings: Settings, replica: String,
        incidents: IncidentBoard = IncidentBoard(), sampling: PageSampling? = nil,
        keptSeconds: Double = MetricsRoute.keptSeconds, liveDeadlineSeconds: Double = LiveReader.deadlineSeconds
    ) {
        (self.watch, self.intake, self.board, self.settings) = (watch, intake, board, settings)
        (self.replica, self.incidents) = (replica, incidents)
        self.sampling = sampling ?? PageSampling(watch, intake, board)
        (self.keptSeconds, self.liveDeadlineSeconds) = (keptSeconds, liveDeadlineSeconds)
    }

    var all: [Route] {
        let described = describedRoutes
        return described + [OpenAPIRoute(describing: described, maxIDLength: watch.plan.maxIDLength).route]
    }

    private var describedRoutes: [Route] {
        let metrics = MetricsRoute(
            watch, intake, board, maxNodes: settings.metrics.maxNodes, keptSeconds: keptSeconds)
        let explanations = explanations
        return [Route(.get, "/metrics", access: .scope(.read)) { request, _ in metrics.respond(request) }]
            + status.routes
            + NodeRoutes(watch: watch, replica: replica).routes
            + SessionRoutes(watch: watch, replica: replica).routes
            + explanations.routes
            + MisrouteRoutes(watch: watch, intake: intake, replica: replica).routes
            + IncidentRoutes(watch: watch, board: incidents, replica: replica).routes
            + CookieRoutes(watch: watch, replica: replica).routes
            + EventRoutes(intake: intake, isEnabled: settings.events.http, reading: LineReader.Options(settings)).routes
            + CleanupRoutes(watch: watch, board: board, replica: replica).routes
            + page(explanations).routes
    }

    private var status: StatusRoutes {
        StatusRoutes(
            watch: watch, intake: intake, board: board, incidents: incidents, sampling: sampling, replica: replica)
    }

    private var explanations: ExplanationRoutes {
        ExplanationRoutes(
            watch: watch, intake: intake, incidents: incidents,
            reader: LiveReader(watch, deadlineSeconds: liveDeadlineSeconds), hasEventSource: settings.events.hasSource,
            replica: replica)
    }

    private func page(_ explanations: ExplanationRoutes) -> PageRoutes {
        PageRoutes(
            watch: watch, status: status, nodes: NodeRoutes(watch: watch, replica: replica),
            misroutes: MisrouteRoutes(watch: watch, intake: intake, replica: replica), incidents: incidents,
            cleanup: CleanupRoutes(watch: watch, board: board, replica: replica), explanations: explanations,
            sampling: sampling,
            readsAreOpen: settings.http.listen.isLoopback || settings.http.allowAnonymousReads, replica: replica)
    }

    /// The templates in use: the values of the `route` label.
    static let templates = [
        "/", "/metrics", "/livez", "/readyz", "/api/v1/status", "/api/v1/nodes", "/api/v1/nodes/{node}",
        "/api/v1/sessions", "/api/v1/sessions/lookup", "/api/v1/sessions/{ref}", "/api/v1/misroutes",
        "/api/v1/incidents", "/api/v1/cookies/{value}", "/api/v1/events", "/api/v1/cleanup", "/api/v1/cleanup/suspend",
        "/api/v1/cleanup/attest", "/api/v1/cleanup/resume", "/openapi.json", Router.noTemplate,
    ]
}
