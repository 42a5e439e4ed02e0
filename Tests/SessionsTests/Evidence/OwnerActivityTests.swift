import Testing

@testable import Sessions

/// Every channel on which an owner can be heard, and how its intervals lengthen the silence that is required.
@Suite struct OwnerActivityTests {
    @Test(arguments: [true, false]) func aHeartbeatThatIsWrittenAgainIsHeardThoughItSaysTheSame(isTold: Bool) {
        var cluster = EvidenceStage.cluster()
        let frozen = cluster.heartbeat("b")
        for round in 0..<20 {
            cluster.now = cluster.now + 3
            var check = HeartbeatCheck()
            check.add(FoundHeartbeat(cluster.heartbeat("a")), of: "n1")
            // Written every 12 s, by SET or EXPIRE; where that is not told, its new deadline shows it.
            let deadline = cluster.now + (isTold ? 15 : 15 - Double(round % 4) * 3)
            check.add(FoundHeartbeat(frozen, deadline: isTold ? cluster.now : deadline, lifetimeSeconds: 15), of: "n2")
            if isTold { check.written = round % 4 == 0 ? ["n2"] : [] }
            cluster.registry.take(check, at: cluster.now)
            #expect(EvidenceStage.standing(cluster).silentSeconds <= 6, "round \(round)")
            #expect(cluster.status("n2") == .alive)
        }
    }

    @Test func aNewRecordIsHeard() {
        var cluster = EvidenceStage.cluster()
        EvidenceStage.alone(&cluster, for: 30)
        cluster.take([cluster.session("s2", "n2", "b", created: 0)], from: .change)
        EvidenceStage.alone(&cluster, for: 3)
        #expect(EvidenceStage.standing(cluster).silentSeconds == 0)
        #expect(EvidenceStage.standing(cluster).work?.kind == .registered)
    }

