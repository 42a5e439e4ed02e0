import Dispatch

/// Runs an actor's jobs on a queue of its own, so that a blocking connection holds none of the shared threads.
///
/// It is a task's preferred executor too where what resumes the task should lead here at once (see ``Alarm``).
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
