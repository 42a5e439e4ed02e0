import Testing

@testable import Sessions

@Suite struct LivenessTests {
    private static let now = UnixTime(milliseconds: 1_787_307_302_000)

    private static func check(_ nodes: [String], at time: UnixTime) -> HeartbeatCheck {
        var check = HeartbeatCheck()
        for node in nodes { check.add(FoundHeartbeat(Heartbeat(seenAt: time)), of: node) }
        return check
    }

    @Test func aNodeKeepsItsNumberUntilNodesAreForgotten() {
        var liveness = Liveness(policy: NodePolicy())
        let name = OwnerName(node: Array("named".utf8), boot: nil)
        let owner = liveness.newOwner(name, isAdoptable: false, learntAfterRestarts: nil, at: Self.now)
        let look = liveness.beginCheck()
        let isTaken = liveness.take(
            Self.check(["heard"], at: Self.now), of: look, Owners(), at: Self.now, seconds: 0)
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
            Self.check(["n"], at: later), of: second, Owners(), at: later, seconds: 1)
        let isFirstTaken = liveness.take(
            Self.check(["other"], at: Self.now), of: first, Owners(), at: Self.now, seconds: 0)
        #expect(isSecondTaken && !isFirstTaken)
        #expect(liveness.nodes.map(\.name) == ["n"])
        #expect(liveness.lastCheck == later)
    }
}
