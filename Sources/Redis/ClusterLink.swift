/// A connection to one node of a cluster, made on first use and again after a loss.
final class ClusterLink {
    let endpoint: RedisEndpoint
    private var connection: RedisConnection?

    init(_ endpoint: RedisEndpoint) {
        self.endpoint = endpoint
    }

    /// True if a connection is kept; the server may have closed it in the meantime.
    var isOpen: Bool {
        // `!= nil` would need the connection to be copied.
        switch connection {
        case .some: true
        case .none: false
        }
    }

    /// Takes the connection out. If the caller fails and does not give it back, it is dropped.
    func take(_ limits: RedisConnection.Limits) throws(RedisError) -> RedisConnection {
        if let kept = connection.take() { return kept }
        return try RedisConnection.open(endpoint, limits: limits)
    }

    func giveBack(_ connection: consuming RedisConnection) {
        self.connection = consume connection
    }

    /// Runs commands that only read. If a kept connection turns out to be lost, they are sent once more: the server may
    /// have closed an idle connection or restarted, and still be there.
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
