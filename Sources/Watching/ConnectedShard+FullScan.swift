import Redis
import Sessions

// Readings of everything that the server holds.

extension ConnectedShard {
    mutating func beginFullScan() throws(RedisError) {
        try checkSite()
        let (number, isLive) = (number, tracking != nil)
        let isWaitedFor = watch.registry.withLock { registry in
            registry.beginFullScan(shard: number, isLive: isLive)
            return !registry.view.isComplete
        }
        let share = isWaitedFor ? watch.plan.catchUpShare : watch.plan.redisShare
        pacer = Pacer(share: share, isCareful: reader.isCareful) { [metrics = watch.metrics] in
            metrics.redisCommands.observe([WatchMetrics.RedisCommand.scan.rawValue], seconds: $0)
        }
        reading = FullScan(keySpace: watch.plan.keySpace, maxIDLength: watch.plan.maxIDLength, pacer: pacer)
        fullScanBegan = monotonicSeconds()
        nextFullScan =
            fullScanBegan + (tracking == nil ? watch.plan.scanEverySeconds : watch.plan.reconcileEverySeconds)
        nextStep = 0
    }

    /// One round trip of the reading.
    mutating func stepFullScan() throws(RedisError) {
        guard var reading = reading.take() else { return }
        let changed = nextChanges()
        let found: SessionReader.Found
        do throws(RedisError) {
            found = try reading.step(changes: changed, over: &reader)
            try takeIn(found, isAlone: pacer.isPaced)
        } catch {
            watch.noteFullScan(failed: error, afterSteps: reading.steps, shard: number)
            throw error
        }
        nextStep = monotonicSeconds() + pacer.owedSeconds
        watch.fullScans.withLock { fullScans in
            fullScans[number] = WatchContext.FullScanProgress(beganSeconds: fullScanBegan, progress: reading.progress)
        }
        guard reading.isDone(over: reader) else {
            self.reading = reading
            return
        }
        do throws(RedisError) {
            try finish(reading)
        } catch {
            watch.noteFullScan(failed: error, afterSteps: reading.steps, shard: number)
            throw error
        }
    }

    /// Makes the reading the view, in steps that keep no scrape waiting.
    private mutating func finish(_ reading: FullScan) throws(RedisError) {
        // What has gone since is told by now: it is no drift.
        guard try catchUp() else { return }
        try settleUnseen()
        try checkSite()
        // Heartbeats are read after the sessions: a session of a boot that has just begun must find it.
        let (look, known) = watch.registry.withLock { ($0.beginCheck(), $0.nodesToWatch) }
        let (pulse, now) = try readHeartbeats(nodes: Array(reading.sorter.nodes.union(known)))
        try lookAtEvictions()
        // All that came before these answers: had it been a flush, what was not seen would be no drift, and have vanished.
        guard try catchUp() else { return }
        let (number, hasVanished, totals) = (number, hasVanished, reading.sorter.totals)
        let isNews = watch.registry.withLock { registry in
            if let pulse {
                registry.take(pulse, of: look, at: now.time, seconds: now.monotonicSeconds)
            } else {
                registry.noteCheckMissing()
            }
            return !registry.view.isComplete
        }
        let nodeKeys = number == 0 ? pulse?.heartbeats.count ?? 0 : 0
        while !watch.registry.withLock({
            $0.finishFullScan(totals, nodeKeys: nodeKeys, shard: number, hasVanished: hasVanished, at: now.time)
        }) {}
        self.hasVanished = false
        watch.noteFullScan(
            seconds: monotonicSeconds() - fullScanBegan, share: pacer.share, nodes: pulse?.heartbeats.count ?? 0,
            isNews: isNews, shard: number, at: now.time)
    }

    /// Reads again what has been told up to now; what is told meanwhile can wait, since writers may never rest. False when
    /// everything has to be read again.
    private mutating func catchUp() throws(RedisError) -> Bool {
        guard try listen() else { return false }
        let told = changes.queued
        while changes.handedOver < told { try exchangeChanges() }
        return true
    }

    /// It is no observation of silence: that is the ``HeartbeatWatcher``'s, and this may be another server. Nil where
    /// the heartbeats are out of reach.
    private mutating func readHeartbeats(nodes: [String]) throws(RedisError) -> (HeartbeatCheck?, RedisTime) {
        guard var taken = try heartbeats(of: nodes, HeartbeatReading(keySpace: watch.plan.keySpace)) else {
            return (nil, RedisTime(time: watch.clock.now(), monotonicSeconds: monotonicSeconds()))
        }
        watch.clock.set(taken.now.time, readAt: taken.now.monotonicSeconds)
        taken.pulse.isObservation = false
        return (taken.pulse, taken.now)
    }
}
