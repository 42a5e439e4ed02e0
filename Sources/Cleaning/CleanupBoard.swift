import Configuration
import Redis
import Sessions
import Synchronization
import Watching
import Workers

/// What the cleaner knows and is asked for, shared with whoever answers.
public final class CleanupBoard: Sendable {
    /// The lease as it was last answered for.
    public struct Holder: Sendable, Equatable {
        public var name: String
        public var epoch: Int
        public var isUs: Bool

        public init(name: String, epoch: Int, isUs: Bool) {
            (self.name, self.epoch, self.isUs) = (name, epoch, isUs)
        }
    }

    /// What may have been asked for between two runs.
    public struct Wish: Sendable, Equatable {
        var request: CleanupRequest
        var at: UnixTime

        public init(request: CleanupRequest, at: UnixTime) {
            self.request = request
            self.at = at
        }
    }

    public struct State: Sendable {
        public var holder: Holder?
        /// Redis' time at which ``stop`` and ``runs`` were last read; nil where they never were.
        public var readAt: UnixTime?
        public var stop: CleanupStop?
        /// Evidence in Redis that is not ours to use.
        public var voidEvidence: [VoidEvidence] = []
        /// As ``CleanupConditions/settledSeconds``, at `settledAt` on the clock that never jumps.
        public var settled: (seconds: Double, at: Double)?
        /// The run that goes on here.
        public var running: CleanupReport?
        /// Finished runs of all replicas, the newest first.
        public var runs: [CleanupReport] = []
        public var lastSuccess: UnixTime?
        /// When the schedule comes round; nil where there is none or the lease is elsewhere.
        public var nextRun: UnixTime?
        /// Who told of itself lately, this replica too, by name; nil where that cannot be known.
        public var replicas: [KnownReplica]?
        /// Why the shared state cannot be read or written: then nothing is cleaned.
        public var refusal: String?
        public var wish: Wish?
        /// Somebody wants the run that goes on to end.
        var isAborting = false

        /// What holds cleanup back by hand at that time, as far as it was read.
        public func stop(at now: UnixTime) -> CleanupStop? {
            stop.flatMap { stop in stop.until.map { $0 > now } ?? true ? stop : nil }
        }
    }

    /// Finished runs that are kept.
    public static let runLimit = 100

    public let settings: CleanupSettings
    public let policy: CleanupPolicy
    public let metrics = CleanupMetrics()
    public let state = Mutex(State())
    /// Rings when somebody wishes for a run.
    let wished = Alarm()

    public init(_ settings: CleanupSettings) {
        self.settings = settings
        policy = CleanupPolicy(settings)
    }

    /// The run is asked for, unless one is wished for already.
    public func wish(_ wish: Wish) -> Bool {
        let isTaken = state.withLock { state in
            guard state.wish == nil, state.running == nil else { return false }
            state.wish = wish
            return true
        }
        if isTaken { wished.ring() }
        return isTaken
    }
}

extension CleanupBoard {
    /// What brakes are judged by, at that moment of the clock that never jumps.
    public func conditions(_ watch: Watch, at seconds: Double) -> CleanupConditions {
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
    public func brakes(_ watch: Watch, at now: UnixTime) -> Set<CleanupBrake> {
        Set(appliedBrakes(watch, at: now).map(\.brake))
    }

    /// The same with what was measured.
    public func appliedBrakes(_ watch: Watch, at now: UnixTime) -> [AppliedBrake] {
        guard settings.mode != .off else { return [] }
        let conditions = conditions(watch, at: monotonicSeconds())
        return watch.registry.withLock { $0.cleanupBrakes(policy, conditions, at: now) }
    }
}

extension CleanupRequest {
    /// The name of a run: when it began, and what tells it from others of that second.
    public static func name(at now: UnixTime) -> String {
        "\(now.milliseconds / 1000)-\(String(UInt16.random(in: 0...UInt16.max), radix: 16))"
    }
}
