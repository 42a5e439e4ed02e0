import Cleaning
import Intake
import Redis
import ServiceLifecycle
import Sessions
import Synchronization
import Watching
import Workers

/// Takes the page's numbers down every half minute.
public final class HistorySampling: Service, CustomStringConvertible {
    /// From one look to the next whether there is a picture.
    static let beginningSeconds = 1.0

    private let watch: Watch
    private let intake: EventIntake
    private let board: CleanupBoard
    private let history = Mutex(RecentHistory())

    public init(_ watch: Watch, _ intake: EventIntake, _ board: CleanupBoard) {
        self.watch = watch
        self.intake = intake
        self.board = board
    }

    public var description: String { "HistorySampling" }

    public func run() async {
        // The first sample is of the first picture, not of its absence.
        var isBegun = false
        while !Task.isEnding {
            isBegun = isBegun || watch.registry.withLock { $0.picture.asOf } != nil
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
        let (seconds, refused) = (monotonicSeconds(), refused)
        return history.withLock { history in
            RecentHistory.LastHour(
                lines: history.lines(atSeconds: seconds),
                refusedPerMinute: history.refusedPerMinute(refused, atSeconds: seconds))
        }
    }

    /// Since when each brake that is on was seen to be. They are noted at each look too, so that those are known that began
    /// since the last sample.
    func brakesSince(_ brakes: some Sequence<CleanupBrake>, at now: UnixTime) -> [CleanupBrake: UnixTime] {
        history.withLock { history in
            history.note(brakes: brakes, at: now)
            return history.brakesSince
        }
    }

    /// Requests that were refused since the daemon began.
    private var refused: Int {
        let tally = intake.tally
        return (tally.misroutes + tally.unknownSessions).reduce(0) { $0 + $1.count }
    }

    /// What is not fresh and whole is no number.
    private func numbers(at now: UnixTime) -> RecentHistory.Numbers {
        let stale = watch.staleAfterSeconds
        let (picture, counts, affected) = watch.registry.withLock { registry in
            (registry.picture, registry.stateCounts(at: now), registry.affectedSessions(at: now))
        }
        var numbers = RecentHistory.Numbers(refused: refused)
        guard picture.isComplete, let asOf = picture.asOf, now - asOf <= stale else { return numbers }
        numbers.registered = counts.inAll
        numbers.orphaned = counts.orphanedInAll
        numbers.stuck = affected.stuck
        return numbers
    }
}
