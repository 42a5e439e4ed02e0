import Exposition
import Foundation
import Logging
import Redis
import Sessions

/// One run without a daemon, for cron: takes the lease, reads the registry and the heartbeats, plans on the evidence kept
/// in Redis, cleans, and leaves its report there.
public struct CleanupOnce: Sendable {
    /// The registry must be read, and silent nodes judged, within this time.
    static let readSeconds = 600.0
    static let pauseSeconds = 0.05

    private let settings: Settings
    private let watch: Watch
    private let board: CleanupBoard

    /// Throws as ``Daemon/init(settings:environment:logger:reload:)`` where the settings name what cannot be.
    public init(settings: Settings, environment: [String: String], logger: Logger) throws {
        self.settings = settings
        watch = Watch(
            plan: try WatchPlan(settings, environment: environment),
            metrics: DaemonMetrics(routes: [], methods: []), logger: logger)
        board = CleanupBoard(settings.cleanup)
    }

    /// Without `isDryRun` it removes what the plan lets go, if `cleanup.mode` is one that does. `onProgress` is told the
    /// report so far.
    public func run(
        isDryRun: Bool, by: String = "cron", onProgress: @Sendable (CleanupReport) -> Void = { _ in }
    ) async throws -> JSONValue {
        let name = "\(ProcessInfo.processInfo.hostName)-\(getpid())-once"
        let cleaner = Cleaner(watch, board: board, holder: name)
        let watch = watch
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await RegistryWatcher(watch).run()
            }
            group.addTask {
                await HeartbeatWatcher(watch).run()
            }
            defer { group.cancelAll() }
            let isDry = isDryRun || !settings.cleanup.mode.removes
            do {
                return try await cleaner.runOnce(isDryRun: isDry, by: by, onProgress).json
            } catch let fault as CleanupFault {
                throw CleanupOnceError.failed(fault.description)
            }
        }
    }
}

/// Why a run without a daemon did not begin, or ended in the middle.
public enum CleanupOnceError: Error, CustomStringConvertible {
    /// Another replica, or another such run, holds the lease.
    case heldElsewhere(String)
    /// The registry could not be read whole.
    case notRead(String)
    /// Redis did not answer, or does not let us read or write what cleanup needs.
    case failed(String)

    /// Whether it was Redis; else another holds the lease.
    public var isOutOfReach: Bool { if case .heldElsewhere = self { false } else { true } }

    public var description: String {
        switch self {
        case .heldElsewhere(let holder): "cleanup's lease is held by \(holder)"
        case .notRead(let why): "the registry could not be read: \(why)"
        case .failed(let why): "cleanup failed: \(why)"
        }
    }
}

extension Cleaner {
    /// Waits for the picture, then does one run and gives the lease up.
    func runOnce(
        isDryRun: Bool, by: String, _ onProgress: @Sendable (CleanupReport) -> Void
    ) async throws -> CleanupReport {
        defer { giveUp() }
        try keepLease()
        if lease.epoch == nil, let holder = board.state.withLock({ $0.holder }) {
            throw CleanupOnceError.heldElsewhere(holder.name)
        }
        // What is known of nodes that are gone comes before the looks that find them gone.
        try share()
        try await waitForPicture()
        try lookAtOwners()
        try share()
        guard let epoch = lease.epoch(at: monotonicSeconds()) else {
            throw CleanupOnceError.heldElsewhere("another replica")
        }
        let now = watch.clock.now()
        let request = CleanupRequest(by: by, run: CleanupRequest.name(at: now), isDryRun: isDryRun)
        begin(CleanupRun(request, policy: board.policy, epoch: epoch, at: now))
        while run != nil {
            let wait = try keptStep()
            if let report = run?.report { onProgress(report) }
            if Task.isCancelled { run?.abort("it was told to stop", at: watch.clock.now()) }
            if wait > 0 { try? await Task.sleep(for: .seconds(min(wait, Self.pauseSeconds))) }
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
            return try stepRun()
        } catch {
            run?.fail(error.description, at: watch.clock.now())
            try? finishRun()
            throw error
        }
    }

    /// Until the registry was read whole, and each node that is silent has been so for long enough to be judged.
    private func waitForPicture() async throws {
        let start = monotonicSeconds()
        while true {
            let now = watch.clock.now()
            let isReady = watch.registry.withLock { registry in
                registry.picture.isComplete && registry.nodeSummaries(at: now).allSatisfy { !$0.node.isBeingWaitedFor }
            }
            if isReady { return }
            guard monotonicSeconds() - start < CleanupOnce.readSeconds, !Task.isCancelled else {
                let why = watch.link.withLock { $0.failure?.error ?? $0.readingFailure }
                throw CleanupOnceError.notRead(why ?? "it takes too long")
            }
            try keepLease()
            try? await Task.sleep(for: .seconds(CleanupOnce.pauseSeconds))
        }
    }
}
