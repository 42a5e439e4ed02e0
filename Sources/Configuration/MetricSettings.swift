/// Bounds of the metrics.
public struct MetricSettings: Sendable, Equatable {
    /// Most values of a node label; further nodes are counted as `other`.
    public var maxNodes = 32

    public init() {}
}
