import Dispatch

/// Runs an actor's jobs on a queue of its own, so that a blocking connection holds none of the shared threads.
public final class BlockingThread: SerialExecutor {
    private let queue: DispatchQueue

    public init(label: String) {
        queue = DispatchQueue(label: label)
    }

    /// Runs it between two jobs of the actor.
    public func run(afterSeconds seconds: Double, _ work: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now() + max(seconds, 0), execute: work)
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        // A consuming job cannot be captured by the closure; its unowned form can, and runs exactly once.
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
