import Dispatch
import ServiceLifecycle
import Synchronization

/// An alarm for a loop on a thread of its own: the loop sleeps until somebody rings, or until a time is over.
///
/// It blocks the thread, which costs one context switch a waking; `Task.sleep` wakes three threads. One loop waits for it
/// at a time.
final class Alarm: Sendable {
    private let isRung = Atomic(false)
    private let rings = DispatchSemaphore(value: 0)

    /// Wakes the loop, or ends its next wait at once.
    func ring() {
        // One ring is enough, however many ring before the loop is awake.
        if !isRung.exchange(true, ordering: .acquiringAndReleasing) { rings.signal() }
    }

    /// Blocks the calling thread until somebody rings, for so long at most.
    func wait(seconds: Double) {
        guard rings.wait(timeout: .now() + max(seconds, 0)) == .success else { return }
        isRung.store(false, ordering: .releasing)
    }

    /// Runs a loop, and rings when it is cancelled or the daemon is told to stop.
    func ringsAtStop(isolation: isolated (any Actor)? = #isolation, _ loop: () async -> Void) async {
        await withTaskCancellationOrGracefulShutdownHandler(isolation: isolation, operation: loop) { [self] in ring() }
    }
}
