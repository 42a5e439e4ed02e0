import Redis
import Sessions

// What instances tell each other of owners: who was seen alive, and how long nothing was heard of whom. Nothing here needs
// the lease: each instance observes for itself, and what it saw is true whoever cleans.

/// Another instance's report, and when it was last seen to be renewed.
struct SeenReport: Sendable {
    var count: Int
    /// On the clock that never jumps.
    var renewedAt: Double
    /// It was renewed while we watched: its author was observing a moment ago.
    var isLive = false
    var silence: SilenceReport
}

extension Cleaner {
    /// A report that was not renewed for so long is dropped: its author is gone.
    static let reportLifeSeconds = 600.0

    /// Takes in what was read, and says what is void.
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
                "evidence is void, and is left alone",
                metadata: ["key": "\(void.key)", "why": "\(void.why)", "records": "\(void.count)"])
        }
    }

    /// Writes who became known at once, all that is known and how silent now and then.
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
        // What fails is tried again.
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

    /// Goes on with what the instances measured that observe now; false where there is none.
    func adoptReports() -> Bool {
        let live = reports.values.filter(\.isLive)
        watch.registry.withLock { registry in
            for report in live { registry.adopt(report.silence) }
            // What one of them heard counts more than that another did not.
            for report in live { registry.limitSilence(by: report.silence) }
        }
        return !live.isEmpty
    }
}
