import Redis
import Sessions

// How tracking is got, watched over and lost.

/// Why everything had to be read again: the `reason` label of `mcp_sessiond_tracking_resyncs_total`.
enum ResyncReason: String, CaseIterable, Sendable {
    /// A connection was lost.
    case reconnect
    /// More changed than could be told, or be asked for.
    case overflow
    /// A database was emptied.
    case flush
    /// Tracking went silent, or the server is another one.
    case gap
}

extension ConnectedShard {
    /// Gets tracking where it is wanted and not there.
    mutating func keepTracking() throws(RedisError) {
        guard tracking == nil, watch.plan.mode != .scan, monotonicSeconds() >= nextTry, reading == nil else { return }
        nextTry = monotonicSeconds() + watch.plan.retrySeconds
        do throws(RedisError) {
            var connection = try RedisConnection.open(reader.connection.endpoint, limits: watch.plan.limits)
            try checkSame(&connection)
            tracking = try TrackingSubscription(connection, prefixes: watch.plan.keySpace.trackedPrefixes)
        } catch {
            // A server that is gone is found out by the other connection; some proxies hang up on what they do not know.
            watch.noteTracking(refused: error, shard: number)
            if watch.plan.mode == .tracking { throw error }
            return
        }
        // Where tracking is a must, it has to prove itself first.
        if watch.plan.mode != .tracking { watch.noteTracking(shard: number) }
        canary.beginAnew()
        nextTick = 0
        // Only what changes from now on is told.
        nextFullScan = 0
    }

    /// A name may stand for several servers, and the changes told must be those of the server that is read. Where an ACL
    /// forbids to ask, the canary finds it out.
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

    /// The subscription is lost while the server may still be there.
    mutating func loseTracking(_ reason: ResyncReason, _ error: RedisError) throws(RedisError) {
        watch.metrics.redisErrors.add([error.kind.rawValue])
        tracking = nil
        nextTry = 0
        watch.metrics.redisReconnects.add()
        try resync(reason)
    }

    /// Reads everything again, since changes may have been missed.
    mutating func resync(_ reason: ResyncReason) throws(RedisError) {
        watch.noteResync(reason, shard: number)
        changes.removeAll()
        firstChange = nil
        nextFullScan = 0
        guard var reading = reading.take() else { return }
        try reading.drain(over: &reader)
    }

    /// Now and then: a canary, a look whether the server is still the right one, and sessions whose time ran out.
    mutating func tick() throws(RedisError) {
        let now = monotonicSeconds()
        if tracking != nil, now >= nextExpiry {
            nextExpiry = now + Self.expirySeconds
            noteDue()
        }
        guard now >= nextTick else { return }
        nextTick = now + Self.tickSeconds
        try checkSite()
        guard tracking != nil else { return }
        if let since = canary.missedSince, now - since > Self.canaryPatienceSeconds { return try noteSilence() }
        guard canary.missedSince == nil else { return }
        if now < canary.nextTry { try sendPing() } else { try sendCanary() }
    }

    /// Nothing came back: what changed since may not have been told either.
    private mutating func noteSilence() throws(RedisError) {
        let neverSpoke = canary.isNew
        let silence = RedisError.timeout(reader.connection.endpoint, seconds: Self.canaryPatienceSeconds)
        if neverSpoke, watch.plan.mode == .tracking {
            watch.noteTracking(refused: silence, shard: number)
            throw silence
        }
        try loseTracking(.gap, silence)
        guard neverSpoke else { return }
        // A subscription that never tells anything is as good as none: scans, until the next try.
        watch.noteTracking(refused: silence, shard: number)
        nextTry = monotonicSeconds() + watch.plan.retrySeconds
    }

    /// Ends the connection to a server that is not the right one any more. No reading of such a one may be believed:
    /// a master that was demoted drops all it has to take over what the new one has.
    mutating func checkSite() throws(RedisError) {
        guard try site.isStillRight(&reader.connection) else {
            watch.noteResync(.gap, shard: number)
            throw ServerSite.notRight(reader.connection.endpoint)
        }
    }

    /// Has sessions read again whose time to live has run out: Redis tells of it when it comes across them.
    private mutating func noteDue() {
        let (number, now) = (number, watch.clock.now())
        let due = watch.registry.withLock { $0.dueSessions(shard: number, at: now) }
        for (id, dialect) in due {
            let key = watch.plan.keySpace.sessionKey(id, dialect: dialect)
            changes.add(session: key.span, idStart: key.count - id.bytes.count, dialect: dialect)
        }
        if !due.isEmpty, firstChange == nil { firstChange = monotonicSeconds() }
    }

    /// Tells the registry how many keys Redis evicted since the last look, where it evicts at all.
    mutating func lookAtEvictions() throws(RedisError) {
        guard evicted != nil || watch.link.withLock({ $0.server == nil || $0.server?.evicts == true }) else { return }
        do throws(RedisError) {
            let info = try ServerInfo.read(over: &reader.connection)
            guard info.evicts else {
                evicted = nil
                return
            }
            let new = max(info.evictedKeys - (evicted ?? info.evictedKeys), 0)
            evicted = info.evictedKeys
            // They are told of a moment later or earlier, some at a time.
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
