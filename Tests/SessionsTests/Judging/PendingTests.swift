import Testing

@testable import Sessions

/// Refused requests whose owner must first prove that it was alive.
@Suite struct PendingTests {
    /// Three nodes that write a heartbeat every three seconds, and a session of `n1`; the registry was checked a second ago.
    private static func cluster() -> Cluster {
        var cluster = Cluster.ofThree { [$0.session("s", "n1", "b1"), $0.session("t", "n1", "b1")] }
        cluster.check(for: 6) { $0.threeHeartbeats }
        cluster.now = cluster.now + 1
        return cluster
    }

    private static func asked(_ cluster: inout Cluster, _ id: String = "s", at node: String = "n2", line: Int = 1) {
        var request = cluster.request(.refused, id, at: node)
        request.line = line
        #expect(cluster.registry.judge(request, at: cluster.now) == nil)
    }

    @Test func aLaterHeartbeatOfTheSameBootProvesAMisroute() {
        var cluster = Self.cluster()
        let asked = cluster.now
        Self.asked(&cluster)
        #expect(cluster.registry.settlePending(at: cluster.now).isEmpty)
        // This heartbeat may have been written before the request.
        cluster.check(
            after: 2,
            cluster.threeHeartbeats.mapValues { heartbeat in
                var heartbeat = heartbeat
                heartbeat.seenAt = asked + -0.1
                return heartbeat
            })
        #expect(cluster.registry.settlePending(at: cluster.now).isEmpty)
        #expect(cluster.registry.pendingCount == 1)
        cluster.check(for: 3) { $0.threeHeartbeats }
        let judgements = cluster.registry.settlePending(at: cluster.now)
        #expect(judgements.map(\.verdict) == [.misrouted])
        #expect(judgements.map(\.time) == [asked])
        #expect(judgements.map(\.cause) == [.notLogged])
        #expect(cluster.registry.pendingCount == 0)
        #expect(cluster.summary("s")?.misrouted == 1)
    }

    /// The seconds after kill -9: no refusal is ever called misrouted.
    @Test(arguments: [0.0, 1, 2.9, 8, 14])
    func aDeathThatBecomesKnownSettlesThem(after seconds: Double) {
        var cluster = Self.cluster()
        let last = cluster.threeHeartbeats["n1"] ?? .marker
        func withoutN1(_ cluster: Cluster) -> [String: Heartbeat] {
            cluster.threeHeartbeats.merging(["n1": last]) { _, old in old }
        }
        cluster.check(withoutN1(cluster))
        if seconds > 0 { cluster.check(after: seconds, withoutN1(cluster)) }
        for _ in 0..<5 { Self.asked(&cluster) }
        var judgements: [Judgement] = []
        for _ in 0..<8 {
            cluster.check(after: 3, withoutN1(cluster))
            judgements += cluster.registry.settlePending(at: cluster.now)
        }
        #expect(judgements.map(\.verdict) == [.ownerDead])
        #expect(judgements.map(\.count) == [5])
        #expect(judgements.allSatisfy { $0.cause == nil && $0.orphanedSince != nil })
        #expect(cluster.registry.pendingCount == 0)
    }

    @Test func aRestartThatBecomesKnownSettlesThem() {
        var cluster = Self.cluster()
        Self.asked(&cluster)
        Self.asked(&cluster, "t", at: "n1")
        var heartbeats = cluster.threeHeartbeats
        heartbeats["n1"] = cluster.heartbeat("b2", started: 0.5, seen: 1)
        cluster.check(after: 2, heartbeats)
        #expect(cluster.registry.settlePending(at: cluster.now).map(\.verdict) == [.ownerRestarted, .ownerRestarted])
        #expect(cluster.state("t") == .orphaned(.ownerRestarted))
    }

    /// A new process without a heartbeat yet says that it does not have the session, while the old one's heartbeat stands.
    @Test func theHeartbeatOfAFormerProcessProvesNoDenial() {
        var cluster = Self.cluster()
        let last = cluster.threeHeartbeats["n1"] ?? .marker
        Self.asked(&cluster, at: "n1")
        for _ in 0..<2 {
            cluster.check(after: 3, cluster.threeHeartbeats.merging(["n1": last]) { _, old in old })
            #expect(cluster.registry.settlePending(at: cluster.now).isEmpty)
            #expect(cluster.state("s") == .owned)
        }
    }

    @Test func theOwnersOwnWordIsADenialOnceItsHeartbeatProvesIt() {
        var cluster = Self.cluster()
        Self.asked(&cluster, at: "n1")
        #expect(cluster.state("s") == .owned)
        cluster.check(for: 3) { $0.threeHeartbeats }
        cluster.check(for: 3) { $0.threeHeartbeats }
        #expect(cluster.registry.settlePending(at: cluster.now).map(\.verdict) == [.ownerDenies])
        #expect(cluster.state("s") == .orphaned(.ownerDenies))
    }

