import ServiceLifecycle
import Synchronization

/// An alarm for an actor with its own thread: the actor's loop sleeps until somebody rings, or a time has passed. It
/// holds no thread while it waits.
///
/// Waking up costs two context switches: one for the ``AlarmClock`` (or whoever rings), and one for the loop.
/// `Task.sleep` and Dispatch timers take three more. Only one loop may wait at a time.
public final class Alarm: Sendable {
    private struct State {
        /// True if it rang while nobody waited.
        var isRung = false
        var waiting: CheckedContinuation<Void, Never>?
        /// A number that tells a wait from earlier ones, whose timers may still fire.
        var waits = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// Wakes the loop, or ends its next wait at once.
    public func ring() {
        let waiting = state.withLock { state in
            state.isRung = state.waiting == nil
            return state.waiting.take()
        }
        waiting?.resume()
    }

    /// Waits on an actor's thread until somebody rings, `seconds` at most.
    public func wait(seconds: Double, on thread: BlockingThread, isolation: isolated (any Actor)? = #isolation) async {
        // A continuation resumes its task on the preferred executor. Without one, that is a shared thread, from which
        // the task would have to hop to the actor's.
        await withTaskExecutorPreference(thread, isolation: isolation) {
            await withCheckedContinuation(isolation: isolation) { begin($0, seconds: seconds) }
        }
    }

    private func begin(_ waiting: CheckedContinuation<Void, Never>, seconds: Double) {
        let number = state.withLock { state -> Int? in
            defer { state.isRung = false }
            guard !state.isRung else { return nil }
            state.waits += 1
            state.waiting = waiting
            return state.waits
        }
        guard let number else { return waiting.resume() }
        AlarmClock.shared.ring(afterSeconds: seconds) { [weak self] in self?.end(number) }
    }

    private func end(_ number: Int) {
        state.withLock { $0.waits == number ? $0.waiting.take() : nil }?.resume()
    }

    /// Runs a loop, and rings when the task is cancelled or the daemon is told to stop.
    public func ringsAtStop(isolation: isolated (any Actor)? = #isolation, _ loop: () async -> Void) async {
        await withTaskCancellationOrGracefulShutdownHandler(isolation: isolation, operation: loop) { [self] in ring() }
    }
}
