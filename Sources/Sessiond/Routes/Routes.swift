import Events
import HTTP

/// Everything that the daemon answers to.
struct Routes: Sendable {
    let watch: Watch
    let intake: EventIntake
    let board: CleanupBoard
    let settings: Settings
    let replica: String
    /// For how long a page of metrics is given again.
    var keptSeconds = MetricsRoute.keptSeconds

    var all: [Route] {
        let described = describedRoutes
        return described + [OpenAPIRoute(describing: described, maxIDLength: watch.plan.maxIDLength).route]
    }

    private var describedRoutes: [Route] {
        let metrics = MetricsRoute(
            watch, intake, board, maxNodes: settings.metrics.maxNodes, keptSeconds: keptSeconds)
        return [Route(.get, "/metrics", access: .scope(.read)) { request, _ in metrics.respond(request) }]
            + StatusRoutes(watch: watch, intake: intake, board: board, replica: replica).routes
            + NodeRoutes(watch: watch, replica: replica).routes
            + SessionRoutes(watch: watch, replica: replica).routes
            + MisrouteRoutes(watch: watch, intake: intake, replica: replica).routes
            + CookieRoutes(watch: watch, replica: replica).routes
            + EventRoutes(intake: intake, isEnabled: settings.events.http, reading: LineReader.Options(settings)).routes
            + CleanupRoutes(watch: watch, board: board, replica: replica).routes
    }

    /// The templates in use: the values of the `route` label.
    static let templates = [
        "/metrics", "/livez", "/readyz", "/api/v1/status", "/api/v1/nodes", "/api/v1/nodes/{node}", "/api/v1/sessions",
        "/api/v1/sessions/lookup", "/api/v1/sessions/{ref}", "/api/v1/misroutes", "/api/v1/cookies/{value}",
        "/api/v1/events", "/api/v1/cleanup", "/api/v1/cleanup/suspend", "/api/v1/cleanup/resume", "/openapi.json",
        Router.noTemplate,
    ]
}
