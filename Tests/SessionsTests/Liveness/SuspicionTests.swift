import Testing

@testable import Sessions

/// Nodes whose own count and the registry's drift apart.
@Suite struct SuspicionTests {
    /// `n1` owns so many, and says it holds so many.
    private static func cluster(
        owned: Int, reported: Int?, unowned: Int = 0, isAdoptable: Bool = false
    ) -> (cluster: Cluster, heartbeats: (Cluster) -> [String: Heartbeat]) {
        var cluster = Cluster()
        func heartbeats(_ cluster: Cluster) -> [String: Heartbeat] {
            var heartbeat = cluster.heartbeat("b1")
            heartbeat.sessions = reported
            return ["n1": heartbeat]
        }
        cluster.check(heartbeats(cluster))
        cluster.readLive(
            (0..<owned).map { cluster.session("s\($0)", "n1", "b1", isAdoptable: isAdoptable) }
                + (0..<unowned).map { cluster.session("u\($0)") })
        return (cluster, heartbeats)
    }

    private static func isSuspect(_ cluster: Cluster) -> Bool {
        let summary = cluster.registry.nodeSummary(named: "n1", at: cluster.now)
        #expect(summary?.suspicions == (summary?.isSuspect == true ? [.countDrifts] : []))
        return summary?.isSuspect == true
    }

    private static func check(
        _ cluster: inout Cluster, for seconds: Double, _ heartbeats: (Cluster) -> [String: Heartbeat]
    ) {
        for _ in 0..<Int(seconds / 3) {
            cluster.now = cluster.now + 3
            cluster.registry.noteCurrent(at: cluster.now)
            cluster.check(heartbeats(cluster))
        }
    }

    @Test(
        arguments: [
            (10, 10, 0, false), (10, 20, 0, false), (10, 21, 0, true), (20, 10, 0, false), (20, 9, 0, true),
            (200, 180, 0, false), (200, 179, 0, true), (200, 221, 0, true), (0, 30, 20, false), (0, 31, 20, true),
            (20, 9, 20, true), (20, nil, 0, false),
        ] as [(Int, Int?, Int, Bool)])
    func aCountMayDifferByTenOrATenth(owned: Int, reported: Int?, unowned: Int, isSuspect: Bool) {
        var (cluster, heartbeats) = Self.cluster(owned: owned, reported: reported, unowned: unowned)
        Self.check(&cluster, for: 60, heartbeats)
        #expect(!Self.isSuspect(cluster))
        Self.check(&cluster, for: 3, heartbeats)
        #expect(Self.isSuspect(cluster) == isSuspect)
    }

    @Test func oneLookThatFitsBeginsAnew() {
        var (cluster, heartbeats) = Self.cluster(owned: 20, reported: 0)
        Self.check(&cluster, for: 57, heartbeats)
        Self.check(&cluster, for: 3) { ["n1": $0.heartbeat("b1")] }
        Self.check(&cluster, for: 60, heartbeats)
        #expect(!Self.isSuspect(cluster))
        Self.check(&cluster, for: 3, heartbeats)
        #expect(Self.isSuspect(cluster))
        // A gap in what we know says nothing against it.
        cluster.registry.noteGap(.resync)
        Self.check(&cluster, for: 3, heartbeats)
        #expect(!Self.isSuspect(cluster))
    }

    @Test func anOldPictureTellsNothing() {
        var (cluster, heartbeats) = Self.cluster(owned: 20, reported: 0)
        cluster.check(for: 120) { heartbeats($0) }
        #expect(!Self.isSuspect(cluster))
    }

    @Test func whoIsDeadIsNotSuspect() {
        var (cluster, heartbeats) = Self.cluster(owned: 20, reported: 0)
        Self.check(&cluster, for: 63, heartbeats)
        #expect(Self.isSuspect(cluster))
        Self.check(&cluster, for: 15) { _ in [:] }
        #expect(cluster.status("n1") == .dead)
        #expect(!Self.isSuspect(cluster))
    }

    @Test func whatOthersMayHaveRebuiltIsNotCompared() {
        var (cluster, heartbeats) = Self.cluster(owned: 20, reported: 0, isAdoptable: true)
        Self.check(&cluster, for: 63, heartbeats)
        #expect(!Self.isSuspect(cluster))
    }
}
