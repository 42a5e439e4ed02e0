import Exposition
import Foundation
import Lab
import Redis
import TestSupport
import Testing

@testable import Intake
@testable import Sessions

/// What goes wrong with a real Redis and nodes that beat, as the API tells it.
@Suite(.ownThreads) struct LiveIncidentRedisTests {
    /// Three nodes with twenty sessions each, watched by everything that a daemon has.
    private final class Scene {
        let redis: PrivateRedis
        let cluster: SimulatedCluster
        let watched: WatchedRegistry
        let folder: TemporaryFolder
        private var task: Task<Void, Never>?

        init(deadAfterSeconds: Double) throws {
            redis = try PrivateRedis()
            folder = try TemporaryFolder(prefix: "incidents")
            var plan = ClusterPlan(nodes: 3, heartbeatSeconds: 0.2)
            plan.firstSessions = 60
            (plan.arrivalsPerSecond, plan.departuresPerSecond, plan.bareShare, plan.returningShare) = (0, 0, 0, 0)
            cluster = SimulatedCluster(endpoint: redis.endpoint, plan: plan)
            try cluster.start()
            watched = WatchedRegistry(redis) { plan in
                plan.mode = .auto
                plan.scanEverySeconds = 0.5
                plan.nodes.deadAfterSeconds = deadAfterSeconds
            }
            watched.start()
        }

        /// Watches for incidents until ``stop()``, as a process of its own would.
        func begin(_ board: IncidentBoard? = nil) {
            let watcher = IncidentWatcher(
                watched.watch, intake: watched.intake, board: board ?? watched.incidents,
                stateDirectory: folder.path)
            task = Task { await watcher.run() }
        }

        func beginWhole() async throws {
            try await eventually("all to be owned") { watched.view.isComplete && watched.counts.owned == 60 }
            begin()
            // Looks that find nothing, so that what comes is news.
            for _ in 0..<3 {
                let last = lookedAt
                try await eventually("a look") { lookedAt != last }
            }
            #expect(try rows() == [])
        }

        /// Of when the view was that was looked at last; nil before the first look.
        private var lookedAt: UnixTime? { watched.incidents.log.withLock { $0.counted?.asOf } }

        func end() async {
            task?.cancel()
            await task?.value
        }

        func stop() async {
            await end()
            cluster.stop()
            await watched.stop()
            folder.remove()
        }

        func rows() throws -> [JSONValue] { try watched.json("/api/v1/incidents")["data"]?.array ?? [] }

        /// `node_died node-2 open 20`, the latest first.
        func lines() throws -> [String] {
            try rows().map { row in
                let words = [
                    row["kind"]?.string, row["node"]?.string, row["open"]?.bool == true ? "open" : "over",
                    row["sessions"]?["stranded"]?.int.map(String.init),
                ]
                return words.compactMap(\.self).joined(separator: " ")
            }
        }

        func wait(_ what: String, _ lines: [String]) async throws {
            do {
                try await eventually(what) { try self.lines() == lines }
            } catch {
                Issue.record("\(what): \(try self.lines())")
                throw error
            }
        }
    }

    @Test func aDeathStaysOpenAndIsKeptOverARestartOfTheDaemon() async throws {
        let scene = try Scene(deadAfterSeconds: 2)
        try await scene.beginWhole()
        scene.cluster.kill(node: "node-2")
        try await scene.wait("the death", ["node_died node-2 open 20"])
        await scene.end()
        let kept = try scene.rows()

        let next = IncidentBoard()
        scene.begin(next)
        try await eventually("the log of the process before") { next.log.withLock { $0.openCount } == 1 }
        #expect(next.log.withLock { $0.incidents.map(\.id.description) } == kept.compactMap { $0["id"]?.string })
        scene.cluster.restart(node: "node-2")
        try await eventually("the end of it") { next.log.withLock { $0.openCount } == 0 }
        let over = next.log.withLock { $0.incidents }
        #expect(over.map(\.kind) == [.nodeDied])
        #expect(over.first?.aftermath?.sessions == 20)
        let text = try String(contentsOfFile: scene.folder.file("incidents.json"), encoding: .utf8)
        #expect(text.contains("node-2"))
        await scene.stop()
    }

    @Test func aRestartIsOverAtOnce() async throws {
        let scene = try Scene(deadAfterSeconds: 5)
        try await scene.beginWhole()
        scene.cluster.restart(node: "node-3")
        try await scene.wait("the restart", ["node_restarted node-3 over 20"])
        await scene.stop()
    }

    @Test func anOutageOfRedisIsOneAndKillsNobody() async throws {
        let scene = try Scene(deadAfterSeconds: 5)
        try await scene.beginWhole()
        scene.redis.signal(SIGSTOP)
        try await scene.wait("the outage", ["redis_outage open"])
        scene.redis.signal(SIGCONT)
        try await scene.wait("its end", ["redis_outage over"])
        await scene.stop()
    }

    @Test func aFlushIsOne() async throws {
        let scene = try Scene(deadAfterSeconds: 5)
        try await scene.beginWhole()
        try scene.redis.run([["FLUSHALL"]])
        try await scene.wait("the flush", ["registry_flushed over 60"])
        #expect(
            try scene.rows().first?["summary"]
                == "the registry was emptied: 60 sessions vanished, 0 recovered, 0 stuck")
        await scene.stop()
    }
}
