import FoundationEssentials
import Logging
import Redis
import ServiceLifecycle
import Sessions
import Watching
import Workers

/// Keeps the lease, what instances tell each other and the schedule, and does what a ``CleanupRun`` says, step by step. It
/// decides nothing itself: `Sessions` does, and the server in each step that removes.
public actor Cleaner: Service, CustomStringConvertible {
    /// Between two rounds at most, when nothing goes on and nobody wishes for anything.
    static let pauseSeconds = 2.0
    /// A run that was asked for and did not begin within this time begins no more.
    static let pendingSeconds = 60.0
    /// Audit records read at once, and kept in mind when the daemon starts.
    static let auditLimit = 1_000

    let thread = BlockingThread(label: "cleaner")
    public let watch: WatchContext
    public let board: CleanupBoard
    public let logger: Logger
    public var metrics: CleanupMetrics { board.metrics }
    let auditFile: AuditFile?
    /// As whom this process shows itself.
    public let instance: String
    /// Whether its runs may remove: such a one takes the lease from one whose runs only plan.
    public let removes: Bool
    public var store: CleanupStore
    public var lease: CleanupLease
    public var run: CleanupRun?
    var sharing = SharingSchedule()
    /// Moment on the clock that never jumps.
    var lastTold = -Double.infinity
    /// Owners seen alive that Redis does not know yet.
    var unwrittenKnown: [KnownOwner] = []
    /// What other instances report, by name, and how often we have reported.
    var reports: [String: SeenReport] = [:]
    var reportCount = 0
    /// When the schedule comes round.
    public var nextRun = 0.0
    var hasRecalled = false
    var auditPlace: String?
    private var backoff = Backoff()

    /// `holder` names this process among the instances, `instance` the daemon over all its lives.
    public init(
        _ watch: WatchContext, board: CleanupBoard, holder: String, instance: String = ProcessInfo.processInfo.hostName,
        removes: Bool? = nil
    ) {
        self.removes = removes ?? board.settings.mode.removes
        self.watch = watch
        self.board = board
        logger = watch.logger
        auditFile = board.settings.auditFile.isEmpty ? nil : AuditFile(board.settings.auditFile)
        self.instance = instance
        store = CleanupStore(watch.plan)
        lease = CleanupLease(holder: holder)
        watch.awaitsRecall.withLock { $0 = true }
    }

    public nonisolated var description: String { "Cleaner" }
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    public func run() async {
        await board.runOrdered.ringsAtStop { await goRound() }
        giveUp()
    }

    private func goRound() async {
        while !Task.isEnding {
            do throws(CleanupFault) {
                let wait = try round()
                backoff.reset()
                if wait > 0 { await board.runOrdered.wait(seconds: min(wait, Self.pauseSeconds), on: thread) }
            } catch {
                note(error)
                await pause(seconds: backoff.next())
            }
        }
    }

    /// One round: the lease, what is shared, and a step of the run. Gives how long to wait for the next.
    private func round() throws(CleanupFault) -> Double {
        try keepLease()
        if isRunDue { sharing.prepareRun() }
        try share()
        try tellOfItself()
        try keepEvidence()
        beginRun()
        board.state.withLock { $0.refusal = nil }
        return try stepRun()
    }

    /// Whoever comes next need not wait for the lease to end.
    func giveUp() {
        run?.abort("the daemon stops", at: watch.clock.now())
        try? finishRun()
        try? store.dropReports(of: [lease.holder])
        guard let epoch = lease.epoch else { return }
        lease.drop()
        try? store.releaseLease(lease.holder, epoch: epoch)
        metrics.noteLeader(.released)
        board.state.withLock { $0.holder = nil }
    }

    private func note(_ fault: CleanupFault) {
        watch.awaitsRecall.withLock { $0 = false }
        // A lost connection may be a restart or a failover: until it is asked again, nobody knows how long it was.
        sharing.hasten(.settled)
        let news = board.state.withLock { state in
            defer { state.refusal = fault.description }
            state.settled = nil
            // Another instance may hold it by now, and must be the only one that says so.
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
        let answer = try store.takeLease(lease.holder, removes: removes)
        let transition = lease.take(answer, askedAt: asked)
        board.state.withLock { state in
            switch answer {
            case .held(let epoch): state.holder = .init(name: lease.holder, epoch: epoch, isUs: true)
            case .heldBy(let name, let epoch, _): state.holder = .init(name: name, epoch: epoch, isUs: false)
            }
        }
        if let transition { note(transition) }
    }

    private func note(_ transition: CleanupLease.Transition) {
        metrics.noteLeader(transition)
        logger.info("cleanup's lease is \(transition.rawValue)", metadata: ["epoch": "\(lease.epoch ?? 0)"])
        // What another holder did meanwhile counts.
        sharing.hasten(.shared)
    }

    var isHolder: Bool { lease.epoch(at: monotonicSeconds()) != nil }
}

// MARK: - What instances share

extension Cleaner {
    /// Reads what other instances and people wrote.
    public func share() throws(CleanupFault) {
        let seconds = monotonicSeconds()
        if sharing.isDue(.settled, at: seconds) {
            let settled = try store.settledSeconds()
            sharing.note(.settled, at: seconds)
            board.state.withLock { $0.settled = settled.map { ($0, seconds) } }
        }
        guard sharing.isDue(.shared, at: seconds) else { return }
        let shared = try store.readShared()
        sharing.note(.shared, at: seconds)
        let now = watch.clock.now()
        take(shared.evidence, at: seconds)
        board.state.withLock { state in
            state.readAt = now
            state.stop = shared.stop
            state.runs = shared.runs
            // Of the runs kept, none may have completed.
            let success = shared.runs.lazy.filter { $0.result == .completed }.compactMap(\.ended).max()
            state.lastSuccess = [state.lastSuccess, success].compactMap(\.self).max()
        }
        try learnFromAudit()
    }

    /// What any instance cleaned is remembered here too: whoever asks for such a session is told so.
    private func learnFromAudit() throws(CleanupFault) {
        let entries = try store.audit(after: auditPlace, limit: Self.auditLimit)
        guard let last = entries.last else { return }
        auditPlace = last.id
        // One by one: others may have the registry meanwhile.
        for entry in entries {
            watch.registry.withLock { registry in
                switch entry.action {
                case .kept: registry.noteKept(entry.refs)
                case .delete: registry.noteCleaned(entry.refs, secondsLeft: 0, at: entry.at)
                // How long it leaves them is known to whoever did that.
                case .expire: registry.noteCleaned(entry.refs, secondsLeft: .infinity, at: entry.at)
                case .attested: break
                }
            }
        }
    }
}
