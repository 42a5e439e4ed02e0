import HTTP

/// Everything that the daemon answers to.
struct Routes: Sendable {
    let watch: Watch
    let settings: Settings
    let replica: String

    var all: [Route] {
        let metrics = MetricsRoute(watch, maxNodes: settings.metrics.maxNodes)
        return [Route(.get, "/metrics", access: .scope(.read)) { request, _ in metrics.respond(request) }]
            + StatusRoutes(watch: watch, replica: replica).routes + NodeRoutes(watch: watch, replica: replica).routes
            + SessionRoutes(watch: watch, replica: replica).routes
    }

    /// The templates in use: the values of the `route` label.
    static let templates = [
        "/metrics", "/livez", "/readyz", "/api/v1/status", "/api/v1/nodes", "/api/v1/nodes/{node}", "/api/v1/sessions",
        "/api/v1/sessions/lookup", "/api/v1/sessions/{ref}", Router.noTemplate,
    ]
}
