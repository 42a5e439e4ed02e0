import Redis
import Sessions

// Invalidations as they come, and the changed keys that they lead to.

extension ConnectedShard {
    /// Takes in the invalidations so far. A lost subscription is returned, not thrown: answers may be under way on the
    /// other connection, which is well.
    mutating func hear(within seconds: Double = 0) -> RedisError? {
        do throws(RedisError) {
            try tracking?.take(within: seconds, into: &changes)
            return nil
        } catch {
            return error
        }
    }

    /// Takes in the invalidations so far, and passes their news on.
    mutating func listen(within seconds: Double) throws(RedisError) -> ShardSchedule.Result {
        if let error = hear(within: seconds) {
            return try loseSubscription(tracking?.isInMessage == true ? .overflow : .reconnect, error)
        }
        let news = changes.takeNews()
        watch.metrics.trackingInvalidations.add(news.told)
        if !news.nodes.isEmpty {
            watch.nodesHeardOf.withLock { $0.formUnion(news.nodes) }
            watch.heartbeatWritten.ring()
            writtenHeartbeats.formUnion(news.nodes)
        }
        if news.canary { noteAnswer(isPing: false) }
        if news.pong { noteAnswer(isPing: true) }
        if news.flush { hasVanished = true }
        return .heard(
            ShardSchedule.Heard(
                hasCanary: news.canary, hasPong: news.pong, isFlushed: news.flush, isOverfull: changes.isOverfull,
                hasHeartbeats: !news.nodes.isEmpty, hasCollections: news.nodes.contains("")))
    }

    mutating func readChanges() throws(RedisError) {
        let started = monotonicSeconds()
        var request = SessionReader.Request()
        request.keys = changes.take(atMost: ShardSchedule.batch)
        // The hashes among the answers are asked for in a second pipeline.
        while !request.isEmpty {
            try reader.send(request)
            try takeIn(try reader.receiveSessions(request), isAlone: true)
            request = SessionReader.Request()
            request.hashes = reader.takeWaitingHashes()
        }
        watch.metrics.redisCommands.observe(
            [WatchMetrics.RedisCommand.changes.rawValue], seconds: monotonicSeconds() - started)
    }

    /// Brings answers into the registry. `isAlone`: no other answers are under way on the connection.
    mutating func takeIn(_ found: SessionReader.Found, isAlone: Bool) throws(RedisError) {
        let now = watch.clock.now()
        if isAlone, found.changed.contains(where: { $0.content == .gone }) { try readEvictions() }
        // A scanned session may be newer than the invalidations so far; then a difference is no drift.
        let isHeard = found.isEmpty || hear() == nil
        let changes = changes
        let number = number
        var names = RecordNames.placeholder
        swap(&names, &reader.names)
        watch.registry.withLock { registry in
            registry.take(found.changed, &names, from: .change, shard: number, at: now)
            if !found.scanned.isEmpty {
                registry.take(found.scanned, &names, shard: number, at: now) { !isHeard || changes.isPending($0) }
            }
        }
        swap(&names, &reader.names)
        if !found.strays.isEmpty { try readStrays(found.strays.map(\.key)) }
    }
}
