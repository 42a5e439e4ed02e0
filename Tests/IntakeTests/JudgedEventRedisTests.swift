import Events
import Exposition
import Foundation
import Lab
import Redis
import Sessions
import TestSupport
import Testing

/// Lines of the nodes' logs, judged by a registry that is watched on a real Redis.
@Suite(.ownThreads) struct JudgedEventRedisTests {
    @Test func eachRefusedRequestGetsItsVerdictItsCauseAndItsCounters() async throws {
        let cluster = try await LoggedCluster()
        try cluster.redis.run([
            ["SET", "mcp:session:\(uuid(1))", "1", "EX", "1000"],
            ["SET", "mcp:session:\(uuid(2))", "{\"node\":", "EX", "1000"],
            session(uuid(3), node: "node-3", boot: "old", created: try cluster.redis.now() - 5000),
            ["DEL", "mcp:session:\(uuid(109))"],
        ])
        try await eventually("the changes to be known") {
            cluster.watched.counts.inAll == 32 && cluster.watched.counts.orphaned == [.ownerRestarted: 1]
        }
        let cookies = nodeCookies
        try cluster.append([
            misrouteLine(uuid(100), node: "node-2", cookie: cookies["node-1"]),
            misrouteLine(uuid(101), node: "node-2", cookie: cookies["node-3"]),
            misrouteLine(uuid(102), node: "node-2", cookie: "f66426ef07607227"),
            misrouteLine(uuid(103), node: "node-2", cookie: "0000000000000000"),
            misrouteLine(uuid(104), node: "node-2"),
            misrouteLine(uuid(105), node: "node-1"),
            misrouteLine(uuid(1), node: "node-2"),
            misrouteLine(uuid(2), node: "node-2"),
            misrouteLine(uuid(3), node: "node-3"),
            misrouteLine(uuid(109), node: "node-1", message: "session not found in registry"),
            misrouteLine(uuid(9), node: "node-1", message: "session not found in registry"),
        ])
        cluster.start(cluster.files())
        try await cluster.judged(11)
        #expect(
            cluster.misroutes == [
                "node-2 node-1 misrouted": 5, "node-1 node-1 owner_denies": 1, "node-2 - unowned": 1,
                "node-2 - malformed": 1, "node-3 node-3 owner_restarted": 1, "node-1 - closed": 1,
                "node-1 - never_seen": 1,
            ])
        let page = cluster.watched.page()
        let prefix = "mcp_sessiond_misroutes_total{node_id=\"node-2\",reason="
        #expect(page["\(prefix)\"misrouted\"}"] == 5)
        #expect(page["\(prefix)\"owner_dead\"}"] == 0)
        #expect(page["\(prefix)\"unverified\"}"] == 1)
        // Pairs that happened, at 0 for the first minute.
        let pairs = "mcp_sessiond_misroute_pairs_total{node_id=\"node-2\",owner_node_id="
        #expect(page["\(pairs)\"node-1\",reason=\"misrouted\"}"] == 0)
        #expect(page["\(pairs)\"node-3\",reason=\"misrouted\"}"] == nil)
        let causes = ["cookie_owner", "cookie_elsewhere", "cookie_old_scheme", "cookie_unmapped", "not_logged"]
        for cause in causes { #expect(page["mcp_sessiond_misroute_causes_total{cause=\"\(cause)\"}"] == 1) }
        let unknown = "mcp_sessiond_unknown_session_requests_total{node_id=\"node-1\",reason="
        #expect(page["\(unknown)\"closed\"}"] == 1 && page["\(unknown)\"never_seen\"}"] == 1)
        #expect(page["mcp_sessiond_log_events_total{source=\"file\",kind=\"misroute\"}"] == 9)
        #expect(page["mcp_sessiond_log_lines_total{source=\"file\"}"] == 11)
        #expect(page["mcp_sessiond_affected_sessions{kind=\"transient\"}"] == 11)

        // What is judged shows where the session and its node are looked up.
        let row = try cluster.watched.json("/api/v1/sessions/\(ref(uuid(100)))")["data"]
        #expect(row?["misrouted"] == 1 && row?["stuck"] == false)
        let denied = try cluster.watched.json("/api/v1/sessions?reason=owner_denies")["data"]?.array
        #expect(denied?.map { $0["ref"] } == [.string(ref(uuid(105)).description)])
        let node = try cluster.watched.json("/api/v1/nodes/node-1")["data"]
        #expect(node?["suspect"] == true)
        await cluster.stop()
    }

