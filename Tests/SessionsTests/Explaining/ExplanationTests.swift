import Testing

@testable import Sessions

@Suite struct ExplanationTests {
    private static func explanation(of id: String, in cluster: Cluster) -> Explanation {
        cluster.registry.explain(
            cluster.ref(bytes(id)), id: cluster.id(id), live: .notRead(why: "not asked"), aftermaths: Aftermaths(),
            hearsRequests: true, at: cluster.now)
    }

    @Test func aRefusalThatIsNotProvenYetIsExplainedAtOnceWithWhatItWaitsFor() {
        var cluster = Cluster.ofThree { [$0.session("s", "n1", "b1")] }
        cluster.check(for: 6) { $0.threeHeartbeats }
        #expect(cluster.registry.judge(cluster.request(.refused, "s", at: "n2"), at: cluster.now) == nil)
        cluster.now = cluster.now + 2
        let explanation = Self.explanation(of: "s", in: cluster)
        #expect(explanation.verdict == .misrouted && explanation.confidence == .pending)
        let why = explanation.advice.why
        #expect(why.hasPrefix("n2 refused it 2s ago. Its owner may have died since: n1's last heartbeat was 2s ago"))
        let step = "Wait: n1's next heartbeat decides, or its absence, in 19s at most. Then ask again."
        #expect(explanation.advice.whatToDo.first == step)
    }

    @Test func withoutABootNothingIsCertain() {
        for boot in [nil, "b1"] {
            var cluster = Cluster.ofThree { [$0.session("s", "n1", boot)] }
            #expect(cluster.refuse("s", at: "n2")?.verdict == .misrouted)
            var record = LiveRecord(dialect: 0, expiresAt: nil)
            record.owner = OwnerName(node: bytes("n1"), boot: boot.map { bytes($0) })
            let explanation = cluster.registry.explain(
                cluster.ref(bytes("s")), id: cluster.id("s"), live: .present(record, at: cluster.now),
                aftermaths: Aftermaths(), hearsRequests: true, at: cluster.now)
            #expect(explanation.verdict == .misrouted)
            #expect(explanation.confidence == (boot == nil ? .likely : .certain))
        }
    }

    /// A DELETE at another node deletes the key, and the owner goes on serving what it has in memory.
    @Test func aSessionThatIsServedAfterItsEndNamesTheNodeThatHoldsIt() {
        var cluster = Cluster.ofThree { [$0.session("s", "n1", "b1")] }
        cluster.take([cluster.gone("s")], from: .change)
        #expect(!Self.explanation(of: "s", in: cluster).advice.why.contains("still holds it"))
        cluster.now = cluster.now + 5
        cluster.serve("s", at: "n1")
        let explanation = Self.explanation(of: "s", in: cluster)
        #expect(explanation.verdict == .closed)
        #expect(explanation.advice.why.hasPrefix("It was closed 5s ago, but n1 still holds it and has served it since"))
        #expect(explanation.evidence.contains { $0.fact == "n1 served it after its end" })
    }
}