    /// It answered 404 once and served the session later, or the session has another owner by now.
    @Test func aDenialThatHoldsNoLongerMarksNothing() {
        for isServed in [true, false] {
            var cluster = Self.cluster()
            Self.asked(&cluster, at: "n1")
            cluster.now = cluster.now + 1
            if isServed {
                cluster.serve("s", at: "n1")
            } else {
                cluster.take([cluster.session("s", "n2", "b1")], from: .change)
            }
            cluster.check(cluster.threeHeartbeats)
            cluster.check(for: 3) { $0.threeHeartbeats }
            #expect(cluster.registry.settlePending(at: cluster.now).map(\.verdict) == [.ownerDenies])
            #expect(cluster.state("s") == .owned)
        }
    }

    /// Redis tells of each write at once, so a heartbeat need not wait for the next check.
    @Test func aHeartbeatThatIsHeardProvesItAtOnce() {
        var cluster = Self.cluster()
        Self.asked(&cluster)
        cluster.now = cluster.now + 0.5
        var check = HeartbeatCheck()
        check.add(FoundHeartbeat(cluster.heartbeat("b1", started: -1000), deadline: cluster.now + 15), of: "n1")
        (check.isObservation, check.written) = (false, ["n1"])
        cluster.registry.hear(check, at: cluster.now, seconds: cluster.now.seconds)
        #expect(cluster.registry.settlePending(at: cluster.now).map(\.verdict) == [.misrouted])
    }

    /// A node's clock may be ahead: its heartbeat seems later than the request, but was written before it.
    @Test func aClockThatIsAheadProvesNothing() {
        var cluster = Self.cluster()
        Self.asked(&cluster)
        cluster.now = cluster.now + 1
        cluster.check(
            cluster.threeHeartbeats.mapValues { heartbeat in
                var heartbeat = heartbeat
                heartbeat.seenAt = cluster.now + 1.5
                return heartbeat
            })
        #expect(cluster.registry.settlePending(at: cluster.now).isEmpty)
    }

    @Test func aMarkerThatIsWrittenLaterProvesIt() {
        var cluster = Cluster()
        cluster.check(["n1": .marker, "n2": .marker])
        cluster.readLive([cluster.session("s", "n1", "b1")])
        cluster.check(after: 3, ["n1": .marker, "n2": .marker])
        Self.asked(&cluster)
        cluster.check(after: 3, ["n1": .marker, "n2": .marker])
        #expect(cluster.registry.settlePending(at: cluster.now).isEmpty)
        cluster.check(after: 3, ["n1": .marker, "n2": .marker], written: ["n1"])
        #expect(cluster.registry.settlePending(at: cluster.now).map(\.verdict) == [.misrouted])
    }

    /// A member of a collection names no boot: another process of that name may have written it.
    @Test func aHeartbeatWithoutABootProvesNoBoot() {
        var cluster = Self.cluster()
        Self.asked(&cluster)
        cluster.now = cluster.now + 1
        var check = HeartbeatCheck()
        check.add(FoundHeartbeat(Heartbeat(seenAt: cluster.now), isCollected: true), of: "n1")
        (check.isObservation, check.written) = (false, [])
        for _ in 0..<2 {
            cluster.registry.hear(check, at: cluster.now, seconds: cluster.now.seconds)
            cluster.now = cluster.now + 1
            check.places["n1"] = [FoundHeartbeat(Heartbeat(seenAt: cluster.now), isCollected: true)]
        }
        #expect(cluster.registry.settlePending(at: cluster.now).isEmpty)
    }

    /// Neither alive nor dead for certain, as while Redis is away.
    @Test func whatIsNeverProvenIsUnverified() {
        var cluster = Self.cluster()
        Self.asked(&cluster)
        cluster.now = cluster.now + cluster.registry.policy.proofSeconds - 0.001
        #expect(cluster.registry.settlePending(at: cluster.now).isEmpty)
        cluster.now = cluster.now + 0.001
        let judgements = cluster.registry.settlePending(at: cluster.now)
        #expect(judgements.map(\.verdict) == [.unverified] && judgements.map(\.cause) == [nil])
        #expect(cluster.summary("s")?.misrouted == 0)
    }

    /// A line that was read late counts from its own time: the heartbeats since have proven it.
    @Test func anOldLineIsJudgedAtOnce() {
        var cluster = Self.cluster()
        cluster.check(for: 60) { $0.threeHeartbeats }
        // Its clock is right.
        cluster.serve("u", at: "n2")
        let request = cluster.request(.refused, "s", at: "n2", time: -30)
        #expect(cluster.registry.judge(request, at: cluster.now)?.verdict == .misrouted)
    }

