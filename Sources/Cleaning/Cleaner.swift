import FoundationEssentials
import Logging
import Redis
import ServiceLifecycle
import Sessions
import Watching
import Workers

/// An actor that runs cleanup: it keeps the lease, shares evidence with other instances, follows the schedule, and
/// performs the steps of a ``CleanupRun``. It decides nothing itself: `Sessions` decides, and so does the server in
/// each step that removes.
public actor Cleaner: Service, CustomStringConvertible {
    /// The longest pause between two rounds when there is nothing to do.
    static let pauseSeconds = 2.0
    /// A pending run that has not begun after this time is dropped.
    static let pendingSeconds = 60.0
    /// The number of audit records to read in one round, and so to remember when the daemon starts.
    static let auditLimit = 1_000

    let thread = BlockingThread(label: "cleaner")
    public let watch: WatchContext
    public let board: CleanupBoard
    public let logger: Logger
    public var metrics: CleanupMetrics { board.metrics }
    let auditFile: AuditFile?
    /// The name under which this daemon appears to others.
    public let instance: String
    /// True if its runs may remove sessions. Such an instance takes the lease from one whose runs only plan.
    public let removes: Bool
    public var store: CleanupStore
    public var lease: CleanupLease
    public var run: CleanupRun?
    var sharing = SharingSchedule()
    /// A monotonic timestamp.
    var lastAnnounced = -Double.infinity
    /// Owners seen alive that are not in Redis yet.
    var unwrittenKnown: [KnownOwner] = []
    /// Other instances' reports, by the name of the instance.
    var reports: [String: SeenReport] = [:]
    var reportCount = 0
    /// The monotonic time of the next scheduled run; 0 until it is set.
    public var nextRun = 0.0
    var hasRecalled = false
    var auditPlace: String?
    /// The signs that removed sessions are in use, until they are proven or not; and those that were proven.
    var doubts: [RemovalDoubt] = []
    var proven: Set<RemovalDoubt.Sign> = []
    /// The monotonic time at which the heartbeats were last compared with the boots whose sessions were removed.
    var bootsLookedAt = -Double.infinity
    /// The sessions that the tripwire restored in the hour that began at that monotonic time.
    var autoRestored = (sessions: 0, since: -Double.infinity)
    private var backoff = Backoff()

    /// `holder` names this process among the instances; `instance` names the daemon across restarts.
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
        await board.runRequested.ringsAtStop { await runRounds() }
        giveUp()
    }

    private func runRounds() async {
        while !Task.isEnding {
            do throws(CleanupFault) {
                let wait = try round()
                backoff.reset()
                if wait > 0 { await board.runRequested.wait(seconds: min(wait, Self.pauseSeconds), on: thread) }
            } catch {
                note(error)
                await pause(seconds: backoff.next())
            }
        }
    }

    /// Performs one round: the lease, shared state, and a step of the run. Returns the seconds to wait before the next
    /// one.
    private func round() throws(CleanupFault) -> Double {
        try keepLease()
        if isRunDue { sharing.prepareRun() }
        try share()
        try announceItself()
        try keepEvidence()
        try checkTripwire()
        beginRun()
        board.state.withLock { $0.refusal = nil }
        return try stepRun()
    }

    /// Ends the run and releases the lease, so that the next holder need not wait for its end.
    func giveUp() {
        run?.abort("the daemon is stopping", at: watch.clock.now())
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
        // The lost connection may mean a restart or a failover. Until the servers are asked again, their uptime is
        // unknown.
        sharing.hasten(.settled)
        let news = board.state.withLock { state in
            defer { state.refusal = fault.description }
            state.settled = nil
            // Another instance may hold the lease by now, and only one may claim it.
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
        // Read at once what another holder did in the meantime.
        sharing.hasten(.shared)
    }

    var isHolder: Bool { lease.epoch(at: monotonicSeconds()) != nil }
}

// MARK: - Shared state

extension Cleaner {
    /// Reads what other instances and people have written.
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
            state.undo = shared.undo
            // `lastSuccess` may be older than all the runs that are kept.
            let success = shared.runs.lazy.filter { $0.result == .completed }.compactMap(\.ended).max()
            state.lastSuccess = [state.lastSuccess, success].compactMap(\.self).max()
        }
        watch.tripwire.withLock { $0 = TripwireState(shared.stop) }
        try learnFromAudit()
        try forgetClosed()
    }

    /// What a client or a node has closed is not to be restored.
    private func forgetClosed() throws(CleanupFault) {
        let closed = watch.registry.withLock { $0.takeClosed() }
        guard !closed.isEmpty, board.state.withLock({ !($0.undo ?? []).isEmpty }) else { return }
        _ = try store.forgetUndo(closed)
    }

    /// Remembers what any instance cleaned, so that this one can also answer for those sessions.
    private func learnFromAudit() throws(CleanupFault) {
        let entries = try store.audit(after: auditPlace, limit: Self.auditLimit)
        guard let last = entries.last else { return }
        auditPlace = last.id
        // One lock per entry, so that others get at the registry in between.
        for entry in entries {
            watch.registry.withLock { registry in
                switch entry.action {
                case .kept, .restored: registry.noteKept(entry.refs)
                case .delete: registry.noteCleaned(entry.refs, secondsLeft: 0, at: entry.at)
                // Only the instance that did it knows how long they have left.
                case .expire: registry.noteCleaned(entry.refs, secondsLeft: .infinity, at: entry.at)
                case .attested: break
                }
                if entry.action.removes { registry.noteRemoval(of: entry.owner, at: entry.at) }
            }
        }
    }
}
