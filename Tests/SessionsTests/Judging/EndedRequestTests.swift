import Testing

@testable import Sessions

/// Requests for sessions that are not there any more.
@Suite struct EndedRequestTests {
    /// A session of `n1`, created 60 s before it ended; 30 s after that.
    private static func ended(
        isLive: Bool = true, owner: String = "n1", boot: String = "b1", ending: Ending = .closed
    ) -> Cluster {
        var cluster = ofThreeAnd(isLive: isLive, owner, boot, expires: ending == .expired ? 60 : 3600)
        cluster.check(after: 60, cluster.threeHeartbeats)
        if ending == .evicted { cluster.registry.evictions = 1 }
        if isLive {
            cluster.registry.noteCurrent(at: cluster.now)
            if ending == .vanished {
                cluster.readLive([], hasVanished: true)
            } else {
                cluster.take([cluster.gone("s")], from: .change)
            }
        } else {
            cluster.read([])
        }
        cluster.check(after: 30, cluster.threeHeartbeats)
        if isLive { cluster.registry.noteCurrent(at: cluster.now) }
        return cluster
    }

    private static func ofThreeAnd(isLive: Bool, _ owner: String, _ boot: String, expires: Double) -> Cluster {
        Cluster.ofThree(isLive: isLive) { [$0.session("s", owner, boot, created: 0, expires: expires)] }
    }

    private static func judged(
        _ cluster: Cluster, _ verdict: Verdict, at node: String? = "n2", time: Double = 0, cause: StickyCause? = nil
    ) -> Judgement {
        cluster.judgement("s", verdict) {
            ($0.node, $0.owner, $0.boot, $0.cause) = (node, "n1", "b1", cause)
            ($0.createdAt, $0.endedAt, $0.time) = (cluster.now - 90, cluster.now - 30, cluster.now + time)
        }
    }

    @Test(
        arguments: [
            (.closed, .closed), (.expired, .expired), (.evicted, .evicted), (.vanished, .vanished),
        ] as [(Ending, Verdict)])
    func theVerdictIsHowItEnded(ending: Ending, verdict: Verdict) {
        var cluster = Self.ended(ending: ending)
        #expect(cluster.refuse("s", at: "n2") == Self.judged(cluster, verdict))
        #expect(cluster.registry.failures(of: cluster.ref(bytes("s")), at: cluster.now)?.misrouted == 0)
    }

    /// A race with a DELETE is no misroute.
    @Test(
        arguments: [
            (-33, "n2", .misrouted), (-32.001, "n2", .misrouted), (-32, "n2", .closed), (-30, "n2", .closed),
            (-29, "n2", .closed), (-92, "n2", .misrouted), (-92.001, "n2", .closed), (-60, "n1", .closed),
            (-60, nil, .closed), (-60, "n9", .closed),
        ] as [(Double, String?, Verdict)])
    func onlyWhatWasClearlyBeforeTheEndIsJudgedByWhatItWas(time: Double, node: String?, verdict: Verdict) {
        var cluster = Self.ended()
        let known = node == "n9" ? nil : node
        let cause: StickyCause? = verdict == .misrouted ? .notLogged : nil
        #expect(
            cluster.refuse("s", at: node, time: time)
                == Self.judged(cluster, verdict, at: known, time: time, cause: cause))
    }

    /// Between two scans nobody saw when it went.
    @Test func whereNobodyToldWhenItEndedTheLastSightOfItCounts() {
        var cluster = Self.ended(isLive: false)
        #expect(cluster.refuse("s", at: "n2", time: -60)?.verdict == .closed)
        #expect(cluster.refuse("s", at: "n2", time: -91)?.verdict == .closed)
    }

    @Test func anOwnerThatIsGoneWasNoOther() {
        var cluster = Self.ended(boot: "b0")
        #expect(cluster.refuse("s", at: "n2", time: -60)?.verdict == .closed)
        #expect(cluster.refuse("s", at: "n2", time: -60)?.boot == "b0")
    }

    @Test func aSessionWithoutOwnerEndedLikeAnyOther() {
        var cluster = Cluster.ofThree { [$0.session("s", created: nil)] }
        cluster.take([cluster.gone("s")], from: .change)
        #expect(
            cluster.refuse("s", at: "n2")
                == cluster.judgement("s", .closed) { ($0.node, $0.endedAt) = ("n2", cluster.now) })
    }
}
