import Dispatch

/// An executor that runs an actor's jobs on a dispatch queue of its own, so that blocking connections occupy no shared
/// thread.
///
/// It can also be a task's preferred executor, so that a resumed task comes here at once (see ``Alarm``).
public final class BlockingThread: SerialExecutor, TaskExecutor {
    private let queue: DispatchQueue

    public init(label: String) {
        queue = DispatchQueue(label: label)
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        // A consuming job cannot be captured by the closure; its unowned form can, and runs exactly once.
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
