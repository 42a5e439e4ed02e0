import Redis
import Sessions
import Workers

// The tripwire: evidence that a removed session is in use suspends all removal until a person resumes.

extension Cleaner {
    /// The time after which a session that is registered again is asked for: an undo in a cluster restores it first, and
    /// takes its record out of the store after that.
    private static let patienceSeconds = 2.0
    /// The interval at which the heartbeats are compared with the boots whose sessions were removed.
    private static let bootSeconds = 1.0
    /// The number of sessions that are restored without being asked for, per hour.
    static let autoRestoreLimit = 1_000

    /// Looks at the signs that removed sessions are in use. It is called before each step of a run, and in each round.
    func checkTripwire() throws(CleanupFault) {
        let now = watch.clock.now()
        let isDue = monotonicSeconds() - bootsLookedAt >= Self.bootSeconds
        if isDue { bootsLookedAt = monotonicSeconds() }
        doubts += watch.registry.withLock { registry in
            if isDue { registry.doubtRemovalsOfBeatingBoots() }
            return registry.takeRemovalDoubts()
        }
        guard !doubts.isEmpty else { return }
        var waiting: [RemovalDoubt] = []
        // What Redis cannot answer now is asked again.
        defer { doubts = waiting + doubts }
        while let doubt = doubts.first {
            if case .registered = doubt.sign, now - doubt.at < Self.patienceSeconds {
                waiting.append(doubt)
            } else if try isProven(doubt) {
                try trip(doubt, at: now)
            }
            doubts.removeFirst()
        }
    }

    /// True if the sign is new, and the undo store shows that cleanup removed the session, and that nobody restored or closed it since.
    private func isProven(_ doubt: RemovalDoubt) throws(CleanupFault) -> Bool {
        guard !proven.contains(doubt.sign) else { return false }
        switch doubt.sign {
        case .served(let ref): return try store.owner(ofRemoved: ref) != nil
        case .registered(let ref, let owner): return try store.owner(ofRemoved: ref) == owner
        case .beating(let owner): return try store.holds(.owner(owner))
        }
    }

    private func trip(_ doubt: RemovalDoubt, at now: UnixTime) throws(CleanupFault) {
        let stop = try store.trip(CleanupStop(by: "tripwire", why: doubt.sentence, at: now, isTripped: true))
        proven.insert(doubt.sign)
        board.state.withLock { $0.stop = stop }
        watch.tripwire.withLock { $0 = TripwireState(stop) }
        logger.critical("cleanup removed a session that is in use, and is suspended", metadata: ["why": "\(stop.why)"])
        guard board.settings.autoRestore else { return }
        let selection: UndoSelection =
            switch doubt.sign {
            case .served(let ref), .registered(let ref, _): .session(ref)
            case .beating(let owner): .owner(owner)
            }
        let seconds = monotonicSeconds()
        if seconds - autoRestored.since >= 3600 { autoRestored = (0, seconds) }
        let left = max(Self.autoRestoreLimit - autoRestored.sessions, 0)
        guard left > 0 else {
            return logger.error("no more sessions are restored by itself this hour", metadata: ["of": "\(selection)"])
        }
        let report = try store.restore(selection, by: "tripwire", limit: left)
        autoRestored.sessions += report.restored
        metrics.undone.add([UndoReason.tripwire.rawValue], report.restored)
        logger.notice(
            "removed sessions are restored",
            metadata: [
                "of": "\(selection)", "by": "tripwire", "restored": "\(report.restored)",
                "remaining": "\(report.remaining)",
            ])
    }
}