    @Test func aRequestThatItServedIsHeardByTheLinesOwnTime() {
        var cluster = EvidenceStage.cluster()
        EvidenceStage.alone(&cluster, for: 60)
        let id = try? SessionID(Array("s1".utf8).span, maxLength: 64)
        guard let id else { return #expect(Bool(false), "no id") }
        let named = NamedSession(id: id, ref: cluster.ref(Array("s1".utf8)))
        // Its clock is right, so that an old time is an old line.
        _ = cluster.registry.judge(
            LoggedRequest(.closed, session: named, node: "n2", time: cluster.now), at: cluster.now)
        let old = LoggedRequest(.served, session: named, node: "n2", time: cluster.now - 20)
        _ = cluster.registry.judge(old, at: cluster.now)
        #expect(EvidenceStage.standing(cluster).silentSeconds == 8)
        let new = LoggedRequest(.served, session: named, node: "n2", time: cluster.now)
        _ = cluster.registry.judge(new, at: cluster.now)
        #expect(EvidenceStage.standing(cluster).silentSeconds == 0)
        EvidenceStage.alone(&cluster, for: 3)
        #expect(EvidenceStage.standing(cluster).work?.kind == .served)
    }

    /// In a pause of the observer a heartbeat may come and go, if its key lives for less than the pause.
    @Test(arguments: [(pause: 14.0, silent: 40.0), (pause: 16, silent: 0)])
    func silenceBeginsAnewAfterAPauseThatMayHideAHeartbeat(pause: Double, silent: Double) {
        var cluster = EvidenceStage.cluster()
        EvidenceStage.alone(&cluster, for: 40)
        let before = EvidenceStage.standing(cluster).silentSeconds
        cluster.check(after: pause, ["n1": cluster.heartbeat("a")])
        let after = EvidenceStage.standing(cluster).silentSeconds
        #expect(silent == 0 ? after == 0 : after >= before)
    }

    /// The offset is compared with the newest one, not with where the observation began.
    @Test func silenceBeginsAnewWhereTheOffsetGoesBack() {
        var cluster = EvidenceStage.cluster()
        func check(_ offset: Int64, _ cluster: inout Cluster) {
            let history = RedisHistory(["server": .init(runID: "a", offset: offset)])
            cluster.check(after: 3, ["n1": cluster.heartbeat("a")], history: history)
        }
        for offset in 100..<120 { check(Int64(offset), &cluster) }
        #expect(EvidenceStage.standing(cluster).silentSeconds > 30)
        check(110, &cluster)
        #expect(EvidenceStage.standing(cluster).silentSeconds == 0)
    }

    @Test func itsLongestIntervalMakesSilenceLonger() {
        var cluster = Cluster()
        cluster.heartbeatSeconds = 300
        EvidenceStage.beatSeldom(&cluster, times: 4)
        let standing = EvidenceStage.standing(cluster)
        #expect(standing.requiredSeconds == 1_200)
        #expect(!standing.isCapped)
        var policy = CleanupPolicy()
        policy.maxSilenceSeconds = 1_000
        let capped = cluster.registry.evidence.standing(of: EvidenceStage.owner, policy, cluster.registry.policy)
        #expect(capped.requiredSeconds == 1_000 && capped.isCapped)
        // What another instance kept counts as well.
        var other = Cluster()
        _ = other.registry.recall(cluster.registry.knownToKeep, at: other.now)
        #expect(EvidenceStage.standing(other).requiredSeconds == 1_200)
    }

    /// Two heartbeats in a row at the start say nothing of how often it heartbeats from then on.
    @Test func twoHeartbeatsInARowAreNoRhythm() {
        var cluster = Cluster()
        cluster.heartbeatSeconds = 3_000
        cluster.check(["n2": cluster.heartbeat("b")])
        for seconds in [0.5, 0.7] { cluster.check(after: seconds, ["n2": cluster.heartbeat("b")]) }
        #expect(EvidenceStage.standing(cluster).requiredSeconds == 3_000)
        // Nor does another instance believe in it.
        var other = Cluster()
        _ = other.registry.recall(cluster.registry.knownToKeep, at: other.now)
        #expect(EvidenceStage.standing(other).requiredSeconds == 3_000)
        EvidenceStage.beatSeldom(&cluster, times: 3)
        #expect(EvidenceStage.standing(cluster).requiredSeconds == 1_200)
    }

    /// Redis' clock was ahead when it was met: it seemed to have little left to live.
    @Test func howLongAHeartbeatLivesIsTakenAtEachCheck() {
        var cluster = Cluster()
        let heartbeat = cluster.heartbeat("b")
        for (seconds, left) in [(0.0, 40.0), (5, 35), (10, 2_000)] {
            var check = HeartbeatCheck()
            check.add(FoundHeartbeat(heartbeat, deadline: cluster.now + 2_000, lifetimeSeconds: left), of: "n2")
            _ = cluster.registry.liveness.evidence.take(
                check, OwnerEvidence.CheckTime(seconds: seconds, longestStep: 10, now: cluster.now))
        }
        #expect(EvidenceStage.standing(cluster).requiredSeconds == 2_000)
    }

    /// Its sessions name no boot: those of the process that was seen last.
    @Test func sessionsWithoutABootWaitAsLongAsThoseWithOne() {
        var cluster = Cluster()
        cluster.heartbeatSeconds = 300
        EvidenceStage.beatSeldom(&cluster, times: 4)
        var other = Cluster()
        _ = other.registry.recall(cluster.registry.knownToKeep, at: other.now)
        let standing = other.registry.evidence.standing(
            of: SessionOwner(node: "n2", boot: nil), CleanupPolicy(), other.registry.policy)
        #expect(standing.requiredSeconds == 1_200)
    }

    @Test func anIntervalIsForgottenAfterADayAtTheEarliest() {
        var intervals = LongestInterval()
        #expect(intervals.seconds == nil)
        intervals.note(60, at: 1_000)
        intervals.note(50, at: 80_000)
        for day in 1...3 {
            let now = 1_000 + 86_400 * Double(day)
            intervals.note(Double(day), at: now)
            #expect(intervals.seconds == [60, 2, 3][day - 1])
        }
    }

    @Test func whatTwoInstancesKeepOfIntervalsIsPutTogether() {
        var first = LongestInterval(count: 5, beganAt: 1_000, latest: 60, former: 10)
        let second = LongestInterval(count: 2, beganAt: 2_000, latest: 5, former: 90)
        first.merge(second)
        #expect(first == LongestInterval(count: 5, beganAt: 2_000, latest: 60, former: 90))
        // What is a day older is of the span before.
        var third = LongestInterval(count: 1, beganAt: 90_000, latest: 7, former: 0)
        third.merge(first)
        #expect(third == LongestInterval(count: 5, beganAt: 90_000, latest: 7, former: 60))
        third.merge(LongestInterval())
        #expect(third.seconds == 60)
    }
}
