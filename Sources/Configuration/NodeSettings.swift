/// The settings for judging nodes.
public struct NodeSettings: Sendable, Equatable {
    public var deadAfter = Duration.seconds(15)
    public var unknownAfter = Duration.seconds(60)
    /// The clock difference beyond which times are not believed.
    public var maxClockSkew = Duration.seconds(2)

    public init() {}
}
