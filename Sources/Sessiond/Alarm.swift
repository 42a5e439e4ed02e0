import ServiceLifecycle
import Synchronization

/// Lets a loop sleep until there is something to do: until somebody rings, a time is over, or the daemon is told to stop.
/// One loop waits for it at a time.
final class Alarm: Sendable {
    private struct State {
        /// It rang while nobody waited.
        var isRung = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Wakes the loop, or lets its next wait end at once.
    func ring() {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            state.isRung = state.waiting == nil
            return state.waiting
        }
        waiting?.resume()
    }

    /// Waits so long at most; nil for as long as it takes.
    func wait(seconds: Double? = nil) async {
        let deadline = seconds.map { seconds in
            Task { [self] in
                guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
                ring()
            }
        }
        await withTaskCancellationOrGracefulShutdownHandler {
            await withCheckedContinuation { waiting in
                let isRung = state.withLock { state in
                    defer { state.isRung = false }
                    if !state.isRung { state.waiting = waiting }
                    return state.isRung
                }
                if isRung { waiting.resume() }
            }
        } onCancelOrGracefulShutdown: { [self] in
            ring()
        }
        deadline?.cancel()
    }
}
