import Digests
import Foundation
import Lab
import Redis
import TestSupport
import Testing

/// Cleanup by real processes on a real Redis while everything happens to them at random: not one live session may go.
/// `CLEANUP_ROUNDS` says how many rounds (`scripts/prove-cleanup`), and `CLEANUP_SEED` with which luck.
@Suite(.ownThreads) struct CleanupProofCommandTests {
    private static let rounds = ProcessInfo.processInfo.environment["CLEANUP_ROUNDS"].flatMap(Int.init) ?? 12
    private static let seed =
        ProcessInfo.processInfo.environment["CLEANUP_SEED"].flatMap(UInt64.init) ?? .random(in: 0 ... .max)

    /// What may happen in one round.
    private enum Blow: CaseIterable {
        case none, stopHolder, stopAny, killAny, flush, restartRedis, hangRedis, suspend
    }

    @Test func `no live session is removed, whatever happens`() throws {
        let redis = try PrivateRedis(tcp: true)
        defer { redis.stop() }
        let cluster = LiveCluster(redis.endpoint, nodes: 5, seed: Self.seed)
        cluster.start()
        defer { cluster.stop() }
        var random = SplitMix64(seed: Self.seed &+ 1)
        var replicas = try [Replica(redis.url), Replica(redis.url)]
        defer { for replica in replicas { replica.end() } }
        var cleaned = 0
        for round in 0..<Self.rounds {
            let blow =
                Self.rounds < 50
                ? Blow.allCases[round % Blow.allCases.count] : Blow.allCases.randomElement(using: &random) ?? .none
            try strike(blow, redis, cluster, &replicas, &random)
            Thread.sleep(forTimeInterval: Double.random(in: 0.5...2.5, using: &random))
            var connection = try redis.connect()
            try cluster.check(&connection)
            let missing = cluster.tally.missing
            #expect(missing == 0, "round \(round), \(blow), seed \(Self.seed)")
            guard missing == 0 else { return }
            // Before a flush takes it away.
            try Self.verify(redis)
            cleaned = max(cleaned, try connection.command(["XLEN", "mcp:sessiond:audit"]).integer.map(Int.init) ?? 0)
        }
        // A run at the end, if chance let none through before.
        try waitUntil("some orphans to be cleaned") {
            var connection = try redis.connect()
            try cluster.check(&connection)
            cleaned = max(cleaned, try connection.command(["XLEN", "mcp:sessiond:audit"]).integer.map(Int.init) ?? 0)
            return cleaned > 0
        }
        #expect(cluster.tally.missing == 0)
        try Self.verify(redis)
        print("rounds \(Self.rounds), seed \(Self.seed), audit records at most \(cleaned) at once, \(cluster.tally)")
    }

    private static func verify(_ redis: PrivateRedis) throws {
        try AuditProof.expect(redis.url, grace: Replica.graceSeconds, keysPerSecond: Replica.keysPerSecond)
    }

    private func strike(
        _ blow: Blow, _ redis: PrivateRedis, _ cluster: LiveCluster, _ replicas: inout [Replica],
        _ random: inout SplitMix64
    ) throws {
        let index = Int.random(in: 0..<replicas.count, using: &random)
        switch blow {
        case .none: break
        case .stopHolder, .stopAny:
            var chosen = index
            if blow == .stopHolder {
                var connection = try redis.connect()
                let holder = try connection.command(["HGET", "mcp:sessiond:lease", "holder"]).text ?? ""
                chosen = replicas.firstIndex { holder.contains("-\($0.pid)-") } ?? index
            }
            kill(replicas[chosen].pid, SIGSTOP)
            // Longer than the lease, now and then.
            Thread.sleep(forTimeInterval: Double.random(in: 0.1...1, using: &random) < 0.4 ? 17 : 1)
            kill(replicas[chosen].pid, SIGCONT)
        case .killAny:
            replicas[index].end(SIGKILL)
            replicas[index] = try Replica(redis.url)
        case .flush:
            try cluster.whilePaused {
                var connection = try redis.connect()
                _ = try connection.command(["FLUSHALL"])
                return nil
            }
        case .restartRedis:
            try cluster.whilePaused {
                try redis.restart()
                return redis.endpoint
            }
        case .hangRedis:
            redis.signal(SIGSTOP)
            Thread.sleep(forTimeInterval: 1)
            redis.signal(SIGCONT)
        case .suspend:
            var connection = try redis.connect()
            let stop = #"{"v":1,"by":"proof","why":"a test","at":1787307302000,"tripped":false}"#
            _ = try connection.command(["SET", "mcp:sessiond:suspend", stop, "PX", "1500"])
        }
    }
}
