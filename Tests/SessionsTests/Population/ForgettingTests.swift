import Testing

@testable import Sessions

@Suite struct ForgettingTests {
    @Test func aNodeLeavesADayAfterItsLastBeat() {
        var cluster = Cluster()
        cluster.check([
            "gone": cluster.heartbeat("b1"), "held": cluster.heartbeat("b1"), "lives": cluster.heartbeat("b1"),
        ])
        cluster.read([
            cluster.session("s", "held", "b1"), cluster.session("t", "ghost", "b1"), cluster.session("u", "idle", "b1"),
        ])
        func names() -> [String] { cluster.registry.nodeSummaries(at: cluster.now).map(\.node.name) }
        cluster.read([cluster.session("s", "held", "b1"), cluster.session("t", "ghost", "b1")])
        cluster.check(after: 86_400, ["lives": cluster.heartbeat("b1")])
        cluster.registry.forgetTheGone(at: cluster.now)
        #expect(names() == ["ghost", "gone", "held", "idle", "lives"])
        cluster.check(after: 1, ["lives": cluster.heartbeat("b1")])
        cluster.registry.forgetTheGone(at: cluster.now)
        #expect(names() == ["ghost", "held", "lives"])
        #expect(cluster.summary("s")?.node == "held")
        #expect(cluster.summary("t")?.node == "ghost")
        #expect(cluster.node("gone") == nil)
        #expect(Set(cluster.registry.nodesToWatch) == ["ghost", "held", "lives"])
        // It may come back as a new one.
        cluster.check(after: 3, ["gone": cluster.heartbeat("b9"), "lives": cluster.heartbeat("b1")])
        #expect(cluster.status("gone") == .alive)
        #expect(cluster.node("gone")?.restarts == 0)
    }

    /// Boots come and go for ever at a node that lives.
    @Test func ownersWithoutSessionsAreForgotten() {
        var cluster = Cluster()
        for boot in 0..<1100 {
            cluster.check(after: 1, ["n1": cluster.heartbeat("b\(boot)", started: -1)])
            cluster.read([
                cluster.session("s", "n1", "b\(boot)"), cluster.session("old", "n1", "b0"),
                cluster.session("none", created: nil),
            ])
            cluster.registry.forgetTheGone(at: cluster.now)
            #expect(cluster.registry.population.owners.all.count <= Registry.idleOwnerLimit + 4)
        }
        #expect(cluster.state("s") == .owned)
        #expect(cluster.state("old") == .orphaned(.ownerRestarted))
        #expect(cluster.state("none") == .unowned(.noOwner))
        #expect(cluster.registry.stateCounts(at: cluster.now) == counted(cluster.listing()))
        #expect(cluster.node("n1")?.restarts == 1099)
    }

    /// Where age decides who is orphaned, counts still hold when sessions go right after the forgetting.
    @Test func whatIsCountedByAgeStaysCounted() {
        var cluster = Cluster()
        cluster.check(["gone": cluster.heartbeat("b1")])
        cluster.now = cluster.now + 100_000
        cluster.check(["n1": cluster.heartbeat(nil, started: -30)])
        let young = cluster.session("young", "n1", created: -5)
        cluster.read([
            cluster.session("old", "n1", created: -900), cluster.session("older", "n1", created: -950), young,
        ])
        cluster.registry.forgetTheGone(at: cluster.now)
        #expect(cluster.registry.nodeSummaries(at: cluster.now).map(\.node.name) == ["n1"])
        #expect(cluster.registry.stateCounts(at: cluster.now).orphaned == [.ownerRestarted: 2])
        for sessions in [[young, cluster.session("old", "n1", created: -900)], [young], []] {
            cluster.read(sessions)
            #expect(cluster.registry.stateCounts(at: cluster.now) == counted(cluster.listing()))
        }
    }

    /// A member of the collection that nobody takes away hides no key of the node's own.
    @Test func anOwnKeyIsLookedForAgainOnceItWasMet() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("b")], collected: ["n1", "n2"])
        #expect(cluster.registry.nodesToWatch == [])
        cluster.check(["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("b")], collected: ["n2"])
        #expect(cluster.registry.nodesToWatch == ["n1"])
        cluster.check(["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("b")], collected: ["n1", "n2"])
        #expect(cluster.registry.nodesToWatch == ["n1"])
    }
}
