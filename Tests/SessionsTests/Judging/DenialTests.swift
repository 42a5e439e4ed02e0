import Testing

@testable import Sessions

/// Owners that say that they do not have what the registry says is theirs.
@Suite struct DenialTests {
    private static let denied = SessionState.orphaned(.ownerDenies)

    /// `s` and `t` of `n1`; `n1` denied `s` just now.
    private static func denied(isLive: Bool = true) -> Cluster {
        var cluster = Cluster.ofThree(isLive: isLive) { [$0.session("s", "n1", "b1"), $0.session("t", "n1", "b1")] }
        #expect(cluster.refuse("s", at: "n1")?.verdict == .ownerDenies)
        return cluster
    }

    @Test func aDeniedSessionIsAnOrphanAndItsNodeSuspect() {
        var cluster = Self.denied()
        #expect(cluster.state("s") == Self.denied)
        #expect(cluster.state("t") == .owned)
        #expect(cluster.summary("s")?.orphanedSince == cluster.now)
        let summary = cluster.registry.nodeSummary(named: "n1", at: cluster.now)
        #expect(summary?.counts.owned == 1)
        #expect(summary?.counts.orphaned == [.ownerDenies: 1])
        #expect(summary?.suspicions == [.deniesSessions])
        #expect(cluster.registry.nodeSummary(named: "n2", at: cluster.now)?.isSuspect == false)
        let denial = cluster.now
        cluster.now = cluster.now + 100
        #expect(cluster.registry.orphanAges(at: cluster.now).sum == 100)
        // Whoever is asked now, the owner's word is the reason.
        let again = cluster.refuse("s", at: "n2")
        #expect(again?.verdict == .ownerDenies)
        #expect(again?.orphanedSince == denial)
        cluster.checkCounts()
    }

    @Test(arguments: [false, true])
    func theSameValueReadAgainIsDeniedStill(isLive: Bool) {
        var cluster = Self.denied(isLive: isLive)
        let same = [cluster.session("s", "n1", "b1"), cluster.session("t", "n1", "b1")]
        let longer = [cluster.session("s", "n1", "b1", expires: 7200), cluster.session("t", "n1", "b1")]
        for sessions in [same, longer] {
            if isLive {
                cluster.take(sessions, from: .change)
                cluster.readLive(sessions)
            }
            cluster.read(sessions)
            #expect(cluster.state("s") == Self.denied)
            cluster.checkCounts()
        }
    }

    @Test(
        arguments: [
            ("n1", "b1", -59, ""), ("n2", "b1", -60, ""), ("n1", "b2", -60, ""), ("n1", nil, -60, ""),
            (nil, nil, -60, ""),
            ("n1", "b1", nil, ""), ("n1", "b1", -60, "inspector"),
        ] as [(String?, String?, Double?, String)])
    func anotherValueIsNotDenied(node: String?, boot: String?, created: Double?, client: String) {
        for isLive in [false, true] {
            var cluster = Self.denied(isLive: isLive)
            let new = cluster.session("s", node, boot, created: created, client: client)
            if isLive { cluster.take([new], from: .change) } else { cluster.read([new]) }
            #expect(cluster.state("s") != Self.denied)
            #expect(cluster.registry.nodeSummary(named: "n1", at: cluster.now)?.suspicions == [])
            cluster.checkCounts()
        }
    }

    @Test func aMalformedValueIsDeniedByNobody() {
        var cluster = Self.denied()
        cluster.take([cluster.malformed("s", .badJSON)], from: .change)
        #expect(cluster.state("s") == .malformed(.badJSON))
        cluster.take([cluster.session("s", "n1", "b1")], from: .change)
        #expect(cluster.state("s") == .owned)
        cluster.checkCounts()
    }

    @Test(
        arguments: [
            ("n1", 0, .owned), ("n1", 5, .owned), ("n1", -1, Self.denied), ("n2", 5, Self.denied),
            (nil, 5, Self.denied),
            ("10.0.0.1:8080", 5, .owned),
        ] as [(String?, Double, SessionState)])
    func theOwnerTakesItBackByServing(node: String?, time: Double, state: SessionState) {
        for isNew in [false, true] {
            var cluster = Self.denied()
            cluster.now = cluster.now + 6
            cluster.serve("s", at: node, time: time - 6, isNew: isNew)
            #expect(cluster.state("s") == state)
            cluster.checkCounts()
        }
    }

