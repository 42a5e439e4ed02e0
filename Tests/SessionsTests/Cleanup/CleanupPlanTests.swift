import Testing

@testable import Sessions

@Suite struct CleanupPlanTests {
    /// Three nodes, of which `n2` died, `n3` restarted; the evidence says both have been gone for an hour.
    private static func cluster(reading sessions: (Cluster) -> [ObservedSession]) -> (Cluster, GoneOwners) {
        var cluster = Cluster()
        cluster.look([
            "n1": cluster.beat("a"), "n2": cluster.beat("b"), "n3": cluster.beat("c"), "n4": cluster.beat("e"),
        ])
        cluster.look(for: 30) { ["n1": $0.beat("a"), "n3": $0.beat("d", started: -60), "n4": $0.beat("e")] }
        cluster.read(sessions(cluster))
        cluster.look(for: 6) { ["n1": $0.beat("a"), "n3": $0.beat("d", started: -60), "n4": $0.beat("e")] }
        cluster.registry.noteCurrent(at: cluster.now)
        var gone = GoneOwners()
        if let found = cluster.registry.goneOwners(at: cluster.now) {
            for _ in 0..<2 {
                _ = gone.look(
                    found.owners.neverSeen, at: found.at + (gone.owners.isEmpty ? -3600 : 0), elapsed: 3600,
                    isClockTrusted: true)
            }
        }
        return (cluster, gone)
    }

    private static let conditions = CleanupConditions(staleAfterSeconds: 90, settledSeconds: 3600)

    private static func plan(
        _ cluster: Cluster, _ gone: GoneOwners, _ policy: CleanupPolicy = CleanupPolicy(),
        _ conditions: CleanupConditions = conditions
    ) -> CleanupPlan {
        cluster.registry.cleanupPlan(policy, gone: gone, conditions: conditions, at: cluster.now)
    }

