/// The connection to one node of a cluster: made when first used, and again after it was lost.
final class ClusterLink {
    let endpoint: RedisEndpoint
    private var connection: RedisConnection?

    init(_ endpoint: RedisEndpoint) {
        self.endpoint = endpoint
    }

    /// Whether a connection is kept; the server may have closed it meanwhile.
    var isOpen: Bool {
        // `!= nil` would need the connection to be copied.
        switch connection {
        case .some: true
        case .none: false
        }
    }

    /// Takes the connection out. Who does not give it back, because something failed, has dropped it.
    func take(_ limits: RedisConnection.Limits) throws(RedisError) -> RedisConnection {
        if let kept = connection.take() { return kept }
        return try RedisConnection.open(endpoint, limits: limits)
    }

    func giveBack(_ connection: consuming RedisConnection) {
        self.connection = consume connection
    }
}
