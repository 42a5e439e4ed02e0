import Digests
import Foundation
import Lab
import Redis
import TestSupport
import Testing

/// Cleanup by real processes behind Sentinel, while masters die and replicas that lag take their place: what was
/// written meanwhile is lost, and not one live session may go for it. `CLEANUP_FAILOVERS` says how many
/// (`scripts/prove-cleanup`), and `CLEANUP_SEED` with which luck.
@Suite(.ownThreads) struct CleanupFailoverCommandTests {
    private static let failovers = ProcessInfo.processInfo.environment["CLEANUP_FAILOVERS"].flatMap(Int.init) ?? 1
    private static let seed =
        ProcessInfo.processInfo.environment["CLEANUP_SEED"].flatMap(UInt64.init) ?? .random(in: 0 ... .max)
    /// Nodes have found the new master by then, and registered what they hold.
    private static let settle = "30s"
    /// Sentinel gives a replica that follows nobody its master back after 8 s.
    private static let lagSeconds = 0.5...6.0

    @Test func `no live session is removed when a replica that lags becomes the master`() throws {
        let lab = try PrivateSentinels(downAfterMilliseconds: 2_000)
        defer { lab.stop() }
        var master = try lab.waitForMaster(otherThan: nil)
        let cluster = LiveCluster(master.endpoint, nodes: 5, seed: Self.seed)
        cluster.start()
        defer { cluster.stop() }
        var random = SplitMix64(seed: Self.seed &+ 1)
        let replicas = try [Replica(lab.url, settle: Self.settle), Replica(lab.url, settle: Self.settle)]
        defer { for replica in replicas { replica.end() } }
        for failover in 0..<Self.failovers {
            try Self.waitForCleaning(by: master, cluster)
            try Self.verify(lab)
            master = try Self.replace(master, lab, cluster, &random)
            #expect(cluster.tally.missing == 0, "failover \(failover), seed \(Self.seed)")
            guard cluster.tally.missing == 0 else { return }
        }
        // What the last one took over is cleaned too, once it has settled.
        try Self.waitForCleaning(by: master, cluster)
        #expect(cluster.tally.missing == 0, "seed \(Self.seed)")
        try Self.verify(lab)
        print("failovers \(Self.failovers), seed \(Self.seed), \(cluster.tally)")
    }

    private static func verify(_ lab: PrivateSentinels) throws {
        try AuditProof.expect(lab.url, grace: Replica.graceSeconds, keysPerSecond: Replica.keysPerSecond)
    }

    /// Waits until more is cleaned than was when it began.
    private static func waitForCleaning(by master: PrivateRedis, _ cluster: LiveCluster) throws {
        var before: Int64?
        try waitUntil(deadline: 180, "orphans to be cleaned, seed \(seed)") {
            var connection = try master.connect()
            try cluster.check(&connection)
            let cleaned = try connection.command(["XLEN", "mcp:sessiond:audit"]).integer ?? 0
            defer { before = before ?? cleaned }
            return cluster.tally.missing > 0 || cleaned > before ?? .max
        }
    }

    /// Its replica is fed no more, a while later the master dies or hangs, and the replica is what is left.
    private static func replace(
        _ master: PrivateRedis, _ lab: PrivateSentinels, _ cluster: LiveCluster, _ random: inout SplitMix64
    ) throws -> PrivateRedis {
        guard let replica = lab.servers.first(where: { $0 !== master }) else { return master }
        var connection = try replica.connect()
        // Nobody listens there.
        try connection.command(["REPLICAOF", "127.0.0.1", "1"])
        Thread.sleep(forTimeInterval: Double.random(in: lagSeconds, using: &random))
        let hangs = Bool.random(using: &random)
        try cluster.whilePaused {
            master.signal(hangs ? SIGSTOP : SIGKILL)
            return try lab.waitForMaster(otherThan: master).endpoint
        }
        // Back, it takes itself for the master until it is told otherwise.
        if hangs { master.signal(SIGCONT) } else { try master.restart() }
        try lab.waitUntilDemoted(master)
        return replica
    }
}
