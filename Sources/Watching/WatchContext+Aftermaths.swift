import Redis
import Sessions
import Synchronization

/// A recent count of what became of sessions that share a fate. Every explanation needs it, and it changes slowly.
struct KeptAftermaths: Sendable {
    static let keptSeconds = 1.0

    fileprivate var made: (aftermaths: Aftermaths, monotonicSeconds: Double)?
}

extension WatchContext {
    /// The aftermaths, no older than ``KeptAftermaths/keptSeconds``. Other callers wait while one of them is counting.
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
