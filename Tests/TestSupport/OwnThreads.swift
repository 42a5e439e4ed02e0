import Dispatch
import Testing

/// Runs each test of a suite on a thread of its own. Tests that block for many seconds would else hold the few threads
/// that all tests share, and other suites would run into their time limits.
public struct OwnThreads: SuiteTrait, TestTrait, TestScoping {
    private final class Executor: TaskExecutor {
        private let queue = DispatchQueue(label: "test")

        func enqueue(_ job: consuming ExecutorJob) {
            // A consuming job cannot be captured by the closure; its unowned form can, and runs exactly once.
            let job = UnownedJob(job)
            queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    public var isRecursive: Bool { true }

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(Executor()) { try await function() }
    }
}

extension Trait where Self == OwnThreads {
    public static var ownThreads: Self { Self() }
}
