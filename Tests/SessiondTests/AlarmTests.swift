import Foundation
import Lab
import Synchronization
import Testing

@testable import Sessiond

@Suite struct AlarmTests {
    private final class Count: Sendable {
        private let count = Atomic(0)
        var now: Int { count.load(ordering: .acquiring) }
        func add() { count.add(1, ordering: .acquiringAndReleasing) }
        func set(_ value: Int) { count.store(value, ordering: .releasing) }
    }

    /// A loop on a thread of its own that waits for an alarm until it is told to end.
    private final class Loop: Sendable {
        let alarm = Alarm()
        let wakings = Count()
        private let isEnding = Atomic(false)
        private let hasEnded = Atomic(false)

        func start(seconds: Double, _ work: @escaping @Sendable () -> Void = {}) {
            Thread.detachNewThread { [self] in
                while !isEnding.load(ordering: .acquiring) {
                    alarm.wait(seconds: seconds)
                    work()
                    wakings.add()
                }
                hasEnded.store(true, ordering: .releasing)
            }
        }

        func end() async throws {
            isEnding.store(true, ordering: .releasing)
            alarm.ring()
            try await eventually("the loop to end") { hasEnded.load(ordering: .acquiring) }
        }
    }

    @Test func whatRangBeforeEndsTheNextWaitAndNoOther() async throws {
        let loop = Loop()
        for _ in 0..<3 { loop.alarm.ring() }
        loop.start(seconds: 600)
        try await eventually("it to wake") { loop.wakings.now == 1 }
        loop.alarm.ring()
        try await eventually("it to wake again") { loop.wakings.now == 2 }
        try await loop.end()
        #expect(loop.wakings.now == 3)
    }

    @Test func eachWaitEndsAtItsTime() async throws {
        let loop = Loop()
        loop.start(seconds: 0.01)
        try await eventually("it to wake by itself") { loop.wakings.now >= 5 }
        try await loop.end()
    }

    @Test func aLoopThatIsCancelledWakesUp() async throws {
        let (alarm, begun) = (Alarm(), Count())
        let loop = Task {
            await alarm.ringsAtStop {
                begun.add()
                alarm.wait(seconds: 600)
            }
        }
        try await eventually("it to begin") { begun.now == 1 }
        loop.cancel()
        await loop.value
    }

    /// What was rung for last is seen after the last waking.
    @Test func noRingIsLostWhoeverRings() async throws {
        let (loop, rings, seen) = (Loop(), Count(), Count())
        loop.start(seconds: 600) { seen.set(rings.now) }
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
        try await loop.end()
    }
}
