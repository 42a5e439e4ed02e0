import Lab
import Synchronization
import TestSupport
import Testing

@testable import Workers

@Suite struct AlarmTests {
    private final class Count: Sendable {
        private let count = Atomic(0)
        var now: Int { count.load(ordering: .acquiring) }
        func add() { count.add(1, ordering: .acquiringAndReleasing) }
        func set(_ value: Int) { count.store(value, ordering: .releasing) }
    }

    /// A loop that waits for an alarm until it is cancelled.
    private actor Loop {
        let alarm: Alarm
        let wakings = Count()
        private let thread = BlockingThread(label: "loop")

        init(_ alarm: Alarm) { self.alarm = alarm }

        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

        func run(seconds: Double, _ work: @Sendable () -> Void = {}) async {
            await alarm.ringsAtStop {
                while !Task.isCancelled {
                    await alarm.wait(seconds: seconds, on: thread)
                    work()
                    wakings.add()
                }
            }
        }
    }

    @Test func whatRangBeforeEndsTheNextWaitAndNoOther() async throws {
        let loop = Loop(Alarm())
        for _ in 0..<3 { loop.alarm.ring() }
        let task = Task { await loop.run(seconds: 600) }
        try await eventually("it to wake") { loop.wakings.now == 1 }
        loop.alarm.ring()
        try await eventually("it to wake again") { loop.wakings.now == 2 }
        // Cancelled, it wakes once more and ends.
        task.cancel()
        await task.value
        #expect(loop.wakings.now == 3)
    }

    @Test func eachWaitEndsAtItsTime() async throws {
        let loop = Loop(Alarm())
        let task = Task { await loop.run(seconds: 0.01) }
        try await eventually("it to wake by itself") { loop.wakings.now >= 5 }
        task.cancel()
        await task.value
    }

    /// What was rung for last is seen after the last waking.
    @Test func noRingIsLostWhoeverRings() async throws {
        let (loop, rings, seen) = (Loop(Alarm()), Count(), Count())
        let task = Task { await loop.run(seconds: 600) { seen.set(rings.now) } }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 {
                        rings.add()
                        loop.alarm.ring()
                        await Task.yield()
                    }
                }
            }
        }
        try await eventually("the last to be seen") { seen.now == 8_000 }
        task.cancel()
        await task.value
    }

    /// More loops may wait than there are threads.
    @Test func aLoopThatWaitsHoldsNoThread() async throws {
        let loops = (0..<400).map { _ in Loop(Alarm()) }
        let tasks = loops.map { loop in Task { await loop.run(seconds: 600) } }
        for loop in loops { loop.alarm.ring() }
        try await eventually("all to wake") { loops.allSatisfy { $0.wakings.now >= 1 } }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}
