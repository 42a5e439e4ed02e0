import ServiceLifecycle
import Synchronization

/// An alarm for an actor on a thread of its own: its loop sleeps until somebody rings, or until a time is over. It holds no
/// thread meanwhile.
///
/// A waking costs two context switches: that of the ``AlarmClock`` (or of who rings), and that of the loop. `Task.sleep`
/// and timers of Dispatch take three more. One loop waits for it at a time.
public final class Alarm: Sendable {
    private struct State {
        /// It rang while nobody waited.
        var isRung = false
        var waiting: CheckedContinuation<Void, Never>?
        /// Tells a wait from those before it, whose timers may still come.
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

    /// Waits on an actor's thread until somebody rings, for so long at most.
    public func wait(seconds: Double, on thread: BlockingThread, isolation: isolated (any Actor)? = #isolation) async {
        // A continuation resumes its task on the preferred executor. Without one that is a shared thread, from which the task
        // would have to go on to the actor's.
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

    /// Runs a loop, and rings when it is cancelled or the daemon is told to stop.
    public func ringsAtStop(isolation: isolated (any Actor)? = #isolation, _ loop: () async -> Void) async {
        await withTaskCancellationOrGracefulShutdownHandler(isolation: isolation, operation: loop) { [self] in ring() }
    }
}
