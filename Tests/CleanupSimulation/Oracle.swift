import Sessions

/// The part of the truth that nodes and server do not keep, by which removals are judged.
struct Oracle {
    /// Every setting of Redis' clock: the true time, and the change.
    var clockJumps: [(at: Double, seconds: Double)] = []
    /// Every removal: the true time, and the number of keys.
    var removals: [(at: Double, count: Int, epoch: Int)] = []
    var removed = 0
    /// The number of audit records that were lost in a restart, a failover or a flush.
    var auditLost = 0
    var instancesEnded = 0
    /// The processes whose heartbeats one of our instances ever read.
    var everSeen: Set<Int> = []
}

// MARK: - Removals

extension Simulation {
    /// Performs the server's step, and judges it by the truth.
    func removeAtServer(_ batch: RemovalBatch, _ instance: Instance) -> RemovalOutcome {
        var faults: [String] = []
        var gone: [Int] = []
        let audited = server.audit.count
        let outcome = server.remove(batch, at: now, bug: bug) { server, session in
            faults += self.faults(of: batch, session, server, instance)
            gone.append(session)
        }
        if server.audit.count - audited != gone.count { faults.append("\(gone.count) removed without audit records") }
        note("the server: \(outcome), sessions \(gone)")
        oracle.removed += gone.count
        oracle.removals.append((now, gone.count, batch.epoch))
        coverage.note(outcome, batch)
        // Whoever takes over the lease starts with a second of its own.
        let recent = oracle.removals.suffix(64).filter { now - $0.at < 1 && $0.epoch == batch.epoch }
            .reduce(0) { $0 + $1.count }
        let most = schedule.policy.maxKeysPerSecond + max(1, (schedule.policy.maxKeysPerSecond / 5).rounded(.down))
        if Double(recent) > most { faults.append("\(recent) keys within a second") }
        for session in gone { tell(session) }
        if let fault = faults.first { fail(fault) }
        return outcome
    }

    /// Returns the objections to the removal of a session at this instant.
    private func faults(
        of batch: RemovalBatch, _ session: Int, _ server: SimulatedServer, _ instance: Instance
    ) -> [String] {
        var faults: [String] = []
        if !server.holds(batch.holder, epoch: batch.epoch, at: now) {
            faults.append(
                "\(batch.holder) removes under epoch \(batch.epoch), the lease is \(server.lease, default: "free")")
        }
        if server.isStopped(at: now) { faults.append("removed though cleanup is suspended") }
        guard let record = server.sessions[session], let entry = batch.entries.first(where: { $0.has(session) }) else {
            return faults + ["session \(session) was not there to be removed"]
        }
        if entry.record.value != .text(record.bytes) { faults.append("session \(session) changed after it was judged") }
        if !schedule.policy.reasons.contains(batch.reason) { faults.append("removed for \(batch.reason)") }
        if record.dialect == Schedule.adoptableDialect { faults.append("an adoptable session was removed") }
        guard let owner = record.owner else { return faults + ["a session was removed whose owner was learnt"] }
        if owner.boot != batch.owner.boot.map({ Array($0.text.utf8) }) || owner.node != Array(batch.owner.node.utf8) {
            faults.append("session \(session) does not belong to \(batch.owner.node)")
        }
        let process = processes[record.process]
        let isOfOther = isOfOtherName(process, batch)
        if isOfOther, process.isAlive { coverage.note(.removedOfOtherName) }
        if process.isAlive, stands(process, in: server), !isOfOther {
            faults.append("process \(process.number) of session \(session) is alive, and its heartbeat is in Redis")
        }
        faults += [ownerFault(process, record, batch, instance), sessionFault(session, record, entry, instance)]
            .compactMap(\.self)
        note(removalOf: session, record, process, batch)
        return faults
    }

