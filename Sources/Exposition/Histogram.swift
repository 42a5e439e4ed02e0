import Synchronization

/// A histogram of durations with fixed buckets, filled from any thread.
public final class Histogram: Sendable {
    private let state: Mutex<HistogramSnapshot>

    /// Makes an empty histogram. `bounds` are rising upper bounds in seconds, without `+Inf`.
    public init(bounds: [Double]) {
        state = Mutex(HistogramSnapshot(bounds: bounds))
    }

    /// Counts one duration.
    public func observe(seconds: Double) {
        state.withLock { $0.observe(seconds) }
    }

    /// Copies all buckets and the sum at one instant.
    public func snapshot() -> HistogramSnapshot {
        state.withLock { $0 }
    }
}
