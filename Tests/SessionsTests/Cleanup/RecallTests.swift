import Testing

@testable import Sessions

@Suite struct RecallTests {
    @Test func aNodeThatDiedBeforeTheDaemonStartedIsDeadAndNotUnknown() {
        var first = Cluster()
        first.look(["n1": first.beat("a"), "n2": first.beat("b")])
        first.look(for: 30) { ["n1": $0.beat("a")] }
        let kept = first.registry.nodesToKeep
        #expect(kept.map(\.name).sorted() == ["n1", "n2"])

        var second = Cluster()
        second.now = first.now + 5
        second.registry.recall(kept, at: second.now)
        second.look(["n1": second.beat("a")])
        second.read([second.session("s1", "n2", "b"), second.session("s2", "n1", "a")])
        #expect(second.state("s1") == .orphaned(.ownerDead))
        #expect(second.state("s2") == .owned)
    }

    /// A member of a collection that stood there before the daemon did, and has not moved, is no sign of life.
    @Test func theHeartbeatOfADeadNodeIsKnownAgain() {
        var first = Cluster()
        let last = Heartbeat(seenAt: first.now)
        first.look(["n1": last])
        first.look(for: 30) { _ in ["n1": last] }
        #expect(first.status("n1") == .dead)
        var second = Cluster()
        second.now = first.now + 5
        second.registry.recall(first.registry.nodesToKeep, at: second.now)
        second.look(["n1": last])
        #expect(second.status("n1") == .dead)
        second.look(after: 3, ["n1": second.beat()])
        #expect(second.status("n1") == .alive)
    }

    @Test func whatThisProcessSawItselfStands() {
        var cluster = Cluster()
        cluster.look(["n1": cluster.beat("b")])
        cluster.registry.recall(
            [
                RecalledNode(
                    name: "n1", boot: "a", startedAt: nil, seenAt: nil, lastBeat: cluster.now - 60, silentSeconds: 60),
                RecalledNode(
                    name: "n2", boot: "a", startedAt: nil, seenAt: nil, lastBeat: cluster.now + 60, silentSeconds: 60),
            ], at: cluster.now)
        #expect(cluster.status("n1") == .alive)
        #expect(cluster.node("n1")?.heartbeat?.boot == "b")
        #expect(cluster.node("n2") == nil)
    }
}