    /// What became of the owner since says more than what it said.
    @Test func anOwnerThatIsGoneHasAnotherReason() {
        var cluster = Self.denied()
        let last = cluster.threeHeartbeats
        cluster.check(for: 15) { cluster in
            cluster.threeHeartbeats.merging(["n1": last["n1"] ?? .marker]) { _, b in b }
        }
        #expect(cluster.state("s") == .orphaned(.ownerDead))
        #expect(cluster.registry.nodeSummary(named: "n1", at: cluster.now)?.suspicions == [])
        cluster.checkCounts()
        cluster.check(after: 3, cluster.threeHeartbeats)
        #expect(cluster.state("s") == Self.denied)
        var heartbeats = cluster.threeHeartbeats
        heartbeats["n1"]?.boot = "b2"
        cluster.check(after: 3, heartbeats)
        #expect(cluster.state("s") == .orphaned(.ownerRestarted))
        cluster.checkCounts()
    }

    /// Where age decides, a restart makes those before it orphans of the restart, denied or not.
    @Test func aRestartWithoutBoots() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat(started: -1000), "n2": cluster.heartbeat("b1")])
        cluster.readLive([
            cluster.session("old", "n1", created: -60), cluster.session("oldDenied", "n1", created: -60),
            cluster.session("new", "n1", created: 50), cluster.session("newDenied", "n1", created: 50),
        ])
        cluster.now = cluster.now + 60
        for id in ["oldDenied", "newDenied"] { #expect(cluster.refuse(id, at: "n1")?.verdict == .ownerDenies) }
        cluster.checkCounts()
        cluster.check(after: 3, ["n1": cluster.heartbeat(started: -20), "n2": cluster.heartbeat("b1")])
        #expect(cluster.state("old") == .orphaned(.ownerRestarted))
        #expect(cluster.state("oldDenied") == .orphaned(.ownerRestarted))
        #expect(cluster.state("new") == .owned)
        #expect(cluster.state("newDenied") == Self.denied)
        cluster.checkCounts()
        cluster.take([cluster.gone("oldDenied"), cluster.gone("newDenied")], from: .change)
        cluster.checkCounts()
        #expect(cluster.registry.population.owners.all.allSatisfy { $0.denied == 0 && $0.deniedBeforeCutoff == 0 })
    }

    /// Each is judged `owner_denies`; only the living owner's own word, not older than the record, makes an orphan.
    @Test(
        arguments: [
            ("b1", -60, 0, true), ("b1", -60, -62, true), ("b1", -60, -62.001, false), ("b1", 3, 0, false),
            ("b1", nil, -1000, true), ("b1", nil, -1002, true), ("b1", nil, -1003, false), (nil, -60, 0, true),
        ] as [(String?, Double?, Double, Bool)])
    func aDenialOlderThanTheRecordMarksNothing(boot: String?, created: Double?, time: Double, isDenied: Bool) {
        var cluster = Cluster.ofThree { [$0.session("s", "n1", boot, created: created)] }
        #expect(cluster.refuse("s", at: "n1", time: time)?.verdict == .ownerDenies)
        #expect(cluster.state("s") == (isDenied ? Self.denied : .owned))
    }

    @Test func anOwnerThatNeverBeatIsNotTakenAtItsWord() {
        var cluster = Cluster.ofThree { [$0.session("s", "ghost", "b1")] }
        #expect(cluster.refuse("s", at: "ghost") == nil)
        #expect(cluster.registry.settlePending(all: true, at: cluster.now).map(\.verdict) == [.unverified])
        #expect(cluster.state("s") == .owned)
    }

    @Test func whatAnyNodeCanRebuildIsNeverDenied() {
        var cluster = Cluster.ofThree { [$0.session("s", "n1", "b1", isAdoptable: true)] }
        #expect(cluster.refuse("s", at: "n1")?.verdict == .ownerDenies)
        #expect(cluster.state("s") == .owned)
        #expect(cluster.registry.nodeSummary(named: "n1", at: cluster.now)?.isSuspect == false)
    }

    @Test func itOutlivesTheRenumberingOfOwners() {
        var cluster = Self.denied()
        cluster.now = cluster.now + 100_000
        cluster.check(["n1": cluster.heartbeat("b1", started: -200_000)])
        cluster.take([cluster.session("u", "n1", "b1")], from: .change)
        cluster.registry.forgetTheGone(at: cluster.now)
        #expect(cluster.registry.nodeSummaries(at: cluster.now).map(\.node.name) == ["n1"])
        #expect(cluster.state("s") == Self.denied)
        #expect(cluster.state("t") == .owned)
        cluster.checkCounts()
        cluster.serve("s", at: "n1")
        #expect(cluster.state("s") == .owned)
        cluster.checkCounts()
    }
}
