/// The limits of the metrics.
public struct MetricSettings: Sendable, Equatable {
    /// The number of node label values; further nodes are counted as `other`.
    public var maxNodes = 256

    public init() {}
}
