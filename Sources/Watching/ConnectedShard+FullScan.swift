import Redis
import Sessions

// Full scans of the server.

extension ConnectedShard {
    mutating func beginFullScan() throws(RedisError) -> ShardSchedule.Result {
        try checkServer()
        let (number, isLive) = (number, tracking != nil)
        let isAwaited = watch.registry.withLock { registry in
            registry.beginFullScan(shard: number, isLive: isLive)
            return !registry.view.isComplete
        }
        let share = isAwaited ? watch.plan.catchUpShare : watch.plan.redisShare
        pacer = Pacer(share: share, isCareful: reader.isCareful) { [metrics = watch.metrics] in
            metrics.redisCommands.observe([WatchMetrics.RedisCommand.scan.rawValue], seconds: $0)
        }
        fullScan = FullScan(keySpace: watch.plan.keySpace, maxIDLength: watch.plan.maxIDLength, pacer: pacer)
        fullScanBegan = monotonicSeconds()
        return .fullScanBegan(isPaced: pacer.isPaced)
    }

    /// One round trip of the full scan.
    mutating func stepFullScan() throws(RedisError) -> ShardSchedule.Result {
        guard var fullScan = fullScan.take() else { return .fullScanStepped(isComplete: true, pauseSeconds: 0) }
        let changed = schedule.takesChangesAlong ? changes.take(atMost: ShardSchedule.batch) : SessionKeys()
        // Kept after an error too: it counts the steps.
        defer { self.fullScan = fullScan }
        let found = try fullScan.step(changes: changed, over: &reader)
        try takeIn(found, isAlone: pacer.isPaced)
        watch.fullScans.withLock { [fullScanBegan, number] in
            $0[number] = WatchContext.FullScanProgress(beganSeconds: fullScanBegan, progress: fullScan.progress)
        }
        return .fullScanStepped(isComplete: fullScan.isDone(over: reader), pauseSeconds: pacer.owedSeconds)
    }

    /// Reads all heartbeats for the full scan. That is no observation of silence: ``HeartbeatWatcher`` observes, and this
    /// may be another server.
    mutating func readHeartbeats() throws(RedisError) {
        let (check, known) = watch.registry.withLock { ($0.beginCheck(), $0.nodesToWatch) }
        let nodes = Array((fullScan?.sorter.nodes ?? []).union(known))
        var taken = try heartbeats(of: nodes, HeartbeatReading(keySpace: watch.plan.keySpace))
        if let now = taken?.now { watch.clock.set(now.time, readAt: now.monotonicSeconds) }
        taken?.check.isObservation = false
        heartbeatsOfFullScan = taken.map { FullScanHeartbeats(check: check, found: $0.check, now: $0.now) }
        try readEvictions()
    }

    /// Makes the result of the full scan the view, in steps that keep no scrape waiting.
    mutating func finishFullScan() {
        guard let fullScan = fullScan.take() else { return }
        let now = heartbeatsOfFullScan?.now ?? RedisTime(time: watch.clock.now(), monotonicSeconds: monotonicSeconds())
        let (number, hasVanished, totals) = (number, hasVanished, fullScan.sorter.totals)
        let isNews = watch.registry.withLock { [heartbeatsOfFullScan] registry in
            if let taken = heartbeatsOfFullScan {
                registry.take(taken.found, of: taken.check, at: now.time, seconds: now.monotonicSeconds)
            } else {
                registry.noteCheckMissing()
            }
            return !registry.view.isComplete
        }
        let nodes = heartbeatsOfFullScan?.found.heartbeats.count ?? 0
        while !watch.registry.withLock({
            $0.finishFullScan(
                totals, nodeKeys: number == 0 ? nodes : 0, shard: number, hasVanished: hasVanished, at: now.time)
        }) {}
        (self.hasVanished, heartbeatsOfFullScan) = (false, nil)
        watch.noteFullScan(
            seconds: monotonicSeconds() - fullScanBegan, share: pacer.share, nodes: nodes, isNews: isNews,
            shard: number, at: now.time)
    }
}

/// The heartbeats that a full scan read, with Redis' time.
struct FullScanHeartbeats {
    /// The number of the check.
    var check: Int
    var found: HeartbeatCheck
    var now: RedisTime
}
