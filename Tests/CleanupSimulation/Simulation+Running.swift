import Sessions

// A run's steps, each of them at a moment of its own.

extension Simulation {
    /// See `Cleaner.isRunDue`.
    func isRunDue(_ replica: Replica) -> Bool {
        guard replica.run == nil, replica.lease.epoch(at: replica.monotonic(at: now)) != nil else { return false }
        return replica.wish != nil || isScheduled(replica)
    }

    private func isScheduled(_ replica: Replica) -> Bool {
        replica.monotonic(at: now) - replica.monotonicStart - replica.start >= replica.nextRun
    }

    func beginRun(_ replica: Replica) {
        let monotonic = replica.monotonic(at: now)
        guard replica.run == nil else { return }
        var request = replica.wish
        // Without the lease it is not to begin when that comes back.
        replica.wish = nil
        guard let epoch = replica.lease.epoch(at: monotonic) else { return }
        if request == nil, isScheduled(replica) {
            request = CleanupRequest(by: "schedule", run: "\(now)", isDryRun: random.oneIn(12))
        }
        guard let request else { return }
        var policy = schedule.policy
        switch bug {
        case .noGrace: policy.graceSeconds = 1
        case .rateIgnored: policy.maxKeysPerSecond = 500
        default: break
        }
        replica.run = CleanupRun(request, policy: policy, epoch: epoch, at: replica.time(at: now))
        (replica.removedInRun, replica.isRunExact) = (0, true)
        replica.isAborting = false
        replica.nextRun = monotonic - replica.monotonicStart - replica.start + random.seconds(4...30)
        if request.isDryRun { coverage.note(.dryRuns) }
    }

    /// One step, and the next round when it is done.
    func stepRun(_ replica: Replica) {
        guard replica.run != nil else { return nextRound(replica, in: isCalm ? 2 : random.seconds(0.25...5)) }
        if replica.isAborting { replica.run?.abort("somebody ended it", at: replica.time(at: now)) }
        let step = replica.run?.next(replica.registry, moment(replica)) ?? .end
        switch step {
        case .wait(let seconds): nextRound(replica, in: min(seconds, Self.pauseSeconds))
        case .end:
            endRun(replica)
            nextRound(replica, in: 0)
        case .look(let candidates):
            hesitate(replica) { self.look(replica, candidates) }
        case .watch(let soles, let seconds): watchClosely(replica, soles, for: seconds)
        case .remove(let batch):
            replica.judgedAt = now
            note(
                "\(replica.name): to remove \(batch.entries.count) of \(batch.owner.node) \(batch.owner.boot?.text ?? "-")"
            )
            if let fault = brakeFault(of: batch, replica) { fail(fault) }
            hesitate(replica, isWatched: intervene(batch)) { self.remove(replica, batch) }
        }
    }

    /// From one reading of a heartbeat that is watched closely to the next.
    private static let closeSeconds = 0.05

    /// Reads the nodes' heartbeats some times; as `Cleaner.watchClosely`, which does it more often.
    private func watchClosely(_ replica: Replica, _ soles: [SoleBoot], for seconds: Double) {
        let until = now + seconds
        var (last, watched) = (now, 0.0)
        coverage.note(.watchedClosely)
        func read() {
            guard now < until else {
                note("\(replica.name) watched \(soles.map(\.node)) closely for \(watched) s")
                for sole in soles { replica.registry.noteWatchedClosely(sole, seconds: watched) }
                return nextRound(replica, in: 0)
            }
            ask(replica) {
                soles.map { sole in
                    if let beat = self.server.ownBeat(of: sole.node, at: self.now) {
                        self.oracle.everSeen.insert(beat.process)
                    }
                    return Schedule.keySpace.heartbeatPlaces(of: sole.node).map {
                        self.server.found(at: $0, of: sole.node, at: self.now)
                    }
                }
            } then: { found in
                let (time, seconds) = (replica.time(at: self.now), replica.monotonic(at: self.now))
                for (sole, beats) in zip(soles, found) {
                    replica.registry.hear(beats, of: sole.node, at: time, seconds: seconds)
                }
                // What was not read for longer is not watched.
                (last, watched) = (self.now, watched + min(self.now - last, 1.2 * Self.closeSeconds))
                self.after(Self.closeSeconds, in: replica) { read() }
            }
        }
        read()
    }

    /// From the decision to the question: usually at once. `isWatched`: something happens in between.
    private func hesitate(_ replica: Replica, isWatched: Bool = false, then: @escaping () -> Void) {
        guard !isCalm, random.oneIn(isWatched ? 3 : 30) else { return then() }
        after(random.seconds(0...9), in: replica, then)
    }

    private func moment(_ replica: Replica) -> CleanupRun.Moment {
        let monotonic = replica.monotonic(at: now)
        var conditions = CleanupConditions(
            staleAfterSeconds: Self.staleAfterSeconds,
            settledSeconds: replica.settled.map { $0.seconds + (monotonic - $0.monotonic) },
            skewSeconds: replica.skewSeconds, stop: replica.stop)
        if bug == .brakesIgnored { conditions = CleanupConditions(staleAfterSeconds: 1e9, settledSeconds: 1e9) }
        return CleanupRun.Moment(
            now: replica.time(at: now), seconds: monotonic, lease: replica.lease, conditions: conditions)
    }

