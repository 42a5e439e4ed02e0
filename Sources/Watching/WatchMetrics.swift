import Exposition
import Redis

/// The counters of the watchers: full scans, tracking, and commands to Redis.
public final class WatchMetrics: Sendable {
    /// The results of a full scan. `partial` is one that was cut off after it had begun to read.
    enum ScanResult: String, CaseIterable {
        case ok, error, timeout, partial
    }

    /// The round trips that are timed: the pipelines of a full scan, changed keys, a check of the heartbeats, a new
    /// connection, and one session's key for an explanation.
    public enum RedisCommand: String, CaseIterable {
        case scan, changes, heartbeats, info, connect, live
    }

    static let scanBounds = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
    static let redisBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]

    public let scanDuration = Histogram(bounds: scanBounds)
    public let scans = CounterVector([VectorLabel("result", fixed: ScanResult.allCases.map(\.rawValue))])
    public let lastScanSuccess = Gauge()
    public let redisUp = Gauge()
    public let redisCommands = HistogramVector(
        [VectorLabel("command", fixed: RedisCommand.allCases.map(\.rawValue))], bounds: redisBounds)
    public let redisErrors = CounterVector([VectorLabel("kind", fixed: RedisError.Kind.allCases.map(\.rawValue))])
    public let redisReconnects = Counter()
    public let trackingInvalidations = Counter()
    public let trackingResyncs = CounterVector([VectorLabel("reason", fixed: ResyncReason.allCases.map(\.rawValue))])
    public let trackingLag = Gauge()

    public init() {}
}
