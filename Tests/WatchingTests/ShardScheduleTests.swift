import Foundation
import Sessions
import TestSupport
import Testing

@testable import Watching

/// The order of work on a shard, by itself: no server, and time as the tests say.
@Suite struct ShardScheduleTests {
    private static let worlds = ProcessInfo.processInfo.environment["SHARD_WORLDS"].flatMap { Int($0) } ?? 60

    /// Whatever the server does, the schedule claims nothing that was not read, believes no silent subscription for long,
    /// and comes to rest with a complete view once the server is well.
    @Test func inEveryWeatherItClaimsNothingThatWasNotRead() {
        var random = SeededRandom(for: "simulated shards")
        // The first seed once had a write in the very millisecond of a claim.
        for seed in [10_727_378_746_681_727_082] + (0..<Self.worlds).map({ _ in random.next() }) {
            var world = SimulatedShard(seed: seed)
            world.run(foulSeconds: 400, calmSeconds: 200)
            #expect(world.faults.isEmpty, "seed \(seed), \(world.terms): \(world.faults)")
            if !world.faults.isEmpty { return }
        }
    }

    /// Performs what the schedule asks for, as long as nothing is to be waited for.
    private static func actions(
        _ schedule: inout ShardSchedule, at now: Double, _ results: [ShardSchedule.Result] = []
    ) -> [ShardSchedule.Action] {
        var actions: [ShardSchedule.Action] = []
        var results = results[...]
        while actions.count < 50 {
            let action = schedule.next(at: now)
            actions.append(action)
            if case .listen(let seconds) = action, seconds > 0 { return actions }
            let result: ShardSchedule.Result =
                switch action {
                case .listen: .heard(ShardSchedule.Heard())
                case .subscribe: results.popFirst() ?? .subscribed
                case .beginFullScan: .fullScanBegan(isPaced: false)
                case .stepFullScan: .fullScanStepped(isComplete: true, pauseSeconds: 0)
                case .sendCanary: results.popFirst() ?? .canarySent(asOf: UnixTime(seconds: now))
                case .sendPing: .pingSent(asOf: UnixTime(seconds: now))
                default: .done
                }
            schedule.take(result, backlog: ShardSchedule.Backlog(), at: now)
        }
        return actions
    }

    @Test func itSubscribesFirstAndScansThen() {
        var schedule = ShardSchedule(ShardSchedule.Terms())
        let actions = Self.actions(&schedule, at: 100)
        #expect(
            actions.filter { $0 != .listen(seconds: 0) } == [
                .subscribe, .sendCanary, .beginFullScan, .stepFullScan, .settleUnseen, .checkServer, .readHeartbeats,
                .finishFullScan,
                .queueExpired, .checkServer, .listen(seconds: ShardSchedule.expirySeconds),
            ])
    }

    @Test func withoutTrackingItScansAgainAndAgain() {
        var terms = ShardSchedule.Terms()
        (terms.mode, terms.scanEverySeconds) = (.scan, 5)
        var schedule = ShardSchedule(terms)
        var scans: [Double] = []
        for step in 0...200 {
            let now = Double(step) / 10
            if Self.actions(&schedule, at: now).contains(.finishFullScan) { scans.append(now) }
        }
        #expect(scans == [0, 5, 10, 15, 20])
    }

    @Test func aRefusedSubscriptionIsTriedAgainLater() {
        var schedule = ShardSchedule(ShardSchedule.Terms())
        var tries: [Double] = []
        for now in stride(from: 0.0, through: 90, by: 0.5) {
            let actions = Self.actions(&schedule, at: now, [.subscriptionRefused])
            if actions.contains(.subscribe) { tries.append(now) }
        }
        #expect(tries == [0, 30, 60, 90])
    }

    @Test func aRefusedCanaryIsFollowedByAPing() {
        var schedule = ShardSchedule(ShardSchedule.Terms())
        let actions = Self.actions(&schedule, at: 0, [.subscribed, .canaryRefused])
        #expect(actions.prefix(3) == [.subscribe, .sendCanary, .sendPing])
    }

    /// A canary's key that expires while a `PING` is on its way is told too, and answers nothing.
    @Test func aCanaryThatExpiresIsNoAnswerToAPing() {
        var schedule = ShardSchedule(ShardSchedule.Terms())
        _ = Self.actions(&schedule, at: 0, [.subscribed, .canaryRefused])
        schedule.take(.heard(ShardSchedule.Heard(hasCanary: true)), backlog: ShardSchedule.Backlog(), at: 0.1)
        #expect(schedule.canary.isNew)
        schedule.take(.heard(ShardSchedule.Heard(hasPong: true)), backlog: ShardSchedule.Backlog(), at: 0.2)
        #expect(!schedule.canary.isNew)
        #expect(Self.actions(&schedule, at: 0.2).contains(.noteCurrent(asOf: UnixTime(seconds: 0))))
    }
}