    private func look(_ replica: Replica, _ candidates: [CleanupCandidate]) {
        let node = candidates.first?.owner.node ?? ""
        ask(replica, oftenAtOnce: false) {
            let beats = Schedule.keySpace.heartbeatPlaces(of: node).map {
                self.server.found(at: $0, of: node, at: self.now)
            }
            let records = candidates.map { candidate in
                self.server.record(SessionNames.number(of: candidate.ref), at: self.now).map { record in
                    HeldRecord(value: .text(record.bytes), owner: record.owner, deadline: record.expiresAt)
                }
            }
            return RecheckResult(records: records, beats: beats, time: self.server.time(at: self.now))
        } then: { look in
            if let owner = candidates.first?.owner { replica.registry.hear(look, of: owner) }
            replica.run?.take(look)
            self.nextRound(replica, in: 0)
        }
    }

    /// Chance alone would seldom hit the moment between what was judged and what is done; an owner that is still there is
    /// seldom to be removed from, and comes back in it most often. Gives whether something happens.
    private func intervene(_ batch: RemovalBatch) -> Bool {
        let session = batch.entries.first.map { SessionNames.number(of: $0.candidate.ref) } ?? 0
        let writer = server.sessions[session].map { processes[$0.process] }
        guard !isCalm, random.oneIn(writer?.isAlive == true ? 2 : 5) else { return false }
        if let writer, writer.isAlive {
            (writer.stalledUntil, writer.muteUntil) = (now, now)
            beat(writer)
            if random.oneIn(2) { withdraw(writer) }
        } else {
            switch random.int(0...3) {
            case 0: takeUp(session)
            case 1: renew(session)
            case 2:
                server.stop = CleanupStop(by: "x", why: "y", at: server.time(at: now), until: server.time(at: now) + 9)
            default:
                server.releaseLease(batch.holder, epoch: batch.epoch)
                // It has it again, under another epoch.
                if random.oneIn(2) { _ = server.takeLease(batch.holder, at: now) }
            }
        }
        return true
    }

    /// Its heartbeat goes again, and it does nothing for a while: all looks as it did before.
    private func withdraw(_ process: SimulatedProcess) {
        process.muteUntil = now + 100
        after(0.5) {
            guard self.server.ownBeat(of: process.node, at: self.now)?.process == process.number else { return }
            self.server.beats[process.node] = nil
            process.overwrittenAt = min(process.overwrittenAt, self.now)
        }
    }

    private func remove(_ replica: Replica, _ batch: RemovalBatch) {
        let refs = batch.entries.map(\.candidate.ref)
        replica.registry.noteCleaned(refs, secondsLeft: batch.action.secondsLeft, at: replica.time(at: now))
        let asked = replica.monotonic(at: now)
        call(replica, .cleaner, oftenAtOnce: false) {
            self.removeAtServer(batch, replica)
        } then: { outcome in
            guard let outcome else {
                replica.registry.noteKept(refs)
                replica.registry.noteLife(of: batch.owner)
                replica.isRunExact = false
                return self.failRound(replica)
            }
            let monotonic = replica.monotonic(at: self.now)
            replica.run?.take(outcome, seconds: monotonic - asked, at: monotonic, time: replica.time(at: self.now))
            var kept = refs
            replica.registry.noteRefused(outcome, of: batch)
            if case .done(let results) = outcome {
                kept = zip(refs, results).filter { $0.1 != .cleaned }.map(\.0)
                replica.registry.noteTouched(
                    zip(refs, results).filter { $0.1 == .changed || $0.1 == .renewed }.map(\.0))
                replica.removedInRun += results.count { $0 == .cleaned }
            }
            replica.registry.noteKept(kept)
            self.nextRound(replica, in: 0)
        }
    }

    /// Why what is left is left.
    private func notePlan(_ replica: Replica) {
        let plan = replica.registry.cleanupPlan(
            schedule.policy, conditions: moment(replica).conditions, at: replica.time(at: now))
        for group in plan.groups where group.skip != nil {
            let owner = "\(group.owner.node)/\(group.owner.boot?.text ?? "-")"
            note("    left: \(group.sessions) of \(owner), \(group.reason), \(group.why ?? "")")
        }
    }

    /// The run has ended: what it says must be what it did.
    func endRun(_ replica: Replica) {
        guard let report = replica.run?.report else { return }
        replica.run = nil
        note(
            "\(replica.name): run \(report.result?.rawValue ?? "?"), \(report.cleanedInAll) cleaned, \(report.skipped) \(report.why ?? "")"
        )
        coverage.note(report)
        if trace != nil { notePlan(replica) }
        if report.request.isDryRun, replica.removedInRun > 0 { fail("a dry run removed \(replica.removedInRun)") }
        if !report.request.isDryRun, replica.isRunExact, report.cleanedInAll != replica.removedInRun {
            fail("a run reports \(report.cleanedInAll) of \(replica.removedInRun) removed")
        }
    }
}
