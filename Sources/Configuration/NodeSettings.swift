/// The settings for judging nodes.
public struct NodeSettings: Sendable, Equatable {
    public var deadAfter = Duration.seconds(15)
    public var unknownAfter = Duration.seconds(60)
    public var goneAfter = Duration.seconds(600)
    public var forgetAfter = Duration.seconds(86_400)
    /// The number of nodes that should be alive; 0 if it is not set.
    public var expected = 0
    /// The clock difference beyond which times are not believed.
    public var maxClockSkew = Duration.seconds(2)

    public init() {}
}
