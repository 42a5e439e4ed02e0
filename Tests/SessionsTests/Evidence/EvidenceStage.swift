@testable import Sessions

/// The node `n2` with one session, beside `n1`, for the tests of what is known of owners.
enum EvidenceStage {
    static let owner = SessionOwner(node: "n2", boot: "b")

    static func standing(_ cluster: Cluster, _ owner: SessionOwner = owner) -> OwnerStanding {
        cluster.registry.evidence.standing(of: owner, CleanupPolicy(), cluster.registry.policy)
    }

    /// Two nodes, of which `n2` has one session and heartbeats for a while.
    static func cluster(heartbeats: Int = 4) -> Cluster {
        var cluster = Cluster()
        for _ in 0..<heartbeats {
            cluster.check(after: 3, ["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("b")])
        }
        cluster.readLive([cluster.session("s1", "n2", "b")])
        cluster.check(after: 3, ["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("b")])
        return cluster
    }

    static func alone(_ cluster: inout Cluster, for seconds: Double) {
        cluster.check(for: seconds) { ["n1": $0.heartbeat("a")] }
    }

    /// `n2` heartbeats every 240 s, and is looked at every 3.
    static func beatSeldom(_ cluster: inout Cluster, times: Int) {
        for _ in 0..<times {
            let heartbeat = cluster.heartbeat("b")
            for _ in 0..<80 { cluster.check(after: 3, ["n2": heartbeat]) }
        }
    }
}
