import Testing

@testable import Sessions

/// Owners of sessions that name none, learnt from lines.
@Suite struct LearningTests {
    private static func bare(isLive: Bool = true, created: Double? = nil) -> Cluster {
        Cluster.ofThree(isLive: isLive) { [$0.session("s", created: created), $0.session("t", created: created)] }
    }

    private static func learnt() -> Cluster {
        var cluster = bare()
        cluster.serve("s", at: "n1", isNew: true)
        return cluster
    }

    @Test(arguments: [false, true])
    func whoCreatedOrServedItOwnsIt(isNew: Bool) {
        var cluster = Self.bare()
        cluster.serve("s", at: "10.0.0.1:8080", isNew: isNew)
        let summary = cluster.summary("s")
        #expect(summary?.state == .owned)
        #expect([summary?.node, summary?.boot] == ["n1", "b1"])
        #expect(summary?.isLearnt == true)
        #expect(cluster.summary("t")?.state == .unowned(.noOwner))
        #expect(cluster.summary("t")?.isLearnt == false)
        #expect(cluster.registry.ownerChanges == 0)
        let judgement = cluster.refuse("s", at: "n2")
        #expect(judgement?.verdict == .misrouted)
        #expect(judgement?.owner == "n1")
        cluster.checkCounts()
    }

    @Test(arguments: [nil, "n9", "ghost", "dead"])
    func onlyANodeThatLivesIsLearnt(node: String?) {
        var cluster = Self.bare()
        let last = cluster.heartbeat("b1")
        cluster.check(cluster.threeHeartbeats.merging(["dead": last]) { a, _ in a })
        cluster.check(for: 15) { $0.threeHeartbeats.merging(["dead": last]) { a, _ in a } }
        cluster.take([cluster.session("other", "ghost", "b1")], from: .change)
        cluster.serve("s", at: node)
        #expect(cluster.state("s") == .unowned(.noOwner))
    }

    /// What the process before did says nothing of the one that lives.
    @Test(arguments: [(-1000, true), (-1002, true), (-1003, false)] as [(Double, Bool)])
    func onlyWhatThePresentProcessDidIsLearnt(time: Double, isLearnt: Bool) {
        var cluster = Self.bare()
        cluster.serve("s", at: "n1", time: time)
        #expect(cluster.summary("s")?.isLearnt == isLearnt)
    }

    @Test func aNamedOwnerIsNotReplacedByALearntOne() {
        var cluster = Cluster.ofThree { [$0.session("s", "n1", "b1"), $0.session("old", "n1", "b0")] }
        cluster.check(after: 3, cluster.threeHeartbeats)
        cluster.serve("s", at: "n2")
        cluster.serve("old", at: "n2")
        #expect(cluster.summary("s")?.node == "n1")
        #expect(cluster.state("old") == .orphaned(.ownerRestarted))
        cluster = Self.learnt()
        cluster.serve("s", at: "n2")
        #expect(cluster.summary("s")?.node == "n1")
    }

    @Test(arguments: [false, true])
    func aLearntOwnerStaysWhileTheValueNamesNone(isLive: Bool) {
        var cluster = Self.bare(isLive: isLive)
        cluster.serve("s", at: "n1")
        let touched = [cluster.session("s", created: nil, expires: 9000), cluster.session("t", created: -5)]
        if isLive { cluster.take(touched, from: .change) }
        for _ in 0..<2 { if isLive { cluster.readLive(touched) } else { cluster.read(touched) } }
        #expect(cluster.summary("s")?.isLearnt == true)
        #expect(cluster.summary("s")?.expiresAt == cluster.now + 9000)
        #expect(cluster.state("t") == .unowned(.noOwner))
        #expect(cluster.registry.ownerChanges == 0)
        #expect(cluster.registry.drift == 0)
        cluster.checkCounts()
        // Learnt while a reading waits with what it found before.
        cluster.registry.beginFullScan(isLive: isLive)
        cluster.take([cluster.session("s", created: -1), cluster.session("t", created: -1)])
        cluster.serve("t", at: "n2")
        cluster.finish()
        #expect(cluster.summary("t")?.node == "n2")
        cluster.checkCounts()
        let named = [cluster.session("s", "n2", "b1")]
        if isLive { cluster.take(named, from: .change) } else { cluster.read(named) }
        #expect(cluster.summary("s")?.node == "n2")
        #expect(cluster.summary("s")?.isLearnt == false)
        cluster.checkCounts()
    }

