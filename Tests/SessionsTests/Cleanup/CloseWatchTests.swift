import TestSupport
import Testing

@testable import Sessions

/// What a run proves by reading heartbeats again and again.
@Suite struct CloseWatchTests {
    /// Two processes that write heartbeats in step would look like one.
    @Test func aRestartIsProvenByWatchingClosely() {
        var cluster = Cluster()
        cluster.check(for: 6) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("b")] }
        cluster.readLive([cluster.session("s1", "n2", "b", created: -3600)])
        cluster.check(for: 1_000) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("c")] }
        cluster.registry.noteCurrent(at: cluster.now)
        var stage = CleanupStage(sessions: 0)
        stage.cluster = cluster
        let owner = OwnerName(node: bytes("n2"), boot: bytes("b"))
        func recheck(_ stage: CleanupStage, _ candidates: [CleanupCandidate]) -> RecheckResult {
            RecheckResult(
                records: candidates.map { HeldRecord(value: .text([]), owner: owner, deadline: $0.expiresAt) },
                heartbeats: [], time: stage.cluster.now)
        }
        var run = CleanupStage.run()
        #expect(stage.go(&run, recheck: recheck).map(\.reason) == [.ownerRestarted])
        // 2.2 of its intervals of 3 s, in slices.
        #expect(stage.seconds >= 6.6 && stage.seconds < 8)

        // The other boot is met: the run leaves its sessions alone.
        stage.cluster = cluster
        run = CleanupStage.run()
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
        var stage = CleanupStage(sessions: 0)
        stage.cluster = cluster
        var run = CleanupStage.run()
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
        var stage = CleanupStage(sessions: 0)
        stage.cluster = cluster
        var run = CleanupStage.run()
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
        var stage = CleanupStage(sessions: 0)
        stage.cluster = cluster
        if isChecked { stage.heartbeats = heartbeats("c") }
        var run = CleanupStage.run()
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
}
