import Foundation
import Lab
import Redis
import TestSupport
import Testing

/// What the other tests stand on.
@Suite(.ownThreads, .timeLimit(.minutes(15))) struct LabRedisTests {
    @Test func aServerThatCannotStartSaysWhy() throws {
        let error = try #require(throws: LabError.self) { try PrivateRedis(arguments: ["--no-such-setting", "1"]) }
        guard case .ended("redis-server", let log) = error else {
            Issue.record("not ended: \(error)")
            return
        }
        #expect(log.contains("no-such-setting"))
    }

    @Test func aStoppedServerLeavesNothingBehind() throws {
        let redis = try PrivateRedis()
        let pid = redis.pid
        guard case .unix(let path) = redis.endpoint.transport else {
            Issue.record("not a unix socket")
            return
        }
        let folder = (path as NSString).deletingLastPathComponent
        let mode = try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int
        #expect(mode == 0o700)
        redis.stop()
        redis.stop()
        #expect(kill(pid, 0) == -1)
        #expect(!FileManager.default.fileExists(atPath: folder))
        #expect(redis.pid == 0)
    }

    @Test(arguments: [SimulatedNode.Form.json, .hash])
    func aNodeWritesTheNativeDialect(_ form: SimulatedNode.Form) throws {
        let redis = try PrivateRedis()
        defer { redis.stop() }
        var connection = try redis.connect()
        func field(_ key: String, _ name: String) throws(RedisError) -> String? {
            if form == .hash { return try connection.command(["HGET", key, name]).text }
            let bytes = try connection.command(["GET", key]).bytes ?? []
            let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
            return object?[name].map { "\($0)" }
        }
        let node = try SimulatedNode("node-\"1\"", number: 7, endpoint: redis.endpoint, form: form, seed: 1)
        let ids = try node.register(count: 3)
        try node.writeHeartbeat()
        for id in ids {
            #expect(try field("mcp:session:\(id)", "node") == "node-\"1\"")
            #expect(try field("mcp:session:\(id)", "boot") == node.boot)
            #expect(try connection.command(["TTL", "mcp:session:\(id)"]).integer ?? 0 > 29 * 86_400)
            #expect(try connection.command(["EXISTS", "mcp:session:\(id):listener"]) == .integer(1))
        }
        #expect(try field(node.heartbeatKey, "url") == "http://10.0.0.7:8080")
        #expect(try field(node.heartbeatKey, "sessions") == "3")
        #expect(try field(node.heartbeatKey, "state") == "serving")
        try node.touch(ids)
        try node.drain()
        #expect(try field(node.heartbeatKey, "state") == "draining")
        let closed = try node.close(count: 2)
        #expect(Set(closed).isSubset(of: ids))
        #expect(node.sessions == ids.filter { !closed.contains($0) })
        let before = node.boot
        node.die()
        try node.writeHeartbeat()
        #expect(try field(node.heartbeatKey, "boot") == before)
        try node.restart()
        #expect(node.boot != before)
        #expect(try field(node.heartbeatKey, "boot") == node.boot)
        #expect(try field(node.heartbeatKey, "sessions") == "0")
        // One session with its sub-key is left, and the heartbeat.
        #expect(try connection.command(["DBSIZE"]) == .integer(3))
    }

    @Test func clustersOfOneSeedAreAlike() throws {
        func states() throws -> SimulatedCluster.State {
            let redis = try PrivateRedis()
            defer { redis.stop() }
            var plan = ClusterPlan(nodes: 3, heartbeatSeconds: 0.05, seed: 42)
            (plan.arrivalsPerSecond, plan.departuresPerSecond, plan.bareShare) = (100, 60, 0.2)
            plan.schedule = [
                .init(atSeconds: 0.1, .kill(node: "node-2")), .init(atSeconds: 0.2, .drain(node: "node-1")),
            ]
            plan.stepLimit = 60
            let cluster = SimulatedCluster(endpoint: redis.endpoint, plan: plan)
            try cluster.start()
            try waitUntil("the last step") { cluster.state.steps == 60 }
            cluster.stop()
            let state = cluster.state
            var connection = try redis.connect()
            let held = state.registered - state.closed
            let subkeys = held - state.bareSessions
            #expect(try connection.command(["KEYS", "mcp:session:*"]).array?.count == held + subkeys)
            return state
        }
        let first = try states()
        #expect(try states() == first)
        #expect(first.nodes.map(\.isAlive) == [true, false, true])
        #expect(first.nodes.map(\.isDraining) == [true, false, false])
        #expect(first.stranded > 0)
        #expect(first.bareSessions > 0)
        #expect(first.failures == 0)
    }

    @Test func waitingInVainSaysForWhat() {
        #expect(throws: LabError.timedOut(waitingFor: "never", seconds: 0.05)) {
            try waitUntil(deadline: 0.05, "never") { false }
        }
    }

    @Test func aScriptIsPlayedToEachClient() throws {
        let server = try ScriptedServer([.receive(bytes: 14), .send("+hello\r\n"), .hang])
        defer { server.stop() }
        for _ in 0..<3 {
            var connection = try RedisConnection.open(server.endpoint)
            #expect(try connection.command(["PING"]) == .status("hello"))
        }
        #expect(server.received == Array(String(repeating: "*1\r\n$4\r\nPING\r\n", count: 3).utf8))
    }
}
