import Redis
import Sessions
import Synchronization

/// What the cleaner knows and is asked for, shared with whoever answers.
final class CleanupBoard: Sendable {
    /// The lease as it was last answered for.
    struct Holder: Sendable, Equatable {
        var name: String
        var epoch: Int
        var isUs: Bool
    }

    /// What may have been asked for between two runs.
    struct Wish: Sendable, Equatable {
        var request: CleanupRequest
        var at: UnixTime
    }

    struct State: Sendable {
        var holder: Holder?
        /// Redis' time at which ``stop`` and ``runs`` were last read; nil where they never were.
        var readAt: UnixTime?
        var stop: CleanupStop?
        /// Evidence in Redis that is not ours to use.
        var voidEvidence: [VoidEvidence] = []
        /// As ``CleanupConditions/settledSeconds``, at `settledAt` on the clock that never jumps.
        var settled: (seconds: Double, at: Double)?
        /// The run that goes on here.
        var running: CleanupReport?
        /// Finished runs of all replicas, the newest first.
        var runs: [CleanupReport] = []
        var lastSuccess: UnixTime?
        /// When the schedule comes round; nil where there is none or the lease is elsewhere.
        var nextRun: UnixTime?
        /// Who told of itself lately, this replica too, by name; nil where that cannot be known.
        var replicas: [KnownReplica]?
        /// Why the shared state cannot be read or written: then nothing is cleaned.
        var refusal: String?
        var wish: Wish?
        /// Somebody wants the run that goes on to end.
        var isAborting = false

        /// What holds cleanup back by hand at that time, as far as it was read.
        func stop(at now: UnixTime) -> CleanupStop? {
            stop.flatMap { stop in stop.until.map { $0 > now } ?? true ? stop : nil }
        }
    }

    /// Finished runs that are kept.
    static let runLimit = 100

    let settings: CleanupSettings
    let policy: CleanupPolicy
    let metrics = CleanupMetrics()
    let state = Mutex(State())
    /// Rings when somebody wishes for a run.
    let wished = Alarm()

    init(_ settings: CleanupSettings) {
        self.settings = settings
        policy = CleanupPolicy(settings)
    }

    /// The run is asked for, unless one is wished for already.
    func wish(_ wish: Wish) -> Bool {
        let isTaken = state.withLock { state in
            guard state.wish == nil, state.running == nil else { return false }
            state.wish = wish
            return true
        }
        if isTaken { wished.ring() }
        return isTaken
    }
}

extension CleanupPolicy {
    init(_ settings: CleanupSettings) {
        self.init()
        action = settings.mode == .expire ? .expire(seconds: settings.expireTo.inSeconds) : .delete
        graceSeconds = settings.grace.inSeconds
        maxSilenceSeconds = settings.maxSilence.inSeconds
        reasons = Set(settings.reasons.compactMap { OrphanReason(rawValue: $0.rawValue) })
        maxKeysPerSecond = Double(settings.maxKeysPerSecond)
        maxDeadFraction = settings.maxDeadFraction
        settleSeconds = settings.settle.inSeconds
    }
}

extension CleanupBoard {
    /// What brakes are judged by, at that moment of the clock that never jumps.
    func conditions(_ watch: Watch, at seconds: Double) -> CleanupConditions {
        let (settled, stop) = state.withLock { ($0.settled, $0.stop) }
        return CleanupConditions(
            staleAfterSeconds: watch.staleAfterSeconds,
            // Where cleanup is off, nobody asks.
            settledSeconds: settings.mode == .off ? .infinity : settled.map { $0.seconds + (seconds - $0.at) },
            skewSeconds: watch.clock.skewSeconds, stop: stop)
    }
}

extension CleanupBoard {
    /// The brakes that are on now; none where there is nothing to hold back.
    func brakes(_ watch: Watch, at now: UnixTime) -> Set<CleanupBrake> {
        Set(appliedBrakes(watch, at: now).map(\.brake))
    }

    /// The same with what was measured.
    func appliedBrakes(_ watch: Watch, at now: UnixTime) -> [AppliedBrake] {
        guard settings.mode != .off else { return [] }
        let conditions = conditions(watch, at: monotonicSeconds())
        return watch.registry.withLock { $0.cleanupBrakes(policy, conditions, at: now) }
    }
}

extension CleanupRequest {
    /// The name of a run: when it began, and what tells it from others of that second.
    static func name(at now: UnixTime) -> String {
        "\(now.milliseconds / 1000)-\(String(UInt16.random(in: 0...UInt16.max), radix: 16))"
    }
}
