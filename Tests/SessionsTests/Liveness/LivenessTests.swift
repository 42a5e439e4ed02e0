import Testing

@testable import Sessions

@Suite struct LivenessTests {
    private static let now = UnixTime(milliseconds: 1_787_307_302_000)

    private static func pulse(_ nodes: [String], at time: UnixTime) -> HeartbeatCheck {
        var pulse = HeartbeatCheck()
        for node in nodes { pulse.add(FoundHeartbeat(Heartbeat(seenAt: time)), of: node) }
        return pulse
    }

    @Test func aNodeKeepsItsNumberUntilNodesAreForgotten() {
        var liveness = Liveness(policy: NodePolicy())
        let name = OwnerName(node: Array("named".utf8), boot: nil)
        let owner = liveness.newOwner(name, isAdoptable: false, learntAfterRestarts: nil, at: Self.now)
        let look = liveness.beginCheck()
        let isTaken = liveness.take(
            Self.pulse(["heard"], at: Self.now), of: look, Owners(), at: Self.now, seconds: 0)
        #expect(isTaken)
        #expect(owner.node == 0 && liveness["named"]?.status == .unknown)
        #expect(liveness.number(of: "heard") == 1 && liveness["heard"]?.status == .alive)
        let again = liveness.number(for: "heard", at: Self.now)
        #expect(again == 1)
        liveness.renumber(keepingNodes: [1], owners: [])
        #expect(liveness.number(of: "heard") == 0)
        #expect(liveness.number(of: "named") == nil && liveness["named"] == nil)
    }

    @Test func aLateLookChangesNoNode() {
        var liveness = Liveness(policy: NodePolicy())
        let (first, second) = (liveness.beginCheck(), liveness.beginCheck())
        let later = Self.now + 1
        let isSecondTaken = liveness.take(
            Self.pulse(["n"], at: later), of: second, Owners(), at: later, seconds: 1)
        let isFirstTaken = liveness.take(
            Self.pulse(["other"], at: Self.now), of: first, Owners(), at: Self.now, seconds: 0)
        #expect(isSecondTaken && !isFirstTaken)
        #expect(liveness.nodes.map(\.name) == ["n"])
        #expect(liveness.lastCheck == later)
    }
}
