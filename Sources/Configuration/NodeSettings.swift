/// When a node counts as gone.
public struct NodeSettings: Sendable, Equatable {
    public var deadAfter = Duration.seconds(15)
    public var unknownAfter = Duration.seconds(60)
    /// How far clocks may differ before times are not believed.
    public var maxClockSkew = Duration.seconds(2)

    public init() {}
}
