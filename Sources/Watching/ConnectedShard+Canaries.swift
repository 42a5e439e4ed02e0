import Redis
import Sessions

// Canaries, which show that tracking still works.

extension ConnectedShard {
    mutating func sendCanary() throws(RedisError) -> ShardSchedule.Result {
        let asOf = watch.clock.now()
        canarySentSeconds = monotonicSeconds()
        do throws(RedisError) {
            try reader.connection.command(["SET", canaryKey, "1", "EX", String(Self.canaryLifeSeconds)])
        } catch {
            guard error.leavesConnectionUsable else { throw error }
            // For a moment (`OOM`, `READONLY`) or for good.
            if !isCanaryRefused {
                watch.logger.info(
                    "no canary can be written; PING alone shows whether tracking works",
                    metadata: ["error": "\(error.kind)"])
            }
            isCanaryRefused = true
            return .canaryRefused
        }
        if isCanaryRefused { watch.logger.info("canaries can be written again") }
        isCanaryRefused = false
        return .canarySent(asOf: asOf)
    }

    mutating func sendPing() throws(RedisError) -> ShardSchedule.Result {
        let asOf = watch.clock.now()
        do throws(RedisError) {
            try tracking?.ping()
            return .pingSent(asOf: asOf)
        } catch {
            return try loseSubscription(.reconnect, error)
        }
    }

    /// A canary or the answer to a `PING` came back.
    func noteAnswer(isPing: Bool) {
        guard let flight = schedule.canary.flight, flight.isPing == isPing else { return }
        if schedule.canary.isNew, watch.plan.mode == .tracking { watch.noteTracking(shard: number) }
        if !isPing { watch.metrics.trackingLag.set(monotonicSeconds() - canarySentSeconds) }
        watch.noteUp(.shard(number))
    }

    /// No canary came back, so what has changed since may not have been told either.
    mutating func endSilentSubscription() throws(RedisError) -> ShardSchedule.Result {
        let patience = ShardSchedule.canaryPatienceSeconds
        return try loseSubscription(.gap, .timeout(reader.connection.endpoint, seconds: patience))
    }
}
