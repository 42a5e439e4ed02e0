import Sessions

// The steps of a run, each at a moment of its own.

extension Simulation {
    /// Returns whether a run is due; see `Cleaner.isRunDue`.
    func isRunDue(_ instance: Instance) -> Bool {
        guard instance.run == nil, instance.lease.epoch(at: instance.monotonic(at: now)) != nil else { return false }
        return instance.pendingRun != nil || isScheduled(instance)
    }

    private func isScheduled(_ instance: Instance) -> Bool {
        instance.monotonic(at: now) - instance.monotonicStart - instance.start >= instance.nextRun
    }

    func beginRun(_ instance: Instance) {
        let monotonic = instance.monotonic(at: now)
        guard instance.run == nil else { return }
        var request = instance.pendingRun
        // A run without the lease must not begin when the lease comes back.
        instance.pendingRun = nil
        guard let epoch = instance.lease.epoch(at: monotonic) else { return }
        if request == nil, isScheduled(instance) {
            request = CleanupRequest(by: "schedule", run: "\(now)", isDryRun: random.oneIn(12))
        }
        guard let request else { return }
        var policy = schedule.policy
        switch bug {
        case .noGrace: policy.graceSeconds = 1
        case .rateIgnored: policy.maxKeysPerSecond = 500
        default: break
        }
        instance.run = CleanupRun(request, policy: policy, epoch: epoch, at: instance.time(at: now))
        (instance.removedInRun, instance.isRunExact) = (0, true)
        instance.isAborting = false
        instance.nextRun = monotonic - instance.monotonicStart - instance.start + random.seconds(4...30)
        if request.isDryRun { coverage.note(.dryRuns) }
    }

    /// Performs one step, and plans the next round after it.
    func stepRun(_ instance: Instance) {
        guard instance.run != nil else { return nextRound(instance, in: isCalm ? 2 : random.seconds(0.25...5)) }
        if instance.isAborting { instance.run?.abort("aborted by request", at: instance.time(at: now)) }
        let step = instance.run?.next(instance.registry, moment(instance)) ?? .end
        switch step {
        case .wait(let seconds): nextRound(instance, in: min(seconds, Self.pauseSeconds))
        case .end:
            endRun(instance)
            nextRound(instance, in: 0)
        case .recheck(let candidates):
            hesitate(instance) { self.recheck(instance, candidates) }
        case .watch(let soles, let seconds): watchClosely(instance, soles, for: seconds)
        case .remove(let batch):
            instance.judgedAt = now
            note(
                "\(instance.name): to remove \(batch.entries.count) of \(batch.owner.node) \(batch.owner.boot?.text ?? "-")"
            )
            if let fault = brakeFault(of: batch, instance) { fail(fault) }
            hesitate(instance, isWatched: intervene(batch)) { self.remove(instance, batch) }
        }
    }

    /// The time from one read of a closely watched heartbeat to the next.
    private static let closeSeconds = 0.05

    /// Reads the nodes' heartbeats several times, as `Cleaner.watchClosely` does more often.
    private func watchClosely(_ instance: Instance, _ soles: [SoleBoot], for seconds: Double) {
        let until = now + seconds
        var (last, watched) = (now, 0.0)
        coverage.note(.watchedClosely)
        func read() {
            guard now < until else {
                note("\(instance.name) watched \(soles.map(\.node)) closely for \(watched) s")
                for sole in soles { instance.registry.noteWatchedClosely(sole, seconds: watched) }
                return nextRound(instance, in: 0)
            }
            ask(instance) {
                soles.map { sole in
                    if let stored = self.server.ownHeartbeat(of: sole.node, at: self.now) {
                        self.oracle.everSeen.insert(stored.process)
                    }
                    return Schedule.keySpace.heartbeatPlaces(of: sole.node).map {
                        self.server.found(at: $0, of: sole.node, at: self.now)
                    }
                }
            } then: { found in
                let (time, seconds) = (instance.time(at: self.now), instance.monotonic(at: self.now))
                for (sole, heartbeats) in zip(soles, found) {
                    instance.registry.hear(heartbeats, of: sole.node, at: time, seconds: seconds)
                }
                // Time in which nothing was read for longer does not count as watched.
                (last, watched) = (self.now, watched + min(self.now - last, 1.2 * Self.closeSeconds))
                self.after(Self.closeSeconds, in: instance) { read() }
            }
        }
        read()
    }

    /// Waits between the decision and the request, usually not at all. `isWatched` says that something happens in
    /// between.
    private func hesitate(_ instance: Instance, isWatched: Bool = false, then: @escaping () -> Void) {
        guard !isCalm, random.oneIn(isWatched ? 3 : 30) else { return then() }
        after(random.seconds(0...9), in: instance, then)
    }

    private func moment(_ instance: Instance) -> CleanupRun.Moment {
        let monotonic = instance.monotonic(at: now)
        var conditions = CleanupConditions(
            staleAfterSeconds: Self.staleAfterSeconds,
            settledSeconds: instance.settled.map { $0.seconds + (monotonic - $0.monotonic) },
            skewSeconds: instance.skewSeconds, stop: instance.stop, monotonicSeconds: monotonic)
        if bug == .brakesIgnored { conditions = CleanupConditions(staleAfterSeconds: 1e9, settledSeconds: 1e9) }
        return CleanupRun.Moment(
            now: instance.time(at: now), seconds: monotonic, lease: instance.lease, conditions: conditions)
    }