    @Test func theMisroutesOfTheAPIAreTheCountersWithWhoAndWhen() async throws {
        let cluster = try await LoggedCluster()
        #expect(
            try cluster.push(
                (0..<3).map {
                    misrouteLine(uuid(100 + $0 / 2), node: "node-2", cookie: nodeCookies["node-1"])
                }
                .joined(separator: "\n"))
                == ["accepted": 3, "ignored": 0, "rejected": [], "rejected_count": 0])
        try await cluster.judged(3)
        let data = try #require(try cluster.watched.json("/api/v1/misroutes?limit=2")["data"])
        #expect(data["totals"] == ["misrouted": 3])
        #expect(
            data["matrix"] == [["node": "node-2", "owner": "node-1", "verdict": "misrouted", "count": 3]])
        #expect(data["causes"]?["cookie_owner"] == 3)
        #expect(data["affected"] == ["transient": 2, "stuck": 0])
        #expect(data["recent"]?.array?.count == 2)
        let top = data["sessions"]?.array?.first
        #expect(top?["ref"] == .string(ref(uuid(100)).description) && top?["misrouted"] == 2)
        let none = try #require(try cluster.watched.json("/api/v1/misroutes?node=node-3")["data"])
        #expect(none["totals"] == [:] && none["recent"] == [])
        await cluster.stop()
    }

    @Test func aPushSaysWhichLinesWereNotTaken() async throws {
        let cluster = try await LoggedCluster()
        let body = """
            {"message":"listening","addr":"0.0.0.0:8080"}
            \(misrouteLine(uuid(100), node: "node-2"))
            \(misrouteLine(uuid(100), node: "node-2").dropLast(20))
            \(misrouteLine(uuid(100), node: "node-2", stamp: "2100-01-01T00:00:00Z"))
            """
        let answer = try cluster.push(body)
        #expect(answer["accepted"] == 1 && answer["ignored"] == 1 && answer["rejected_count"] == 2)
        #expect(
            answer["rejected"]?.array?.map { $0["line"] } == [3, 4])
        try await cluster.judged(1)
        #expect(cluster.misroutes == ["node-2 node-1 misrouted": 1])
        // The node of a shipper that knows it goes before the line's own.
        _ = try cluster.push("[\(misrouteLine(uuid(100), node: "node-2"))]", to: "/api/v1/events?node=node-3")
        try await cluster.judged(2)
        #expect(cluster.misroutes == ["node-2 node-1 misrouted": 1, "node-3 node-1 misrouted": 1])
        await cluster.stop()
    }

    @Test func whatTheRegistryCannotBeAskedIsNoMisroute() async throws {
        let cluster = try await LoggedCluster()
        cluster.redis.stop()
        try await eventually("the gap to be known") { !cluster.watched.view.isComplete }
        _ = try cluster.push(misrouteLine(uuid(100), node: "node-2"))
        try await cluster.judged(1)
        #expect(cluster.misroutes == ["node-2 - unverified": 1])
        await cluster.stop()
    }

    /// Some servers log 8 characters of an id: it counts whether or not it is known whose they are.
    @Test func anIDThatIsCutCountsWhomeverItFits() async throws {
        let cluster = try await LoggedCluster()
        let cuts = ["\(uuid(100).prefix(8))", "\(uuid(100).prefix(7))...", "ffffffff"]
        _ = try cluster.push(cuts.map { misrouteLine($0, node: "node-2") }.joined(separator: "\n"))
        try await cluster.judged(3)
        #expect(cluster.misroutes == ["node-2 node-1 misrouted": 1, "node-2 - unverified": 2])
        let page = cluster.watched.page()
        let prefix = "mcp_sessiond_misroutes_total{node_id=\"node-2\",reason="
        #expect(page["\(prefix)\"unverified\"}"] == 2)
        #expect(page["\(prefix)\"misrouted\"}"] == 1)
        // Which is counted last depends on when the owner's next heartbeat comes.
        let known = ref(uuid(100)).description
        for (path, member) in [("misroutes", "recent"), ("nodes/node-2", "recent")] {
            let recent = try cluster.watched.json("/api/v1/\(path)")["data"]?[member]?.array
            let told = recent?.map { "\($0["verdict"]?.string ?? "?") \($0["ref"]?.string ?? "-")" }.sorted()
            #expect(told == ["misrouted \(known)", "unverified -", "unverified -"], "\(path)")
        }
        await cluster.stop()
    }

    @Test func theOwnerOfABareSessionIsLearntFromALine() async throws {
        let cluster = try await LoggedCluster()
        try cluster.redis.run([["SET", "mcp:session:\(uuid(1))", "1", "EX", "1000"]])
        try await eventually("the session to be known") { cluster.watched.counts.unowned == 1 }
        _ = try cluster.push(
            "{\"level\":\"INFO\",\"msg\":\"session created\",\"session_id\":\"\(uuid(1))\",\"node\":\"node-2\"}")
        try await eventually("its owner to be learnt") { cluster.watched.counts.unowned == 0 }
        let row = try cluster.watched.json("/api/v1/sessions/\(ref(uuid(1)))")["data"]
        #expect(row?["node"] == "node-2" && row?["state"] == "owned" && row?["learnt_owner"] == true)
        await cluster.stop()
    }

    @Test func aCookieNamesItsNode() async throws {
        let cluster = try await LoggedCluster()
        let known = try cluster.watched.json("/api/v1/cookies/d1a653a6b43e2e0b")["data"]
        #expect(known?["node"] == "node-2" && known?["scheme"] == "traefik_sha256" && known?["current"] == true)
        let old = try cluster.watched.json("/api/v1/cookies/f66426ef07607227")["data"]
        #expect(old?["node"] == "node-1" && old?["current"] == false)
        let unknown = try cluster.watched.json("/api/v1/cookies/none")["data"]
        #expect(unknown?["node"] == .null && unknown?["nodes_with_url"] == 3)
        await cluster.stop()
    }

    /// The new process logs before the daemon has looked at its heartbeat.
    @Test func aNodeThatHasJustRestartedIsNotTakenForOneThatDeniesItsSessions() async throws {
        let cluster = try await LoggedCluster()
        let redis = cluster.redis
        try redis.run([LoggedCluster.heartbeat(1, boot: "b9", at: try redis.now())])
        _ = try cluster.push(misrouteLine(uuid(100), node: "node-1"))
        try await cluster.judged(1)
        #expect(cluster.misroutes == ["node-1 node-1 owner_restarted": 1])
        await cluster.stop()
    }
}
