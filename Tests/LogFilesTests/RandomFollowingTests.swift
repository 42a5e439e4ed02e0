import Foundation
import TestSupport
import Testing

@testable import LogFiles

/// Random actions of writers, rotators and followers, compared with a model. `LOGFILES_RUNS` sets how many runs, and
/// `LOGFILES_SEED` the first seed, so that `LOGFILES_RUNS=1` repeats a failure.
@Suite(.ownThreads) struct RandomFollowingTests {
    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    @Test func noLineIsLostAndNoneIsCountedTwice() throws {
        try runs(2_000, isQuick: true)
    }

    /// Where a disk gives a removed file's inode to the next.
    @Test func neitherOnADisk() throws {
        try runs(50, isQuick: false)
    }

    private func runs(_ count: UInt64, isQuick: Bool) throws {
        let first = Self.setting("LOGFILES_SEED") ?? UInt64.random(in: 0...UInt64.max / 2)
        var failures = 0
        for seed in first..<first + (Self.setting("LOGFILES_RUNS") ?? count) where failures < 5 {
            var world = try World(seed: seed, isQuick: isQuick)
            let mistakes = try world.run(actions: 40, kills: seed % 2 == 0)
            if mistakes.isEmpty { continue }
            failures += 1
            let story = world.story.joined(separator: "; ")
            Issue.record("LOGFILES_SEED=\(seed): \(mistakes.prefix(5)) after \(story)")
        }
    }
}
