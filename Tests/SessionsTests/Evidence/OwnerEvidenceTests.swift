import Testing

@testable import Sessions

/// What is known of owners, and how long they have been silent.
@Suite struct OwnerEvidenceTests {
    // MARK: - Known

    @Test func whoBeatsIsKnownAndStaysSoThroughABreak() {
        var cluster = EvidenceStage.cluster()
        #expect(EvidenceStage.standing(cluster).isKnown)
        cluster.check(after: 3, [:], history: RedisHistory(["server": .init(runID: "other", offset: 0)]))
        #expect(EvidenceStage.standing(cluster).isKnown)
        #expect(!EvidenceStage.standing(cluster, SessionOwner(node: "n2", boot: "c")).isKnown)
        #expect(EvidenceStage.standing(cluster, SessionOwner(node: "n2", boot: nil)).isKnown)
    }

    /// It may be as old as it likes.
    @Test func aMemberOfACollectionIsKnownOnceItMoves() {
        var cluster = Cluster()
        let stale = cluster.heartbeat("b", seen: -3600)
        cluster.check(["n2": stale], collected: ["n2"])
        cluster.check(after: 3, ["n2": stale], collected: ["n2"])
        #expect(!EvidenceStage.standing(cluster).isKnown)
        cluster.check(after: 3, ["n2": cluster.heartbeat("b")], collected: ["n2"])
        #expect(EvidenceStage.standing(cluster).isKnown)
    }

    @Test func aHeartbeatThatNamesNoBootMakesNoBootKnown() {
        var cluster = Cluster()
        for _ in 0..<3 { cluster.check(after: 3, ["n2": cluster.heartbeat()]) }
        #expect(!EvidenceStage.standing(cluster).isKnown)
        #expect(EvidenceStage.standing(cluster, SessionOwner(node: "n2", boot: nil)).isKnown)
    }

