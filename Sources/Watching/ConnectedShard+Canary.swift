import Redis
import Sessions

/// A key that we write to see it come back; where none may be written, a `PING` takes its place.
struct Canary {
    /// One on its way, or a `PING`.
    struct Flight {
        /// Redis' time, and ours, when it was sent.
        let asOf: UnixTime
        let sentSeconds: Double
        let isPing: Bool
    }

    let key: String
    var flight: Flight?
    /// Since when it could be back: from then on it is missed.
    var missedSince: Double?
    /// None is written before: the server, or its ACL, takes no writes of ours.
    var nextTry = 0.0
    /// The last one was refused.
    var isRefused = false
    /// One came back: its time, and how many changes had been told by then.
    var toldAsOf: (asOf: UnixTime, queued: Int)?
    /// Nothing has come back yet since the subscription began.
    var isNew = true

    init(key: String) {
        self.key = key
    }

    /// For another subscription.
    mutating func beginAnew() {
        (flight, missedSince, toldAsOf, isNew) = (nil, nil, nil, true)
    }
}

extension ConnectedShard {
    mutating func sendCanary() throws(RedisError) {
        let flight = Canary.Flight(asOf: watch.clock.now(), sentSeconds: monotonicSeconds(), isPing: false)
        do throws(RedisError) {
            try reader.connection.command(["SET", canary.key, "1", "EX", String(Self.canaryLifeSeconds)])
        } catch {
            guard error.leavesConnectionUsable else { throw error }
            return try noteRefusal(error)
        }
        // However long the server took to take it in.
        (canary.flight, canary.missedSince) = (flight, monotonicSeconds())
        if canary.isRefused { watch.logger.info("canaries can be written again") }
        canary.isRefused = false
    }

    /// It may be for a moment (`OOM`, `READONLY`) or for good.
    private mutating func noteRefusal(_ error: RedisError) throws(RedisError) {
        if !canary.isRefused {
            watch.logger.info(
                "no canary can be written; tracking is watched over by PING alone", metadata: ["error": "\(error.kind)"]
            )
        }
        canary.isRefused = true
        canary.nextTry = monotonicSeconds() + watch.plan.retrySeconds
        try sendPing()
    }

    mutating func sendPing() throws(RedisError) {
        let now = monotonicSeconds()
        canary.flight = Canary.Flight(asOf: watch.clock.now(), sentSeconds: now, isPing: true)
        canary.missedSince = now
        do throws(RedisError) { try tracking?.ping() } catch { try loseTracking(.reconnect, error) }
    }

    /// What we sent came back: all that changed before has been told, and once it is read the view is as of then.
    mutating func noteLife() {
        guard let flight = canary.flight else { return }
        if canary.isNew, watch.plan.mode == .tracking { watch.noteTracking(shard: number) }
        canary.isNew = false
        (canary.flight, canary.missedSince) = (nil, nil)
        if !flight.isPing { watch.metrics.trackingLag.set(monotonicSeconds() - flight.sentSeconds) }
        canary.toldAsOf = (flight.asOf, changes.queued)
        watch.noteUp(.shard(number))
    }

    /// Makes the view as of the last canary, once all that was told before it is read.
    mutating func noteCaughtUp() {
        guard let told = canary.toldAsOf, changes.handedOver >= told.queued else { return }
        canary.toldAsOf = nil
        let number = number
        watch.registry.withLock { $0.noteCurrent(at: told.asOf, shard: number) }
    }
}
