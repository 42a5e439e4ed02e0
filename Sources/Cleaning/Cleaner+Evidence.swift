import Redis
import Sessions

// Evidence that daemon instances share: which owners were seen alive, and how long each has been silent. No lease is
// needed for it: each instance observes for itself, and its observations hold whoever does the cleanup.

extension Cleaner {
    /// The age at which a report that is no longer renewed is dropped, since its author is gone.
    static let reportLifeSeconds = 600.0

    /// Adopts shared evidence, and logs void evidence that is new.
    public func take(_ shared: SharedEvidence, at seconds: Double) {
        let now = watch.clock.now()
        unwrittenKnown += watch.registry.withLock { $0.recall(shared.known, at: now) }
        hasRecalled = true
        watch.awaitsRecall.withLock { $0 = false }
        for (holder, report) in shared.reports where holder != lease.holder {
            let before = reports[holder]
            let isRenewed = before.map { $0.count != report.count } ?? false
            reports[holder] = SeenReport(
                count: report.count, renewedAt: isRenewed ? seconds : before?.renewedAt ?? seconds,
                isLive: isRenewed || (before?.isLive ?? false), silence: report.silence)
            if isRenewed { watch.registry.withLock { $0.limitSilence(by: report.silence) } }
        }
        for holder in reports.keys where shared.reports[holder] == nil { reports[holder] = nil }
        let news = board.state.withLock { state in
            defer { state.voidEvidence = shared.void }
            return shared.void.filter { !state.voidEvidence.contains($0) }
        }
        for void in news {
            logger.warning(
                "void evidence is neither used nor deleted",
                metadata: ["key": "\(void.key)", "why": "\(void.why)", "records": "\(void.count)"])
        }
    }

    /// Writes newly known owners at once; all known owners and the silence report are written periodically.
    func keepEvidence() throws(CleanupFault) {
        guard hasRecalled else { return }
        let seconds = monotonicSeconds()
        unwrittenKnown += watch.registry.withLock { $0.takeNewsOfKnown() }
        if sharing.isDue(.known, at: seconds) {
            let now = watch.clock.now()
            let (known, forgotten) = watch.registry.withLock { registry in
                let forgotten = registry.forgetKnown(at: now)
                return (registry.knownToKeep, forgotten)
            }
            try store.write(known)
            try store.forget(forgotten)
            sharing.note(.known, at: seconds)
            unwrittenKnown = []
        }
        // The list is emptied only after the write, so a failed write is retried.
        try store.write(unwrittenKnown)
        unwrittenKnown = []
        guard sharing.isDue(.silence, at: seconds) else { return }
        sharing.note(.silence, at: seconds)
        let now = watch.clock.now()
        let (report, orphans) = watch.registry.withLock {
            ($0.silenceReport(watch.plan.fingerprint), $0.stateCounts(at: now).orphanedInAll)
        }
        sharing.note(report, orphans: orphans, isRunning: run != nil, at: seconds)
        guard let report, sharing.isDue(.report, at: seconds) else { return }
        sharing.note(.report, at: seconds)
        reportCount += 1
        try store.write(report, count: reportCount, as: lease.holder)
        let dead = reports.filter { seconds - $0.value.renewedAt > Self.reportLifeSeconds }.map(\.key)
        try store.dropReports(of: dead)
    }

    /// Adopts the measurements of the instances that are observing now. Returns false if there is none.
    func adoptReports() -> Bool {
        let live = reports.values.filter(\.isLive)
        watch.registry.withLock { registry in
            for report in live { registry.adopt(report.silence) }
            // If one instance heard an owner, that outweighs the silence that another one measured.
            for report in live { registry.limitSilence(by: report.silence) }
        }
        return !live.isEmpty
    }
}
