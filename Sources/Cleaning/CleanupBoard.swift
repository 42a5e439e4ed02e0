import Configuration
import Redis
import Sessions
import Synchronization
import Watching
import Workers

/// The state of cleanup and the orders to it, shared by the cleaner and the API.
public final class CleanupBoard: Sendable {
    /// The holder of the lease, as of the last answer from Redis.
    public struct Holder: Sendable, Equatable {
        public var name: String
        public var epoch: Int
        public var isUs: Bool

        public init(name: String, epoch: Int, isUs: Bool) {
            (self.name, self.epoch, self.isUs) = (name, epoch, isUs)
        }
    }

    /// A run that was asked for and has not begun.
    public struct PendingRun: Sendable, Equatable {
        var request: CleanupRequest
        var at: UnixTime

        public init(request: CleanupRequest, at: UnixTime) {
            self.request = request
            self.at = at
        }
    }

    public struct State: Sendable {
        public var holder: Holder?
        /// Redis' time at which ``stop`` and ``runs`` were last read; nil if they never were.
        public var readAt: UnixTime?
        public var stop: CleanupStop?
        /// Evidence in Redis that is not ours to use.
        public var voidEvidence: [VoidEvidence] = []
        /// ``CleanupConditions/settledSeconds`` as of `at`, a monotonic timestamp.
        public var settled: (seconds: Double, at: Double)?
        /// The run in progress on this instance.
        public var running: CleanupReport?
        /// Finished runs of all instances, the newest first.
        public var runs: [CleanupReport] = []
        /// The store of removed sessions, as of the last read; nil if it never was read. Some parts may have expired.
        public var undo: [UndoPart]?
        public var lastSuccess: UnixTime?
        /// The time of the next scheduled run; nil if there is no schedule or another instance holds the lease.
        public var nextRun: UnixTime?
        /// Instances that announced themselves recently, with this one, by name; nil if that is unknown.
        public var instances: [KnownInstance]?
        /// The reason why shared state cannot be read or written. While it is set, nothing is cleaned.
        public var refusal: String?
        public var pendingRun: PendingRun?
        /// True once somebody asked for the run in progress to end.
        var isAborting = false

        /// The number of sessions of a run that can be restored; nil if that is not known.
        public func restorable(_ run: String, at now: UnixTime) -> Int? {
            undo.map { $0.lazy.filter { $0.run == run && $0.isKept(at: now) }.reduce(0) { $0 + $1.sessions } }
        }

        /// The suspension in force at that time, as of the last read.
        public func stop(at now: UnixTime) -> CleanupStop? {
            stop.flatMap { stop in stop.until.map { $0 > now } ?? true ? stop : nil }
        }
    }

    /// The number of finished runs to keep.
    public static let runLimit = 100

    public let settings: CleanupSettings
    public let policy: CleanupPolicy
    public let metrics = CleanupMetrics()
    public let state = Mutex(State())
    /// Rings when somebody asks for a run.
    let runRequested = Alarm()

    public init(_ settings: CleanupSettings) {
        self.settings = settings
        policy = CleanupPolicy(settings)
    }

    /// Makes this the pending run. Returns false if a run is pending or in progress.
    public func pendingRun(_ pendingRun: PendingRun) -> Bool {
        let isTaken = state.withLock { state in
            guard state.pendingRun == nil, state.running == nil else { return false }
            state.pendingRun = pendingRun
            return true
        }
        if isTaken { runRequested.ring() }
        return isTaken
    }
}

extension CleanupBoard {
    /// The conditions by which brakes are judged, at the monotonic time `seconds`.
    public func conditions(_ watch: WatchContext, at seconds: Double) -> CleanupConditions {
        let (settled, stop) = state.withLock { ($0.settled, $0.stop) }
        return CleanupConditions(
            staleAfterSeconds: watch.staleAfterSeconds,
            // While cleanup is off, nobody asks the servers.
            settledSeconds: settings.mode == .off ? .infinity : settled.map { $0.seconds + (seconds - $0.at) },
            skewSeconds: watch.clock.skewSeconds, stop: stop, monotonicSeconds: seconds)
    }
}

extension CleanupBoard {
    /// The brakes that hold now; empty while cleanup is off.
    public func brakes(_ watch: WatchContext, at now: UnixTime) -> Set<CleanupBrake> {
        Set(appliedBrakes(watch, at: now).map(\.brake))
    }

    /// The brakes that hold now, with their measured values; empty while cleanup is off.
    public func appliedBrakes(_ watch: WatchContext, at now: UnixTime) -> [AppliedBrake] {
        guard settings.mode != .off else { return [] }
        let conditions = conditions(watch, at: monotonicSeconds())
        return watch.registry.withLock { $0.cleanupBrakes(policy, conditions, at: now) }
    }
}

extension CleanupRequest {
    /// A name for a run: its start in seconds, and a random suffix that tells it from others of that second.
    public static func name(at now: UnixTime) -> String {
        "\(now.milliseconds / 1000)-\(String(UInt16.random(in: 0...UInt16.max), radix: 16))"
    }
}