    /// Returns the objection by the owner. An instance that removes must itself have observed for the grace, within one
    /// history of Redis, and must have read no heartbeat or work of the owner in that time. Somebody who watches the
    /// same must have seen the owner alive.
    private func ownerFault(
        _ process: SimulatedProcess, _ record: SimulatedServer.Record, _ batch: RemovalBatch, _ instance: Instance
    ) -> String? {
        let least = schedule.policy.graceSeconds - 1 - CleanupPolicy.judgedSeconds
        let knowledge = instance.knowledge
        if isOfOtherName(process, batch) { return nil }
        if now - knowledge.observesSince < least {
            return "\(instance.name) has observed this history for \(now - knowledge.observesSince) s"
        }
        // If Redis' clock was set back by just as long as the batch was on its way, the batch seems to be in time.
        // Nobody can know.
        let isClockBack = oracle.clockJumps.contains { $0.at >= instance.judgedAt }
        func isKnown(_ time: Double) -> Bool { now - time < least && !(isClockBack && time >= instance.judgedAt) }
        if let heartbeat = knowledge.heartbeats[process.number]?.lastKnown(at: now), isKnown(heartbeat) {
            return "process \(process.number): \(instance.name) read its heartbeat \(now - heartbeat) s ago"
        }
        if let work = knowledge.work[process.number]?.lastKnown(at: now), isKnown(work) {
            return "process \(process.number): \(instance.name) was told of its work \(now - work) s ago"
        }
        // If two processes share a name, the boot that was seen may be the other one's.
        let isRestarted = batch.reason == .ownerRestarted
        let wasSeen = processes.contains { other in
            oracle.everSeen.contains(other.number) && other.node == batch.owner.node
                && (isRestarted || batch.owner.boot == nil || other.style != .boots
                    || other.boot == process.boot)
        }
        if !wasSeen {
            return "process \(process.number): nobody who watches the same ever saw \(batch.owner.node) alive"
        }
        return missedFault(process, least) ?? livingFault(process, instance)
    }

    /// Returns the objection by what an instance missed. The process is alive and wrote a heartbeat within the grace,
    /// which stayed so long that periodic checks must find it. No grace of silence has followed it.
    private func missedFault(_ process: SimulatedProcess, _ least: Double) -> String? {
        let isPlain = process.stamp == .exact && process.style != .marker && !process.isForeign
        let stood = process.heartbeatTTLSeconds > 4 * Schedule.nodePolicy.checkSeconds
        guard process.isAlive, isPlain, stood, process.overwrittenAt == .infinity,
            oracle.clockJumps.allSatisfy({ now - $0.at > schedule.policy.graceSeconds }),
            now - process.lastHeartbeatAt < least
        else { return nil }
        return "process \(process.number) wrote a heartbeat \(now - process.lastHeartbeatAt) s ago"
    }

    /// Returns whether a process registers its sessions under another node's name, and so cannot be told from a former
    /// process of that node: that node's own boot is heard, or no boot is named.
    private func isOfOtherName(_ process: SimulatedProcess, _ batch: RemovalBatch) -> Bool {
        process.node != process.registersAs && (batch.reason == .ownerRestarted || batch.owner.boot == nil)
    }

    /// Returns the objection that a process is alive, has heartbeats that can be heard, and so was heard. No
    /// undisturbed instance may take it for gone.
    private func livingFault(_ process: SimulatedProcess, _ instance: Instance) -> String? {
        let cadence = process.cadenceSeconds
        let isSlow = cadence * CleanupPolicy.silentIntervals > schedule.policy.maxSilenceSeconds
        guard process.isActive(at: now), process.muteUntil <= now, !process.isForeign, !isSlow,
            process.node == process.registersAs, now - process.lastHeartbeatAt < process.heartbeatTTLSeconds,
            process.number < processes.count
        else { return nil }
        // The process has had heartbeats for some time, and did not just return.
        let back = max(process.stalledUntil, process.muteUntil, process.returnedAt)
        guard back < now - 2 * cadence,
            now - instance.disturbedAt > schedule.policy.graceSeconds
        else { return nil }
        return "process \(process.number) is alive and has heartbeats, and \(instance.name) was not disturbed"
    }

