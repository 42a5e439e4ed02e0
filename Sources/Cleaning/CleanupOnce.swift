import Configuration
import FoundationEssentials
import Glibc
import Logging
import Redis
import Sessions
import Watching

/// One run without a daemon, for cron: takes the lease, reads the registry, observes for as long as owners must be silent,
/// cleans, and leaves its report in Redis.
public struct CleanupOnce: Sendable {
    /// The registry must be read, and silent nodes judged, within this time.
    static let readSeconds = 600.0
    static let pauseSeconds = 0.05
    /// Without observing, an instance that observes must be heard of within this time.
    static let reportSeconds = 15.0

    private let settings: Settings
    private let watch: WatchContext
    private let board: CleanupBoard

    /// Throws as ``Daemon/init(settings:environment:logger:reload:)`` where the settings name what cannot be.
    public init(settings: Settings, environment: [String: String], logger: Logger) throws {
        self.settings = settings
        watch = WatchContext(
            plan: try WatchPlan(settings, environment: environment),
            metrics: WatchMetrics(), logger: logger)
        board = CleanupBoard(settings.cleanup)
    }

    /// Without `isDryRun` it removes what the plan lets go, if `cleanup.mode` is one that does. `observes`: it stays for as
    /// long as owners must be silent; else it goes on with what running instances observed. `onWaiting` is told the seconds
    /// left, `onProgress` the report so far.
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

/// Why a run without a daemon did not begin, or ended in the middle.
public enum CleanupOnceError: Error, CustomStringConvertible {
    /// Another instance, or another such run, holds the lease.
    case heldElsewhere(String)
    /// The registry could not be read whole.
    case notRead(String)
    /// Redis did not answer, or does not let us read or write what cleanup needs.
    case failed(String)
    /// No instance with these settings observes.
    case nobodyObserves

    public var description: String {
        switch self {
        case .heldElsewhere(let holder): "cleanup's lease is held by \(holder)"
        case .notRead(let why): "the registry could not be read: \(why)"
        case .failed(let why): "cleanup failed: \(why)"
        case .nobodyObserves:
            "no running instance watches the same keys of this Redis, so nothing was observed: start one with a "
                + "cleanup.mode other than off, or leave --no-wait out"
        }
    }
}

extension Cleaner {
    /// Everything that a run without a daemon does, under one lease.
    public func once(
        isDryRun: Bool, observes: Bool, by: String, _ onWaiting: @Sendable (Double) -> Void,
        _ onProgress: @Sendable (CleanupReport) -> Void
    ) async throws -> CleanupReport {
        defer { giveUp() }
        try await beginOnce()
        if observes { try await observe(onWaiting) } else { try await adoptObserved() }
        return try await runOnce(isDryRun: isDryRun, by: by, onProgress)
    }

    /// Takes the lease, and waits for the view.
    private func beginOnce() async throws {
        try keepLease()
        if lease.epoch == nil, let holder = board.state.withLock({ $0.holder }) {
            throw CleanupOnceError.heldElsewhere(holder.name)
        }
        // What is known of nodes that are gone comes before the looks that find them gone.
        try share()
        try await waitForView()
    }

    /// Stays until nothing waits for silence any more: for as long as the owners that wait at first must be silent.
    private func observe(_ onWaiting: @Sendable (Double) -> Void) async throws {
        let start = monotonicSeconds()
        var most: Double?
        while !Task.isCancelled {
            try keepLease()
            try share()
            try keepEvidence()
            let (now, conditions) = (watch.clock.now(), board.conditions(watch, at: monotonicSeconds()))
            let plan = watch.registry.withLock { $0.cleanupPlan(board.policy, conditions: conditions, at: now) }
            let waiting = plan.groups.filter { $0.skip == .grace }.compactMap(\.standing)
            guard !waiting.isEmpty else { return }
            let required = waiting.map(\.requiredSeconds).max() ?? 0
            // Checks count a little less than what passes between them.
            most = most ?? 1.2 * required + watch.plan.nodes.deadAfterSeconds + 5
            let passed = monotonicSeconds() - start
            guard passed < most ?? 0 else { return }
            onWaiting(max(waiting.map { $0.requiredSeconds - $0.silentSeconds }.max() ?? 0, 0))
            try? await Task.sleep(for: .seconds(CleanupOnce.pauseSeconds * 4))
        }
    }

    /// Goes on with what running instances observed.
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

    /// Does one run.
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
            let wait = try keptStep()
            if let report = run?.report { onProgress(report) }
            if Task.isCancelled { run?.abort("it was told to stop", at: watch.clock.now()) }
            if wait > 0 { try? await Task.sleep(for: .seconds(min(wait, CleanupOnce.pauseSeconds * 4))) }
        }
        guard let report = board.state.withLock({ $0.runs.first }) else {
            preconditionFailure("a run that ended has a report")
        }
        return report
    }

    /// One step under a lease that is kept. Where it fails, the report says why, if it can still be written.
    private func keptStep() throws(CleanupFault) -> Double {
        do throws(CleanupFault) {
            try keepLease()
            // What other instances hear meanwhile counts as well.
            try share()
            return try stepRun()
        } catch {
            run?.fail(error.description, at: watch.clock.now())
            try? finishRun()
            throw error
        }
    }

    /// Until the registry was read whole, and each node that is silent has been so for long enough to be judged.
    private func waitForView() async throws {
        let start = monotonicSeconds()
        while true {
            let now = watch.clock.now()
            let isReady = watch.registry.withLock { registry in
                registry.view.isComplete && !registry.waitsForVerdicts(at: now)
            }
            if isReady { return }
            // An owner that was never seen may have to be waited for, by the settings.
            let patience = max(CleanupOnce.readSeconds, 2 * watch.plan.nodes.unknownAfterSeconds)
            guard monotonicSeconds() - start < patience, !Task.isCancelled else {
                let why = watch.link.withLock { $0.failure?.error ?? $0.fullScanFailure }
                throw CleanupOnceError.notRead(why ?? "it takes too long")
            }
            try keepLease()
            try? await Task.sleep(for: .seconds(CleanupOnce.pauseSeconds))
        }
    }
}
