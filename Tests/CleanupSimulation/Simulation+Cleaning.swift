import Sessions

// The work of the daemon's cleaner between runs: the lease, what instances share, the evidence. A round is as in
// `Cleaner.round`: each request to Redis takes its time, and the round ends if one fails.

extension Simulation {
    static let pauseSeconds = 0.25

    /// Runs one round, and plans the next one after it.
    func clean(_ instance: Instance) {
        keepLease(instance) {
            if self.isRunDue(instance) { instance.sharing.prepareRun() }
            self.share(instance) {
                self.keepEvidence(instance) {
                    self.beginRun(instance)
                    self.stepRun(instance)
                }
            }
        }
    }

    func nextRound(_ instance: Instance, in seconds: Double) {
        after(max(seconds, 1e-4), in: instance) { self.clean(instance) }
    }

    /// Ends the run because Redis did not answer. What was known of Redis no longer counts.
    func failRound(_ instance: Instance) {
        instance.run?.fail("Redis did not answer", at: instance.time(at: now))
        endRun(instance)
        instance.sharing.hasten(.settled)
        instance.settled = nil
        if instance.lease.epoch(at: instance.monotonic(at: now)) == nil { instance.isHolder = false }
        nextRound(instance, in: random.seconds(0.1...2))
    }

    /// Sends a request over the cleaner's connection. The round ends if there is no answer.
    func ask<Answer>(
        _ instance: Instance, oftenAtOnce: Bool = true, _ ask: @escaping () -> Answer, then: @escaping (Answer) -> Void
    ) {
        call(instance, .cleaner, oftenAtOnce: oftenAtOnce, ask) { answer in
            guard let answer else { return self.failRound(instance) }
            then(answer)
        }
    }

    // MARK: - Lease

    private func keepLease(_ instance: Instance, then: @escaping () -> Void) {
        let asked = instance.monotonic(at: now)
        guard instance.lease.isDue(at: asked) else { return then() }
        ask(instance) {
            self.server.takeLease(instance.name, at: self.now)
        } then: { answer in
            let before = instance.lease.epoch
            if case .held = answer { instance.isHolder = true } else { instance.isHolder = false }
            guard let transition = instance.lease.take(answer, askedAt: asked) else { return then() }
            self.note("\(instance.name): the lease is \(transition.rawValue), epoch \(instance.lease.epoch ?? 0)")
            self.coverage.note(transition == .acquired ? .leasesTaken : .leasesLost)
            if instance.run != nil { self.coverage.note(before == nil ? .leasesLostInRun : .epochsChangedInRun) }
            // The actions of another holder in between count.
            instance.sharing.hasten(.shared)
            then()
        }
    }

    /// Stops like a daemon that is told to stop. Its last messages may arrive or not.
    func giveUp(_ instance: Instance) {
        instance.run?.abort("the daemon is stopping", at: instance.time(at: now))
        guard let epoch = instance.lease.epoch else { return }
        instance.lease.drop()
        call(instance, .cleaner) {
            self.server.releaseLease(instance.name, epoch: epoch)
        } then: { _ in
        }
    }

    // MARK: - Shared evidence

    private func share(_ instance: Instance, then: @escaping () -> Void) {
        askWhetherSettled(instance) {
            guard instance.sharing.isDue(.shared, at: instance.monotonic(at: self.now)) else { return then() }
            self.ask(instance) {
                (
                    stop: self.server.stop, reports: self.server.reports,
                    known: self.server.known[Schedule.fingerprint].map { Array($0.values) } ?? []
                )
            } then: { shared in
                instance.sharing.note(.shared, at: instance.monotonic(at: self.now))
                instance.stop = shared.stop
                let known = shared.known.sorted {
                    ($0.owner.node, $0.owner.boot?.text ?? "") < ($1.owner.node, $1.owner.boot?.text ?? "")
                }
                instance.unwritten += instance.registry.recall(known, at: instance.time(at: self.now))
                instance.hasRecalled = true
                for (name, report) in shared.reports.sorted(by: { $0.key < $1.key }) where name != instance.name {
                    let isRenewed = instance.reports[name].map { $0.count != report.count } ?? false
                    instance.reports[name] = (report.count, isRenewed)
                    if isRenewed { instance.registry.limitSilence(by: report.silence) }
                }
                then()
            }
        }
    }

    private func askWhetherSettled(_ instance: Instance, then: @escaping () -> Void) {
        let monotonic = instance.monotonic(at: now)
        guard instance.sharing.isDue(.settled, at: monotonic) else { return then() }
        ask(instance) {
            self.server.settledSeconds(at: self.now)
        } then: { settled in
            instance.sharing.note(.settled, at: monotonic)
            instance.settled = (settled, monotonic)
            then()
        }
    }

    // MARK: - Evidence

    /// Writes new known owners at once, and now and then all known owners and their silence; see
    /// `Cleaner.keepEvidence`.
    private func keepEvidence(_ instance: Instance, then: @escaping () -> Void) {
        guard instance.hasRecalled else { return then() }
        let monotonic = instance.monotonic(at: now)
        instance.unwritten += instance.registry.takeNewsOfKnown()
        if instance.sharing.isDue(.known, at: monotonic) {
            instance.unwritten = instance.registry.knownToKeep
            instance.sharing.note(.known, at: monotonic)
        }
        writeKnown(instance) { self.report(instance, then: then) }
    }

    private func writeKnown(_ instance: Instance, then: @escaping () -> Void) {
        let known = instance.unwritten
        guard !known.isEmpty else { return then() }
        ask(instance) {
            for one in known { self.server.known[Schedule.fingerprint, default: [:]][one.owner] = one }
        } then: {
            instance.unwritten = []
            then()
        }
    }

    private func report(_ instance: Instance, then: @escaping () -> Void) {
        let monotonic = instance.monotonic(at: now)
        guard instance.sharing.isDue(.silence, at: monotonic) else { return then() }
        instance.sharing.note(.silence, at: monotonic)
        let report = instance.registry.silenceReport(Schedule.fingerprint)
        let orphans = instance.registry.stateCounts(at: instance.time(at: now)).orphanedInAll
        instance.sharing.note(report, orphans: orphans, isRunning: instance.run != nil, at: monotonic)
        guard let report, instance.sharing.isDue(.report, at: monotonic) else { return then() }
        instance.sharing.note(.report, at: monotonic)
        instance.reportCount += 1
        let count = instance.reportCount
        ask(instance) {
            self.server.reports[instance.name] = (count, report)
        } then: {
            self.coverage.note(.reports)
            then()
        }
    }
}
