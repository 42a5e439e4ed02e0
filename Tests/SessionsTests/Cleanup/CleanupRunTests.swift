import TestSupport
import Testing

@testable import Sessions

@Suite struct CleanupRunTests {
    /// A registry with `count` sessions of a node that died, and a server that answers as told.
    private struct Stage {
        var cluster = Cluster()
        var lease = CleanupLease(holder: "x")
        var seconds = 0.0
        var conditions = CleanupConditions(staleAfterSeconds: 90, settledSeconds: 3600)
        let owner = OwnerName(node: bytes("n2"), boot: bytes("b"))
        /// The heartbeats that go on during the run; nil where no check falls into it.
        var heartbeats: ((Cluster) -> [String: Heartbeat])?
        private var unchecked = 0.0

        init(sessions count: Int) {
            cluster.check(for: 6) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("b")] }
            cluster.readLive((0..<count).map { cluster.session("s\($0)", "n2", "b", created: -3600) })
            cluster.check(for: 1_000) { ["n1": $0.heartbeat("a")] }
            cluster.registry.noteCurrent(at: cluster.now)
            _ = lease.take(.held(epoch: 5), askedAt: 0)
        }

        var moment: CleanupRun.Moment {
            CleanupRun.Moment(
                now: cluster.now, seconds: seconds, lease: lease, conditions: conditions)
        }

        func record(_ candidate: CleanupCandidate) -> HeldRecord {
            HeldRecord(value: .text(bytes("v")), owner: owner, deadline: candidate.expiresAt)
        }

        /// Lets time pass, with its checks of the heartbeats.
        private mutating func pass(_ passed: Double) {
            seconds += passed
            keepLease()
            guard let heartbeats else { return }
            unchecked += passed
            let checks = (unchecked / cluster.registry.policy.checkSeconds).rounded(.down)
            unchecked -= checks * cluster.registry.policy.checkSeconds
            for _ in 0..<Int(checks) { cluster.check(for: cluster.registry.policy.checkSeconds, heartbeats) }
            if checks > 0 { cluster.registry.noteCurrent(at: cluster.now) }
        }

        private mutating func keepLease() {
            if conditions.stop == nil, lease.epoch != nil { _ = lease.take(.held(epoch: 5), askedAt: seconds) }
        }

        /// Goes through a run; gives the batches that were to be removed.
        mutating func go(
            _ run: inout CleanupRun,
            recheck: (Stage, [CleanupCandidate]) -> RecheckResult = { stage, candidates in
                RecheckResult(records: candidates.map { stage.record($0) }, heartbeats: [], time: stage.cluster.now)
            },
            outcome: (inout Stage, RemovalBatch) -> RemovalOutcome = { _, batch in
                .done(batch.entries.map { _ in .cleaned })
            }
        ) -> [RemovalBatch] {
            var batches: [RemovalBatch] = []
            for _ in 0..<100_000 {
                switch run.next(cluster.registry, moment) {
                case .end: return batches
                case .wait(let wait): pass(wait)
                case .watch(let soles, let watched):
                    pass(watched)
                    for sole in soles { cluster.registry.noteWatchedClosely(sole, seconds: watched) }
                case .recheck(let candidates): run.take(recheck(self, candidates))
                case .remove(let batch):
                    batches.append(batch)
                    let result = outcome(&self, batch)
                    run.take(result, seconds: 0.0001, at: seconds, time: cluster.now)
                }
            }
            return batches
        }
    }

    private static func run(_ policy: CleanupPolicy = CleanupPolicy(), isDry: Bool = false) -> CleanupRun {
        CleanupRun(
            CleanupRequest(by: "test", run: "r1", isDryRun: isDry), policy: policy, epoch: 5,
            at: UnixTime(seconds: 1_787_307_302))
    }

    @Test func allOrphansGoInBatchesAtTheRate() {
        var stage = Stage(sessions: 1_234)
        var run = Self.run()
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
        var stage = Stage(sessions: 210)
        var policy = CleanupPolicy()
        policy.maxKeysPerSecond = rate
        var run = Self.run(policy)
        let left = 210 % keys
        #expect(
            stage.go(&run).map(\.entries.count)
                == Array(repeating: keys, count: 210 / keys) + (left == 0 ? [] : [left]))
    }

    @Test func stepsComeInBurstsOfAFifthOfASecond() {
        var stage = Stage(sessions: 300)
        var run = Self.run()
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
        var stage = Stage(sessions: 2_000)
        var policy = CleanupPolicy()
        policy.maxKeysPerSecond = Double.random(in: 100...2_000, using: &random).rounded()
        var run = Self.run(policy)
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
        let stage = Stage(sessions: 40)
        var policy = CleanupPolicy()
        policy.graceSeconds = 5_000
        var run = Self.run(policy)
        #expect(run.next(stage.cluster.registry, stage.moment) == .end)
        #expect(run.report.result == .completed)
        #expect(run.report.skipped == [.grace: 40])
    }

    @Test func aDryRunRemovesNothingAndReportsTheSame() {
        var stage = Stage(sessions: 50)
        var run = Self.run(isDry: true)
        #expect(stage.go(&run) == [])
        #expect(run.report.result == .completed)
        #expect(run.report.cleaned == [.ownerDead: 50])
        #expect(run.report.skipped == [.dryRun: 50])
    }

    @Test func aBrakeBeforeOrInTheMiddleSuspendsIt() {
        var stage = Stage(sessions: 300)
        stage.conditions.settledSeconds = 1
        var run = Self.run()
        #expect(stage.go(&run) == [])
        #expect(run.report.result == .suspended)
        #expect(run.report.brakes.map(\.brake) == [.redisUnsettled])

        stage.conditions.settledSeconds = 600
        var second = Self.run()
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
        var stage = Stage(sessions: 300)
        var run = Self.run()
        let batches = stage.go(
            &run,
            outcome: { stage, batch in
                stage.lease.drop()
                return .done(batch.entries.map { _ in .cleaned })
            })
        #expect(batches.count == 1)
        #expect(run.report.result == .aborted)

        stage = Stage(sessions: 300)
        run = Self.run()
        #expect(stage.go(&run, outcome: { _, _ in .refused(.leaseLost) }).count == 1)
        #expect(run.report.result == .aborted)
        #expect(run.report.cleanedInAll == 0)
        #expect(run.report.skipped == [.rateLimited: 300])
    }

    /// It is judged anew, some times.
    @Test func whatReachesRedisTooLateIsLookedAtAgain() {
        var stage = Stage(sessions: 20)
        var run = Self.run()
        var tries = 0
        let batches = stage.go(
            &run,
            outcome: { _, batch in
                tries += 1
                return tries < 3 ? .refused(.late) : .done(batch.entries.map { _ in .cleaned })
            })
        #expect(batches.count == 3 && batches.allSatisfy { $0.holds == $0.at - 1...$0.at + 2 })
        #expect(run.report.result == .completed && run.report.cleanedInAll == 20)

        stage = Stage(sessions: 20)
        run = Self.run()
        #expect(stage.go(&run, outcome: { _, _ in .refused(.late) }).count == CleanupRun.recheckLimit)
        #expect(run.report.result == .error && run.report.cleanedInAll == 0)
    }

    @Test func aLeaseOfAnotherEpochIsNotThisRuns() {
        var stage = Stage(sessions: 3)
        _ = stage.lease.take(.held(epoch: 6), askedAt: 0)
        var run = Self.run()
        #expect(stage.go(&run) == [])
        #expect(run.report.result == .aborted)
    }

    @Test func aHeartbeatThatIsMetSavesAllSessionsOfItsOwner() {
        var stage = Stage(sessions: 300)
        var run = Self.run()
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
        var stage = Stage(sessions: 1)
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
        var stage = Stage(sessions: 100)
        var run = Self.run()
        let batches = stage.go(&run, outcome: { _, _ in .refused(.heartbeatChanged) })
        #expect(batches.count == CleanupRun.recheckLimit)
        #expect(run.report.result == .completed)
        #expect(run.report.skipped == [.ownerReturned: 100])
    }

    /// A recheck that finds all records as they were judged, but for `change`.
    private static func recheck(
        _ change: @escaping (inout [HeldRecord?]) -> Void
    ) -> (Stage, [CleanupCandidate]) -> RecheckResult {
        { stage, candidates in
            var records: [HeldRecord?] = candidates.map { stage.record($0) }
            change(&records)
            return RecheckResult(records: records, heartbeats: [], time: stage.cluster.now)
        }
    }

    @Test func whatChangedSinceItWasJudgedStays() {
        var stage = Stage(sessions: 4)
        var run = Self.run()
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

    /// Two processes that write heartbeats in step would look like one.
    @Test func aRestartIsProvenByWatchingClosely() {
        var cluster = Cluster()
        cluster.check(for: 6) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("b")] }
        cluster.readLive([cluster.session("s1", "n2", "b", created: -3600)])
        cluster.check(for: 1_000) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("c")] }
        cluster.registry.noteCurrent(at: cluster.now)
        var stage = Stage(sessions: 0)
        stage.cluster = cluster
        let owner = OwnerName(node: bytes("n2"), boot: bytes("b"))
        func recheck(_ stage: Stage, _ candidates: [CleanupCandidate]) -> RecheckResult {
            RecheckResult(
                records: candidates.map { HeldRecord(value: .text([]), owner: owner, deadline: $0.expiresAt) },
                heartbeats: [], time: stage.cluster.now)
        }
        var run = Self.run()
        #expect(stage.go(&run, recheck: recheck).map(\.reason) == [.ownerRestarted])
        // 2.2 of its intervals of 3 s, in slices.
        #expect(stage.seconds >= 6.6 && stage.seconds < 8)

        // The other boot is met: the run leaves its sessions alone.
        stage.cluster = cluster
        run = Self.run()
        var hasMet = false
        for _ in 0..<1_000 {
            let step = run.next(stage.cluster.registry, stage.moment)
            if case .recheck(let candidates) = step { run.take(recheck(stage, candidates)) }
            if case .wait(let wait) = step { stage.seconds += wait }
            if case .end = step { break }
            guard case .watch(let soles, let seconds) = step else { continue }
            let place = HeartbeatPlace(key: "mcp:node:n2", member: nil, dialect: 0)
            let heartbeat = RawHeartbeat(place: place, value: .text([]), heartbeat: cluster.heartbeat("b", seen: 1))
            stage.cluster.registry.hear([heartbeat], of: soles[0].node, at: cluster.now, seconds: cluster.now.seconds)
            stage.cluster.registry.noteWatchedClosely(soles[0], seconds: seconds)
            hasMet = true
        }
        #expect(hasMet)
        #expect(run.report.cleanedInAll == 0)
        #expect(run.report.skipped[.ownerReturned] == 1)
    }

    /// One that heartbeats so seldom that it is dead now and again hides another all the same.
    @Test(arguments: [(20.0, true), (1_000, false)])
    func whatAnotherBootMayHaveHiddenIsWatchedClosely(_ deadSeconds: Double, _ isWatched: Bool) {
        var cluster = Cluster()
        cluster.check(for: 6) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("b")] }
        cluster.readLive([cluster.session("s1", "n2", "b", created: -3600)])
        cluster.check(for: 1_000) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("c")] }
        cluster.check(for: deadSeconds) { ["n1": $0.heartbeat("a")] }
        cluster.registry.noteCurrent(at: cluster.now)
        var stage = Stage(sessions: 0)
        stage.cluster = cluster
        var run = Self.run()
        #expect(stage.go(&run).map(\.reason) == [.ownerDead])
        #expect((stage.seconds > 1) == isWatched)
    }

    /// It was watched for the sake of a former boot. Another one has registered a session since, and is never heard.
    @Test func aBootThatShowsItselfOtherwiseIsWatchedForAnew() {
        var cluster = Cluster()
        cluster.check(for: 6) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("b")] }
        cluster.readLive([cluster.session("s1", "n2", "b", created: -3600)])
        cluster.check(for: 1_000) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("c")] }
        #expect(Self.runSeconds(&cluster) >= 6.6)
        #expect(Self.runSeconds(&cluster) < 1)
        cluster.take([cluster.session("s2", "n2", "d", created: -10)], from: .change)
        cluster.check(for: 1_000) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("c")] }
        #expect(Self.runSeconds(&cluster) >= 6.6)
    }

    /// The seconds that a run takes which removes something, close watches among them; else 0.
    private static func runSeconds(_ cluster: inout Cluster) -> Double {
        cluster.registry.noteCurrent(at: cluster.now)
        var stage = Stage(sessions: 0)
        stage.cluster = cluster
        var run = Self.run()
        let batches = stage.go(&run)
        cluster = stage.cluster
        return batches.isEmpty ? 0 : stage.seconds
    }

    /// A process that was silent may come back after it, in step with the other.
    @Test(arguments: [(6.0, false), (30, true)])
    func aCloseWatchProvesNothingForLong(passed: Double, isWatchedAgain: Bool) {
        var cluster = Cluster()
        cluster.check(for: 6) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("b")] }
        cluster.readLive([cluster.session("s1", "n2", "b", created: -3600)])
        cluster.check(for: 1_000) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("c")] }
        #expect(Self.runSeconds(&cluster) >= 6.6)
        cluster.check(for: passed) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("c")] }
        #expect((Self.runSeconds(&cluster) >= 6.6) == isWatchedAgain)
    }

    /// A rollout restarts them all.
    @Test func restartsAreProvenTogether() {
        let seconds = Self.rolloutSeconds(nodes: 20, isChecked: false) { _ in 1 }
        // Four at a time, each for 2.2 of its intervals of 3 s, in slices.
        #expect(seconds >= 5 * 6.6 && seconds < 5 * 8)
    }

    /// What a close watch proves does not last until the turn of a node that comes much later.
    @Test func restartsAreProvenInTheOrderOfTheirBatches() {
        // The last by name have the most sessions.
        let seconds = Self.rolloutSeconds(nodes: 12, isChecked: true) { $0 }
        // Three watches of 6.6 s, and little more.
        #expect(seconds >= 3 * 6.6 && seconds < 4 * 6.6, "\(seconds) s")
    }

    /// The seconds that a run takes after all nodes were restarted, of which sessions are left. `isChecked`: the heartbeats
    /// are checked while it runs.
    private static func rolloutSeconds(
        nodes count: Int, isChecked: Bool, sessions: (_ node: Int) -> Int
    ) -> Double {
        let nodes = (1...count).map { "n\($0)" }
        var cluster = Cluster()
        func heartbeats(_ boot: String) -> (Cluster) -> [String: Heartbeat] {
            { cluster in Dictionary(uniqueKeysWithValues: nodes.map { ($0, cluster.heartbeat(boot)) }) }
        }
        cluster.check(for: 6, heartbeats("b"))
        cluster.readLive(
            nodes.enumerated().flatMap { place, node in
                (0..<sessions(place + 1)).map { cluster.session("s-\(node)-\($0)", node, "b", created: -3600) }
            })
        cluster.check(for: 1_000, heartbeats("c"))
        cluster.registry.noteCurrent(at: cluster.now)
        var stage = Stage(sessions: 0)
        stage.cluster = cluster
        if isChecked { stage.heartbeats = heartbeats("c") }
        var run = Self.run()
        let batches = stage.go(
            &run,
            recheck: { stage, candidates in
                RecheckResult(
                    records: candidates.map {
                        HeldRecord(
                            value: .text([]), owner: OwnerName(node: bytes($0.owner.node), boot: bytes("b")),
                            deadline: $0.expiresAt)
                    }, heartbeats: [], time: stage.cluster.now)
            })
        #expect(Set(batches.flatMap(\.entries).map(\.candidate.owner.node)) == Set(nodes))
        return stage.seconds
    }

    @Test func whatWasRenewedSinceItWasJudgedStays() {
        var stage = Stage(sessions: 4)
        var run = Self.run()
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
        var stage = Stage(sessions: 4)
        var run = Self.run()
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
        var stage = Stage(sessions: 200)
        var run = Self.run()
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
