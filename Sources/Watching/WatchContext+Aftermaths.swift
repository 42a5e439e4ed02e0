import Redis
import Sessions
import Synchronization

/// What became of sessions that share a fate, as it was a moment ago: it is asked for by every explanation, and changes
/// slowly.
struct KeptAftermaths: Sendable {
    static let keptSeconds = 1.0

    fileprivate var made: (aftermaths: Aftermaths, monotonicSeconds: Double)?
}

extension WatchContext {
    /// The aftermaths, not older than ``KeptAftermaths/keptSeconds``. Whoever asks meanwhile waits for the one pass.
    public func latestAftermaths() -> Aftermaths {
        keptAftermaths.withLock { kept in
            if let made = kept.made, monotonicSeconds() - made.monotonicSeconds < KeptAftermaths.keptSeconds {
                return made.aftermaths
            }
            let now = clock.now()
            var aftermaths = Aftermaths()
            while !registry.withLock({ $0.addAftermath(to: &aftermaths, at: now) }) {}
            kept.made = (aftermaths, monotonicSeconds())
            return aftermaths
        }
    }
}
