import Foundation
import Logging
import Redis
import ServiceLifecycle
import Sessions

/// Keeps the lease, the evidence of who is gone and the schedule, and does what a ``CleanupRun`` says, step by step. It
/// decides nothing itself: `Sessions` does, and the server in each step that removes.
actor Cleaner: Service, CustomStringConvertible {
    /// Between two rounds when nothing goes on.
    static let pauseSeconds = 0.25
    /// From one look at what other replicas wrote to the next.
    static let sharedSeconds = 5.0
    /// From one writing of evidence that merely goes on to the next: so much of it is lost when the holder dies.
    static let evidenceSeconds = 30.0
    /// From one question of how long the server has been up to the next.
    static let settledSeconds = 10.0
    /// A run that was asked for and did not begin within this time begins no more.
    static let wishSeconds = 60.0
    /// Audit records read at once, and kept in mind when the daemon starts.
    static let auditLimit = 1_000

    let thread = BlockingThread(label: "cleaner")
    let watch: Watch
    let board: CleanupBoard
    let logger: Logger
    var metrics: CleanupMetrics { board.metrics }
    let auditFile: AuditFile?
    /// As whom this process shows itself.
    let replica: String
    var store: CleanupStore
    var lease: CleanupLease
    var run: CleanupRun?
    /// Moments on the clock that never jumps.
    var lastShared = -Double.infinity
    var lastEvidence = -Double.infinity
    var lastSettled = -Double.infinity
    var lastTold = -Double.infinity
    /// Evidence that has not reached Redis yet.
    var unwritten = GoneOwners.Changes()
    var lastLook: (at: UnixTime, seconds: Double)?
    /// When the schedule comes round.
    var nextRun = 0.0
    var hasRecalled = false
    var auditPlace: String?
    /// Nodes that stand in Redis: those that the registry has forgotten are forgotten there too.
    var keptNodes: Set<String> = []
    private var backoff = Backoff()

    /// `holder` names this process among the replicas, `replica` the daemon over all its lives.
    init(
        _ watch: Watch, board: CleanupBoard, holder: String, replica: String = ProcessInfo.processInfo.hostName
    ) {
        self.watch = watch
        self.board = board
        logger = watch.logger
        auditFile = board.settings.auditFile.isEmpty ? nil : AuditFile(board.settings.auditFile)
        self.replica = replica
        store = CleanupStore(watch.plan)
        lease = CleanupLease(holder: holder)
        watch.awaitsRecall.withLock { $0 = true }
    }

    nonisolated var description: String { "Cleaner" }
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    func run() async {
        while !Task.isShuttingDownGracefully && !Task.isCancelled {
            do throws(CleanupFault) {
                let wait = try round()
                backoff.reset()
                if wait > 0 { await pause(seconds: min(wait, Self.pauseSeconds)) }
            } catch {
                note(error)
                await pause(seconds: backoff.next())
            }
        }
        giveUp()
    }

    /// One round: the lease, what is shared, the evidence, and a step of the run. Gives how long to wait for the next.
    private func round() throws(CleanupFault) -> Double {
        try keepLease()
        try share()
        try tellOfItself()
        try lookAtOwners()
        beginRun()
        board.state.withLock { $0.refusal = nil }
        return try stepRun()
    }

    /// Whoever comes next need not wait for the lease to end.
    func giveUp() {
        run?.abort("the daemon stops", at: watch.clock.now())
        try? finishRun()
        guard let epoch = lease.epoch else { return }
        lease.drop()
        try? store.releaseLease(lease.holder, epoch: epoch)
        metrics.noteLeader(.released)
        board.state.withLock { $0.holder = nil }
    }

    private func note(_ fault: CleanupFault) {
        watch.awaitsRecall.withLock { $0 = false }
        // A lost connection may be a restart or a failover: until it is asked again, nobody knows how long it was.
        lastSettled = -.infinity
        let news = board.state.withLock { state in
            defer { state.refusal = fault.description }
            state.settled = nil
            // Another replica may hold it by now, and must be the only one that says so.
            if !isHolder, state.holder?.isUs == true { state.holder = nil }
            return state.refusal != fault.description
        }
        if news { logger.warning("cleanup: \(fault.description)") }
        run?.fail(fault.description, at: watch.clock.now())
        try? finishRun()
    }
}

// MARK: - Lease

extension Cleaner {
    func keepLease() throws(CleanupFault) {
        let asked = monotonicSeconds()
        guard lease.isDue(at: asked) else { return }
        let answer = try store.takeLease(lease.holder)
        let transition = lease.take(answer, askedAt: asked)
        board.state.withLock { state in
            switch answer {
            case .held(let epoch): state.holder = .init(name: lease.holder, epoch: epoch, isUs: true)
            case .heldBy(let name, let epoch, _): state.holder = .init(name: name, epoch: epoch, isUs: false)
            }
        }
        if let transition { note(transition) }
    }

