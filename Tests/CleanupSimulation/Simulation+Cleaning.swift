import Sessions

// What the daemon's cleaner does between runs: the lease, what replicas share, the evidence. A round is as
// `Cleaner.round`: each question to Redis takes its time, and where one fails the round ends.

extension Simulation {
    static let sharedSeconds = 5.0
    static let evidenceSeconds = 30.0
    static let settledSeconds = 10.0
    static let pauseSeconds = 0.25

    /// One round, and the next after it.
    func clean(_ replica: Replica) {
        keepLease(replica) {
            self.share(replica) {
                self.lookAtOwners(replica) {
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
        (replica.lastSettled, replica.settled) = (-.infinity, nil)
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
            // What another holder noted meanwhile counts.
            (replica.lastShared, replica.lastLook) = (-.infinity, nil)
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
            guard replica.monotonic(at: self.now) - replica.lastShared >= Self.sharedSeconds else { return then() }
            self.ask(replica) {
                (stop: self.server.stop, gone: self.server.gone, nodes: self.server.nodes)
            } then: { shared in
                replica.lastShared = replica.monotonic(at: self.now)
                if !replica.hasRecalled {
                    let nodes = shared.nodes.values.sorted { $0.name < $1.name }
                    replica.registry.recall(nodes, at: replica.time(at: self.now))
                    replica.hasRecalled = true
                }
                replica.stop = shared.stop
                // The holder's own evidence is newer than what it wrote, and than what the last one wrote late.
                let kept = GoneOwners(shared.gone)
                if replica.lastLook == nil || !replica.isHolder {
                    replica.gone = kept
                } else {
                    let corrections = replica.gone.corrections(of: kept)
                    replica.unwritten.noted.merge(corrections.noted) { $1 }
                    replica.unwritten.ended.formUnion(corrections.ended)
                }
                then()
            }
        }
    }

    private func askWhetherSettled(_ replica: Replica, then: @escaping () -> Void) {
        let monotonic = replica.monotonic(at: now)
        guard monotonic - replica.lastSettled >= Self.settledSeconds else { return then() }
        ask(replica) {
            self.server.settledSeconds(at: self.now)
        } then: { settled in
            replica.lastSettled = monotonic
            replica.settled = (settled, monotonic)
            then()
        }
    }

    // MARK: - Evidence

    /// Notes who is gone by the last look at the heartbeats; the holder writes it down. That somebody is back is written
    /// even when the lease is lost.
    private func lookAtOwners(_ replica: Replica, then: @escaping () -> Void) {
        writeEvidence(replica) {
            guard let isWholeDue = self.takeEvidence(replica) else { return then() }
            self.writeNodes(replica, if: isWholeDue) { self.writeEvidence(replica, then: then) }
        }
    }

    /// Whether all of it is to be written again; nil where there is nothing new.
    private func takeEvidence(_ replica: Replica) -> Bool? {
        let monotonic = replica.monotonic(at: now)
        guard replica.lease.epoch(at: monotonic) != nil,
            let found = replica.registry.goneOwners(at: replica.time(at: now)), found.at != replica.lastLook?.at
        else { return nil }
        let elapsed = replica.lastLook.map { monotonic - $0.monotonic }
        if elapsed == nil, !replica.gone.owners.isEmpty { coverage.note(.evidenceTakenOver) }
        let isTrusted = abs(replica.skewSeconds) <= schedule.policy.maxSkewSeconds || bug == .clockBelieved
        replica.lastLook = (found.at, monotonic)
        var owners = found.owners
        if bug == .evidenceKept {
            for name in owners.keys { owners[name]?.aliveAt = nil }
            for (name, owner) in replica.gone.owners where owners[name] == nil { owners[name] = .init(owner.reason) }
        }
        let changes = replica.gone.look(
            owners, at: found.at, elapsed: bug == .clockBelieved ? nil : elapsed, isClockTrusted: isTrusted,
            setAheadAt: bug == .clockBelieved ? nil : replica.setAheadAt)
        note("\(replica.name): \(describe(replica.gone, found.at, elapsed, isTrusted))")
        coverage.note(.evidenceEnded, changes.ended.count)
        replica.unwritten.noted.merge(changes.noted) { $1 }
        replica.unwritten.ended.formUnion(changes.ended)
        replica.unwrittenLook = replica.knowledge.lastLook
        let isWholeDue = monotonic - replica.lastEvidence >= Self.evidenceSeconds
        if isWholeDue { replica.unwritten.noted = replica.gone.owners }
        return isWholeDue
    }

    private func writeNodes(_ replica: Replica, if isDue: Bool, then: @escaping () -> Void) {
        guard isDue else { return then() }
        let nodes = replica.registry.nodesToKeep
        ask(replica) {
            for node in nodes { self.server.nodes[node.name] = node }
        } then: { _ in
            replica.lastEvidence = replica.monotonic(at: self.now)
            then()
        }
    }

    /// First what is over, then what begins, under the lease; what fails is tried again.
    private func writeEvidence(_ replica: Replica, then: @escaping () -> Void) {
        for name in replica.unwritten.ended { replica.unwritten.noted[name] = replica.gone.owners[name] }
        end(replica) {
            self.noteSeen(replica)
            guard let epoch = replica.lease.epoch(at: replica.monotonic(at: self.now)) else {
                replica.unwritten.noted = [:]
                return then()
            }
            self.note(under: epoch, replica, then: then)
        }
    }

    /// Once: a failover may take what was written of it along. One that is the holder no more, whatever it thinks, is like
    /// any other replica: what it saw reaches the next holder only where that has not read the evidence yet.
    private func noteSeen(_ replica: Replica) {
        if let epoch = replica.lease.epoch, server.holds(replica.name, epoch: epoch, at: now) {
            oracle.noteSeen(replica.unwrittenLook, processes)
        }
        replica.unwrittenLook.processes = []
    }

    private func end(_ replica: Replica, then: @escaping () -> Void) {
        let ended = replica.unwritten.ended
        guard !ended.isEmpty else { return then() }
        ask(replica) {
            self.server.end(ended)
        } then: {
            replica.unwritten.ended = []
            then()
        }
    }

    private func note(under epoch: Int, _ replica: Replica, then: @escaping () -> Void) {
        let noted = replica.unwritten.noted
        guard !noted.isEmpty else { return then() }
        ask(replica) {
            self.server.note(noted, replica.name, epoch: epoch, at: self.now)
        } then: { isOurs in
            replica.unwritten.noted = [:]
            if !isOurs {
                self.coverage.note(.evidenceRefused)
                replica.lease.drop()
                (replica.isHolder, replica.lastShared, replica.lastLook) = (false, -.infinity, nil)
            }
            then()
        }
    }

    private func describe(_ gone: GoneOwners, _ at: UnixTime, _ elapsed: Double?, _ isTrusted: Bool) -> String {
        let owners = gone.owners.sorted { ($0.key.node, $0.key.boot ?? "") < ($1.key.node, $1.key.boot ?? "") }.map {
            "\($0.key.node)/\($0.key.boot ?? "-")/\($0.key.createdBefore ?? 0): \(Int($0.value.goneSeconds)) s"
        }
        return
            "gone by a look at \(at - SimulatedServer.start), \(elapsed.map { "\(Int($0)) s" } ?? "-") after the last"
            + "\(isTrusted ? "" : ", clock not trusted"): \(owners.joined(separator: ", "))"
    }
}
