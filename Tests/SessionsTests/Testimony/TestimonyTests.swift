import Testing

@testable import Sessions

@Suite struct TestimonyTests {
    private static let now = UnixTime(milliseconds: 1_787_307_302_000)

    @Test func aRefusedRequestIsRememberedByBothNodesAndMovesWithThem() {
        var testimony = Testimony()
        let judgement = Judgement(ref: SessionRef(7), time: Self.now, verdict: .misrouted)
        testimony.remember(judgement, by: 2, owner: 1, at: Self.now)
        testimony.renumberNodes([1, 2])
        #expect(testimony.nodes[0].misroutesTo.count(at: Self.now) == 1)
        #expect(testimony.nodes[1].misroutesFrom.count(at: Self.now) == 1)
        #expect((0...1).allSatisfy { testimony.nodes[$0].judged.elements == [judgement] })
        // A node of which nothing was noted.
        #expect(testimony.nodes[9].judged.elements.isEmpty)
        #expect(testimony.failures.failures(of: SessionRef(7), at: Self.now)?.misrouted == 1)
    }

    @Test func anOwnerThatRefusesItsOwnSessionRemembersItOnce() {
        var testimony = Testimony()
        testimony.remember(
            Judgement(ref: SessionRef(7), time: Self.now, verdict: .ownerDenies), by: 0, owner: 0, at: Self.now)
        #expect(testimony.nodes[0].judged.elements.count == 1)
    }
}
