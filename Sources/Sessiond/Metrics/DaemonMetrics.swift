import Exposition
import Redis

/// What this replica counts of its own work: the `mcp_sessiond_*` families.
final class DaemonMetrics: Sendable {
    /// Results of a reading: `partial` is one that was cut off after it had begun to read.
    enum ScanResult: String, CaseIterable {
        case ok, error, timeout, partial
    }

    /// Round trips that are timed: a reading's pipelines, changed keys read again, a look at the heartbeats, a new connection,
    /// one session's key for an explanation.
    enum RedisCommand: String, CaseIterable {
        case scan, changes, heartbeats, info, connect, live
    }

    static let scanBounds = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
    static let redisBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]
    static let httpBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1]

    let scanDuration = Histogram(bounds: scanBounds)
    let scans = CounterVector([VectorLabel("result", fixed: ScanResult.allCases.map(\.rawValue))])
    let lastScanSuccess = Gauge()
    let redisUp = Gauge()
    let redisCommands = HistogramVector(
        [VectorLabel("command", fixed: RedisCommand.allCases.map(\.rawValue))], bounds: redisBounds)
    let redisErrors = CounterVector([VectorLabel("kind", fixed: RedisError.Kind.allCases.map(\.rawValue))])
    let redisReconnects = Counter()
    let trackingInvalidations = Counter()
    let trackingResyncs = CounterVector([VectorLabel("reason", fixed: ResyncReason.allCases.map(\.rawValue))])
    let trackingLag = Gauge()
    let httpRequests: CounterVector
    let httpDuration: HistogramVector
    let configReloaded = Gauge(1)

    /// Label values of requests are known beforehand: the routes, the methods, and the codes we answer with.
    init(routes: [String], methods: [String]) {
        httpRequests = CounterVector(
            [
                VectorLabel("route", preset: [], limit: routes.count + 2),
                VectorLabel("method", preset: [], limit: methods.count + 1),
                VectorLabel("code", preset: [], limit: 64),
            ], combinesAll: false)
        httpDuration = HistogramVector(
            [VectorLabel("route", preset: [], limit: routes.count + 2)], bounds: Self.httpBounds)
    }
}
