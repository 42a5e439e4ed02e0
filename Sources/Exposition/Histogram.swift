import Synchronization

/// Observed durations counted into fixed buckets, from any thread.
public final class Histogram: Sendable {
    private let state: Mutex<HistogramSnapshot>

    /// An empty histogram; `bounds` are upper bounds in seconds, rising, without `+Inf`.
    public init(bounds: [Double]) {
        state = Mutex(HistogramSnapshot(bounds: bounds))
    }

    /// Counts one duration.
    public func observe(seconds: Double) {
        state.withLock { $0.observe(seconds) }
    }

    /// All buckets and the sum at one instant.
    public func snapshot() -> HistogramSnapshot {
        state.withLock { $0 }
    }
}
