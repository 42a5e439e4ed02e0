import Configuration
import Sessions

/// The order of work on one shard, as a value.
///
/// `next(at:)` names the next action, ``ConnectedShard`` performs it, and `take(_:backlog:at:)` learns the result. The
/// schedule does no I/O and reads no clock: all times are monotonic seconds that the caller passes in, so a test can play
/// through hours of a server that is slow, silent or wrong.
struct ShardSchedule: Sendable {
    /// Changes are gathered for this long before they are read, so that a burst costs few round trips.
    static let gatherSeconds = 0.003
    /// The most changed keys read in one pipeline: as many as one step of a full scan asks for.
    static let batch = 300
    /// The interval between two checks of the server, each followed by a canary or a `PING`.
    static let tickSeconds = 2.0
    /// A subscription that returns no canary for this long counts as lost.
    static let canaryPatienceSeconds = 6.0
    /// The interval between two searches for sessions whose deadline has passed.
    static let expirySeconds = 0.5
    /// The longest wait, after which the caller can see that it is to stop.
    static let waitSeconds = 0.5
    /// The least interval between two reads of heartbeats that were just written, and where a collection is read whole.
    static let writtenSeconds = 0.02
    static let collectionSeconds = 0.25

    /// The intervals that the configuration sets.
    struct Terms: Sendable {
        var mode = WatchSettings.Mode.auto
        /// Between the starts of two full scans, without tracking and with it.
        var scanEverySeconds = 30.0
        var reconcileEverySeconds = 600.0
        /// Between two tries of something that was refused: the subscription, or writing a canary.
        var retrySeconds = 30.0
        /// False for a replica, which accepts no writes.
        var mayWriteCanaries = true
    }

    enum Action: Equatable, Sendable {
        /// Open a subscription to invalidations.
        case subscribe
        /// Take in invalidations, after waiting up to that long for one. Without a subscription, only wait.
        case listen(seconds: Double)
        /// Drop all pending changes and any full scan in progress: everything will be read again.
        case startAnew(ResyncReason)
        case beginFullScan
        case stepFullScan
        /// Read one batch of changed keys.
        case readChanges
        /// Read the heartbeats that were just written.
        case readWrittenHeartbeats
        /// Queue the sessions whose deadline has passed: Redis reports those only when it comes across them.
        case queueExpired
        /// Make sure that this is still the right server.
        case checkServer
        case sendCanary
        case sendPing
        /// End a subscription that has returned no canary for too long.
        case endSilentSubscription
        /// Everything that changed before that time is in the registry.
        case noteCurrent(asOf: UnixTime)
        /// Ask for sessions that the full scan did not meet: in a cluster they may have moved.
        case settleUnseen
        /// Read all heartbeats, after the sessions: a session of a boot that has just begun must find it.
        case readHeartbeats
        /// Make what the full scan found the view.
        case finishFullScan
    }

    enum Result: Equatable, Sendable {
        /// The action is done, and there is nothing to report.
        case done
        case subscribed
        case subscriptionRefused
        case subscriptionLost(ResyncReason)
        case heard(Heard)
        /// `isPaced`: the connection is free between two steps of the full scan.
        case fullScanBegan(isPaced: Bool)
        case fullScanStepped(isComplete: Bool, pauseSeconds: Double)
        /// `asOf`: Redis' time when it was sent.
        case canarySent(asOf: UnixTime)
        case pingSent(asOf: UnixTime)
        case canaryRefused
    }

    /// The news that came with the invalidations.
    struct Heard: Equatable, Sendable {
        var hasCanary = false
        /// The answer to a `PING`.
        var hasPong = false
        var isFlushed = false
        /// So many changes are pending that a full scan is cheaper.
        var isOverfull = false
        /// Heartbeats were written; those of a collection among them.
        var hasHeartbeats = false
        var hasCollections = false
    }

    /// The changes that wait to be read, as ``ChangedKeys`` counts them.
    struct Backlog: Equatable, Sendable {
        var pending = 0
        /// All changes that were ever queued, and those of them that were handed over to be read.
        var queued = 0
        var handedOver = 0
    }

