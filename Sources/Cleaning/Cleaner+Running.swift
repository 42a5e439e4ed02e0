import Glibc
import Redis
import Sessions

// Runs: from the schedule or a pending run to a `CleanupRun`, and from its steps to Redis.

extension Cleaner {
    /// True if a run should begin in this round.
    var isRunDue: Bool {
        let seconds = monotonicSeconds()
        guard run == nil, lease.epoch(at: seconds) != nil else { return false }
        return nextRun > 0 && seconds >= nextRun || board.state.withLock { $0.pendingRun != nil }
    }

    /// Begins a run if one is due or pending.
    func beginRun() {
        guard run == nil else { return }
        guard let epoch = lease.epoch(at: monotonicSeconds()) else {
            // Whoever asked for the run was told that this instance holds the lease. The run must not begin when the
            // lease returns.
            return board.state.withLock { $0.pendingRun = nil }
        }
        let seconds = monotonicSeconds()
        let now = watch.clock.now()
        let settings = board.settings
        if nextRun == 0 { nextRun = seconds + settings.every.inSeconds }
        var request = board.state.withLock { state in
            defer { state.pendingRun = nil }
            return state.pendingRun.flatMap { now - $0.at <= Self.pendingSeconds ? $0.request : nil }
        }
        if request == nil, seconds >= nextRun {
            request = CleanupRequest(
                by: "schedule", run: CleanupRequest.name(at: now), isDryRun: !settings.mode.removes)
        }
        board.state.withLock { $0.nextRun = now + max(nextRun - seconds, 0) }
        guard let request else { return }
        begin(CleanupRun(request, policy: board.policy, epoch: epoch, at: now))
    }

    public func begin(_ new: CleanupRun) {
        run = new
        board.state.withLock { state in
            state.running = new.report
            state.isAborting = false
        }
        nextRun = monotonicSeconds() + board.settings.every.inSeconds
    }

    /// Performs one step of the run in progress. Returns the seconds to wait before the next one.
    func stepRun() throws(CleanupFault) -> Double {
        guard run != nil else {
            // Without the lease no run begins, so `nextRun` may be long past.
            let left = nextRun - monotonicSeconds()
            return left > 0 ? left : Self.pauseSeconds
        }
        let moment = self.moment
        if board.state.withLock({ $0.isAborting }) { run?.abort("aborted by request", at: moment.now) }
        let step = watch.registry.withLock { registry in run?.next(registry, moment) ?? .end }
        board.state.withLock { [report = run?.report] in $0.running = report }
        switch step {
        case .wait(let seconds): return seconds
        case .recheck(let candidates):
            let recheck = try store.recheck(candidates)
            if let owner = candidates.first?.owner { watch.registry.withLock { $0.hear(recheck, of: owner) } }
            run?.take(recheck)
        case .watch(let soles, let seconds): try watchClosely(soles, for: seconds)
        case .remove(let batch): try remove(batch)
        case .end: try finishRun()
        }
        return 0
    }

    private var moment: CleanupRun.Moment {
        let seconds = monotonicSeconds()
        return CleanupRun.Moment(
            now: watch.clock.now(), seconds: seconds, lease: lease, conditions: board.conditions(watch, at: seconds))
    }

    /// The interval between two reads of a heartbeat under close watch. A longer interval counts as four times this at
    /// most.
    private static let closeSeconds = 0.002

    /// Reads the heartbeats of these nodes again and again, to detect each process that writes under their names.
    private func watchClosely(_ soles: [SoleBoot], for seconds: Double) throws(CleanupFault) {
        let start = monotonicSeconds()
        var (last, watched) = (start, 0.0)
        while last - start < seconds {
            let (heartbeats, time) = try store.heartbeats(of: soles.map(\.node))
            let now = monotonicSeconds()
            watch.registry.withLock { registry in
                for (sole, found) in zip(soles, heartbeats) {
                    registry.hear(found, of: sole.node, at: time, seconds: now)
                }
            }
            watched += min(now - last, 4 * Self.closeSeconds)
            last = now
            usleep(UInt32(Self.closeSeconds * 1e6))
        }
        watch.registry.withLock { [watched] registry in
            for sole in soles { registry.noteWatchedClosely(sole, seconds: watched) }
        }
    }

    /// Removes a batch. The registry is told before the server, since Redis may report a session's end at once.
    private func remove(_ batch: RemovalBatch) throws(CleanupFault) {
        let refs = batch.entries.map(\.candidate.ref)
        watch.registry.withLock { $0.noteCleaned(refs, secondsLeft: batch.action.secondsLeft, at: batch.at) }
        let asked = monotonicSeconds()
        let outcome: RemovalOutcome
        do throws(CleanupFault) {
            outcome = try store.remove(batch)
        } catch {
            // The server may have removed them all the same; then the audit says so.
            watch.registry.withLock { registry in
                registry.noteKept(refs)
                if error.isUnanswered { registry.noteLife(of: batch.owner) }
            }
            throw error
        }
        let seconds = monotonicSeconds()
        run?.take(outcome, seconds: seconds - asked, at: seconds, time: watch.clock.now())
        guard case .done(let results) = outcome else {
            return watch.registry.withLock { registry in
                registry.noteKept(refs)
                registry.noteRefused(outcome, of: batch)
            }
        }
        let kept = zip(refs, results).filter { $0.1 != .cleaned }
        watch.registry.withLock { registry in
            registry.noteKept(kept.map(\.0))
            registry.noteTouched(kept.filter { $0.1 != .alreadyShort }.map(\.0))
        }
        metrics.noteCleaned(results.count { $0 == .cleaned }, batch.reason, batch.action)
        metrics.undoDropped.add(store.takeUndoDropped())
        try auditFile?.append(batch, results)
    }

    /// Records the result of a run that has ended.
    func finishRun() throws(CleanupFault) {
        guard let report = run?.report, report.result != nil else { return }
        run = nil
        board.state.withLock { state in
            state.running = nil
            state.runs = Array(([report] + state.runs).prefix(CleanupBoard.runLimit))
            if report.result == .completed { state.lastSuccess = report.ended }
        }
        metrics.noteRun(report)
        logger.log(
            level: report.result == .error ? .warning : .info, "cleanup \(report.result?.rawValue ?? "")",
            metadata: [
                "run": "\(report.request.run)", "by": "\(report.request.by)",
                "dry_run": "\(report.request.isDryRun)", "cleaned": "\(report.cleanedInAll)",
                "orphans": "\(report.orphans)", "why": "\(report.why ?? "")",
            ])
        try store.add(report)
    }
}
