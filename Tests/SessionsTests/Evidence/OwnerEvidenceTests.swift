import Testing

@testable import Sessions

/// What is known of owners, and how long they have been silent.
@Suite struct OwnerEvidenceTests {
    private static let owner = SessionOwner(node: "n2", boot: "b")

    private static func standing(_ cluster: Cluster, _ owner: SessionOwner = owner) -> OwnerStanding {
        cluster.registry.evidence.standing(of: owner, CleanupPolicy(), cluster.registry.policy)
    }

    /// Two nodes, of which `n2` has one session and heartbeats for a while.
    private static func cluster(heartbeats: Int = 4) -> Cluster {
        var cluster = Cluster()
        for _ in 0..<heartbeats {
            cluster.check(after: 3, ["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("b")])
        }
        cluster.readLive([cluster.session("s1", "n2", "b")])
        cluster.check(after: 3, ["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("b")])
        return cluster
    }

    private static func alone(_ cluster: inout Cluster, for seconds: Double) {
        cluster.check(for: seconds) { ["n1": $0.heartbeat("a")] }
    }

    /// `n2` heartbeats every 240 s, and is looked at every 3.
    private static func beatSeldom(_ cluster: inout Cluster, times: Int) {
        for _ in 0..<times {
            let heartbeat = cluster.heartbeat("b")
            for _ in 0..<80 { cluster.check(after: 3, ["n2": heartbeat]) }
        }
    }

    // MARK: - Known

    @Test func whoBeatsIsKnownAndStaysSoThroughABreak() {
        var cluster = Self.cluster()
        #expect(Self.standing(cluster).isKnown)
        cluster.check(after: 3, [:], history: RedisHistory(["server": .init(runID: "other", offset: 0)]))
        #expect(Self.standing(cluster).isKnown)
        #expect(!Self.standing(cluster, SessionOwner(node: "n2", boot: "c")).isKnown)
        #expect(Self.standing(cluster, SessionOwner(node: "n2", boot: nil)).isKnown)
    }

    /// It may be as old as it likes.
    @Test func aMemberOfACollectionIsKnownOnceItMoves() {
        var cluster = Cluster()
        let stale = cluster.heartbeat("b", seen: -3600)
        cluster.check(["n2": stale], collected: ["n2"])
        cluster.check(after: 3, ["n2": stale], collected: ["n2"])
        #expect(!Self.standing(cluster).isKnown)
        cluster.check(after: 3, ["n2": cluster.heartbeat("b")], collected: ["n2"])
        #expect(Self.standing(cluster).isKnown)
    }

    @Test func aHeartbeatThatNamesNoBootMakesNoBootKnown() {
        var cluster = Cluster()
        for _ in 0..<3 { cluster.check(after: 3, ["n2": cluster.heartbeat()]) }
        #expect(!Self.standing(cluster).isKnown)
        #expect(Self.standing(cluster, SessionOwner(node: "n2", boot: nil)).isKnown)
    }

    @Test func anAttestationHoldsUntilTheOwnerIsHeard() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("a")])
        cluster.readLive([cluster.session("s1", "n2", "b")])
        cluster.registry.attest(
            SessionOwner(node: "n2", boot: nil), Attestation(by: "ann", why: "its host burnt", at: cluster.now))
        #expect(Self.standing(cluster).attestation?.by == "ann")
        #expect(!Self.standing(cluster).isKnown)
        for _ in 0..<2 { cluster.check(after: 3, ["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("b")]) }
        #expect(Self.standing(cluster).attestation == nil)
        #expect(Self.standing(cluster).isKnown)
    }

    // MARK: - Silent

    @Test func silenceIsCountedFromWhenItIsCertainlyQuiet() {
        var cluster = Self.cluster()
        Self.alone(&cluster, for: 30)
        #expect(Self.standing(cluster).silentSeconds == 18)
        cluster.check(after: 3, ["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("b")])
        #expect(Self.standing(cluster).silentSeconds == 0)
    }

    /// Whatever Redis' clock shows: it is the other one that counts.
    @Test func aClockThatIsSetMakesNoSilence() {
        var cluster = Self.cluster()
        let time = cluster.now
        // Redis' clock goes twice as fast, from two hours ahead on.
        for check in 0...30 {
            let seconds = time.seconds + 3 * Double(check)
            cluster.registry.take(HeartbeatCheck(), at: time + 7_200 + 6 * Double(check), seconds: seconds)
        }
        #expect(Self.standing(cluster).silentSeconds == 90 - 12)
    }

    @Test func aPauseCountsTwoChecksAtMost() {
        var cluster = Cluster()
        // Its key outlives every pause, so that no pause hides a heartbeat.
        cluster.heartbeatSeconds = 100_000
        for _ in 0..<2 { cluster.check(after: 3, ["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("b")]) }
        cluster.readLive([cluster.session("s1", "n2", "b")])
        for pause in 1...4 {
            cluster.check(after: 3_600, ["n1": cluster.heartbeat("a")])
            #expect(Self.standing(cluster).silentSeconds == max(6 * Double(pause) - 12, 0))
        }
    }

    /// While the host is suspended its monotonic clock stands still: a heartbeat may come and go in that time.
    @Test func aPauseThatOnlyRedisClockShowsEndsTheSilence() {
        var cluster = Self.cluster()
        Self.alone(&cluster, for: 30)
        #expect(Self.standing(cluster).silentSeconds == 18)
        let seconds = cluster.now.seconds + 1
        cluster.now = cluster.now + cluster.heartbeatSeconds + 1
        cluster.registry.take(HeartbeatCheck(), at: cluster.now, seconds: seconds)
        #expect(Self.standing(cluster).silentSeconds == 0)
    }

    @Test(arguments: [
        RedisHistory(["server": .init(runID: "y", offset: 500)]),
        RedisHistory(["server": .init(runID: "x", offset: 99)]),
        RedisHistory(["other": .init(runID: "x", offset: 500)]), nil,
    ])
    func anotherHistoryBeginsAnew(next: RedisHistory?) {
        let first = RedisHistory(["server": .init(runID: "x", offset: 100)])
        var cluster = Cluster()
        for _ in 0..<3 { cluster.check(after: 3, ["n2": cluster.heartbeat("b")], history: first) }
        for _ in 0..<10 { cluster.check(after: 3, [:], history: first) }
        #expect(Self.standing(cluster).silentSeconds == 18)
        cluster.check(after: 3, [:], history: next)
        #expect(Self.standing(cluster).silentSeconds == 0)
        #expect(Self.standing(cluster).isKnown)
    }

    @Test func aHistoryThatGoesOnIsTheSame() {
        var cluster = Cluster()
        for offset in [1, 1, 5, 9] as [Int64] {
            let history = RedisHistory(["server": .init(runID: "x", offset: offset)])
            cluster.check(after: 3, offset < 5 ? ["n2": cluster.heartbeat("b")] : [:], history: history)
        }
        #expect(cluster.registry.evidence.breaks == 0)
    }

    // MARK: - Every channel

    @Test(arguments: [true, false]) func aHeartbeatThatIsWrittenAgainIsHeardThoughItSaysTheSame(isTold: Bool) {
        var cluster = Self.cluster()
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
            #expect(Self.standing(cluster).silentSeconds <= 6, "round \(round)")
            #expect(cluster.status("n2") == .alive)
        }
    }

    @Test func aNewRecordIsHeard() {
        var cluster = Self.cluster()
        Self.alone(&cluster, for: 30)
        cluster.take([cluster.session("s2", "n2", "b", created: 0)], from: .change)
        Self.alone(&cluster, for: 3)
        #expect(Self.standing(cluster).silentSeconds == 0)
        #expect(Self.standing(cluster).work?.kind == .registered)
    }

    @Test func aRequestThatItServedIsHeardByTheLinesOwnTime() {
        var cluster = Self.cluster()
        Self.alone(&cluster, for: 60)
        let id = try? SessionID(Array("s1".utf8).span, maxLength: 64)
        guard let id else { return #expect(Bool(false), "no id") }
        let named = NamedSession(id: id, ref: cluster.ref(Array("s1".utf8)))
        // Its clock is right, so that an old time is an old line.
        _ = cluster.registry.judge(
            LoggedRequest(.closed, session: named, node: "n2", time: cluster.now), at: cluster.now)
        let old = LoggedRequest(.served, session: named, node: "n2", time: cluster.now - 20)
        _ = cluster.registry.judge(old, at: cluster.now)
        #expect(Self.standing(cluster).silentSeconds == 8)
        let new = LoggedRequest(.served, session: named, node: "n2", time: cluster.now)
        _ = cluster.registry.judge(new, at: cluster.now)
        #expect(Self.standing(cluster).silentSeconds == 0)
        Self.alone(&cluster, for: 3)
        #expect(Self.standing(cluster).work?.kind == .served)
    }

    /// In a pause of the observer a heartbeat may come and go, if its key lives for less than the pause.
    @Test(arguments: [(pause: 14.0, silent: 40.0), (pause: 16, silent: 0)])
    func silenceBeginsAnewAfterAPauseThatMayHideAHeartbeat(pause: Double, silent: Double) {
        var cluster = Self.cluster()
        Self.alone(&cluster, for: 40)
        let before = Self.standing(cluster).silentSeconds
        cluster.check(after: pause, ["n1": cluster.heartbeat("a")])
        let after = Self.standing(cluster).silentSeconds
        #expect(silent == 0 ? after == 0 : after >= before)
    }

    /// The offset is compared with the newest one, not with where the observation began.
    @Test func silenceBeginsAnewWhereTheOffsetGoesBack() {
        var cluster = Self.cluster()
        func check(_ offset: Int64, _ cluster: inout Cluster) {
            let history = RedisHistory(["server": .init(runID: "a", offset: offset)])
            cluster.check(after: 3, ["n1": cluster.heartbeat("a")], history: history)
        }
        for offset in 100..<120 { check(Int64(offset), &cluster) }
        #expect(Self.standing(cluster).silentSeconds > 30)
        check(110, &cluster)
        #expect(Self.standing(cluster).silentSeconds == 0)
    }

    @Test func itsLongestIntervalMakesSilenceLonger() {
        var cluster = Cluster()
        cluster.heartbeatSeconds = 300
        Self.beatSeldom(&cluster, times: 4)
        let standing = Self.standing(cluster)
        #expect(standing.requiredSeconds == 1_200)
        #expect(!standing.isCapped)
        var policy = CleanupPolicy()
        policy.maxSilenceSeconds = 1_000
        let capped = cluster.registry.evidence.standing(of: Self.owner, policy, cluster.registry.policy)
        #expect(capped.requiredSeconds == 1_000 && capped.isCapped)
        // What another instance kept counts as well.
        var other = Cluster()
        _ = other.registry.recall(cluster.registry.knownToKeep, at: other.now)
        #expect(Self.standing(other).requiredSeconds == 1_200)
    }

    /// Two heartbeats in a row at the start say nothing of how often it heartbeats from then on.
    @Test func twoHeartbeatsInARowAreNoRhythm() {
        var cluster = Cluster()
        cluster.heartbeatSeconds = 3_000
        cluster.check(["n2": cluster.heartbeat("b")])
        for seconds in [0.5, 0.7] { cluster.check(after: seconds, ["n2": cluster.heartbeat("b")]) }
        #expect(Self.standing(cluster).requiredSeconds == 3_000)
        // Nor does another instance believe in it.
        var other = Cluster()
        _ = other.registry.recall(cluster.registry.knownToKeep, at: other.now)
        #expect(Self.standing(other).requiredSeconds == 3_000)
        Self.beatSeldom(&cluster, times: 3)
        #expect(Self.standing(cluster).requiredSeconds == 1_200)
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
        #expect(Self.standing(cluster).requiredSeconds == 2_000)
    }

    /// Its sessions name no boot: those of the process that was seen last.
    @Test func sessionsWithoutABootWaitAsLongAsThoseWithOne() {
        var cluster = Cluster()
        cluster.heartbeatSeconds = 300
        Self.beatSeldom(&cluster, times: 4)
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

    // MARK: - Shared names

    @Test func twoBootsThatTakeTurnsAreASharedName() {
        var cluster = Cluster()
        for round in 0..<8 { cluster.check(after: 3, ["n2": cluster.heartbeat(round % 2 == 0 ? "b" : "c")]) }
        #expect(Self.standing(cluster).isShared)
        #expect(Self.standing(cluster).silentSeconds == 0)
        #expect((Self.standing(cluster).soleSeconds ?? .infinity) <= 3)
        cluster.check(for: 950) { ["n2": $0.heartbeat("c")] }
        #expect(!Self.standing(cluster).isShared)
        #expect((Self.standing(cluster).soleSeconds ?? 0) >= 945)
    }

    @Test func aRestartIsNoSharedName() {
        var cluster = Self.cluster()
        cluster.check(for: 60) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("c")] }
        #expect(!Self.standing(cluster).isShared)
        #expect(Self.standing(cluster).silentSeconds >= 48)
    }

    /// One of them may be hidden from every check.
    @Test func aHeartbeatThatWasReadBetweenChecksIsHeard() {
        var cluster = Self.cluster()
        for _ in 0..<20 {
            var check = HeartbeatCheck()
            check.add(FoundHeartbeat(cluster.heartbeat("b"), deadline: cluster.now + 15, lifetimeSeconds: 15), of: "n2")
            (check.written, check.isObservation) = (["n2"], false)
            cluster.registry.hear(check, at: cluster.now, seconds: cluster.now.seconds)
            cluster.check(after: 3, ["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("c")])
        }
        #expect(Self.standing(cluster).silentSeconds == 0)
        #expect(Self.standing(cluster).isShared)
    }

    /// It says the same, and ends earlier than before: it was written by a clock that has been set back since.
    @Test(
        arguments: [
            (nil, nil, 0, false), (nil, 15, 0, true), (15, nil, 0, true), (15, 15.2, 0, false), (15, 14.8, 0, false),
            (15, 15.6, 0, true), (15, 14.4, 0, true), (15, 13, 2, false), (60, 15, 2, true),
        ] as [(Double?, Double?, Double, Bool)])
    func anotherEndIsARenewal(_ before: Double?, _ after: Double?, _ slack: Double, _ isRenewed: Bool) {
        let now = UnixTime(milliseconds: 1_787_307_302_000)
        func found(_ end: Double?) -> FoundHeartbeat {
            FoundHeartbeat(Heartbeat(seenAt: now), deadline: end.map { now + $0 }, deadlineSlackSeconds: slack)
        }
        #expect(found(after).isRenewed(after: found(before)) == isRenewed)
    }

    /// What was renewed before may have been read only afterwards.
    @Test func silenceBeginsWithTheFirstReading() {
        var cluster = Self.cluster()
        var late = Cluster()
        late.check(for: 6) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("b")] }
        Self.alone(&late, for: 900)
        late.readLive([late.session("s1", "n2", "b", created: -3600)])
        Self.alone(&cluster, for: 60)
        Self.alone(&late, for: 60)
        #expect(Self.standing(late).silentSeconds <= 60)
        #expect(abs(Self.standing(late).silentSeconds - Self.standing(cluster).silentSeconds) <= 6)
    }

    // MARK: - Other instances

    @Test func whatAnotherInstanceHeardCountsAndThatItHeardNothingDoesNot() {
        var cluster = Self.cluster()
        Self.alone(&cluster, for: 300)
        func report(_ seconds: Double, heard: Bool) -> SilenceReport {
            let owner = SilenceReport.Owner(boot: "b", silentSeconds: seconds, wasHeard: heard)
            let node = SilenceReport.Node(
                name: "n2", owners: [owner], soleBoot: nil, soleSeconds: 0, isShared: false, renewed: [])
            return SilenceReport(
                fingerprint: WatchFingerprint([.native], database: 0), history: RedisHistory([:]), nodes: [node])
        }
        cluster.registry.limitSilence(by: report(20, heard: false))
        #expect(Self.standing(cluster).silentSeconds == 288)
        cluster.registry.limitSilence(by: report(20, heard: true))
        #expect(Self.standing(cluster).silentSeconds == 8)
    }

    @Test func aReportIsAdoptedWithinOneHistory() {
        for (runID, silent) in [("x", 500.0), ("y", 0)] {
            var first = Self.cluster()
            Self.alone(&first, for: 506)
            first.check(after: 0, ["n1": first.heartbeat("a")])
            let fingerprint = WatchFingerprint([.native], database: 0)
            var report = first.registry.silenceReport(fingerprint)
            report?.history = RedisHistory(["server": .init(runID: "x", offset: 5)])
            var second = Cluster()
            second.check(
                ["n1": second.heartbeat("a")], history: RedisHistory(["server": .init(runID: runID, offset: 9)]))
            second.readLive([second.session("s1", "n2", "b")])
            if let report { second.registry.adopt(report) }
            #expect(abs(Self.standing(second).silentSeconds - silent) <= 6, "\(runID)")
        }
    }

    /// Without a check of its own in between.
    @Test func aRenewalRightAfterAReportWasAdoptedCounts() throws {
        var first = Self.cluster()
        Self.alone(&first, for: 506)
        first.check(after: 0, ["n1": first.heartbeat("a")])
        let report = try #require(first.registry.silenceReport(WatchFingerprint([.native], database: 0)))
        var second = Cluster()
        second.check(["n1": second.heartbeat("a")])
        second.readLive([second.session("s1", "n2", "b")])
        second.registry.adopt(report)
        #expect(second.registry.liveness.renewedSeconds(second.ref(bytes("s1"))) == nil)
        second.take([second.session("s1", "n2", "b", expires: 7_200)], from: .change)
        #expect(second.registry.liveness.renewedSeconds(second.ref(bytes("s1"))) != nil)
    }

    // MARK: - Fingerprints

    @Test func aFingerprintTellsWhatIsWatched() {
        let native = WatchFingerprint([.native], database: 0)
        #expect(native == WatchFingerprint([.native], database: 0))
        #expect(native.description.count == 16)
        var other = Dialect.native
        other.nodes = Dialect.KeyPattern(prefix: "hb:")
        var fields = Dialect.native
        fields.fields.boot = ["incarnation"]
        var collection = Dialect.native
        collection.nodesCollection = nil
        let all = [
            native, WatchFingerprint([.native], database: 1), WatchFingerprint([.native, .bare], database: 0),
            WatchFingerprint([other], database: 0), WatchFingerprint([fields], database: 0),
            WatchFingerprint([collection], database: 0),
        ]
        #expect(Set(all).count == all.count)
        // What it is called changes nothing.
        var renamed = Dialect.native
        renamed.name = "ours"
        #expect(WatchFingerprint([renamed], database: 0) == native)
    }
}