    @Test func requestsOfASecondAreOneGroup() {
        var cluster = Self.cluster()
        for line in 1...100 {
            Self.asked(&cluster, line: line)
            Self.asked(&cluster, at: "n3", line: line + 100)
            cluster.now = cluster.now + 0.02
        }
        #expect(cluster.registry.pendingCount == 200)
        #expect(cluster.registry.firstPendingLine == 1)
        cluster.check(cluster.threeHeartbeats)
        cluster.check(for: 3) { $0.threeHeartbeats }
        let judgements = cluster.registry.settlePending(at: cluster.now)
        #expect(judgements.map(\.count).reduce(0, +) == 200 && judgements.count <= 6)
        #expect(judgements.allSatisfy { $0.verdict == .misrouted })
        #expect(cluster.summary("s")?.misrouted == 200)
        #expect(cluster.registry.firstPendingLine == nil)
    }

    /// Lines of a whole minute may arrive at once, and show that a client is stuck.
    @Test func requestsThatOnlyArriveTogetherAreNoGroup() {
        var cluster = Self.cluster()
        cluster.check(for: 90) { $0.threeHeartbeats }
        for time in [-80.0, -79.5, -40, 0] {
            #expect(
                cluster.registry.judge(cluster.request(.refused, "s", at: "n2", time: time), at: cluster.now) == nil)
        }
        #expect(cluster.prove().map(\.count) == [2, 1, 1])
        #expect(cluster.registry.failures(of: cluster.ref(bytes("s")), at: cluster.now)?.isStuck == true)
    }

    /// Under any load the table stays bounded, and nothing is lost from the counts.
    @Test func beyondTheLimitSessionsAreNotToldApart() {
        var cluster = Cluster.ofThree { cluster in
            (0..<(PendingRefusals.limit + 1_000)).map { cluster.session("s\($0)", "n1", "b1") }
        }
        cluster.check(for: 6) { $0.threeHeartbeats }
        for number in 0..<(PendingRefusals.limit + 1_000) { Self.asked(&cluster, "s\(number)") }
        #expect(cluster.registry.pendingCount == PendingRefusals.limit + 1_000)
        cluster.check(cluster.threeHeartbeats)
        cluster.check(for: 3) { $0.threeHeartbeats }
        // A scrape that comes meanwhile waits for a few of them only.
        #expect(cluster.registry.settlePending(limit: 256, at: cluster.now).count == 256)
        let judgements = cluster.registry.settlePending(limit: .max, at: cluster.now)
        #expect(judgements.count == PendingRefusals.limit + 1 - 256)
        #expect(judgements.map(\.count).reduce(0, +) == PendingRefusals.limit + 1_000 - 256)
        #expect(judgements.last?.ref == nil && judgements.last?.count == 1_000)
    }

    /// SIGSTOP and SIGCONT: silent for a while, then the same boot again.
    @Test func anOwnerThatWasStoppedForAWhileIsAlive() {
        var cluster = Self.cluster()
        let last = cluster.threeHeartbeats["n1"] ?? .marker
        for _ in 0..<3 {
            cluster.check(after: 3, cluster.threeHeartbeats.merging(["n1": last]) { _, old in old })
            Self.asked(&cluster)
            #expect(cluster.registry.settlePending(at: cluster.now).isEmpty)
        }
        cluster.check(for: 3) { $0.threeHeartbeats }
        #expect(cluster.registry.settlePending(at: cluster.now).map(\.verdict) == [.misrouted, .misrouted, .misrouted])
    }

    @Test func aSessionThatWasServedSinceIsNotCountedAsRefused() {
        var cluster = Self.cluster()
        Self.asked(&cluster)
        cluster.serve("s", at: "n1", time: 0)
        cluster.check(cluster.threeHeartbeats)
        cluster.check(for: 3) { $0.threeHeartbeats }
        #expect(cluster.registry.settlePending(at: cluster.now).map(\.verdict) == [.misrouted])
        #expect(cluster.registry.failures(of: cluster.ref(bytes("s")), at: cluster.now)?.refused == 0)
    }

    /// Redis' clock was set back: a heartbeat from before seems to lie ahead of every request.
    @Test func aHeartbeatFromBeforeTheClockWasSetBackProvesNothing() {
        var cluster = Self.cluster()
        let seconds = cluster.now.seconds
        cluster.now = cluster.now + -3600
        var check = HeartbeatCheck()
        check.add(FoundHeartbeat(cluster.latest?.heartbeats["n1"] ?? .marker), of: "n1")
        cluster.registry.take(check, at: cluster.now, seconds: seconds + 1)
        Self.asked(&cluster)
        #expect(cluster.registry.settlePending(at: cluster.now).isEmpty)
    }
}
