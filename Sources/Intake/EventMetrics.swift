import Events
import Exposition
import Sessions
import Synchronization

/// Counts of events before the registry judges them, and the time until it does.
public final class EventMetrics: Sendable {
    static let lagBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600]
    /// The reasons for rejecting a line: the reader's faults, and a time in the future.
    public static let rejections = LineFault.allCases.map(\.rawValue) + ["future"]

    private static let source = VectorLabel("source", fixed: EventSource.allCases.map(\.rawValue))

    public let lines = CounterVector([source])
    public let events = CounterVector([source, VectorLabel("kind", fixed: LogEvent.Kind.allCases.map(\.rawValue))])
    public let rejected = CounterVector([source, VectorLabel("reason", fixed: rejections)])
    public let dropped = CounterVector([VectorLabel("reason", fixed: EventDrop.allCases.map(\.rawValue))])
    public let lag = Histogram(bounds: lagBounds)
    /// Bytes, over all files.
    public let committedBytes = Gauge()
    public let fileBytes = Gauge()
    /// Requests that named a session or were given one, and requests of the revision that has no sessions.
    public let sessionRequests = Counter()
    public let sessionlessRequests = Counter()
    private let newest = Mutex<[EventSource: UnixTime]>([:])

    public func note(_ event: LogEvent, from source: EventSource) {
        events.add([source.rawValue, event.kind.rawValue])
        switch event.kind {
        case .modern: sessionlessRequests.add()
        case .misroute, .unknown, .miss, .created, .held, .closed: sessionRequests.add()
        case .ownerDead, .ownerRestarted, .registryError: break
        }
        if let time = event.time { noteNewest(time, of: source) }
    }

    private func noteNewest(_ time: UnixTime, of source: EventSource) {
        newest.withLock { $0[source] = max($0[source] ?? time, time) }
    }

    /// The timestamp of each source's newest event; 0 if there was none.
    public var newestSeconds: [(source: EventSource, seconds: Double)] {
        let newest = newest.withLock { $0 }
        return EventSource.allCases.map { ($0, newest[$0]?.seconds ?? 0) }
    }
}