    private let terms: Terms
    private var isTracking = false
    /// A full scan has finished since tracking began, so that canaries say how current the view is.
    private var isLive = false
    private(set) var canary = Canary()
    private var backlog = Backlog()
    private var fullScan = FullScanStage.idle
    /// The number of changes queued when the full scan last listened. All of them are read before it goes on.
    private var caughtUpAt = 0
    private var isPaced = false
    private var phase = Phase.subscribe
    private var startAnew: ResyncReason?
    /// The next time for each kind of work; 0 for at once.
    private var nextTry = 0.0
    private var nextFullScan = 0.0
    private var nextStep = 0.0
    private var nextTick = 0.0
    private var nextExpiry = 0.0
    private var nextHeartbeats = 0.0
    /// The last time it listened: a canary counts as missed only after a chance to hear it.
    private var lastListen = 0.0
    /// The time at which the oldest pending change was queued.
    private var firstChange: Double?
    /// Heartbeats wait to be read; those of a collection among them.
    private var written: (any: Bool, collections: Bool) = (false, false)

    init(_ terms: Terms) {
        self.terms = terms
        if !terms.mayWriteCanaries { canary.nextWrite = .infinity }
    }

    /// The last steps of a full scan, which nothing else comes between.
    var isFinishingFullScan: Bool { fullScan > .stepping }
    /// A full scan that is not paced takes changed keys along with its next step.
    var takesChangesAlong: Bool { fullScan == .stepping && !isPaced }
}

// MARK: - The next action

extension ShardSchedule {
    /// The work of one round, in its order. Each round listens once, so that no kind of work can hold up another for ever.
    private enum Phase: Int {
        case subscribe, beginFullScan, listen, readChanges, stepFullScan
        case noteCurrent, readHeartbeats, queueExpired, tick, canary

        var next: Phase { Phase(rawValue: rawValue + 1) ?? .subscribe }
    }

    mutating func next(at now: Double) -> Action {
        if let reason = startAnew {
            (startAnew, isLive, fullScan, firstChange, nextFullScan) = (nil, false, .idle, nil, 0)
            canary.answered = nil
            return .startAnew(reason)
        }
        if let action = finishing() { return action }
        while true {
            let phase = phase
            self.phase = phase.next
            if let action = action(in: phase, at: now) { return action }
        }
    }

    private mutating func action(in phase: Phase, at now: Double) -> Action? {
        switch phase {
        case .subscribe:
            guard !isTracking, terms.mode != .scan, now >= nextTry, fullScan == .idle else { return nil }
            nextTry = now + terms.retrySeconds
            return .subscribe
        case .beginFullScan: return fullScan == .idle && mayScan && now >= nextFullScan ? .beginFullScan : nil
        case .listen: return .listen(seconds: waitSeconds(at: now))
        case .readChanges:
            guard let firstChange, isConnectionFree else { return nil }
            return now - firstChange >= Self.gatherSeconds || backlog.pending >= Self.batch ? .readChanges : nil
        case .stepFullScan: return fullScan == .stepping && now >= nextStep ? .stepFullScan : nil
        case .noteCurrent:
            guard isLive, isConnectionFree, let answered = canary.answered, backlog.handedOver >= answered.queued else {
                return nil
            }
            canary.answered = nil
            return .noteCurrent(asOf: answered.asOf)
        case .readHeartbeats:
            guard written.any, isConnectionFree, now >= nextHeartbeats else { return nil }
            nextHeartbeats = now + (written.collections ? Self.collectionSeconds : Self.writtenSeconds)
            written = (false, false)
            return .readWrittenHeartbeats
        case .queueExpired:
            guard isTracking, isConnectionFree, now >= nextExpiry else { return nil }
            nextExpiry = now + Self.expirySeconds
            return .queueExpired
        case .tick:
            guard isConnectionFree, now >= nextTick else { return nil }
            nextTick = now + Self.tickSeconds
            canary.isDue = isTracking
            return .checkServer
        case .canary: return canaryAction(at: now)
        }
    }

    private mutating func canaryAction(at now: Double) -> Action? {
        guard canary.isDue, isConnectionFree else { return nil }
        canary.isDue = false
        if let flight = canary.flight {
            return lastListen - flight.missedSince > Self.canaryPatienceSeconds ? .endSilentSubscription : nil
        }
        return now < canary.nextWrite ? .sendPing : .sendCanary
    }

    /// True unless tracking is mandatory and has not returned a canary yet.
    private var mayScan: Bool { terms.mode != .tracking || isTracking && !canary.isNew }