    @Test func anAttestationHoldsUntilTheOwnerIsHeard() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("a")])
        cluster.readLive([cluster.session("s1", "n2", "b")])
        cluster.registry.attest(
            SessionOwner(node: "n2", boot: nil), Attestation(by: "ann", why: "its host burnt", at: cluster.now))
        #expect(EvidenceStage.standing(cluster).attestation?.by == "ann")
        #expect(!EvidenceStage.standing(cluster).isKnown)
        for _ in 0..<2 { cluster.check(after: 3, ["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("b")]) }
        #expect(EvidenceStage.standing(cluster).attestation == nil)
        #expect(EvidenceStage.standing(cluster).isKnown)
    }

    // MARK: - Silent

    @Test func silenceIsCountedFromWhenItIsCertainlyQuiet() {
        var cluster = EvidenceStage.cluster()
        EvidenceStage.alone(&cluster, for: 30)
        #expect(EvidenceStage.standing(cluster).silentSeconds == 18)
        cluster.check(after: 3, ["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("b")])
        #expect(EvidenceStage.standing(cluster).silentSeconds == 0)
    }

    /// Whatever Redis' clock shows: it is the other one that counts.
    @Test func aClockThatIsSetMakesNoSilence() {
        var cluster = EvidenceStage.cluster()
        let time = cluster.now
        // Redis' clock goes twice as fast, from two hours ahead on.
        for check in 0...30 {
            let seconds = time.seconds + 3 * Double(check)
            cluster.registry.take(HeartbeatCheck(), at: time + 7_200 + 6 * Double(check), seconds: seconds)
        }
        #expect(EvidenceStage.standing(cluster).silentSeconds == 90 - 12)
    }

    @Test func aPauseCountsTwoChecksAtMost() {
        var cluster = Cluster()
        // Its key outlives every pause, so that no pause hides a heartbeat.
        cluster.heartbeatSeconds = 100_000
        for _ in 0..<2 { cluster.check(after: 3, ["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("b")]) }
        cluster.readLive([cluster.session("s1", "n2", "b")])
        for pause in 1...4 {
            cluster.check(after: 3_600, ["n1": cluster.heartbeat("a")])
            #expect(EvidenceStage.standing(cluster).silentSeconds == max(6 * Double(pause) - 12, 0))
        }
    }

    /// While the host is suspended its monotonic clock stands still: a heartbeat may come and go in that time.
    @Test func aPauseThatOnlyRedisClockShowsEndsTheSilence() {
        var cluster = EvidenceStage.cluster()
        EvidenceStage.alone(&cluster, for: 30)
        #expect(EvidenceStage.standing(cluster).silentSeconds == 18)
        let seconds = cluster.now.seconds + 1
        cluster.now = cluster.now + cluster.heartbeatSeconds + 1
        cluster.registry.take(HeartbeatCheck(), at: cluster.now, seconds: seconds)
        #expect(EvidenceStage.standing(cluster).silentSeconds == 0)
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
        #expect(EvidenceStage.standing(cluster).silentSeconds == 18)
        cluster.check(after: 3, [:], history: next)
        #expect(EvidenceStage.standing(cluster).silentSeconds == 0)
        #expect(EvidenceStage.standing(cluster).isKnown)
    }

    @Test func aHistoryThatGoesOnIsTheSame() {
        var cluster = Cluster()
        for offset in [1, 1, 5, 9] as [Int64] {
            let history = RedisHistory(["server": .init(runID: "x", offset: offset)])
            cluster.check(after: 3, offset < 5 ? ["n2": cluster.heartbeat("b")] : [:], history: history)
        }
        #expect(cluster.registry.evidence.breaks == 0)
    }

    // MARK: - Shared names

    @Test func twoBootsThatTakeTurnsAreASharedName() {
        var cluster = Cluster()
        for round in 0..<8 { cluster.check(after: 3, ["n2": cluster.heartbeat(round % 2 == 0 ? "b" : "c")]) }
        #expect(EvidenceStage.standing(cluster).isShared)
        #expect(EvidenceStage.standing(cluster).silentSeconds == 0)
        #expect((EvidenceStage.standing(cluster).soleSeconds ?? .infinity) <= 3)
        cluster.check(for: 950) { ["n2": $0.heartbeat("c")] }
        #expect(!EvidenceStage.standing(cluster).isShared)
        #expect((EvidenceStage.standing(cluster).soleSeconds ?? 0) >= 945)
    }

    @Test func aRestartIsNoSharedName() {
        var cluster = EvidenceStage.cluster()
        cluster.check(for: 60) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("c")] }
        #expect(!EvidenceStage.standing(cluster).isShared)
        #expect(EvidenceStage.standing(cluster).silentSeconds >= 48)
    }

    /// One of them may be hidden from every check.
    @Test func aHeartbeatThatWasReadBetweenChecksIsHeard() {
        var cluster = EvidenceStage.cluster()
        for _ in 0..<20 {
            var check = HeartbeatCheck()
            check.add(FoundHeartbeat(cluster.heartbeat("b"), deadline: cluster.now + 15, lifetimeSeconds: 15), of: "n2")
            (check.written, check.isObservation) = (["n2"], false)
            cluster.registry.hear(check, at: cluster.now, seconds: cluster.now.seconds)
            cluster.check(after: 3, ["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("c")])
        }
        #expect(EvidenceStage.standing(cluster).silentSeconds == 0)
        #expect(EvidenceStage.standing(cluster).isShared)
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
        var cluster = EvidenceStage.cluster()
        var late = Cluster()
        late.check(for: 6) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("b")] }
        EvidenceStage.alone(&late, for: 900)
        late.readLive([late.session("s1", "n2", "b", created: -3600)])
        EvidenceStage.alone(&cluster, for: 60)
        EvidenceStage.alone(&late, for: 60)
        #expect(EvidenceStage.standing(late).silentSeconds <= 60)
        #expect(abs(EvidenceStage.standing(late).silentSeconds - EvidenceStage.standing(cluster).silentSeconds) <= 6)
    }

    // MARK: - Other instances

    @Test func whatAnotherInstanceHeardCountsAndThatItHeardNothingDoesNot() {
        var cluster = EvidenceStage.cluster()
        EvidenceStage.alone(&cluster, for: 300)
        func report(_ seconds: Double, heard: Bool) -> SilenceReport {
            let owner = SilenceReport.Owner(boot: "b", silentSeconds: seconds, wasHeard: heard)
            let node = SilenceReport.Node(
                name: "n2", owners: [owner], soleBoot: nil, soleSeconds: 0, isShared: false, renewed: [])
            return SilenceReport(
                fingerprint: WatchFingerprint([.native], database: 0), history: RedisHistory([:]), nodes: [node])
        }
        cluster.registry.limitSilence(by: report(20, heard: false))
        #expect(EvidenceStage.standing(cluster).silentSeconds == 288)
        cluster.registry.limitSilence(by: report(20, heard: true))
        #expect(EvidenceStage.standing(cluster).silentSeconds == 8)
    }

    @Test func aReportIsAdoptedWithinOneHistory() {
        for (runID, silent) in [("x", 500.0), ("y", 0)] {
            var first = EvidenceStage.cluster()
            EvidenceStage.alone(&first, for: 506)
            first.check(after: 0, ["n1": first.heartbeat("a")])
            let fingerprint = WatchFingerprint([.native], database: 0)
            var report = first.registry.silenceReport(fingerprint)
            report?.history = RedisHistory(["server": .init(runID: "x", offset: 5)])
            var second = Cluster()
            second.check(
                ["n1": second.heartbeat("a")], history: RedisHistory(["server": .init(runID: runID, offset: 9)]))
            second.readLive([second.session("s1", "n2", "b")])
            if let report { second.registry.adopt(report) }
            #expect(abs(EvidenceStage.standing(second).silentSeconds - silent) <= 6, "\(runID)")
        }
    }

    /// Without a check of its own in between.
    @Test func aRenewalRightAfterAReportWasAdoptedCounts() throws {
        var first = EvidenceStage.cluster()
        EvidenceStage.alone(&first, for: 506)
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
