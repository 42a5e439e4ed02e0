import Configuration
import FoundationEssentials
import Glibc
import Logging
import Redis
import Sessions
import Watching

/// A single run without a daemon, for cron: it takes the lease, scans the registry, observes for as long as owners must
/// be silent, cleans, and leaves its report in Redis.
public struct CleanupOnce: Sendable {
    /// The time limit for the first full scan and the verdicts on silent nodes.
    static let readSeconds = 600.0
    static let pauseSeconds = 0.05
    /// Without observing itself, it must hear from an observing instance within this time.
    static let reportSeconds = 15.0

    private let settings: Settings
    private let watch: WatchContext
    private let board: CleanupBoard

    /// Throws like ``Daemon/init(settings:environment:logger:reload:)`` if the settings are invalid.
    public init(settings: Settings, environment: [String: String], logger: Logger) throws {
        self.settings = settings
        watch = WatchContext(
            plan: try WatchPlan(settings, environment: environment),
            metrics: WatchMetrics(), logger: logger)
        board = CleanupBoard(settings.cleanup)
    }

    /// Unless `isDryRun` is set, it removes what the plan allows, if `cleanup.mode` permits removal. With `observes` it
    /// stays for as long as owners must be silent; without, it relies on the observations of running instances.
    /// `onWaiting` receives the seconds left, `onProgress` the report so far.
    public func run(
        isDryRun: Bool, observes: Bool = true, by: String = "cron", onWaiting: @Sendable (Double) -> Void = { _ in },
        onProgress: @Sendable (CleanupReport) -> Void = { _ in }
    ) async throws -> CleanupReport {
        let name = "\(ProcessInfo.processInfo.hostName)-\(getpid())-once"
        let isDry = isDryRun || !settings.cleanup.mode.removes
        let cleaner = Cleaner(watch, board: board, holder: name, removes: !isDry)
        let watch = watch
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await RegistryWatcher(watch).run()
            }
            group.addTask {
                await HeartbeatWatcher(watch).run()
            }
            defer { group.cancelAll() }
            do {
                return try await cleaner.once(isDryRun: isDry, observes: observes, by: by, onWaiting, onProgress)
            } catch let fault as CleanupFault {
                throw CleanupOnceError.failed(fault.description)
            }
        }
    }
}

extension Cleaner {
    /// Performs a complete run without a daemon, under one lease.
    public func once(
        isDryRun: Bool, observes: Bool, by: String, _ onWaiting: @Sendable (Double) -> Void,
        _ onProgress: @Sendable (CleanupReport) -> Void
    ) async throws -> CleanupReport {
        defer { giveUp() }
        try await beginOnce()
        if observes { try await observe(onWaiting) } else { try await adoptObserved() }
        return try await runOnce(isDryRun: isDryRun, by: by, onProgress)
    }

    /// Takes the lease, and waits for a complete view.
    private func beginOnce() async throws {
        try keepLease()
        if lease.epoch == nil, let holder = board.state.withLock({ $0.holder }) {
            throw CleanupOnceError.heldElsewhere(holder.name)
        }
        // The evidence on vanished nodes must be here before the checks that find them gone.
        try share()
        try await waitForView()
    }

    /// Observes until no owner is waiting for its silence any more, or the longest silence required at the start has
    /// passed.
    private func observe(_ onWaiting: @Sendable (Double) -> Void) async throws {
        let start = monotonicSeconds()
        var limit: Double?
        while !Task.isCancelled {
            try keepLease()
            try share()
            try keepEvidence()
            let (now, conditions) = (watch.clock.now(), board.conditions(watch, at: monotonicSeconds()))
            let plan = watch.registry.withLock { $0.cleanupPlan(board.policy, conditions: conditions, at: now) }
            let waiting = plan.groups.filter { $0.skip == .grace }.compactMap(\.standing)
            guard !waiting.isEmpty else { return }
            let required = waiting.map(\.requiredSeconds).max() ?? 0
            // The silence that checks count is a little less than the time that passes.
            limit = limit ?? 1.2 * required + watch.plan.nodes.deadAfterSeconds + 5
            let passed = monotonicSeconds() - start
            guard passed < limit ?? 0 else { return }
            onWaiting(max(waiting.map { $0.requiredSeconds - $0.silentSeconds }.max() ?? 0, 0))
            try? await Task.sleep(for: .seconds(CleanupOnce.pauseSeconds * 4))
        }
    }

    /// Adopts the observations of running instances.
    private func adoptObserved() async throws {
        let start = monotonicSeconds()
        while !adoptReports() {
            guard monotonicSeconds() - start < CleanupOnce.reportSeconds, !Task.isCancelled else {
                throw CleanupOnceError.nobodyObserves
            }
            try keepLease()
            sharing.hasten(.shared)
            try share()
            try? await Task.sleep(for: .seconds(CleanupOnce.pauseSeconds * 4))
        }
    }

    /// Performs one run.
    private func runOnce(
        isDryRun: Bool, by: String, _ onProgress: @Sendable (CleanupReport) -> Void
    ) async throws -> CleanupReport {
        try keepLease()
        sharing.prepareRun()
        try share()
        guard let epoch = lease.epoch(at: monotonicSeconds()) else {
            throw CleanupOnceError.heldElsewhere("another instance")
        }
        let now = watch.clock.now()
        let request = CleanupRequest(by: by, run: CleanupRequest.name(at: now), isDryRun: isDryRun)
        begin(CleanupRun(request, policy: board.policy, epoch: epoch, at: now))
        while run != nil {
            let wait = try stepUnderLease()
            if let report = run?.report { onProgress(report) }
            if Task.isCancelled { run?.abort("the process was told to stop", at: watch.clock.now()) }
            if wait > 0 { try? await Task.sleep(for: .seconds(min(wait, CleanupOnce.pauseSeconds * 4))) }
        }
        guard let report = board.state.withLock({ $0.runs.first }) else {
            preconditionFailure("a run that ended has a report")
        }
        return report
    }

    /// Renews the lease and performs one step. If that fails, the report says why, if it can still be written.
    private func stepUnderLease() throws(CleanupFault) -> Double {
        do throws(CleanupFault) {
            try keepLease()
            // Other instances may have heard an owner in the meantime.
            try share()
            try checkTripwire()
            return try stepRun()
        } catch {
            run?.fail(error.description, at: watch.clock.now())
            try? finishRun()
            throw error
        }
    }

    /// Waits until the first full scan is complete, and each silent node has been silent for long enough to be judged.
    private func waitForView() async throws {
        let start = monotonicSeconds()
        while true {
            let now = watch.clock.now()
            let isReady = watch.registry.withLock { registry in
                registry.view.isComplete && !registry.waitsForVerdicts(at: now)
            }
            if isReady { return }
            // By the settings it may have to wait for an owner that was never seen.
            let patience = max(CleanupOnce.readSeconds, 2 * watch.plan.nodes.unknownAfterSeconds)
            guard monotonicSeconds() - start < patience, !Task.isCancelled else {
                let why = watch.link.withLock { $0.failure?.error ?? $0.fullScanFailure }
                throw CleanupOnceError.notRead(why ?? "it took too long")
            }
            try keepLease()
            try? await Task.sleep(for: .seconds(CleanupOnce.pauseSeconds))
        }
    }
}
