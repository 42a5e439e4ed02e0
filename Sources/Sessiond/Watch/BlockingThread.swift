import Dispatch

/// Runs an actor's jobs on a queue of its own, so that a blocking connection holds none of the shared threads.
final class BlockingThread: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        // A consuming job cannot be captured by the closure; its unowned form can, and runs exactly once.
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