    @Test func aLearntOwnerThatIsGoneMakesNoOrphan() {
        var cluster = Self.learnt()
        let last = cluster.threeHeartbeats
        cluster.check(for: 15) { cluster in
            cluster.threeHeartbeats.merging(["n1": last["n1"] ?? .marker]) { _, b in b }
        }
        #expect(cluster.state("s") == .unowned(.learntOwnerGone))
        #expect(cluster.summary("s")?.orphanedSince == nil)
        #expect(cluster.registry.orphanAges(at: cluster.now).counts.allSatisfy { $0 == 0 })
        let judgement = cluster.refuse("s", at: "n2")
        #expect(judgement?.verdict == .unowned)
        #expect(judgement?.owner == "n1")
        cluster.checkCounts()
        // It was but slow; then it starts anew.
        cluster.check(after: 3, cluster.threeHeartbeats)
        #expect(cluster.state("s") == .owned)
        var heartbeats = cluster.threeHeartbeats
        heartbeats["n1"]?.boot = "b2"
        heartbeats["n1"]?.startedAt = cluster.now + 2
        cluster.check(after: 3, heartbeats)
        #expect(cluster.state("s") == .unowned(.learntOwnerGone))
        cluster.checkCounts()
        // Another serves it now.
        cluster.serve("s", at: "n3")
        #expect(cluster.summary("s")?.node == "n3")
        #expect(cluster.state("s") == .owned)
        cluster.checkCounts()
    }

