import API
import Exposition
import Testing

@testable import mcp_sessiond

@Suite struct DrainReportTests {
    private static let none = """
        {"sessions":0,"used_within":[],"last_seen_unknown":0,"age":[],"created_unknown":0,"time_to_live":[],"no_expiry":0,
        "all_expired_at":null,"stuck":0,"clients":[],"other_clients":0,"other_sessions":0}
        """

    private static func some(client: String = "x 1") -> String {
        """
        {"sessions":44,"used_within":[{"seconds":60,"sessions":3},{"seconds":300,"sessions":12},
        {"seconds":900,"sessions":12}],"last_seen_unknown":2,"age":[{"up_to_seconds":60,"sessions":40},
        {"up_to_seconds":null,"sessions":4}],"created_unknown":0,"time_to_live":[{"up_to_seconds":3600,"sessions":43}],
        "no_expiry":1,"all_expired_at":null,"stuck":2,"clients":[{"client":\(JSONValue.string(client).compact),
        "sessions":30},{"client":"","sessions":10}],"other_clients":2,"other_sessions":4}
        """
    }

    private static func answer(
        _ status: String, wouldStrand: String = none, stranded: String = none, name: String = "node-1",
        ends: String = #"{"sessions":12,"over_seconds":900.0}"#
    ) throws -> DaemonAnswer<NodeAnswer> {
        let node = Answers.node(name, status, owned: 44, orphaned: 0)
        let drain = """
            "drain":{"would_strand":\(wouldStrand),"stranded":\(stranded),"adoptable":1,"ended_lately":\(ends),
            "empty_estimate_seconds":3300.0}}
            """
        return try Answers.answer(node.dropLast() + "," + drain)
    }

    private static func report(_ answer: DaemonAnswer<NodeAnswer>) throws -> [String] {
        Report().drain(try #require(answer.data.drain), of: answer)
    }

    @Test func `a node that lives shows what it would lose, and that it still takes more`() throws {
        let answer = try Self.answer("alive", wouldStrand: Self.some())
        #expect(
            try Self.report(answer) == [
                "as of 2s ago, instance host-a",
                "node        node-1",
                "status      alive",
                "            not draining: it still takes new sessions",
                "heartbeat   1s ago",
                "would lose  44 sessions if it stopped now",
                "  reported  44 (its own count)",
                "  used      3 in the last 1m, 12 in the last 5m, 12 in the last 15m; 2 do not say",
                "  age       40 up to 1m, 4 longer",
                "  expire    43 up to 1h; 1 never",
                "  stuck     2 (a client that does not start a new session)",
                "  ending    12 closed or expired in the last 15m; at that rate empty in about 55m (estimate)",
                "adoptable   1 that any node can take over: not counted above",
                "",
                "Clients that would lose sessions",
                "CLIENT  SESSIONS",
                "x 1           30",
                "-             10",
                "and 4 sessions of 2 other clients",
            ])
        #expect(mcp_sessiond.ExitStatus.drain(try #require(answer.data.drain)) == .foundWrong)
    }

    @Test func `a node that is empty may stop`() throws {
        let answer = try Self.answer("draining", ends: "null")
        #expect(
            try Self.report(answer).suffix(3) == [
                "would lose  nothing if it stopped now",
                "  reported  44 (its own count)",
                "adoptable   1 that any node can take over: not counted above",
            ])
        #expect(mcp_sessiond.ExitStatus.drain(try #require(answer.data.drain)) == .fine)
    }

    @Test func `a node that is dead shows what it took along`() throws {
        let lines = try Self.report(try Self.answer("dead", stranded: Self.some()))
        #expect(lines.contains("has lost    44 sessions with its end"))
        #expect(lines.contains("Clients that have lost sessions"))
        #expect(!lines.contains { $0.hasPrefix("would lose") || $0.hasPrefix("  ending") })
    }

    @Test(arguments: NarrowReportTests.names)
    func `no line is wider than a hundred columns, and none acts upon the terminal`(name: String) throws {
        let escaped = String(JSONValue.string(name).compact.dropFirst().dropLast())
        let answer = try Self.answer(
            "alive", wouldStrand: Self.some(client: name), stranded: Self.some(client: name), name: escaped)
        for line in try Self.report(answer) {
            #expect(HarmlessText(line).columns <= 100 && HarmlessText(line).text == line, "\(line)")
        }
    }
}
