/// A histogram as a plain value.
public struct HistogramSnapshot: Sendable, Equatable {
    /// Upper bounds, each included in its bucket, rising, without `+Inf`.
    public let bounds: [Double]
    /// Observations of each bucket alone (not cumulative), one more than bounds: the last is above them all.
    public private(set) var counts: [Int]
    /// Sum of all observed values.
    public private(set) var sum: Double

    /// An empty histogram.
    public init(bounds: [Double]) {
        self.init(bounds: bounds, counts: Array(repeating: 0, count: bounds.count + 1), sum: 0)
    }

    /// A histogram counted elsewhere; `counts` are not cumulative and one more than `bounds`.
    public init(bounds: [Double], counts: [Int], sum: Double) {
        precondition(counts.count == bounds.count + 1, "one count more than bounds")
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "bounds rise")
        precondition(bounds.allSatisfy(\.isFinite), "+Inf is implied")
        self.bounds = bounds
        self.counts = counts
        self.sum = sum
    }

    /// How many values were observed.
    public var count: Int { counts.reduce(0, +) }

    /// Counts a value, or the same value several times. NaN is left out: it has no bucket and would spoil the sum
    /// for ever.
    public mutating func observe(_ value: Double, times: Int = 1) {
        guard !value.isNaN else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        counts[bucket] += times
        sum += value * Double(times)
    }
}
