import Testing

@testable import Sessions

/// Which closed sessions must not be restored: those that cleanup removed, as far as anybody knows.
@Suite struct ClosedSessionTests {
    private static func stage() -> Cluster {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("a")])
        cluster.readLive(["removed", "shortened", "closed", "there"].map { cluster.session($0, "n1", "a") })
        cluster.registry.noteCleaned([cluster.ref(bytes("removed"))], secondsLeft: 0, at: cluster.now)
        cluster.registry.noteCleaned([cluster.ref(bytes("shortened"))], secondsLeft: 60, at: cluster.now)
        cluster.take([cluster.gone("removed"), cluster.gone("closed")], from: .change)
        return cluster
    }

    @Test(arguments: [("removed", true), ("shortened", true), ("closed", false), ("there", false), ("unknown", true)])
    func aClosedSessionIsTakenNoteOfIfCleanupMayHaveRemovedIt(_ id: String, _ isNoted: Bool) {
        var cluster = Self.stage()
        #expect(cluster.registry.judge(cluster.request(.closed, id, at: "n1"), at: cluster.now) == nil)
        #expect(cluster.registry.takeClosed() == (isNoted ? [cluster.ref(bytes(id))] : []))
        #expect(cluster.registry.takeClosed().isEmpty)
    }

    @Test func theyAreBounded() {
        var cluster = Self.stage()
        for number in 0..<20_000 {
            _ = cluster.registry.judge(cluster.request(.closed, "s\(number)", at: "n1"), at: cluster.now)
        }
        #expect(cluster.registry.takeClosed().count == 10_000)
    }
}
