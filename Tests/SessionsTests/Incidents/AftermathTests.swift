import Testing

@testable import Sessions

@Suite struct AftermathTests {
    /// `n1` holds sessions `a0` to `a4` and dies; `n2` lives and holds `b`.
    private static func dead(isLive: Bool = true) -> Cluster {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("b1"), "n2": cluster.heartbeat("b2")])
        let sessions = (0..<5).map { cluster.session("a\($0)", "n1", "b1") } + [cluster.session("b", "n2", "b2")]
        if isLive { cluster.readLive(sessions) } else { cluster.read(sessions) }
        cluster.check(for: 20) { ["n2": $0.heartbeat("b2")] }
        return cluster
    }

    private static func lost(_ cluster: Cluster, _ reason: OrphanReason = .ownerDead) -> Aftermath? {
        cluster.registry.aftermaths(at: cluster.now).of(node: "n1", boot: "b1", reason)
    }

    /// Refuses the session three times within 80 seconds, and lets them pass.
    private static func stick(_ id: String, _ cluster: inout Cluster) {
        for _ in 0..<3 {
            cluster.refuse(id, at: "n2")
            cluster.check(for: 40) { ["n2": $0.heartbeat("b2")] }
        }
    }

    @Test func ofALivingOwnerThereIsNone() {
        let cluster = Self.dead()
        #expect(cluster.registry.aftermaths(at: cluster.now).byOwner.keys.map(\.node) == ["n1"])
    }

    @Test func aSessionIsSilentUntilARequestForItIsSeen() {
        #expect(Self.lost(Self.dead()) == Aftermath(sessions: 5, silent: 5))
    }

    @Test func aRefusedOneIsTooEarlyToTellThenStuckOrRecovered() {
        var cluster = Self.dead()
        cluster.refuse("a0", at: "n2")
        #expect(Self.lost(cluster) == Aftermath(sessions: 5, silent: 4))
        Self.stick("a1", &cluster)
        #expect(Self.lost(cluster) == Aftermath(sessions: 5, stuck: 1, silent: 3))
        cluster.check(for: 200) { ["n2": $0.heartbeat("b2")] }
        #expect(Self.lost(cluster) == Aftermath(sessions: 5, recovered: 1, stuck: 1, silent: 3))
        cluster.check(for: 100) { ["n2": $0.heartbeat("b2")] }
        #expect(Self.lost(cluster) == Aftermath(sessions: 5, recovered: 2, silent: 3))
    }

    @Test func aRequestFromBeforeTheDeathTellsNothing() {
        var cluster = Self.dead()
        cluster.refuse("a0", at: "n2", time: -100)
        cluster.check(for: 301) { ["n2": $0.heartbeat("b2")] }
        #expect(Self.lost(cluster) == Aftermath(sessions: 5, silent: 5))
    }

    @Test func whatIsClosedOrTakenUpByAnotherHasRecovered() {
        var cluster = Self.dead()
        cluster.take([cluster.gone("a0"), cluster.session("a1", "n2", "b2")], from: .change)
        #expect(Self.lost(cluster) == Aftermath(sessions: 5, recovered: 2, silent: 3))
    }

    @Test func aClosedOneWhoseClientGoesOnFailingIsStuck() {
        var cluster = Self.dead()
        cluster.take([cluster.gone("a0")], from: .change)
        Self.stick("a0", &cluster)
        #expect(Self.lost(cluster) == Aftermath(sessions: 5, stuck: 1, silent: 4))
    }

    @Test func whatIsCleanedIsAsItWas() {
        var cluster = Self.dead()
        Self.stick("a0", &cluster)
        cluster.registry.noteCleaned(["a0", "a1"].map { cluster.ref(bytes($0)) }, secondsLeft: 0, at: cluster.now)
        cluster.take([cluster.gone("a0"), cluster.gone("a1"), cluster.gone("a2")], from: .change)
        #expect(Self.lost(cluster) == Aftermath(sessions: 5, recovered: 1, stuck: 1, silent: 3))
        // Another replica tells late that it had cleaned it.
        cluster.registry.noteCleaned([cluster.ref(bytes("a2"))], secondsLeft: 0, at: cluster.now)
        #expect(Self.lost(cluster) == Aftermath(sessions: 5, stuck: 1, silent: 4))
        #expect(
            cluster.registry.aftermaths(at: cluster.now).of(.cleaned, endedAt: cluster.now)
                == Aftermath(sessions: 3, silent: 3))
    }

    @Test func anOwnerThatIsBackLeftNothing() {
        var cluster = Self.dead()
        cluster.take([cluster.gone("a0")], from: .change)
        cluster.check(after: 3, ["n1": cluster.heartbeat("b1", seen: 3), "n2": cluster.heartbeat("b2")])
        #expect(Self.lost(cluster) == nil)
        cluster.check(for: 20) { ["n2": $0.heartbeat("b2")] }
        #expect(Self.lost(cluster) == Aftermath(sessions: 4, silent: 4))
    }

    @Test func aRestartHandsTheAftermathOnToAnotherReason() {
        var cluster = Self.dead()
        cluster.take([cluster.gone("a0")], from: .change)
        cluster.check(after: 3, ["n1": cluster.heartbeat("b9", seen: 3), "n2": cluster.heartbeat("b2")])
        #expect(Self.lost(cluster) == nil)
        #expect(Self.lost(cluster, .ownerRestarted) == Aftermath(sessions: 5, recovered: 1, silent: 4))
    }

    @Test func bootsThatAreNotNamedAreToldByAge() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat(started: -1000)])
        cluster.readLive([cluster.session("old", "n1"), cluster.session("older", "n1", created: -500)])
        cluster.check(after: 3, ["n1": cluster.heartbeat(started: 3, seen: 3)])
        cluster.take([cluster.session("new", "n1", created: 0), cluster.gone("older")], from: .change)
        #expect(
            cluster.registry.aftermaths(at: cluster.now).byOwner == [
                .init(node: "n1", boot: nil, reason: .ownerRestarted): Aftermath(sessions: 2, recovered: 1, silent: 1)
            ])
    }

    @Test func deniedSessionsHaveARefusedRequestEach() {
        var cluster = Cluster.ofThree { [$0.session("a", "n1", "b1"), $0.session("b", "n1", "b1")] }
        cluster.refuse("a", at: "n1", time: -20)
        #expect(Self.lost(cluster, .ownerDenies) == Aftermath(sessions: 1))
    }

    @Test func sessionsThatVanishTogetherShareAnEnd() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("b1")])
        cluster.read((0..<200).map { cluster.session("a\($0)", "n1", "b1") })
        cluster.now = cluster.now + 30
        cluster.check(["n1": cluster.heartbeat("b1")])
        cluster.read([])
        let flushed = UnixTime(seconds: cluster.now.seconds.rounded(.down))
        Self.stick("a0", &cluster)
        cluster.now = cluster.now + 300
        cluster.refuse("a1", at: "n1")
        let of = { (cluster: Cluster) in
            cluster.registry.aftermaths(at: cluster.now).of(.vanished, endedAt: flushed)
        }
        #expect(of(cluster) == Aftermath(sessions: 200, recovered: 1, silent: 198))
        cluster.check(["n1": cluster.heartbeat("b1")])
        cluster.read([cluster.session("a2", "n1", "b1")])
        #expect(of(cluster) == Aftermath(sessions: 200, recovered: 2, silent: 197))
        #expect(cluster.registry.aftermaths(at: cluster.now).of(.closed, endedAt: flushed) == nil)
        #expect(cluster.registry.aftermaths(at: cluster.now).of(.vanished, endedAt: flushed + 100) == nil)
    }

    @Test func whatEndsLaterIsAnotherEndAndTheOldestIsForgotten() {
        var ends = SharedEnds()
        let start = UnixTime(seconds: 1_787_307_302)
        for number in 0..<SharedEnds.limit + 2 {
            ends.note(.vanished, at: start + 200 * Double(number))
            ends.note(.vanished, at: start + 200 * Double(number) + 59)
            ends.note(.closed, at: start + 200 * Double(number))
        }
        #expect(ends.all.count == SharedEnds.limit)
        #expect(
            ends.all.first == SharedEnd(ending: .vanished, began: start + 400, last: start + 459, sessions: 2))
    }

    @Test func aPassInStepsFindsTheSameThoughOwnersAreRenumbered() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("b1"), "n2": cluster.heartbeat("b2")])
        cluster.readLive((0..<3000).map { cluster.session("a\($0)", "n1", "b1") } + [cluster.session("x", "n0", "b0")])
        cluster.check(for: 20) { ["n2": $0.heartbeat("b2")] }
        for number in 0..<2500 { cluster.refuse("a\(number)", at: "n2") }
        cluster.check(for: 303) { ["n2": $0.heartbeat("b2")] }
        var aftermaths = Aftermaths()
        #expect(!cluster.registry.addAftermath(to: &aftermaths, at: cluster.now))
        cluster.take([cluster.gone("x")], from: .change)
        cluster.check(for: 90_000) { ["n2": $0.heartbeat("b2")] }
        cluster.registry.forgetTheGone(at: cluster.now)
        #expect(cluster.node("n0") == nil)
        while !cluster.registry.addAftermath(to: &aftermaths, at: cluster.now) {}
        #expect(
            aftermaths.byOwner == [
                .init(node: "n1", boot: "b1", reason: .ownerDead): Aftermath(
                    sessions: 3000, recovered: 2500, silent: 500)
            ])
    }
}