    /// Returns the objection by the session: one that was written or renewed, by whomever, has a grace of its own.
    private func sessionFault(
        _ session: Int, _ record: SimulatedServer.Record, _ entry: RemovalBatch.Entry, _ instance: Instance
    ) -> String? {
        if let judged = entry.record.deadline, abs(record.expiresAt - judged) >= CleanupPolicy.renewedSeconds {
            return "session \(session) expires at another time than was judged"
        }
        guard let touched = instance.knowledge.touched[session], schedule.isTracking,
            now - touched < schedule.policy.graceSeconds - 1
        else { return nil }
        return "session \(session): \(instance.name) read that it was renewed \(now - touched) s ago"
    }

    private func note(
        removalOf session: Int, _ record: SimulatedServer.Record, _ process: SimulatedProcess, _ batch: RemovalBatch
    ) {
        if batch.reason == .ownerRestarted { coverage.note(.removedRestarted) }
        if case .expire = batch.action { coverage.note(.shortened) }
        if process.isAlive { coverage.note(process.stalledUntil > now ? .removedFromStalled : .removedFromMute) }
        // After a failover the record may be older than the takeover of its session, which only the new owner knows.
        if processes.contains(where: { $0 !== process && $0.isAlive && $0.held.contains(session) }) {
            coverage.note(.removedInUseElsewhere)
        }
    }

    /// Judges the end: all removals have their records, and in calm schedules no orphan is left.
    func judgeEnd() {
        if server.audit.count + oracle.auditLost != oracle.removed {
            fail("\(server.audit.count + oracle.auditLost) audit records of \(oracle.removed) removals")
        }
        // An owner that nobody alive saw and nobody recorded, or that was seen by a wrong clock, may be left for ever.
        let blind: [CoverageEvent] = [
            .restartsEmpty, .flushes, .failovers, .restartsFromBackup, .partitions, .instancesStopped, .instancesFrozen,
        ]
        let isKnown = blind.allSatisfy { coverage[$0] == 0 } && oracle.instancesEnded == 0
        guard isCalm, isKnown, oracle.clockJumps.allSatisfy({ $0.seconds == 0 }) else { return }
        coverage.note(.calmEnds)
        let left = server.sessions.filter { isLeftover($0.value) }.keys.sorted()
        for session in left { noteLeft(session) }
        if let first = left.first, let process = server.sessions[first]?.process {
            fail("\(left.count) orphans are left in the end, \(first) of process \(process) among them")
        }
    }

    /// Notes what the instances know of a session that is left.
    private func noteLeft(_ session: Int) {
        let (id, ref) = (sessionNames.id(of: session), SessionNames.ref(of: session))
        for instance in instances {
            let summary = instance.registry.session(id, ref: ref, at: instance.time(at: now))
            let state =
                summary.map { "\($0.state), \($0.node ?? "-") \($0.boot ?? "-"), learnt: \($0.isLearnt)" }
                ?? "not registered"
            let written = server.sessions[session]?.writtenAt ?? 0
            note("session \(session) is left, written at \(written); to \(instance.name): \(state)")
        }
    }