    private func recheck(_ instance: Instance, _ candidates: [CleanupCandidate]) {
        let node = candidates.first?.owner.node ?? ""
        ask(instance, oftenAtOnce: false) {
            let heartbeats = Schedule.keySpace.heartbeatPlaces(of: node).map {
                self.server.found(at: $0, of: node, at: self.now)
            }
            let records = candidates.map { candidate in
                self.server.record(SessionNames.number(of: candidate.ref), at: self.now).map { record in
                    HeldRecord(value: .text(record.bytes), owner: record.owner, deadline: record.expiresAt)
                }
            }
            return RecheckResult(records: records, heartbeats: heartbeats, time: self.server.time(at: self.now))
        } then: { recheck in
            if let owner = candidates.first?.owner { instance.registry.hear(recheck, of: owner) }
            instance.run?.take(recheck)
            self.nextRound(instance, in: 0)
        }
    }

    /// Does something between the judgement and the removal, since chance alone would seldom hit that moment. An owner
    /// that still exists is seldom removed from, so it returns then most often. Returns whether something happens.
    private func intervene(_ batch: RemovalBatch) -> Bool {
        let session = batch.entries.first.map { SessionNames.number(of: $0.candidate.ref) } ?? 0
        let writer = server.sessions[session].map { processes[$0.process] }
        guard !isCalm, random.oneIn(writer?.isAlive == true ? 2 : 5) else { return false }
        if let writer, writer.isAlive {
            (writer.stalledUntil, writer.muteUntil) = (now, now)
            sendHeartbeat(writer)
            if random.oneIn(2) { withdraw(writer) }
        } else {
            switch random.int(0...3) {
            case 0: takeOver(session)
            case 1: renew(session)
            case 2:
                server.stop = CleanupStop(by: "x", why: "y", at: server.time(at: now), until: server.time(at: now) + 9)
            default:
                server.releaseLease(batch.holder, epoch: batch.epoch)
                // It has the lease again, under another epoch.
                if random.oneIn(2) { _ = server.takeLease(batch.holder, at: now) }
            }
        }
        return true
    }

    /// Withdraws the heartbeat again and does nothing for a while, so that everything looks as before.
    private func withdraw(_ process: SimulatedProcess) {
        process.muteUntil = now + 100
        after(0.5) {
            guard self.server.ownHeartbeat(of: process.node, at: self.now)?.process == process.number else { return }
            self.server.heartbeats[process.node] = nil
            process.overwrittenAt = min(process.overwrittenAt, self.now)
        }
    }

    private func remove(_ instance: Instance, _ batch: RemovalBatch) {
        let refs = batch.entries.map(\.candidate.ref)
        instance.registry.noteCleaned(refs, secondsLeft: batch.action.secondsLeft, at: instance.time(at: now))
        let asked = instance.monotonic(at: now)
        call(instance, .cleaner, oftenAtOnce: false) {
            self.removeAtServer(batch, instance)
        } then: { outcome in
            guard let outcome else {
                instance.registry.noteKept(refs)
                instance.registry.noteLife(of: batch.owner)
                instance.isRunExact = false
                return self.failRound(instance)
            }
            let monotonic = instance.monotonic(at: self.now)
            instance.run?.take(outcome, seconds: monotonic - asked, at: monotonic, time: instance.time(at: self.now))
            var kept = refs
            instance.registry.noteRefused(outcome, of: batch)
            if case .done(let results) = outcome {
                kept = zip(refs, results).filter { $0.1 != .cleaned }.map(\.0)
                instance.registry.noteTouched(
                    zip(refs, results).filter { $0.1 == .changed || $0.1 == .renewed }.map(\.0))
                instance.removedInRun += results.count { $0 == .cleaned }
            }
            instance.registry.noteKept(kept)
            self.nextRound(instance, in: 0)
        }
    }

    /// Notes why each remaining group is left.
    private func notePlan(_ instance: Instance) {
        let plan = instance.registry.cleanupPlan(
            schedule.policy, conditions: moment(instance).conditions, at: instance.time(at: now))
        for group in plan.groups where group.skip != nil {
            let owner = "\(group.owner.node)/\(group.owner.boot?.text ?? "-")"
            note("    left: \(group.sessions) of \(owner), \(group.reason), \(group.why ?? "")")
        }
    }

    /// Ends the run, and checks that its report says what it did.
    func endRun(_ instance: Instance) {
        guard let report = instance.run?.report else { return }
        instance.run = nil
        note(
            "\(instance.name): run \(report.result?.rawValue ?? "?"), \(report.cleanedInAll) cleaned, \(report.skipped) \(report.why ?? "")"
        )
        coverage.note(report)
        if trace != nil { notePlan(instance) }
        if report.request.isDryRun, instance.removedInRun > 0 { fail("a dry run removed \(instance.removedInRun)") }
        if !report.request.isDryRun, instance.isRunExact, report.cleanedInAll != instance.removedInRun {
            fail("a run reports \(report.cleanedInAll) of \(instance.removedInRun) removed")
        }
    }
}
