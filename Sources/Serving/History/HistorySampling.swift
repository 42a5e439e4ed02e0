import Cleaning
import Intake
import Redis
import ServiceLifecycle
import Sessions
import Synchronization
import Watching
import Workers

/// A service that notes the page's numbers every half minute.
public final class HistorySampling: Service, CustomStringConvertible {
    /// Interval of the first checks for a view.
    static let beginningSeconds = 1.0

    private let watch: WatchContext
    private let intake: EventIntake
    private let board: CleanupBoard
    private let history = Mutex(RecentHistory())

    public init(_ watch: WatchContext, _ intake: EventIntake, _ board: CleanupBoard) {
        self.watch = watch
        self.intake = intake
        self.board = board
    }

    public var description: String { "HistorySampling" }

    public func run() async {
        // The first sample waits for the first view, so that the hour does not begin with a gap.
        var isBegun = false
        while !Task.isEnding {
            isBegun = isBegun || watch.registry.withLock { $0.view.asOf } != nil
            if isBegun { sample() }
            let pause = isBegun ? RecentHistory.everySeconds : Self.beginningSeconds
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(pause)) }
        }
    }

    func sample() {
        let now = watch.clock.now()
        let brakes = board.brakes(watch, at: now)
        let numbers = numbers(at: now)
        history.withLock { history in
            history.add(numbers, atSeconds: monotonicSeconds())
            history.note(brakes: brakes, at: now)
        }
    }

    func lastHour() -> RecentHistory.LastHour {
        let (seconds, refused) = (monotonicSeconds(), intake.refusedCount)
        return history.withLock { history in
            RecentHistory.LastHour(
                lines: history.lines(atSeconds: seconds),
                refusedPerMinute: history.refusedPerMinute(refused, atSeconds: seconds))
        }
    }

    /// For each brake that is on, the time it was first seen on. This call notes the times too, so it knows brakes that
    /// came on after the last sample.
    func brakesSince(_ brakes: some Sequence<CleanupBrake>, at now: UnixTime) -> [CleanupBrake: UnixTime] {
        history.withLock { history in
            history.note(brakes: brakes, at: now)
            return history.brakesSince
        }
    }

    /// The counts are nil while the view is stale or incomplete.
    private func numbers(at now: UnixTime) -> RecentHistory.Numbers {
        let stale = watch.staleAfterSeconds
        let (view, counts, affected) = watch.registry.withLock { registry in
            (registry.view, registry.stateCounts(at: now), registry.affectedSessions(at: now))
        }
        var numbers = RecentHistory.Numbers(refused: intake.refusedCount)
        guard view.isComplete, let age = view.ageSeconds(at: now), age <= stale else { return numbers }
        numbers.registered = counts.inAll
        numbers.orphaned = counts.orphanedInAll
        numbers.stuck = affected.stuck
        return numbers
    }
}
