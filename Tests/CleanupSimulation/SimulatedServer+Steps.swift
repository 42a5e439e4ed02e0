import Sessions

// The daemon's scripts and commands, each at one instant.

extension SimulatedServer {
    /// Takes or renews the lease. An end that is farther away than a lease lasts shows that the clock was set back, so
    /// the lease is free.
    mutating func takeLease(_ holder: String, at now: Double) -> CleanupLease.Answer {
        let time = time(at: now)
        let left = lease.map { $0.until - time } ?? 0
        if let lease, lease.holder != holder, left > 0, left <= CleanupLease.seconds {
            return .heldBy(lease.holder, epoch: lease.epoch, secondsLeft: left)
        }
        var epoch = lease?.epoch ?? 0
        if lease?.holder != holder || left <= 0 { epoch += 1 }
        lease = Lease(holder: holder, epoch: epoch, until: time + CleanupLease.seconds)
        return .held(epoch: epoch)
    }

    mutating func releaseLease(_ holder: String, epoch: Int) {
        guard let held = lease, held.holder == holder, held.epoch == epoch else { return }
        lease?.until = UnixTime(milliseconds: 0)
    }

    func holds(_ holder: String, epoch: Int, at now: Double) -> Bool {
        guard let lease else { return false }
        return lease.holder == holder && lease.epoch == epoch && lease.until > time(at: now)
    }

    func isStopped(at now: Double) -> Bool {
        guard let stop else { return false }
        return stop.until.map { $0 > time(at: now) } ?? true
    }

    /// Returns the settled time from `INFO` and what was noted of it; see `CleanupStore.settledSeconds`.
    mutating func settledSeconds(at now: Double) -> Double {
        let time = time(at: now)
        let uptime = now - startedAt
        if let known = knownLife, known.life == life, known.since <= time { return min(uptime, time - known.since) }
        knownLife = (life, time)
        return 0
    }

    /// Performs the removal step, as documented on `RemovalBatch`; `bug` leaves out a check. `willRemove` is called
    /// with each session while it still exists.
    mutating func remove(
        _ batch: RemovalBatch, at now: Double, bug: DeliberateBug?, willRemove: (SimulatedServer, Int) -> Void
    ) -> RemovalOutcome {
        if !mayRemove(batch, bug, at: now) { return .refused(.leaseLost) }
        if !batch.holds.contains(time(at: now)), bug != .lateJudgement { return .refused(.late) }
        if isStopped(at: now), bug != .stopNotChecked { return .refused(.stopped) }
        let isSame = batch.heartbeats.allSatisfy { judged in
            let found = found(at: judged.place, of: batch.owner.node, at: now)
            return found.value == judged.value && Self.endsAlike(found.deadline, judged.deadline)
        }
        if !isSame, bug != .heartbeatNotCompared { return .refused(.heartbeatChanged) }
        return .done(
            batch.entries.map { entry in
                let session = SessionNames.number(of: entry.candidate.ref)
                guard let record = record(session, at: now) else { return .changed }
                if HeldValue.text(record.bytes) != entry.record.value, bug != .valueNotCompared { return .changed }
                if !Self.endsAlike(record.expiresAt, entry.record.deadline), bug != .deadlineNotCompared {
                    return .renewed
                }
                let end: UnixTime
                switch batch.action {
                case .delete: end = UnixTime(milliseconds: 0)
                case .expire(let seconds): end = time(at: now) + seconds
                }
                guard end < record.expiresAt else { return .alreadyShort }
                willRemove(self, session)
                if bug != .auditForgotten { audit.append(AuditRecord(session: session, epoch: batch.epoch)) }
                if case .delete = batch.action { sessions[session] = nil } else { sessions[session]?.expiresAt = end }
                return .cleaned
            })
    }

    private static func endsAlike(_ one: UnixTime?, _ other: UnixTime?) -> Bool {
        guard let one, let other else { return one == other }
        return abs(one - other) < CleanupPolicy.renewedSeconds
    }

    private func mayRemove(_ batch: RemovalBatch, _ bug: DeliberateBug?, at now: Double) -> Bool {
        switch bug {
        case .leaseNotChecked: true
        case .epochNotCompared: lease.map { $0.holder == batch.holder && $0.until > time(at: now) } ?? false
        default: holds(batch.holder, epoch: batch.epoch, at: now)
        }
    }
}
