import Exposition
import HTTP

/// Counts of the HTTP server's work, and the result of the last reload of the settings.
public final class RequestMetrics: Sendable {
    static let durationBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1]

    /// By route template, method and status.
    public let requests: CounterVector
    /// By route template.
    public let duration: HistogramVector
    /// 1 if the settings could be read at the start or at the last SIGHUP, else 0.
    public let configReloaded = Gauge(1)

    /// `routes`: the number of route templates. The other label values are known too: methods and status codes.
    public init(routes templates: Int = Routes.templates.count) {
        let routes = templates + 2
        requests = CounterVector(
            [
                VectorLabel("route", preset: [], limit: routes),
                VectorLabel("method", preset: [], limit: HTTPMethod.allCases.count + 1),
                VectorLabel("code", preset: [], limit: 64),
            ], combinesAll: false)
        duration = HistogramVector([VectorLabel("route", preset: [], limit: routes)], bounds: Self.durationBounds)
    }
}