    @Test func orphansOfOwnersGoneForLongEnoughMayGo() {
        let (cluster, gone) = Self.cluster { cluster in
            [
                cluster.session("a1", "n1", "a"), cluster.session("b1", "n2", "b", created: -3600),
                cluster.session("b2", "n2", "b", created: -3600), cluster.session("c1", "n3", "c", created: -3600),
            ]
        }
        let plan = Self.plan(cluster, gone)
        #expect(plan.brakes == [])
        #expect(
            plan.groups.map(\.owner) == [GoneOwnerName(node: "n2", boot: "b"), GoneOwnerName(node: "n3", boot: "c")])
        #expect(plan.groups.map(\.reason) == [.ownerDead, .ownerRestarted])
        #expect(plan.groups.map(\.skip) == [nil, nil])
        #expect(plan.going == 3)
    }

    @Test func withoutEvidenceTheyWaitForTheGraceToPass() {
        let (cluster, _) = Self.cluster { [$0.session("b1", "n2", "b", created: -3600)] }
        #expect(Self.plan(cluster, GoneOwners()).skipped == [.grace: 1])
        var gone = GoneOwners()
        guard let found = cluster.registry.goneOwners(at: cluster.now) else {
            return #expect(Bool(false), "no picture")
        }
        _ = gone.look(found.owners.neverSeen, at: found.at - 899, elapsed: nil, isClockTrusted: true)
        _ = gone.look(found.owners.neverSeen, at: found.at, elapsed: 899, isClockTrusted: true)
        #expect(Self.plan(cluster, gone).groups.first?.why == "gone for 899 of 900 s")
        _ = gone.look(found.owners.neverSeen, at: found.at + 1, elapsed: 1, isClockTrusted: true)
        #expect(Self.plan(cluster, gone).going == 1)
    }

    @Test func reasonsThatThePolicyDoesNotNameAreProtected() {
        let (cluster, gone) = Self.cluster { cluster in
            [cluster.session("b1", "n2", "b", created: -3600), cluster.session("c1", "n3", "c", created: -3600)]
        }
        var policy = CleanupPolicy()
        policy.reasons = [.ownerRestarted]
        let plan = Self.plan(cluster, gone, policy)
        #expect(plan.groups.map(\.skip) == [.protected, nil])
        policy.reasons = [.ownerDead, .ownerRestarted, .ownerUnknown, .ownerDenies]
        #expect(Self.plan(cluster, gone, policy).going == 2)
    }

    @Test func whatAnyNodeCanRebuildIsProtected() {
        let (cluster, gone) = Self.cluster { [$0.session("b1", "n2", "b", created: -3600, isAdoptable: true)] }
        let plan = Self.plan(cluster, gone)
        #expect(plan.groups.map(\.skip) == [.protected])
        #expect(plan.groups.map(\.why) == ["any node can rebuild them"])
    }

    /// A new version that has lost its heartbeat makes sessions all the same: nobody may take it for dead.
    @Test func anOwnerWhoseSessionsAreNewerThanItsLastHeartbeatIsProtected() {
        let (cluster, gone) = Self.cluster { cluster in
            [cluster.session("b1", "n2", "b", created: -3600), cluster.session("b2", "n2", "b", created: -1)]
        }
        let plan = Self.plan(cluster, gone)
        #expect(plan.groups.map(\.sessions) == [2])
        #expect(plan.groups.map(\.skip) == [.protected])
        #expect(plan.groups.map(\.why) == ["it made or served sessions after its heartbeat ended"])
    }

    /// The same to a daemon that knows the node from another one, and began when its last heartbeat was about to end: that
    /// is as old as it says.
    @Test func anOwnerThatWorkedOnIsProtectedByADaemonThatMetItsLastHeartbeat() {
        var former = Cluster()
        former.look(["n1": former.beat("a"), "n2": former.beat("b")])
        var cluster = Cluster()
        let last = cluster.beat("b", seen: 5)
        cluster.now = cluster.now + 19
        cluster.registry.recall(former.registry.nodesToKeep, at: cluster.now)
        cluster.look(["n1": cluster.beat("a"), "n2": last])
        #expect(cluster.node("n2")?.lastBeat == last.seenAt)
        cluster.look(for: 90) { ["n1": $0.beat("a")] }
        // 18 s after its last heartbeat.
        cluster.read([cluster.session("b1", "n2", "b", created: 23 - 109)])
        cluster.look(after: 0, ["n1": cluster.beat("a")])
        let owner = GoneOwnerName(node: "n2", boot: "b")
        let gone = GoneOwners([
            owner: GoneOwner(reason: .ownerDead, since: cluster.now - 3600, seenAt: cluster.now, goneSeconds: 3600)
        ])
        #expect(Self.plan(cluster, gone).groups.map(\.why) == ["it made or served sessions after its heartbeat ended"])
    }

    @Test func aBrakeHoldsAllButWhatANewerBootProves() {
        let (cluster, gone) = Self.cluster { cluster in
            [cluster.session("b1", "n2", "b", created: -3600), cluster.session("c1", "n3", "c", created: -3600)]
        }
        var policy = CleanupPolicy()
        policy.maxDeadFraction = 0.2
        let plan = Self.plan(cluster, gone, policy)
        #expect(plan.brakes.map(\.brake) == [.deadFraction])
        #expect(plan.brakes.map(\.measured) == [0.25])
        #expect(plan.brakes.map(\.limit) == [0.2])
        #expect(plan.groups.filter { $0.skip == nil }.map(\.owner.node) == ["n3"])
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
        let (cluster, gone) = Self.cluster { cluster in
            [cluster.session("b1", "n2", "b", created: -3600), cluster.session("c1", "n3", "c", created: -3600)]
        }
        let plan = Self.plan(cluster, gone, CleanupPolicy(), conditions)
        #expect(plan.brakes.map(\.brake) == [brake])
        #expect(plan.going == 0)
        #expect(plan.groups.allSatisfy { $0.why == "held by \(brake.rawValue)" })
    }

    @Test func aStopEndsWhenItSaidSo() {
        let (cluster, gone) = Self.cluster { [$0.session("b1", "n2", "b", created: -3600)] }
        var conditions = Self.conditions
        conditions.stop = CleanupStop(by: "ann", why: "deploy", at: cluster.now, until: cluster.now + 1)
        #expect(Self.plan(cluster, gone, CleanupPolicy(), conditions).going == 0)
        conditions.stop?.until = cluster.now
        #expect(Self.plan(cluster, gone, CleanupPolicy(), conditions).going == 1)
    }

    @Test func noHeartbeatAtAllHoldsEverything() {
        var cluster = Cluster()
        cluster.look(["n1": cluster.beat("a")])
        cluster.look(for: 60) { _ in [:] }
        cluster.read([cluster.session("a1", "n1", "a", created: -3600)])
        let plan = Self.plan(cluster, GoneOwners())
        #expect(plan.brakes.map(\.brake) == [.noHeartbeats, .deadFraction])
    }

    @Test func nothingIsPlannedBeforeThereIsAPicture() {
        var cluster = Cluster()
        cluster.look(["n1": cluster.beat("a")])
        #expect(Self.plan(cluster, GoneOwners()).brakes.map(\.brake) == [.viewStale])
        #expect(cluster.registry.goneOwners(at: cluster.now) == nil)
    }

    @Test func heartbeatsThatNobodyLooksAtAnyMoreHoldEverything() {
        let (cluster, gone) = Self.cluster { [$0.session("b1", "n2", "b", created: -3600)] }
        var late = cluster
        late.now = late.now + 16
        #expect(Self.plan(late, gone).brakes.map(\.brake) == [.viewStale])
    }
}

extension [GoneOwnerName: GoneOwners.Found] {
    /// As a process finds them that never saw them alive.
    var neverSeen: Self { mapValues { GoneOwners.Found($0.reason) } }
}
