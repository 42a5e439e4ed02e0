import Sessions

// What the daemon's cleaner does between runs: the lease, what replicas share, the evidence. A round is as
// `Cleaner.round`: each question to Redis takes its time, and where one fails the round ends.

extension Simulation {
    static let pauseSeconds = 0.25

    /// One round, and the next after it.
    func clean(_ replica: Replica) {
        keepLease(replica) {
            if self.isRunDue(replica) { replica.sharing.prepareRun() }
            self.share(replica) {
                self.keepEvidence(replica) {
                    self.beginRun(replica)
                    self.stepRun(replica)
                }
            }
        }
    }

    func nextRound(_ replica: Replica, in seconds: Double) {
        after(max(seconds, 1e-4), in: replica) { self.clean(replica) }
    }

    /// Redis did not answer: the run ends, and what was known of it counts no more.
    func failRound(_ replica: Replica) {
        replica.run?.fail("Redis did not answer", at: replica.time(at: now))
        endRun(replica)
        replica.sharing.hasten(.settled)
        replica.settled = nil
        if replica.lease.epoch(at: replica.monotonic(at: now)) == nil { replica.isHolder = false }
        nextRound(replica, in: random.seconds(0.1...2))
    }

    /// Asks over the cleaner's connection; the round ends where there is no answer.
    func ask<Answer>(
        _ replica: Replica, oftenAtOnce: Bool = true, _ ask: @escaping () -> Answer, then: @escaping (Answer) -> Void
    ) {
        call(replica, .cleaner, oftenAtOnce: oftenAtOnce, ask) { answer in
            guard let answer else { return self.failRound(replica) }
            then(answer)
        }
    }

    // MARK: - Lease

    private func keepLease(_ replica: Replica, then: @escaping () -> Void) {
        let asked = replica.monotonic(at: now)
        guard replica.lease.isDue(at: asked) else { return then() }
        ask(replica) {
            self.server.takeLease(replica.name, at: self.now)
        } then: { answer in
            let before = replica.lease.epoch
            if case .held = answer { replica.isHolder = true } else { replica.isHolder = false }
            guard let transition = replica.lease.take(answer, askedAt: asked) else { return then() }
            self.note("\(replica.name): the lease is \(transition.rawValue), epoch \(replica.lease.epoch ?? 0)")
            self.coverage.note(transition == .acquired ? .leasesTaken : .leasesLost)
            if replica.run != nil { self.coverage.note(before == nil ? .leasesLostInRun : .epochsChangedInRun) }
            // What another holder did meanwhile counts.
            replica.sharing.hasten(.shared)
            then()
        }
    }

    /// As a daemon that is told to stop: its last words, whether they arrive or not.
    func giveUp(_ replica: Replica) {
        replica.run?.abort("the daemon stops", at: replica.time(at: now))
        guard let epoch = replica.lease.epoch else { return }
        replica.lease.drop()
        call(replica, .cleaner) {
            self.server.releaseLease(replica.name, epoch: epoch)
        } then: { _ in
        }
    }

    // MARK: - What replicas share

    private func share(_ replica: Replica, then: @escaping () -> Void) {
        askWhetherSettled(replica) {
            guard replica.sharing.isDue(.shared, at: replica.monotonic(at: self.now)) else { return then() }
            self.ask(replica) {
                (
                    stop: self.server.stop, reports: self.server.reports,
                    known: self.server.known[Schedule.fingerprint].map { Array($0.values) } ?? []
                )
            } then: { shared in
                replica.sharing.note(.shared, at: replica.monotonic(at: self.now))
                replica.stop = shared.stop
                let known = shared.known.sorted {
                    ($0.owner.node, $0.owner.boot?.text ?? "") < ($1.owner.node, $1.owner.boot?.text ?? "")
                }
                replica.unwritten += replica.registry.recall(known, at: replica.time(at: self.now))
                replica.hasRecalled = true
                for (name, report) in shared.reports.sorted(by: { $0.key < $1.key }) where name != replica.name {
                    let isRenewed = replica.reports[name].map { $0.count != report.count } ?? false
                    replica.reports[name] = (report.count, isRenewed)
                    if isRenewed { replica.registry.limitSilence(by: report.silence) }
                }
                then()
            }
        }
    }

    private func askWhetherSettled(_ replica: Replica, then: @escaping () -> Void) {
        let monotonic = replica.monotonic(at: now)
        guard replica.sharing.isDue(.settled, at: monotonic) else { return then() }
        ask(replica) {
            self.server.settledSeconds(at: self.now)
        } then: { settled in
            replica.sharing.note(.settled, at: monotonic)
            replica.settled = (settled, monotonic)
            then()
        }
    }

    // MARK: - Evidence

    /// Who became known is written at once, all that is known and how silent now and then; see `Cleaner.keepEvidence`.
    private func keepEvidence(_ replica: Replica, then: @escaping () -> Void) {
        guard replica.hasRecalled else { return then() }
        let monotonic = replica.monotonic(at: now)
        replica.unwritten += replica.registry.takeNewsOfKnown()
        if replica.sharing.isDue(.known, at: monotonic) {
            replica.unwritten = replica.registry.knownToKeep
            replica.sharing.note(.known, at: monotonic)
        }
        writeKnown(replica) { self.report(replica, then: then) }
    }

    private func writeKnown(_ replica: Replica, then: @escaping () -> Void) {
        let known = replica.unwritten
        guard !known.isEmpty else { return then() }
        ask(replica) {
            for one in known { self.server.known[Schedule.fingerprint, default: [:]][one.owner] = one }
        } then: {
            replica.unwritten = []
            then()
        }
    }

    private func report(_ replica: Replica, then: @escaping () -> Void) {
        let monotonic = replica.monotonic(at: now)
        guard replica.sharing.isDue(.silence, at: monotonic) else { return then() }
        replica.sharing.note(.silence, at: monotonic)
        let report = replica.registry.silenceReport(Schedule.fingerprint)
        let orphans = replica.registry.stateCounts(at: replica.time(at: now)).orphanedInAll
        replica.sharing.note(report, orphans: orphans, isRunning: replica.run != nil, at: monotonic)
        guard let report, replica.sharing.isDue(.report, at: monotonic) else { return then() }
        replica.sharing.note(.report, at: monotonic)
        replica.reportCount += 1
        let count = replica.reportCount
        ask(replica) {
            self.server.reports[replica.name] = (count, report)
        } then: {
            self.coverage.note(.reports)
            then()
        }
    }
}
