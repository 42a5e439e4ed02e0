import Glibc
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Watching

extension DeploymentTests {
    /// Reading from a replica, as long as one is fit to be read from.
    @Suite struct ReplicaTests {
        /// How a replica ceases to be one that is fed.
        enum Break: String, CaseIterable, CustomTestStringConvertible {
            case promoted, unlinked, killed

            var testDescription: String { rawValue }
        }

        /// A primary and its replica.
        private final class Pair: Sendable {
            let primary: PrivateRedis
            let replica: PrivateRedis

            init() throws {
                let words = ["--repl-diskless-sync-delay", "0"]
                primary = try PrivateRedis(arguments: words, tcp: true)
                replica = try PrivateRedis(arguments: words, tcp: true)
                let now = try primary.now()
                try primary.run((1...50).map { record(uuid($0), node: "node-1", now: now) } + [heartbeat("node-1")])
            }

            func attach() async throws {
                guard case .tcp(let host, let port) = primary.endpoint.transport else { return }
                try replica.run([["REPLICAOF", host, "\(port)"]])
                try await eventually("the replica to be in step", within: WatchedRegistry.patienceSeconds) {
                    let seen = try [primary, replica].map { server in
                        RedisReplication(info: try server.run([["INFO", "replication"]])[0].text ?? "")
                    }
                    return ReplicaChoice().isFit(seen[1]) && ReplicaChoice().candidates(of: seen[0]).count == 1
                        && seen[0].offset == seen[1].offset
                }
            }

            func watched(_ change: (inout WatchPlan) -> Void = { _ in }) -> WatchedRegistry {
                WatchedRegistry(deployment: .server(primary.endpoint), of: self) { plan in
                    plan.readsFromReplica = true
                    change(&plan)
                }
            }

            func stop() {
                replica.signal(SIGCONT)
                replica.stop()
                primary.stop()
            }
        }

        /// Whether the server was ever scanned, and whether somebody is told of changes there.
        private static func load(of server: PrivateRedis) throws -> (isScanned: Bool, isTracked: Bool) {
            let answers = try server.run([["INFO", "commandstats"], ["CLIENT", "LIST"]]).compactMap(\.text)
            return (answers[0].contains("cmdstat_scan:"), answers[1].contains(" sub=1 "))
        }

        @Test(arguments: Break.allCases)
        func theReplicaIsReadUntilItIsNotFed(_ how: Break) async throws {
            let pair = try Pair()
            defer { pair.stop() }
            try await pair.attach()
            let watched = pair.watched()
            watched.start()
            try await watched.soon("the replica to be tracked") {
                watched.view.isComplete && watched.watch.isTracking && watched.counts.owned == 50
            }
            #expect(watched.servers == [pair.replica.endpoint])
            #expect(try Self.load(of: pair.replica) == (true, true))
            #expect(try Self.load(of: pair.primary) == (false, false))
            try await watched.liveChange("a change that the replica was told") {
                try pair.primary.run([record("new", node: "node-1", now: try pair.primary.now())])
            } isSeen: {
                watched.knows("new")
            }

            let before = watched.resyncCount
            switch how {
            case .promoted: try pair.replica.run([["REPLICAOF", "NO", "ONE"]])
            case .unlinked: try pair.replica.run([["REPLICAOF", "127.0.0.1", "1"]])
            case .killed: pair.replica.signal(SIGKILL)
            }
            try await watched.soon("the primary to be read") {
                watched.servers == [pair.primary.endpoint] && watched.view.isComplete && watched.watch.isTracking
            }
            #expect(try Self.load(of: pair.primary) == (true, true))
            #expect(watched.resyncCount > before)
            #expect(watched.endings == [:])
            try await watched.liveChange("a change that the primary told") {
                try pair.primary.run([["DEL", "mcp:session:new"], ["DEL", "mcp:node:node-1"]])
            } isSeen: {
                watched.ending(of: "new") == .closed && watched.counts.orphaned == [.ownerDead: 50]
            }
            #expect(watched.readiness.status == 200)
            await watched.stop()
        }

        /// It is stopped, so that asking it would take as long as the patience with an answer: longer than ours.
        @Test func aReplicaThatLagsIsNotEvenAsked() async throws {
            let pair = try Pair()
            defer { pair.stop() }
            try await pair.attach()
            pair.replica.signal(SIGSTOP)
            let megabyte = String(repeating: "x", count: 1 << 20)
            try pair.primary.run((0..<3).map { ["SET", "large:\($0)", megabyte] })
            let watched = pair.watched { $0.limits.replySeconds = 2 * WatchedRegistry.patienceSeconds }
            watched.start()
            try await watched.soon("the primary to be read instead") {
                watched.view.isComplete && watched.watch.isTracking
            }
            #expect(watched.servers == [pair.primary.endpoint])
            #expect(watched.counts.inAll == 50)
            await watched.stop()
        }
    }
}