    /// No answers are under way: a full scan that is not paced has always asked for the next ones.
    private var isConnectionFree: Bool { fullScan == .idle || isPaced }

    /// The time until something is due.
    private func waitSeconds(at now: Double) -> Double {
        var next = min(now + Self.waitSeconds, nextTick)
        if fullScan == .stepping { next = min(next, nextStep) } else if mayScan { next = min(next, nextFullScan) }
        if isTracking { next = min(next, nextExpiry) }
        if let firstChange { next = min(next, firstChange + Self.gatherSeconds) }
        if written.any, isConnectionFree { next = min(next, nextHeartbeats) }
        return max(next - now, 0)
    }
}

// MARK: - The end of a full scan

extension ShardSchedule {
    /// The stages of a full scan. What changed while it ran is read before its result becomes the view, and once more
    /// after the heartbeats: a flush in between would otherwise look like drift.
    private enum FullScanStage: Int, Comparable {
        case idle, stepping
        case listening, catchingUp, settling, checkingServer, readingHeartbeats
        case listeningAgain, catchingUpAgain, finishing

        var next: FullScanStage { FullScanStage(rawValue: rawValue + 1) ?? .idle }
        static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// The next action that finishes a full scan; nil while none is at its end.
    private mutating func finishing() -> Action? {
        guard isFinishingFullScan else { return nil }
        if fullScan == .catchingUp || fullScan == .catchingUpAgain {
            // Changes that are told meanwhile can wait, since writers may never rest.
            if backlog.handedOver < caughtUpAt { return .readChanges }
            fullScan = fullScan.next
        }
        switch fullScan {
        case .settling: return .settleUnseen
        case .checkingServer: return .checkServer
        case .readingHeartbeats: return .readHeartbeats
        case .finishing: return .finishFullScan
        default: return .listen(seconds: 0)
        }
    }

    private mutating func advanceFullScan() {
        guard isFinishingFullScan, fullScan != .catchingUp, fullScan != .catchingUpAgain else { return }
        if fullScan == .finishing { isLive = isTracking }
        fullScan = fullScan.next
        caughtUpAt = backlog.queued
    }
}

// MARK: - Results

extension ShardSchedule {
    /// Learns what came of the last action; `backlog` is as it is now.
    mutating func take(_ result: Result, backlog: Backlog, at now: Double) {
        self.backlog = backlog
        if backlog.pending == 0 { firstChange = nil } else if firstChange == nil { firstChange = now }
        switch result {
        case .done: advanceFullScan()
        case .subscribed:
            (isTracking, isLive) = (true, false)
            canary.beginAnew()
            // The first canary goes before the full scan, which may take long. Only what changes from now on is told.
            (canary.isDue, phase) = (true, .canary)
            (nextTick, nextFullScan) = (0, 0)
        case .subscriptionRefused: break
        case .subscriptionLost(let reason):
            // One that never returned a canary is as good as none: full scans, until the next try.
            nextTry = canary.isNew ? now + terms.retrySeconds : 0
            isTracking = false
            startAnew = reason
        case .heard(let heard):
            lastListen = now
            take(heard)
        case .fullScanBegan(let isPaced):
            self.isPaced = isPaced
            (fullScan, nextStep) = (.stepping, 0)
            nextFullScan = now + (isTracking ? terms.reconcileEverySeconds : terms.scanEverySeconds)
        case .fullScanStepped(let isComplete, let pauseSeconds):
            nextStep = now + pauseSeconds
            if isComplete { fullScan = .listening }
        case .canarySent(let asOf): canary.noteSent(asOf: asOf, isPing: false, at: now)
        case .pingSent(let asOf): canary.noteSent(asOf: asOf, isPing: true, at: now)
        case .canaryRefused:
            canary.nextWrite = now + terms.retrySeconds
            (canary.isDue, phase) = (true, .canary)
        }
    }

    private mutating func take(_ heard: Heard) {
        written.any = written.any || heard.hasHeartbeats
        written.collections = written.collections || heard.hasCollections
        if heard.hasCanary { canary.noteAnswer(isPing: false, queued: backlog.queued) }
        if heard.hasPong { canary.noteAnswer(isPing: true, queued: backlog.queued) }
        if heard.isFlushed {
            startAnew = .flush
        } else if heard.isOverfull {
            startAnew = .overflow
        } else {
            advanceFullScan()
        }
    }
}
