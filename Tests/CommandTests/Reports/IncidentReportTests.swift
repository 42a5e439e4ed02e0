import API
import Configuration
import Exposition
import Foundation
import Lab
import Redis
import Testing

@testable import mcp_sessiond

@Suite struct IncidentReportTests {
    static let rows = [
        """
        {"id":"i-1763834280000-3","kind":"redis_outage","node":null,"boot":null,
        "began_at":"2026-11-22T17:59:30.000Z","ended_at":null,"open":true,"summary":"Redis is out of reach",
        "sessions":null,"storm":null,"alert":"McpRegistryUnreachable",
        "runbook":"alerts/runbooks/McpRegistryUnreachable.md"}
        """,
        """
        {"id":"i-1763834100000-2","kind":"node_died","node":"node-3","boot":"b3-1",
        "began_at":"2026-11-22T17:56:30.000Z","ended_at":"2026-11-22T17:57:46.000Z","open":false,
        "summary":"node-3 died: 44 sessions stranded, 3 recovered, 2 stuck",
        "sessions":{"stranded":44,"recovered":3,"stuck":2,"silent":39},
        "storm":{"new_sessions":40,"refused_requests":12,"peak_per_minute":33,"peak_at":"2026-11-22T17:57:00.000Z",
        "ended_at":"2026-11-22T17:59:00.000Z"},
        "alert":"McpNodeDownWithSessions","runbook":"alerts/runbooks/McpNodeDownWithSessions.md"}
        """,
    ]

    @Test func `incidents are rows, the latest first, with what they cost`() throws {
        #expect(
            Report().incidents(try Answers.list(Self.rows)) == [
                "2 incidents, 1 open, as of 2s ago, instance host-a",
                "BEGAN      LASTED  NEW  WHAT",
                "32s ago    open      -  Redis is out of reach",
                "3m32s ago  1m16s    40  node-3 died: 44 sessions stranded, 3 recovered, 2 stuck",
            ])
        #expect(
            Report().incidents(try Answers.list([])) == [
                "no incidents, as of 2s ago, instance host-a"
            ])
    }

    @Test func `a wide row tells the rest`() throws {
        #expect(
            Report(limit: nil, isWide: true).incidents(try Answers.list(Self.rows, cursor: "x")).last
                == "3m32s ago  1m16s    40  node-3 died: 44 sessions stranded, 3 recovered, 2 stuck  node_died     "
                + "node-3  b3-1      39       12    33  McpNodeDownWithSessions  i-1763834100000-2")
    }

    @Test(arguments: NarrowReportTests.names)
    func `no line is wider than a hundred columns, whatever a node is called`(
        name: String
    ) throws {
        let escaped = String(JSONValue.string(name).compact.dropFirst().dropLast())
        let rows = Self.rows.map { $0.replacing("node-3", with: escaped) }
        for line in Report().incidents(try Answers.list(rows)) {
            #expect(HarmlessText(line).columns <= 100 && HarmlessText(line).text == line, "\(line)")
        }
    }

    @Test func `the exit code is 1 while one is open`() throws {
        let rows: [IncidentRow] = try Answers.list(Self.rows).data
        #expect(mcp_sessiond.ExitStatus.incidents(rows) == .foundWrong)
        #expect(mcp_sessiond.ExitStatus.incidents(Array(rows.dropFirst())) == .fine)
        #expect(mcp_sessiond.ExitStatus.incidents([]) == .fine)
    }
}

@Suite struct IncidentCommandTests {
    /// A node that lives, and a session of it.
    private static func fill(_ redis: inout RedisConnection) throws {
        let now = Int(Date().timeIntervalSince1970)
        _ = try redis.command(["SET", "mcp:node:node-1", "{\"boot\":\"b1\"}", "EX", "600"])
        let session: JSONValue = ["node": "node-1", "boot": "b1", "created_at": .int(now - 30)]
        _ = try redis.command(["SET", "mcp:session:one", session.compact, "EX", "3600"])
    }

    @Test func `a node that dies is seen from the command line`() async throws {
        let folder = try TemporaryFolder(prefix: "incidents")
        defer { folder.remove() }
        let change: (inout Settings) -> Void = { $0.events.stateDirectory = folder.path }
        try await withDaemon(fill: Self.fill, change: change) { daemon in
            let none = try await daemon.run(["incidents"])
            #expect(none.status == 0 && none.output.hasPrefix("no incidents, "), "\(none)")
            var redis = try daemon.redis.connect()
            _ = try redis.command(["DEL", "mcp:node:node-1"])
            try await waitUntil("the incident") { try await daemon.run(["incidents", "--open"]).status == 1 }
            let table = try await daemon.run(["incidents", "--kind", "node_died", "--node", "node-1"])
            #expect(table.output.contains("node-1 died: 1 session stranded, 0 recovered, 0 stuck"), "\(table)")
            #expect(try await daemon.run(["status"]).output.contains("incidents   1 open"))
            let document = try JSONValue(parsing: Array(try await daemon.run(["incidents", "-o", "json"]).output.utf8))
            #expect(document["data"]?[0]?["kind"] == "node_died")
            #expect(try await daemon.run(["incidents", "-o", "yaml"]).output.contains("kind: node_died"))
            #expect(try await daemon.run(["incidents", "--limit", "0"]).status == 2)
            #expect(try await daemon.run(["incidents", "--kind", "died"]).status == 2)
        }
        #expect(FileManager.default.fileExists(atPath: folder.file("incidents.json")))
    }
}
