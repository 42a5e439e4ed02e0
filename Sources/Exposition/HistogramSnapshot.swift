/// A histogram as a plain value.
public struct HistogramSnapshot: Sendable, Equatable {
    /// The rising upper bounds, without `+Inf`; each belongs to its bucket.
    public let bounds: [Double]
    /// The count of each bucket alone, not cumulative. There is one more than bounds: the last is above them all.
    public private(set) var counts: [Int]
    /// The sum of all observed values.
    public private(set) var sum: Double

    /// Makes an empty histogram.
    public init(bounds: [Double]) {
        self.init(bounds: bounds, counts: Array(repeating: 0, count: bounds.count + 1), sum: 0)
    }

    /// Makes a histogram that was counted elsewhere. `counts` are not cumulative, and there is one more than `bounds`.
    public init(bounds: [Double], counts: [Int], sum: Double) {
        precondition(counts.count == bounds.count + 1, "one count more than bounds")
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "bounds rise")
        precondition(bounds.allSatisfy(\.isFinite), "+Inf is implied")
        self.bounds = bounds
        self.counts = counts
        self.sum = sum
    }

    /// The number of observed values.
    public var count: Int { counts.reduce(0, +) }

    /// Counts a value once or several times. NaN is left out: it has no bucket and would spoil the sum for ever.
    public mutating func observe(_ value: Double, times: Int = 1) {
        guard !value.isNaN else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        counts[bucket] += times
        sum += value * Double(times)
    }
}
