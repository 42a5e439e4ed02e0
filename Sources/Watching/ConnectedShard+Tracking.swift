import Redis
import Sessions

// The subscription to invalidations: how it begins and ends, and the server that it belongs to.

/// The reason why everything had to be read again: the `reason` label of `mcp_sessiond_tracking_resyncs_total`.
enum ResyncReason: String, CaseIterable, Sendable {
    /// A connection was lost.
    case reconnect
    /// More keys changed than could be told, or read again.
    case overflow
    /// A database was emptied.
    case flush
    /// Tracking went silent, or the server is another one.
    case gap
}

extension ConnectedShard {
    mutating func subscribe() throws(RedisError) -> ShardSchedule.Result {
        do throws(RedisError) {
            var connection = try RedisConnection.open(reader.connection.endpoint, limits: watch.plan.limits)
            try checkSame(&connection)
            tracking = try TrackingSubscription(connection, prefixes: watch.plan.keySpace.trackedPrefixes)
        } catch {
            // If the server is gone, the other connection shows it. Some proxies hang up on commands they do not know.
            watch.noteTracking(refused: error, shard: number)
            if watch.plan.mode == .tracking { throw error }
            return .subscriptionRefused
        }
        // Where tracking is mandatory, it has to prove itself first.
        if watch.plan.mode != .tracking { watch.noteTracking(shard: number) }
        return .subscribed
    }

    /// A name may stand for several servers, but the invalidations must come from the server that is read. Where an ACL
    /// forbids to ask, the canary shows it.
    private mutating func checkSame(_ other: inout RedisConnection) throws(RedisError) {
        let names: (String, String)
        do throws(RedisError) {
            names = (try ServerInfo.read(over: &reader.connection).runID, try ServerInfo.read(over: &other).runID)
        } catch {
            guard error.leavesConnectionUsable else { throw error }
            return
        }
        guard names.0 == names.1 else {
            throw .connect(other.endpoint, reason: "the name leads to several servers")
        }
    }

    /// Drops the subscription, though the server may still be there. One that never returned a canary counts as refused.
    mutating func loseSubscription(
        _ reason: ResyncReason, _ error: RedisError
    ) throws(RedisError) -> ShardSchedule.Result {
        if schedule.canary.isNew {
            watch.noteTracking(refused: error, shard: number)
            if watch.plan.mode == .tracking { throw error }
        }
        watch.metrics.redisErrors.add([error.kind.rawValue])
        watch.metrics.redisReconnects.add()
        tracking = nil
        return .subscriptionLost(reason)
    }

    /// Forgets what is pending, since changes may have been missed: the schedule will read everything again.
    mutating func startAnew(_ reason: ResyncReason) throws(RedisError) {
        watch.noteResync(reason, shard: number)
        changes.removeAll()
        guard var fullScan = fullScan.take() else { return }
        try fullScan.drain(over: &reader)
    }

    /// Ends the connection to a server that is no longer the right one. Nothing it says may be believed: a master that was
    /// demoted drops all its data to copy the new master's.
    mutating func checkServer() throws(RedisError) {
        guard try site.isStillRight(&reader.connection) else {
            watch.noteResync(.gap, shard: number)
            throw ServerSite.notRight(reader.connection.endpoint)
        }
    }

    mutating func queueExpired() {
        let (number, now) = (number, watch.clock.now())
        for (id, dialect) in watch.registry.withLock({ $0.dueSessions(shard: number, at: now) }) {
            let key = watch.plan.keySpace.sessionKey(id, dialect: dialect)
            changes.add(session: key.span, idStart: key.count - id.bytes.count, dialect: dialect)
        }
    }

    /// Tells the registry how many keys Redis has evicted since the last call, where it evicts at all.
    mutating func readEvictions() throws(RedisError) {
        guard evicted != nil || watch.link.withLock({ $0.server == nil || $0.server?.evicts == true }) else { return }
        do throws(RedisError) {
            let info = try ServerInfo.read(over: &reader.connection)
            guard info.evicts else {
                evicted = nil
                return
            }
            let new = max(info.evictedKeys - (evicted ?? info.evictedKeys), 0)
            evicted = info.evictedKeys
            // Their invalidations come a moment later or earlier, some at a time.
            let now = monotonicSeconds()
            let isOver = new == 0 && now > evictionsUntil
            if new > 0 { evictionsUntil = now + Self.evictionSeconds }
            watch.registry.withLock { $0.evictions = isOver ? 0 : $0.evictions + new }
        } catch {
            guard error.leavesConnectionUsable else { throw error }
            evicted = nil
        }
    }
}
