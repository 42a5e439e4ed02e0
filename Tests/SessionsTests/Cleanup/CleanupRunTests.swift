import TestSupport
import Testing

@testable import Sessions

@Suite struct CleanupRunTests {
    @Test func allOrphansGoInBatchesAtTheRate() {
        var stage = CleanupStage(sessions: 1_234)
        var run = CleanupStage.run()
        let batches = stage.go(&run)
        #expect(batches.map(\.entries.count) == Array(repeating: 20, count: 61) + [14])
        #expect(Set(batches.flatMap(\.entries).map(\.candidate.ref)).count == 1_234)
        #expect(run.report.result == .completed)
        #expect(run.report.cleaned == [.ownerDead: 1_234])
        #expect(run.report.skipped == [:])
        // 500 keys a second; after the last batch nobody waits.
        #expect(abs(stage.seconds - 1_234 / 500) < 0.3)
    }

    @Test(arguments: [(0.5, 1), (3, 1), (25, 5), (100, 20), (500, 20), (50_000, 50), (100_000, 100), (1_000_000, 100)])
    func stepsAreSmallAndNeverOfMoreThanAHundredKeys(rate: Double, keys: Int) {
        var stage = CleanupStage(sessions: 210)
        var policy = CleanupPolicy()
        policy.maxKeysPerSecond = rate
        var run = CleanupStage.run(policy)
        let left = 210 % keys
        #expect(
            stage.go(&run).map(\.entries.count)
                == Array(repeating: keys, count: 210 / keys) + (left == 0 ? [] : [left]))
    }

    @Test func stepsComeInBurstsOfAFifthOfASecond() {
        var stage = CleanupStage(sessions: 300)
        var run = CleanupStage.run()
        var began: [Double] = []
        _ = stage.go(
            &run,
            outcome: { stage, batch in
                began.append(stage.seconds)
                return .done(batch.entries.map { _ in .cleaned })
            })
        let bursts: [Double] = (0..<15).map { 0.2 * Double($0 / 5) }
        #expect(began.count == bursts.count && zip(began, bursts).allSatisfy { abs($0 - $1) < 0.001 }, "\(began)")
    }

    /// However long steps take, there are no more keys in any second than the rate and a burst.
    @Test(arguments: 0..<20) func noSecondHasMoreKeysThanTheRateAndABurst(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var stage = CleanupStage(sessions: 2_000)
        var policy = CleanupPolicy()
        policy.maxKeysPerSecond = Double.random(in: 100...2_000, using: &random).rounded()
        var run = CleanupStage.run(policy)
        var removed: [(at: Double, keys: Int)] = []
        _ = stage.go(
            &run,
            outcome: { stage, batch in
                stage.seconds += Double.random(in: 0...1, using: &random) < 0.1 ? 0.5 : 0.0001
                removed.append((stage.seconds, batch.entries.count))
                return .done(batch.entries.map { _ in .cleaned })
            })
        let most = removed.map { end in
            removed.filter { $0.at <= end.at && $0.at > end.at - 1 }.reduce(0) { $0 + $1.keys }
        }
        #expect(Double(most.max() ?? 0) <= policy.maxKeysPerSecond * 1.2 + 1e-6, "\(policy.maxKeysPerSecond)")
    }

    /// With many owners that wait or that a brake holds, a walk through all sessions would be for nothing.
    @Test func aRunWithNothingToRemoveWalksNowhere() {
        let stage = CleanupStage(sessions: 40)
        var policy = CleanupPolicy()
        policy.graceSeconds = 5_000
        var run = CleanupStage.run(policy)
        #expect(run.next(stage.cluster.registry, stage.moment) == .end)
        #expect(run.report.result == .completed)
        #expect(run.report.skipped == [.grace: 40])
    }

    @Test func aDryRunRemovesNothingAndReportsTheSame() {
        var stage = CleanupStage(sessions: 50)
        var run = CleanupStage.run(isDry: true)
        #expect(stage.go(&run) == [])
        #expect(run.report.result == .completed)
        #expect(run.report.cleaned == [.ownerDead: 50])
        #expect(run.report.skipped == [.dryRun: 50])
    }

    @Test func aBrakeBeforeOrInTheMiddleSuspendsIt() {
        var stage = CleanupStage(sessions: 300)
        stage.conditions.settledSeconds = 1
        var run = CleanupStage.run()
        #expect(stage.go(&run) == [])
        #expect(run.report.result == .suspended)
        #expect(run.report.brakes.map(\.brake) == [.redisUnsettled])

        stage.conditions.settledSeconds = 600
        var second = CleanupStage.run()
        let batches = stage.go(
            &second,
            outcome: { stage, batch in
                stage.conditions.settledSeconds = 0
                return .done(batch.entries.map { _ in .cleaned })
            })
        #expect(batches.count == 1)
        #expect(second.report.result == .suspended)
        #expect(second.report.cleaned == [.ownerDead: 20])
        #expect(second.report.skipped == [.rateLimited: 280])
    }

    @Test func aLeaseThatIsLostEndsIt() {
        var stage = CleanupStage(sessions: 300)
        var run = CleanupStage.run()
        let batches = stage.go(
            &run,
            outcome: { stage, batch in
                stage.lease.drop()
                return .done(batch.entries.map { _ in .cleaned })
            })
        #expect(batches.count == 1)
        #expect(run.report.result == .aborted)

        stage = CleanupStage(sessions: 300)
        run = CleanupStage.run()
        #expect(stage.go(&run, outcome: { _, _ in .refused(.leaseLost) }).count == 1)
        #expect(run.report.result == .aborted)
        #expect(run.report.cleanedInAll == 0)
        #expect(run.report.skipped == [.rateLimited: 300])
    }

    /// It is judged anew, some times.
    @Test func whatReachesRedisTooLateIsLookedAtAgain() {
        var stage = CleanupStage(sessions: 20)
        var run = CleanupStage.run()
        var tries = 0
        let batches = stage.go(
            &run,
            outcome: { _, batch in
                tries += 1
                return tries < 3 ? .refused(.late) : .done(batch.entries.map { _ in .cleaned })
            })
        #expect(batches.count == 3 && batches.allSatisfy { $0.holds == $0.at - 1...$0.at + 2 })
        #expect(run.report.result == .completed && run.report.cleanedInAll == 20)

        stage = CleanupStage(sessions: 20)
        run = CleanupStage.run()
        #expect(stage.go(&run, outcome: { _, _ in .refused(.late) }).count == CleanupRun.recheckLimit)
        #expect(run.report.result == .error && run.report.cleanedInAll == 0)
    }

    @Test func aLeaseOfAnotherEpochIsNotThisRuns() {
        var stage = CleanupStage(sessions: 3)
        _ = stage.lease.take(.held(epoch: 6), askedAt: 0)
        var run = CleanupStage.run()
        #expect(stage.go(&run) == [])
        #expect(run.report.result == .aborted)
    }

    @Test func aHeartbeatThatIsMetSavesAllSessionsOfItsOwner() {
        var stage = CleanupStage(sessions: 300)
        var run = CleanupStage.run()
        let batches = stage.go(
            &run,
            recheck: { stage, candidates in
                var heartbeat = Heartbeat(seenAt: stage.cluster.now)
                heartbeat.boot = "b"
                let place = HeartbeatPlace(key: "mcp:node:n2", member: nil, dialect: 0)
                return RecheckResult(
                    records: candidates.map { stage.record($0) },
                    heartbeats: [RawHeartbeat(place: place, value: .text(bytes("x")), heartbeat: heartbeat)],
                    time: stage.cluster.now)
            })
        #expect(batches == [])
        #expect(run.report.result == .completed)
        #expect(run.report.cleanedInAll == 0)
        #expect(run.report.skipped == [.ownerReturned: 300])
    }

    /// It may be gone again when the heartbeats are checked next.
    @Test(arguments: [("b", true), ("c", false)]) func aHeartbeatThatALookMeetsEndsItsOwnersSilence(
        boot: String, isHeard: Bool
    ) {
        var stage = CleanupStage(sessions: 1)
        let owner = SessionOwner(node: "n2", boot: "b")
        func silence() -> Double {
            stage.cluster.registry.evidence.standing(of: owner, CleanupPolicy(), stage.cluster.registry.policy)
                .silentSeconds
        }
        #expect(silence() > 900)
        let heartbeat = stage.cluster.heartbeat(boot)
        let place = HeartbeatPlace(key: "mcp:node:n2", member: nil, dialect: 0)
        let recheck = RecheckResult(
            records: [], heartbeats: [RawHeartbeat(place: place, value: .text(bytes("x")), heartbeat: heartbeat)],
            time: stage.cluster.now)
        stage.cluster.registry.hear(recheck, of: owner)
        #expect((silence() == 0) == isHeard)
    }

    @Test func aHeartbeatThatKeepsChangingSavesThemToo() {
        var stage = CleanupStage(sessions: 100)
        var run = CleanupStage.run()
        let batches = stage.go(&run, outcome: { _, _ in .refused(.heartbeatChanged) })
        #expect(batches.count == CleanupRun.recheckLimit)
        #expect(run.report.result == .completed)
        #expect(run.report.skipped == [.ownerReturned: 100])
    }

    /// A recheck that finds all records as they were judged, but for `change`.
    private static func recheck(
        _ change: @escaping (inout [HeldRecord?]) -> Void
    ) -> (CleanupStage, [CleanupCandidate]) -> RecheckResult {
        { stage, candidates in
            var records: [HeldRecord?] = candidates.map { stage.record($0) }
            change(&records)
            return RecheckResult(records: records, heartbeats: [], time: stage.cluster.now)
        }
    }

    @Test func whatChangedSinceItWasJudgedStays() {
        var stage = CleanupStage(sessions: 4)
        var run = CleanupStage.run()
        let batches = stage.go(
            &run,
            recheck: Self.recheck { records in
                records[0] = nil
                records[1]?.owner = OwnerName(node: bytes("n1"), boot: bytes("a"))
                records[2]?.owner = nil
            }, outcome: { _, _ in .done([.changed]) })
        #expect(batches.map(\.entries.count) == [1])
        #expect(run.report.cleanedInAll == 0)
        #expect(run.report.skipped == [.changed: 4])
    }

    @Test func whatWasRenewedSinceItWasJudgedStays() {
        var stage = CleanupStage(sessions: 4)
        var run = CleanupStage.run()
        let batches = stage.go(
            &run,
            recheck: Self.recheck { records in
                let deadline = records[0]?.deadline
                records[0]?.deadline = deadline.map { $0 + 1 }
                records[1]?.deadline = nil
            }, outcome: { _, _ in .done([.renewed, .cleaned]) })
        #expect(batches.map(\.entries.count) == [2])
        #expect(run.report.cleanedInAll == 1)
        #expect(run.report.skipped == [.renewed: 3])
    }

    /// Its bytes and its end are what they were.
    @Test func whatWasWrittenAnewSinceItWasGatheredStays() throws {
        var stage = CleanupStage(sessions: 4)
        var run = CleanupStage.run()
        var candidates: [CleanupCandidate] = []
        while candidates.isEmpty {
            switch run.next(stage.cluster.registry, stage.moment) {
            case .recheck(let all): candidates = all
            case .wait: continue
            case .watch, .remove, .end: throw Unexpected()
            }
        }
        let id = String(decoding: candidates[1].id.bytes, as: UTF8.self)
        stage.cluster.take([stage.cluster.session(id, "n2", "b", created: -3600)], from: .change)
        run.take(
            RecheckResult(records: candidates.map { stage.record($0) }, heartbeats: [], time: stage.cluster.now))
        guard case .remove(let batch) = run.next(stage.cluster.registry, stage.moment) else { throw Unexpected() }
        #expect(batch.entries.map(\.candidate.ref) == [0, 2, 3].map { candidates[$0].ref })
    }

    private struct Unexpected: Error {}

    @Test func aSlowServerIsLeftAloneForLonger() {
        var stage = CleanupStage(sessions: 200)
        var run = CleanupStage.run()
        var waits: [Double] = []
        // The third step takes more than three times as long as the quickest before it.
        var seconds = [0.03, 0.02, 0.1].makeIterator()
        for _ in 0..<1000 {
            let step = run.next(stage.cluster.registry, stage.moment)
            if case .recheck(let candidates) = step {
                run.take(
                    RecheckResult(records: candidates.map { stage.record($0) }, heartbeats: [], time: stage.cluster.now)
                )
            } else if case .remove(let batch) = step {
                run.take(
                    .done(batch.entries.map { _ in .cleaned }), seconds: seconds.next() ?? 0.02, at: stage.seconds,
                    time: stage.cluster.now)
            } else if case .wait(let wait) = step {
                if wait > 0 { waits.append(wait) }
                stage.seconds += wait
            } else {
                break
            }
        }
        // Nine times what the slow step took; after the others the rate alone counts.
        #expect(waits.filter { $0 > 0.21 }.map { ($0 * 1000).rounded() } == [900])
    }
}
