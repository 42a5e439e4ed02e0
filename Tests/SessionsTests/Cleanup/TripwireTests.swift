import Testing

@testable import Sessions

/// The signs that a removed session is in use, and what is none.
@Suite struct TripwireTests {
    private static let removed = "removed"

    /// A dead node's session, which cleanup has removed, and one that its node has closed.
    private static func stage(owner: UInt32 = 1) -> Cluster {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("b1"), "n2": cluster.heartbeat("b1")])
        cluster.readLive([removed, "closed", "stays"].map { cluster.session($0, "n1", "b1") })
        cluster.registry.noteCleaned([cluster.ref(bytes(removed))], secondsLeft: 0, at: cluster.now)
        cluster.take([cluster.gone(removed), cluster.gone("closed")], from: .change)
        return cluster
    }

    private static func signs(_ cluster: inout Cluster) -> [RemovalDoubt.Sign] {
        cluster.registry.takeRemovalDoubts().map(\.sign)
    }

    private static func served(_ id: String, at seconds: Double?, _ cluster: inout Cluster) -> [RemovalDoubt.Sign] {
        _ = cluster.registry.judge(cluster.request(.served, id, at: "n1", time: seconds), at: cluster.now + 60)
        return signs(&cluster)
    }

    /// By the line's own time, less what clocks may differ by (2 s).
    @Test(arguments: [(-60.0, false), (0, false), (1.9, false), (3.1, true), (50, true)])
    func aRequestServedAfterTheRemovalIsASign(_ seconds: Double, _ isSign: Bool) {
        var cluster = Self.stage()
        let ref = cluster.ref(bytes(Self.removed))
        #expect(Self.served(Self.removed, at: seconds, &cluster) == (isSign ? [.served(ref)] : []))
        #expect(Self.signs(&cluster).isEmpty)
    }

    @Test func noOtherRequestIsASign() {
        var cluster = Self.stage()
        #expect(Self.served(Self.removed, at: nil, &cluster).isEmpty)
        for id in ["closed", "stays", "unknown"] { #expect(Self.served(id, at: 50, &cluster).isEmpty, "\(id)") }
        for outcome in [LoggedRequest.Outcome.refused, .closed, .created] {
            _ = cluster.registry.judge(cluster.request(outcome, Self.removed, at: "n1", time: 50), at: cluster.now + 60)
            #expect(Self.signs(&cluster).isEmpty, "\(outcome)")
        }
    }

    @Test func aSessionThatWasGivenLittleTimeIsRemovedToo() {
        var cluster = Self.stage()
        let ref = cluster.ref(bytes("stays"))
        cluster.registry.noteCleaned([ref], secondsLeft: 3_600, at: cluster.now)
        #expect(Self.served("stays", at: 50, &cluster) == [.served(ref)])
        cluster.registry.noteKept([ref])
        #expect(Self.served("stays", at: 51, &cluster).isEmpty)
    }

    @Test(arguments: [
        ("n1", "b1", true), ("n1", "b2", false), ("n2", "b1", false), ("n1", nil, false), (nil, nil, false),
    ])
    func aKeyThatNamesTheSameOwnerAgainIsASign(_ node: String?, _ boot: String?, _ isSign: Bool) {
        var cluster = Self.stage()
        let ref = cluster.ref(bytes(Self.removed))
        cluster.take([cluster.session(Self.removed, node, boot)], from: .change)
        let owner = SessionOwner(node: "n1", boot: "b1")
        #expect(Self.signs(&cluster) == (isSign ? [.registered(ref, by: owner)] : []))
    }

    @Test func aClosedSessionThatComesBackIsNoSign() {
        var cluster = Self.stage()
        cluster.take([cluster.session("closed", "n1", "b1")], from: .change)
        #expect(Self.signs(&cluster).isEmpty)
    }

    private static func beats(_ boot: String?, removedFrom removedBoot: String?, after seconds: Double)
        -> [RemovalDoubt.Sign]
    {
        var cluster = Self.stage()
        let owner = SessionOwner(node: "n1", boot: removedBoot.map { Boot($0) })
        cluster.registry.noteRemoval(of: owner, at: cluster.now)
        cluster.now = cluster.now + seconds
        cluster.check(["n1": cluster.heartbeat(boot)])
        cluster.registry.doubtRemovalsOfBeatingBoots()
        return signs(&cluster)
    }

    @Test func aBootThatBeatsAfterItsSessionsWereRemovedIsASign() {
        #expect(Self.beats("b1", removedFrom: "b1", after: 10) == [.beating(SessionOwner(node: "n1", boot: "b1"))])
        #expect(Self.beats("b1", removedFrom: "b1", after: 1).isEmpty)
        #expect(Self.beats("b2", removedFrom: "b1", after: 10).isEmpty)
        #expect(Self.beats("b1", removedFrom: nil, after: 10).isEmpty)
        #expect(Self.beats(nil, removedFrom: "b1", after: 10).isEmpty)
    }

    @Test func whatIsRememberedIsBounded() {
        var cluster = Self.stage()
        for number in 0..<25_000 {
            cluster.registry.noteRemoval(
                of: SessionOwner(node: "n\(number)", boot: "b1"), at: cluster.now + Double(number))
        }
        #expect(cluster.registry.tripwire.removals.count <= Tripwire.ownerLimit)
        #expect(cluster.registry.tripwire.removals[SessionOwner(node: "n24999", boot: "b1")] != nil)
    }

    @Test func aSignSaysWhatHappened() {
        var cluster = Self.stage()
        _ = cluster.registry.judge(
            cluster.request(.served, Self.removed, at: "n1", time: 50), at: cluster.now + 60)
        let sentences = cluster.registry.takeRemovalDoubts().map(\.sentence)
        #expect(sentences == ["session \(cluster.ref(bytes(Self.removed))) was served by n1 50s after its removal"])
    }
}
