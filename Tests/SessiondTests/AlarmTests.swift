import Lab
import Synchronization
import Testing

@testable import Sessiond

@Suite struct AlarmTests {
    /// How often a loop that waits for an alarm woke up.
    private final class Loop: Sendable {
        let alarm = Alarm()
        private let count = Mutex(0)
        private let task = Mutex<Task<Void, Never>?>(nil)
        var wakings: Int { count.withLock { $0 } }

        func start(seconds: Double? = nil) {
            let task = Task {
                while !Task.isCancelled {
                    await alarm.wait(seconds: seconds)
                    count.withLock { $0 += 1 }
                }
            }
            self.task.withLock { $0 = task }
        }

        func end() async {
            let task = task.withLock { $0 }
            task?.cancel()
            await task?.value
        }
    }

    @Test func whatRangBeforeEndsTheNextWaitAndNoOther() async throws {
        let loop = Loop()
        for _ in 0..<3 { loop.alarm.ring() }
        loop.start()
        try await eventually("it to wake") { loop.wakings == 1 }
        loop.alarm.ring()
        try await eventually("it to wake again") { loop.wakings == 2 }
        // Cancelled, it wakes once more and ends.
        await loop.end()
        #expect(loop.wakings == 3)
    }

    @Test func eachWaitEndsAtItsTime() async throws {
        let loop = Loop()
        loop.start(seconds: 0.01)
        try await eventually("it to wake by itself") { loop.wakings >= 5 }
        await loop.end()
    }

    private final class Count: Sendable {
        private let value = Mutex(0)
        var now: Int { value.withLock { $0 } }
        func add() { value.withLock { $0 += 1 } }
    }

    /// What was rung for last is seen after the last waking.
    @Test func noRingIsLostWhoeverRings() async throws {
        let (alarm, count) = (Alarm(), Count())
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 {
                        count.add()
                        alarm.ring()
                        await Task.yield()
                    }
                }
            }
            group.addTask {
                while count.now < 8_000 { await alarm.wait() }
            }
        }
        #expect(count.now == 8_000)
    }
}
