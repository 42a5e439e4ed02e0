import Sessions

/// A node that the proxy could not reach, or that did not answer in time, in one line of the proxy's access log.
public struct UnreachedNode: Sendable, Equatable {
    /// The node's address (`10.0.0.3:8080`), and its URL in the proxy's configuration.
    public var node: String
    public var url: String?
    public var time: UnixTime?
}