    /// Without boots a restart is seen by the start alone, and the session's own time is not known.
    @Test func aRestartWithoutBootsIsARestart() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat(started: -1000)])
        cluster.readLive([cluster.session("s", created: nil)])
        cluster.serve("s", at: "n1")
        #expect(cluster.state("s") == .owned)
        cluster.check(after: 3, ["n1": cluster.heartbeat(started: -1)])
        #expect(cluster.state("s") == .unowned(.learntOwnerGone))
        cluster.serve("s", at: "n1")
        #expect(cluster.state("s") == .owned)
        cluster.checkCounts()
    }

    @Test func aDenialDropsTheLearntOwner() {
        var cluster = Self.learnt()
        #expect(cluster.refuse("s", at: "n1")?.verdict == .ownerDenies)
        #expect(cluster.state("s") == .unowned(.noOwner))
        #expect(cluster.summary("s")?.isLearnt == false)
        #expect(cluster.registry.nodeSummary(named: "n1", at: cluster.now)?.isSuspect == false)
        #expect(cluster.refuse("s", at: "n1")?.verdict == .unowned)
        cluster.checkCounts()
    }

    /// The line is often faster than the key, by a whole scan where changes are not told.
    @Test(arguments: [false, true])
    func aLineMayComeBeforeItsKey(isLive: Bool) {
        var cluster = Self.bare(isLive: isLive)
        cluster.now = cluster.now + 5
        cluster.serve("new", at: "n2", isNew: true)
        cluster.serve("named", at: "n2", isNew: true)
        // The registry has not been read since: it cannot deny what the line says.
        #expect(cluster.refuse("new", at: "n1")?.verdict == .unverified)
        #expect(cluster.refuse("forged", at: "n1")?.verdict == .neverSeen)
        let found = [cluster.session("new", created: nil), cluster.session("named", "n1", "b1")]
        cluster.check(after: 1, cluster.threeHeartbeats)
        if isLive { cluster.take(found, from: .change) } else { cluster.read(found) }
        #expect(cluster.summary("new")?.node == "n2")
        #expect(cluster.summary("new")?.isLearnt == true)
        #expect(cluster.summary("named")?.node == "n1")
        #expect(cluster.registry.testimony.ownersSeenBeforeRead.isEmpty)
        cluster.checkCounts()
        #expect(cluster.refuse("new", at: "n1")?.verdict == .misrouted)
    }

    /// Three nodes, two seconds after the last check: heartbeats `n1` of a process that begins now, others as they were.
    private static func restarting() -> (Cluster, [String: Heartbeat]) {
        var cluster = bare()
        var heartbeats = cluster.threeHeartbeats
        cluster.now = cluster.now + 2
        heartbeats["n1"] = cluster.heartbeat("b2", started: 0, seen: 0.5)
        return (cluster, heartbeats)
    }

    enum Step {
        case line, key, check
    }

    /// A process that has just begun may log before its first heartbeat is seen.
    @Test(arguments: [[Step.key, .line, .check], [.line, .key, .check], [.line, .check, .key]])
    func aNewProcessIsNotTakenForTheOneBefore(steps: [Step]) {
        var (cluster, heartbeats) = Self.restarting()
        for (place, step) in steps.enumerated() {
            switch step {
            case .line: cluster.serve("new", at: "n1", isNew: true)
            case .key: cluster.take([cluster.session("new", created: nil)], from: .change)
            case .check: cluster.check(after: 1, heartbeats)
            }
            guard place == 1, step != .check else { continue }
            // It is on that node; which of its processes has it is not known yet.
            #expect(cluster.state("new") == .owned)
            #expect([cluster.summary("new")?.node, cluster.summary("new")?.boot] == ["n1", nil])
            #expect(cluster.summary("new")?.isLearnt == true)
            #expect(cluster.registry.judge(cluster.request(.refused, "new", at: "n2"), at: cluster.now) == nil)
            cluster.checkCounts()
        }
        #expect(cluster.state("new") == .owned)
        #expect([cluster.summary("new")?.node, cluster.summary("new")?.boot] == ["n1", "b2"])
        #expect(cluster.node("n1")?.restarts == 1)
        #expect(cluster.registry.testimony.ownersOfUnknownBoot.isEmpty)
        cluster.checkCounts()
    }

    @Test func theNextBeatOfTheSameProcessProvesItsLines() {
        var (cluster, _) = Self.restarting()
        let old = Self.bare().threeHeartbeats
        cluster.serve("s", at: "n1")
        for _ in 0..<2 {
            // A heartbeat that stands still may be that of a process that is gone.
            cluster.check(after: 1, old)
            #expect(cluster.state("s") == .owned)
            #expect(cluster.summary("s")?.boot == nil)
        }
        cluster.check(after: 1, cluster.threeHeartbeats)
        #expect([cluster.summary("s")?.node, cluster.summary("s")?.boot] == ["n1", "b1"])
        #expect(cluster.registry.testimony.ownersOfUnknownBoot.isEmpty)
        cluster.checkCounts()
    }

    @Test func whatTheOldProcessDidIsNotTheNewOnes() {
        var (cluster, heartbeats) = Self.restarting()
        cluster.serve("s", at: "n1", time: -0.5)
        heartbeats["n1"] = cluster.heartbeat("b2", started: 1.75, seen: 2)
        cluster.check(after: 3, heartbeats)
        #expect(cluster.state("s") == .unowned(.learntOwnerGone))
        #expect(cluster.registry.testimony.ownersOfUnknownBoot.isEmpty)
        cluster.checkCounts()
    }

    @Test func aNodeThatWasDeadMayLogBeforeItsFirstHeartbeat() {
        var cluster = Self.bare()
        let last = cluster.threeHeartbeats
        cluster.check(for: 15) { cluster in
            cluster.threeHeartbeats.merging(["n1": last["n1"] ?? .marker]) { _, old in old }
        }
        #expect(cluster.status("n1") == .dead)
        cluster.now = cluster.now + 1
        cluster.serve("s", at: "n1", isNew: true)
        cluster.serve("t", at: "n1", time: -30, isNew: true)
        #expect(cluster.state("s") == .unowned(.noOwner))
        var heartbeats = cluster.threeHeartbeats
        heartbeats["n1"] = cluster.heartbeat("b2", started: -1, seen: 0.5)
        cluster.check(after: 1, heartbeats)
        #expect(cluster.state("s") == .owned)
        #expect([cluster.summary("s")?.node, cluster.summary("s")?.boot] == ["n1", "b2"])
        #expect(cluster.state("t") == .unowned(.noOwner))
        #expect(cluster.registry.testimony.ownersOfUnknownBoot.isEmpty)
        cluster.checkCounts()
    }

    /// What is known by then goes before what was seen once.
    @Test func anUnprovenLineDoesNotStandAgainstWhatCameAfterIt() {
        var (cluster, heartbeats) = Self.restarting()
        cluster.serve("s", at: "n1")
        #expect(cluster.refuse("s", at: "n1")?.verdict == .ownerDenies)
        cluster.serve("t", at: "n1")
        cluster.take([cluster.session("t", "n3", "b1")], from: .change)
        cluster.check(after: 1, heartbeats)
        #expect(cluster.state("s") == .unowned(.noOwner))
        #expect(cluster.summary("t")?.node == "n3")
        #expect(cluster.summary("t")?.isLearnt == false)
        cluster.serve("s", at: "n1")
        cluster.take([cluster.gone("s")], from: .change)
        heartbeats["n1"]?.seenAt = cluster.now + 1
        cluster.check(after: 2, heartbeats)
        #expect(cluster.registry.testimony.ownersOfUnknownBoot.isEmpty)
        cluster.checkCounts()
    }

    @Test func aKeyThatComesFarTooLateIsAnotherSession() {
        var cluster = Self.bare()
        cluster.serve("late", at: "n2", isNew: true)
        cluster.check(after: 901, cluster.threeHeartbeats)
        cluster.take([cluster.session("late", created: nil)], from: .change)
        #expect(cluster.state("late") == .unowned(.noOwner))
        for number in 0..<2 * OwnerSightings.limit { cluster.serve("s\(number)", at: "n1") }
        cluster.take([cluster.session("s0", created: nil), cluster.session("s8191", created: nil)], from: .change)
        #expect(cluster.summary("s0")?.isLearnt == false)
        #expect(cluster.summary("s8191")?.isLearnt == true)
    }

    @Test func itOutlivesTheRenumberingOfOwners() {
        var cluster = Self.learnt()
        cluster.now = cluster.now + 100_000
        cluster.check(["n1": cluster.heartbeat("b1", started: -200_000)])
        cluster.registry.forgetTheGone(at: cluster.now)
        #expect(cluster.registry.nodeSummaries(at: cluster.now).map(\.node.name) == ["n1"])
        #expect(cluster.summary("s")?.isLearnt == true)
        #expect(cluster.state("s") == .owned)
        cluster.serve("t", at: "n1")
        #expect(cluster.registry.population.owners.all.count == 2)
        cluster.checkCounts()
    }

    /// It is no grounds for anything, but how a session ended is told with it.
    @Test func aSessionThatEndedHadIt() {
        var cluster = Self.learnt()
        cluster.check(for: 9) { $0.threeHeartbeats }
        cluster.registry.noteCurrent(at: cluster.now)
        cluster.take([cluster.gone("s")], from: .change)
        #expect(cluster.registry.endedSession(cluster.ref(bytes("s")))?.node == "n1")
        #expect(cluster.refuse("s", at: "n2", time: -9)?.verdict == .misrouted)
    }
}