    /// Returns whether it is an orphan that should have been removed by now: its process ended, and every instance
    /// could tell.
    private func isLeftover(_ record: SimulatedServer.Record) -> Bool {
        let process = processes[record.process]
        let isCommon =
            record.dialect == 0 && record.owner == process.owner && process.registersAs == process.node
            && (process.style == .boots || process.boot == nil) && !process.isForeign
            && process.heartbeatSeconds < Schedule.deadAfterSeconds
        // A process whose heartbeat was never seen belongs to an unknown node. In a collection its heartbeat must have
        // been seen to change.
        let anew = process.style != .member ? 0 : process.stamp == .wholeMinutes ? 120 : 2 * process.heartbeatSeconds
        let isKnown = instances.allSatisfy { instance in
            guard let saw = instance.knowledge.saw[process.number] else { return false }
            return saw - (instance.knowledge.firstSaw[process.number] ?? saw) >= anew
        }
        // The sessions of a process that worked on without heartbeats stay for ever. It may also seem so because of a
        // wrong clock, or because its last heartbeat stayed so briefly that no check found it. A process of another
        // node that registers sessions under the same name without a boot is the same owner to everybody, so its work
        // counts too.
        let lastSeen = instances.compactMap { $0.knowledge.saw[process.number] }.min() ?? 0
        let ended = min(process.lastHeartbeatAt, lastSeen) + 5
        let isQuiet = processes.allSatisfy { other in
            other.owner != process.owner || other.lastWork < ended && abs(other.clockSeconds) <= 1
        }
        guard isCommon, isQuiet, isKnown, !process.isAlive, case .delete = schedule.policy.action else { return false }
        // If either process has no boot, they cannot be told from another process of the same name.
        let others = processes.filter { $0.node == process.node && $0 !== process }
        // Nothing is removed of a name that two living processes share. A process whose heartbeats were missing must
        // have been heard again for as long as any owner must be silent, and must then be watched closely. Until then
        // the other process may be working, or both.
        let again = schedule.policy.maxSilenceSeconds + 120
        guard others.count(where: \.isAlive) < 2,
            others.allSatisfy({ now - $0.returnedAt > again || $0.returnedAt == 0 })
        else { return false }
        // A process that seems dead now and again, since its heartbeats or their timestamps are far apart, counts as
        // the owner's successor at some times and not at others. A process that only others hear works without a
        // heartbeat.
        return others.allSatisfy {
            process.style == .boots && $0.style == .boots && $0.cadenceSeconds < Schedule.deadAfterSeconds
                && !$0.isForeign
        }
    }
}

extension RemovalBatch.Entry {
    func has(_ session: Int) -> Bool { SessionNames.number(of: candidate.ref) == session }
}

extension Coverage {
    mutating func note(_ outcome: RemovalOutcome, _ batch: RemovalBatch) {
        switch outcome {
        case .refused(.leaseLost): note(.refusedLease)
        case .refused(.stopped): note(.refusedStop)
        case .refused(.heartbeatChanged): note(.refusedHeartbeat)
        case .refused(.late): note(.refusedLate)
        case .done(let results):
            note(.removed, results.count { $0 == .cleaned })
            note(.changedBeforeRemoval, results.count { $0 == .changed })
            note(.renewedBeforeRemoval, results.count { $0 == .renewed })
            note(.alreadyShort, results.count { $0 == .alreadyShort })
        }
    }

    /// Notes how a run ended, and what it left.
    mutating func note(_ report: CleanupReport) {
        switch report.result {
        case .completed: note(.runsCompleted)
        case .suspended: note(.runsSuspended)
        case .aborted: note(.runsAborted)
        case .error: note(.runsFailed)
        case nil: break
        }
        note(.skippedGrace, report.skipped[.grace] ?? 0)
        note(.skippedReturned, report.skipped[.ownerReturned] ?? 0)
        note(.skippedChanged, report.skipped[.changed] ?? 0)
        note(.skippedRenewed, report.skipped[.renewed] ?? 0)
        note(.skippedProtected, report.skipped[.protected] ?? 0)
        note(.skippedRateLimited, report.skipped[.rateLimited] ?? 0)
        for brake in report.brakes { note(Self.event(of: brake.brake)) }
    }

    private static func event(of brake: CleanupBrake) -> CoverageEvent {
        switch brake {
        case .viewStale: .heldByView
        case .noHeartbeats: .heldByHeartbeats
        case .deadFraction: .heldByDeadFraction
        case .redisUnsettled: .heldBySettling
        case .clockSkew: .heldBySkew
        case .suspended, .removedSessionInUse: .heldByStop
        }
    }
}
