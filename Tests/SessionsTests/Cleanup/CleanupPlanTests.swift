import Testing

@testable import Sessions

@Suite struct CleanupPlanTests {
    /// Four nodes, of which `n2` died and `n3` restarted an hour ago.
    private static func cluster(
        silentFor seconds: Double = 3600, reading sessions: (Cluster) -> [ObservedSession]
    ) -> Cluster {
        var cluster = Cluster()
        cluster.check(for: 6) {
            ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("b"), "n3": $0.heartbeat("c"), "n4": $0.heartbeat("e")]
        }
        cluster.readLive(sessions(cluster))
        cluster.check(for: seconds) {
            ["n1": $0.heartbeat("a"), "n3": $0.heartbeat("d", started: -60), "n4": $0.heartbeat("e")]
        }
        cluster.registry.noteCurrent(at: cluster.now)
        return cluster
    }

    private static let conditions = CleanupConditions(staleAfterSeconds: 90, settledSeconds: 3600)

    private static func plan(
        _ cluster: Cluster, _ policy: CleanupPolicy = CleanupPolicy(),
        _ conditions: CleanupConditions = conditions
    ) -> CleanupPlan {
        cluster.registry.cleanupPlan(policy, conditions: conditions, at: cluster.now)
    }

    @Test func orphansOfOwnersGoneForLongEnoughMayGo() {
        let cluster = Self.cluster { cluster in
            [
                cluster.session("a1", "n1", "a"), cluster.session("b1", "n2", "b", created: -3600),
                cluster.session("b2", "n2", "b", created: -3600), cluster.session("c1", "n3", "c", created: -3600),
            ]
        }
        let plan = Self.plan(cluster)
        #expect(plan.brakes == [])
        #expect(
            plan.groups.map(\.owner) == [SessionOwner(node: "n2", boot: "b"), SessionOwner(node: "n3", boot: "c")])
        #expect(plan.groups.map(\.reason) == [.ownerDead, .ownerRestarted])
        #expect(plan.groups.map(\.skip) == [nil, nil])
        #expect(plan.going == 3)
    }

    @Test func theyWaitUntilNothingWasHeardForTheGrace() {
        var cluster = Self.cluster(silentFor: 900) { [$0.session("b1", "n2", "b", created: -3600)] }
        #expect(Self.plan(cluster).groups.first?.why == "silent for 888 of 900 s")
        for _ in 0..<3 { cluster.check(after: 3, ["n1": cluster.heartbeat("a"), "n4": cluster.heartbeat("e")]) }
        cluster.registry.noteCurrent(at: cluster.now)
        #expect(Self.plan(cluster).skipped == [.grace: 1])
        cluster.check(after: 3, ["n1": cluster.heartbeat("a"), "n4": cluster.heartbeat("e")])
        cluster.registry.noteCurrent(at: cluster.now)
        #expect(Self.plan(cluster).going == 1)
    }

    @Test func reasonsThatThePolicyDoesNotNameAreProtected() {
        let cluster = Self.cluster { cluster in
            [cluster.session("b1", "n2", "b", created: -3600), cluster.session("c1", "n3", "c", created: -3600)]
        }
        var policy = CleanupPolicy()
        policy.reasons = [.ownerRestarted]
        let plan = Self.plan(cluster, policy)
        #expect(plan.groups.map(\.skip) == [.protected, nil])
        policy.reasons = [.ownerDead, .ownerRestarted, .ownerUnknown, .ownerDenies]
        #expect(Self.plan(cluster, policy).going == 2)
    }

    @Test func whatAnyNodeCanRebuildIsProtected() {
        let cluster = Self.cluster { [$0.session("b1", "n2", "b", created: -3600, isAdoptable: true)] }
        let plan = Self.plan(cluster)
        #expect(plan.groups.map(\.skip) == [.protected])
        #expect(plan.groups.map(\.why) == ["any node can rebuild them"])
    }

    @Test func whatADenialOrALogAloneTellsIsProtected() {
        var cluster = Self.cluster { cluster in
            [
                cluster.session("d1", "n1", "a", created: -3600), cluster.session("l1", nil, nil, created: -3600),
            ]
        }
        cluster.refuse("d1", at: "n1")
        cluster.serve("l1", at: "n4")
        // The node that served the one is gone now.
        cluster.check(for: 3_600) { ["n1": $0.heartbeat("a"), "n3": $0.heartbeat("d", started: -60)] }
        cluster.registry.noteCurrent(at: cluster.now)
        let plan = Self.plan(cluster)
        #expect(plan.going == 0)
        #expect(plan.groups.allSatisfy { $0.skip == .protected })
        #expect(Set(plan.groups.map(\.reason)) == [.ownerDenies, .ownerDead])
    }

    /// A new version that has lost its heartbeat makes sessions all the same: nobody may take it for dead.
    @Test func anOwnerThatRegistersSessionsAfterItsHeartbeatEndedIsProtected() {
        var cluster = Self.cluster { [$0.session("b1", "n2", "b", created: -3600)] }
        #expect(Self.plan(cluster).going == 1)
        cluster.take([cluster.session("b2", "n2", "b", created: -1)], from: .change)
        let plan = Self.plan(cluster)
        #expect(plan.groups.map(\.sessions) == [2])
        #expect(plan.groups.map(\.skip) == [.protected])
        #expect(plan.groups.map(\.why) == ["it registered a session after its heartbeat ended"])
        cluster.check(for: 920) { ["n1": $0.heartbeat("a"), "n3": $0.heartbeat("d"), "n4": $0.heartbeat("e")] }
        cluster.registry.noteCurrent(at: cluster.now)
        #expect(Self.plan(cluster).going == 2)
    }

    @Test func aSessionThatIsRenewedBeginsItsOwnGrace() {
        var cluster = Self.cluster { cluster in
            ["b1", "b2"].map { cluster.session($0, "n2", "b", created: -3600) }
        }
        cluster.take([cluster.session("b2", "n2", "b", created: -7200, expires: 7_200)], from: .change)
        let plan = Self.plan(cluster)
        #expect(plan.groups.map(\.sessions) == [1, 1])
        #expect(plan.groups.map(\.skip) == [nil, .renewed])
        var shelf = 0
        var candidates: [CleanupCandidate] = []
        while shelf < cluster.registry.shelfCount {
            candidates += cluster.registry.candidates(
                of: [SessionOwner(node: "n2", boot: "b"): .ownerDead], CleanupPolicy(), from: &shelf)
        }
        #expect(candidates.map(\.ref) == [cluster.ref(Array("b1".utf8))])
    }

    @Test func whatNobodyEverSawAliveIsProtectedUntilSomebodyVouchesForIt() {
        var cluster = Self.cluster { [$0.session("x1", "n9", "x", created: -3600)] }
        let plan = Self.plan(cluster)
        #expect(plan.groups.map(\.reason) == [.ownerUnknown])
        #expect(plan.groups.map(\.skip) == [.protected])
        cluster.registry.attest(
            SessionOwner(node: "n9", boot: nil), Attestation(by: "ann", why: "gone", at: cluster.now))
        #expect(Self.plan(cluster).going == 1)
        var policy = CleanupPolicy()
        policy.reasons = [.ownerUnknown]
        var other = Self.cluster { [$0.session("x1", "n9", "x", created: -3600)] }
        #expect(Self.plan(other, policy).going == 0)
        other.registry.attest(SessionOwner(node: "n9", boot: "y"), Attestation(by: "ann", why: "gone", at: other.now))
        #expect(Self.plan(other, policy).going == 0)
    }

    /// Times of nodes are no evidence.
    @Test func whatIsOlderThanItsNodesStartIsProtected() {
        var cluster = Cluster()
        cluster.check(for: 6) { ["n1": $0.heartbeat(started: -60), "n2": $0.heartbeat("b")] }
        cluster.readLive([cluster.session("s1", "n1", created: -3600)])
        cluster.check(for: 960) { ["n1": $0.heartbeat(started: -60), "n2": $0.heartbeat("b")] }
        cluster.registry.noteCurrent(at: cluster.now)
        #expect(cluster.state("s1") == .orphaned(.ownerRestarted))
        #expect(Self.plan(cluster).groups.map(\.skip) == [.protected])
    }

    /// Two dialects may have nodes of one name.
    @Test func whatWasSeenUnderAnotherDialectsHeartbeatKeyProvesNothing() {
        var cluster = Self.cluster { [$0.session("b1", "n2", "b", created: -3600)] }
        cluster.registry.heartbeatDialects = [0, 1]
        let going: [SessionOwner: OrphanReason] = [SessionOwner(node: "n2", boot: "b"): .ownerDead]
        func count(_ registry: Registry) -> Int {
            var (shelf, found) = (0, 0)
            while shelf < registry.shelfCount {
                found += registry.candidates(of: going, CleanupPolicy(), from: &shelf).count
            }
            return found
        }
        #expect(count(cluster.registry) == 1)
        var known = KnownOwner(SessionOwner(node: "n2", boot: "b"))
        (known.dialects, known.lastHeartbeatAt) = ([1], Cluster().now - 60)
        var other = Cluster()
        other.registry.heartbeatDialects = [0, 1]
        _ = other.registry.recall([known], at: other.now)
        other.readLive([other.session("b1", "n2", "b", created: -3600)])
        other.check(for: 960) { ["n1": $0.heartbeat("a")] }
        #expect(other.state("b1") == .orphaned(.ownerDead))
        #expect(count(other.registry) == 0)
    }

    /// The same to a daemon that knows the node from another one, and began when its last heartbeat was about to end: that
    /// is as old as it says.
    @Test func anOwnerThatWorkedOnIsProtectedByADaemonThatMetItsLastHeartbeat() {
        var former = Cluster()
        former.check(["n1": former.heartbeat("a"), "n2": former.heartbeat("b")])
        var cluster = Cluster()
        let last = cluster.heartbeat("b", seen: 5)
        cluster.now = cluster.now + 19
        _ = cluster.registry.recall(former.registry.knownToKeep, at: cluster.now)
        cluster.check(["n1": cluster.heartbeat("a"), "n2": last])
        #expect(cluster.node("n2")?.lastHeartbeatAt == last.seenAt)
        cluster.check(for: 90) { ["n1": $0.heartbeat("a")] }
        // 18 s after its last heartbeat.
        cluster.read([cluster.session("b1", "n2", "b", created: 23 - 109)])
        cluster.check(after: 0, ["n1": cluster.heartbeat("a")])
        #expect(Self.plan(cluster).groups.map(\.why) == ["it created or served sessions after its heartbeat ended"])
    }

    /// An instance saw it alive and ended; it worked on, died, and its heartbeat went with it. When that ended nobody saw.
    @Test func anOwnerThatDiedWhileNobodyWatchedGoesOnceItIsSilent() {
        var former = Cluster()
        for _ in 0..<4 { former.check(after: 3, ["n1": former.heartbeat("a"), "n2": former.heartbeat("b")]) }
        var cluster = Cluster()
        cluster.now = former.now + 3_600
        _ = cluster.registry.recall(former.registry.knownToKeep, at: cluster.now)
        cluster.check(["n1": cluster.heartbeat("a")])
        // Made half an hour after the former instance had ended.
        cluster.readLive([cluster.session("b1", "n2", "b", created: -1_800)])
        cluster.check(for: 990) { ["n1": $0.heartbeat("a"), "n3": $0.heartbeat("c")] }
        cluster.registry.noteCurrent(at: cluster.now)
        #expect(Self.plan(cluster).going == 1)
    }

    /// They may have begun anew under the same name, without a heartbeat that anybody can see.
    @Test func whatAnAttestedOwnerMadeSinceIsProtected() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("a")])
        cluster.readLive([cluster.session("b1", "n2", "b", created: -3600)])
        cluster.registry.attest(
            SessionOwner(node: "n2", boot: "b"), Attestation(by: "ann", why: "its host burnt", at: cluster.now))
        cluster.check(for: 990) { ["n1": $0.heartbeat("a")] }
        cluster.registry.noteCurrent(at: cluster.now)
        #expect(Self.plan(cluster).going == 1)
        cluster.take([cluster.session("b2", "n2", "b", created: -1)], from: .change)
        cluster.check(for: 990) { ["n1": $0.heartbeat("a")] }
        cluster.registry.noteCurrent(at: cluster.now)
        #expect(Self.plan(cluster).going == 0)
        #expect(
            Self.plan(cluster).groups.map(\.why)
                == ["it created or served sessions after somebody attested that it is gone"])
    }

    @Test func aBrakeHoldsAllButWhatANewerBootProves() {
        let cluster = Self.cluster { cluster in
            [cluster.session("b1", "n2", "b", created: -3600), cluster.session("c1", "n3", "c", created: -3600)]
        }
        var policy = CleanupPolicy()
        policy.maxDeadFraction = 0.2
        let plan = Self.plan(cluster, policy)
        #expect(plan.brakes.map(\.brake) == [.deadFraction])
        #expect(plan.brakes.map(\.measured) == [0.25])
        #expect(plan.brakes.map(\.limit) == [0.2])
        #expect(plan.groups.filter { $0.skip == nil }.map(\.owner.node) == ["n3"])
    }

    /// Processes that change their names, or whose heartbeats broke after a scale-up, look replaced, and live on. A pod that
    /// another revision replaced does not.
    @Test(arguments: [(revision: "7d9f8b6c5", isHeld: true), ("5f6d7c8b9", false)])
    func onlyARolloutReleasesTheBrake(revision: String, isHeld: Bool) {
        let old = ["b", "c", "d"].map { "mcp-7d9f8b6c5-x2x4\($0)" }
        let new = ["b", "c", "d"].map { "mcp-\(revision)-z2z4\($0)" }
        var cluster = Cluster()
        func beat(_ nodes: [String], for seconds: Double) {
            cluster.check(for: seconds) { cluster in
                Dictionary(uniqueKeysWithValues: nodes.map { ($0, cluster.heartbeat("b", seen: 0)) })
            }
        }
        beat(["db-0"] + old, for: 30)
        cluster.readLive(old.map { cluster.session("s-\($0)", $0, "b", created: -3600) })
        beat(["db-0"] + old, for: 60)
        beat(["db-0"], for: 15)
        beat(["db-0"] + new, for: 960)
        #expect(old.allSatisfy { cluster.node($0)?.successor != nil })
        cluster.registry.noteCurrent(at: cluster.now)
        var policy = CleanupPolicy()
        policy.maxDeadFraction = 0.2
        let plan = Self.plan(cluster, policy)
        #expect(plan.brakes.map(\.brake) == (isHeld ? [.deadFraction] : []))
        #expect(plan.going == (isHeld ? 0 : 3))
    }

    @Test(arguments: [
        (CleanupConditions(staleAfterSeconds: 90, settledSeconds: 59), CleanupBrake.redisUnsettled),
        (CleanupConditions(staleAfterSeconds: 90, settledSeconds: nil), .redisUnsettled),
        (CleanupConditions(staleAfterSeconds: 90, settledSeconds: 600, skewSeconds: 31), .clockSkew),
        (CleanupConditions(staleAfterSeconds: 90, settledSeconds: 600, skewSeconds: -31), .clockSkew),
        (
            CleanupConditions(
                staleAfterSeconds: 90, settledSeconds: 600,
                stop: CleanupStop(by: "ann", why: "deploy", at: UnixTime(milliseconds: 0))), .suspended
        ),
        (CleanupConditions(staleAfterSeconds: -1, settledSeconds: 600), .viewStale),
    ])
    func eachBrakeHoldsEverything(conditions: CleanupConditions, brake: CleanupBrake) {
        let cluster = Self.cluster { cluster in
            [cluster.session("b1", "n2", "b", created: -3600), cluster.session("c1", "n3", "c", created: -3600)]
        }
        let plan = Self.plan(cluster, CleanupPolicy(), conditions)
        #expect(plan.brakes.map(\.brake) == [brake])
        #expect(plan.going == 0)
        #expect(plan.groups.allSatisfy { $0.why == "held by \(brake.rawValue)" })
    }

    /// Redis' clock may have been set since the last check of the heartbeats, or the host suspended.
    @Test(arguments: [(passed: 0.0, monotonic: 60.0), (60, 0), (-60, 0), (-3_600, 114)])
    func heartbeatsThatEitherClockShowsToBeOldHoldEverything(passed: Double, monotonic: Double) {
        var cluster = Self.cluster { [$0.session("b1", "n2", "b", created: -3600)] }
        var conditions = Self.conditions
        conditions.monotonicSeconds = cluster.now.seconds
        #expect(Self.plan(cluster, CleanupPolicy(), conditions).going == 1)
        conditions.monotonicSeconds = cluster.now.seconds + monotonic
        cluster.now = cluster.now + passed
        let plan = Self.plan(cluster, CleanupPolicy(), conditions)
        #expect(plan.brakes.map(\.brake) == [.viewStale])
        #expect(plan.going == 0)
    }

    @Test func aStopEndsWhenItSaidSo() {
        let cluster = Self.cluster { [$0.session("b1", "n2", "b", created: -3600)] }
        var conditions = Self.conditions
        conditions.stop = CleanupStop(by: "ann", why: "deploy", at: cluster.now, until: cluster.now + 1)
        #expect(Self.plan(cluster, CleanupPolicy(), conditions).going == 0)
        conditions.stop?.until = cluster.now
        #expect(Self.plan(cluster, CleanupPolicy(), conditions).going == 1)
    }

    @Test func noHeartbeatAtAllHoldsEverything() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("a")])
        cluster.readLive([cluster.session("a1", "n1", "a", created: -3600)])
        cluster.check(for: 960) { _ in [:] }
        cluster.registry.noteCurrent(at: cluster.now)
        let plan = Self.plan(cluster)
        #expect(plan.brakes.map(\.brake) == [.noHeartbeats, .deadFraction])
        #expect(plan.going == 0)
        #expect(plan.groups.map(\.why) == ["held by no_heartbeats"])
    }

    @Test func nothingIsPlannedBeforeThereIsAPicture() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("a")])
        #expect(Self.plan(cluster).brakes.map(\.brake) == [.viewStale])
    }

    @Test func heartbeatsThatNobodyLooksAtAnyMoreHoldEverything() {
        let cluster = Self.cluster { [$0.session("b1", "n2", "b", created: -3600)] }
        var late = cluster
        late.now = late.now + 16
        #expect(Self.plan(late).brakes.map(\.brake) == [.viewStale])
    }
}
