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

    /// Asks questions. Where the connection was kept and turns out to be lost, they are asked once more: a server closes
    /// idle connections, or has restarted, which does not mean that it is gone.
    func answers(
        to questions: [[String]], _ limits: RedisConnection.Limits
    ) throws(RedisError) -> [RedisReply] {
        if isOpen {
            do throws(RedisError) {
                return try answersOnce(to: questions, limits)
            } catch {
                guard case .io = error else { throw error }
            }
        }
        return try answersOnce(to: questions, limits)
    }

    private func answersOnce(
        to questions: [[String]], _ limits: RedisConnection.Limits
    ) throws(RedisError) -> [RedisReply] {
        var open = try take(limits)
        let replies = try open.answers(to: questions)
        giveBack(open)
        return replies
    }
}