    /// The server refused what only the holder may do.
    private func loseLease() {
        lease.drop()
        board.state.withLock { $0.holder = nil }
        note(.lost)
    }

    private func note(_ transition: CleanupLease.Transition) {
        metrics.noteLeader(transition)
        logger.info("cleanup's lease is \(transition.rawValue)", metadata: ["epoch": "\(lease.epoch ?? 0)"])
        // What another holder noted meanwhile counts.
        lastShared = -.infinity
        lastLook = nil
    }

    var isHolder: Bool { lease.epoch(at: monotonicSeconds()) != nil }
}

// MARK: - What replicas share

extension Cleaner {
    /// Reads what other replicas and people wrote.
    func share() throws(CleanupFault) {
        let seconds = monotonicSeconds()
        if seconds - lastSettled >= Self.settledSeconds {
            let settled = try store.settledSeconds()
            lastSettled = seconds
            board.state.withLock { $0.settled = settled.map { ($0, seconds) } }
        }
        guard seconds - lastShared >= Self.sharedSeconds else { return }
        let shared = try store.readShared()
        lastShared = seconds
        let now = watch.clock.now()
        keptNodes = Set(shared.nodes.map(\.name))
        if !hasRecalled {
            watch.registry.withLock { $0.recall(shared.nodes, at: now) }
            hasRecalled = true
            watch.awaitsRecall.withLock { $0 = false }
        }
        let isFirstLook = lastLook == nil
        let corrections = board.state.withLock { state in
            state.readAt = now
            state.stop = shared.stop
            state.runs = shared.runs
            // Of the runs kept, none may have completed.
            let success = shared.runs.lazy.filter { $0.result == .completed }.compactMap(\.ended).max()
            state.lastSuccess = [state.lastSuccess, success].compactMap(\.self).max()
            // The holder's own evidence is newer than what it wrote, and than what the last one wrote late.
            guard isFirstLook || state.holder?.isUs != true else { return state.gone.corrections(of: shared.gone) }
            state.gone = shared.gone
            return GoneOwners.Changes()
        }
        unwritten.noted.merge(corrections.noted) { $1 }
        unwritten.ended.formUnion(corrections.ended)
        try learnFromAudit()
    }

    /// What any replica cleaned is remembered here too: whoever asks for such a session is told so.
    private func learnFromAudit() throws(CleanupFault) {
        let entries = try store.audit(after: auditPlace, limit: Self.auditLimit)
        guard let last = entries.last else { return }
        auditPlace = last.id
        // One by one: others may have the registry meanwhile.
        for entry in entries {
            watch.registry.withLock { registry in
                if entry.action == .kept {
                    registry.noteKept(entry.refs)
                } else {
                    registry.noteCleaned(entry.refs, at: entry.at)
                }
            }
        }
    }

    /// Notes who is gone by the last look at the heartbeats; the holder writes it down.
    func lookAtOwners() throws(CleanupFault) {
        // That somebody is back is written even when the lease is lost: evidence must not outlive it.
        try writeEvidence()
        let now = watch.clock.now()
        guard isHolder, let found = watch.registry.withLock({ $0.goneOwners(at: now) }), found.at != lastLook?.at else {
            return
        }
        let seconds = monotonicSeconds()
        let elapsed = lastLook.map { seconds - $0.seconds }
        let isTrusted = abs(watch.clock.skewSeconds) <= board.policy.maxSkewSeconds
        lastLook = (found.at, seconds)
        let changes = board.state.withLock {
            $0.gone.look(
                found.owners, at: found.at, elapsed: elapsed, isClockTrusted: isTrusted,
                setAheadAt: watch.clock.setAheadAt)
        }
        unwritten.noted.merge(changes.noted) { $1 }
        unwritten.ended.formUnion(changes.ended)
        if seconds - lastEvidence >= Self.evidenceSeconds {
            unwritten.noted = board.state.withLock { $0.gone.owners }
            let nodes = watch.registry.withLock { $0.nodesToKeep }
            try store.write(nodes, forgetting: keptNodes.subtracting(nodes.map(\.name)).sorted())
            keptNodes = Set(nodes.map(\.name))
            lastEvidence = seconds
        }
        try writeEvidence()
    }

    /// Writes what is not written yet; what fails is tried again. Without the lease only that somebody is back.
    private func writeEvidence() throws(CleanupFault) {
        for name in unwritten.ended { unwritten.noted[name] = board.state.withLock { $0.gone.owners[name] } }
        // First what is over: what begins anew is noted after it.
        try store.end(unwritten.ended)
        unwritten.ended = []
        if let epoch = lease.epoch(at: monotonicSeconds()) {
            let isOurs = try store.note(unwritten.noted, holder: lease.holder, epoch: epoch)
            if !isOurs { loseLease() }
        }
        unwritten.noted = [:]
    }
}
