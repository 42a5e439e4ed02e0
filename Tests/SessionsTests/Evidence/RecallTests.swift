import Testing

@testable import Sessions

@Suite struct RecallTests {
    @Test func aNodeThatDiedBeforeTheDaemonStartedIsDeadAndNotUnknown() {
        var first = Cluster()
        first.check(["n1": first.heartbeat("a"), "n2": first.heartbeat("b")])
        first.check(for: 30) { ["n1": $0.heartbeat("a")] }
        let kept = first.registry.knownToKeep
        #expect(kept.map(\.owner.node).sorted() == ["n1", "n2"])

        var second = Cluster()
        second.now = first.now + 5
        _ = second.registry.recall(kept, at: second.now)
        second.check(["n1": second.heartbeat("a")])
        second.read([second.session("s1", "n2", "b"), second.session("s2", "n1", "a")])
        #expect(second.state("s1") == .orphaned(.ownerDead))
        #expect(second.state("s2") == .owned)
    }

    /// A daemon that starts in the middle of a rollout takes no node that left for dead: departures are kept at once.
    @Test func aNodeThatLeftBeforeTheDaemonStartedIsGone() {
        var first = Cluster()
        for _ in 0..<3 {
            first.check(after: 3, ["n1": first.heartbeat("a"), "n2": first.heartbeat("b")], mayEvict: false)
        }
        var kept = first.registry.takeNewsOfKnown()
        for _ in 0..<6 {
            first.check(after: 3, ["n1": first.heartbeat("a")], mayEvict: false)
            kept += first.registry.takeNewsOfKnown()
        }
        #expect(kept.count == 3)
        #expect(kept.last?.departure == .goodbye)

        var second = Cluster()
        second.now = first.now + 5
        _ = second.registry.recall(kept, at: second.now)
        second.check(["n1": second.heartbeat("a")])
        second.read([second.session("s1", "n2", "b")])
        #expect(second.status("n2") == .gone)
        #expect(second.state("s1") == .orphaned(.ownerDead))
    }

    /// A member of a collection that stood there before the daemon did, and has not moved, is no sign of life.
    @Test func theHeartbeatOfADeadNodeIsKnownAgain() {
        var first = Cluster()
        let last = Heartbeat(seenAt: first.now)
        first.check(["n1": last])
        first.check(for: 30) { _ in ["n1": last] }
        #expect(first.status("n1") == .dead)
        var second = Cluster()
        second.now = first.now + 5
        _ = second.registry.recall(first.registry.knownToKeep, at: second.now)
        second.check(["n1": last])
        #expect(second.status("n1") == .dead)
        second.check(after: 3, ["n1": second.heartbeat()])
        #expect(second.status("n1") == .alive)
    }

    @Test func whatThisProcessSawItselfStands() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("b")])
        let kept = [("n1", -60.0), ("n2", 60)].map { node, seconds in
            var known = KnownOwner(SessionOwner(node: node, boot: "a"))
            (known.lastHeartbeatAt, known.silentSeconds) = (cluster.now + seconds, 60)
            return known
        }
        _ = cluster.registry.recall(kept, at: cluster.now)
        #expect(cluster.status("n1") == .alive)
        #expect(cluster.node("n1")?.heartbeat?.boot == "b")
        // A time to come was told by a clock that has been set back.
        #expect(cluster.node("n2")?.lastHeartbeatAt == cluster.now)
        #expect(cluster.status("n2") == .dead)
    }
}
