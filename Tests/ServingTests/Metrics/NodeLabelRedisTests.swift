import Lab
import Sessions
import TestSupport
import Testing

@Suite(.ownThreads) struct NodeLabelRedisTests {
    /// Thousands of node names that somebody made up, and five nodes that beat.
    @Test(arguments: [true, false])
    func madeUpNamesShareALabelAndBeatingNodesKeepTheirs(madeUpComeFirst: Bool) async throws {
        let redis = try PrivateRedis()
        let now = try redis.now()
        let madeUp = (0..<3_000).map { session(uuid($0), node: "fake-\($0)", boot: "b", created: now) }
        let real = (1...5).flatMap { number in
            [
                ["SET", "mcp:node:node-\(number)", "{\"boot\":\"b\"}"],
                session(uuid(10_000 + number), node: "node-\(number)", boot: "b", created: now),
            ]
        }
        let watched = WatchedRegistry(redis, maxNodes: 8)
        var overflows: [Double] = []
        for commands in madeUpComeFirst ? [madeUp, real] : [real, madeUp] {
            try redis.run(commands)
            try await watched.read()
            let page = watched.page()
            #expect(page.repeated == [])
            overflows.append(try #require(page["mcp_sessiond_label_overflow_total{label=\"node_id\"}"]))
        }
        let page = watched.page()
        let names = page.values(of: "node_id")
        #expect(names.filter { $0.hasPrefix("node-") } == (1...5).map { "node-\($0)" })
        #expect(names.filter { $0.hasPrefix("fake-") }.count == 3)
        #expect(names.count == 8 + 2)
        #expect(Set(names).isSuperset(of: ["", "other"]))
        #expect(page.sum("mcp_registry_sessions", "state=") == 3_005)
        #expect(page.sum("mcp_registry_sessions", "node_id=\"other\"") == 2_997)
        #expect(overflows[1] > overflows[0])
        // Each of them is still known, only not by a label.
        #expect(watched.get("/api/v1/nodes/fake-2999").status == 200)
    }

    /// A node of that very name must not stand on the page twice.
    @Test func aNodeNamedOtherSharesTheLabelOfTheRest() async throws {
        let redis = try PrivateRedis()
        let now = try redis.now()
        try redis.run(
            ["other", "worker-1", "worker-2", "worker-3"].enumerated().flatMap { number, name in
                [
                    ["SET", "mcp:node:\(name)", "{\"boot\":\"b\"}"],
                    session(uuid(number), node: name, boot: "b", created: now),
                ]
            })
        let watched = WatchedRegistry(redis, maxNodes: 2)
        try await watched.read()
        let page = watched.page()
        #expect(page.repeated == [])
        #expect(page["mcp_registry_sessions{node_id=\"other\",state=\"owned\"}"] == 2)
        #expect(page.sum("mcp_registry_sessions", "state=\"owned\"") == 4)
    }
}
