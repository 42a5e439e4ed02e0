import Doctor
import Exposition
import Serving
import Sessions
import Testing

@testable import mcp_sessiond

/// What `doctor` makes of a daemon's status.
@Suite struct DaemonChecksTests {
    private static func checks(
        findings: [String] = [], events: String = #""lines":0,"events":0,"rejected":0"#, version: String = "1.0.0",
        instances: String = #"[{"instance":"a","version":"1.0.0"}]"#,
        cleanup: String = #""mode":"delete","slowest_node":{"node":"node-2","interval_seconds":5.0}"#
    ) throws -> [Check] {
        let data = """
            {"findings":[\(findings.joined(separator: ","))],"events":{\(events)},"version":"\(version)",
            "instances":\(instances),"cleanup":{\(cleanup)}}
            """
        return DaemonChecks(try Answers.answer(data), version: "1.0.0").all
    }

    @Test func `a daemon that is well is told so in five lines`() throws {
        #expect(
            try Self.checks(events: #""lines":90,"events":40,"rejected":0"#) == [
                Check("view", .ok, "complete, as of 2s ago"),
                Check("events", .ok, "40 of 40 lines about sessions are understood"),
                Check("instances", .ok, "1 instance, version 1.0.0"),
                Check("nodes", .ok, "none lets more than 5s pass between two heartbeats"),
                Check("cleanup", .ok, "delete, nothing holds it back"),
            ])
    }

    @Test func `what cannot be known is skipped`() throws {
        let checks = try Self.checks(instances: "null", cleanup: #""mode":"off","slowest_node":null"#)
        #expect(checks.dropFirst().map(\.result) == [.skipped, .skipped, .skipped, .skipped])
    }

    @Test(arguments: [("critical", Check.Result.fail), ("warning", .warn), ("note", .warn)])
    func `each finding is a check with what mends it`(severity: String, result: Check.Result) throws {
        let checks = try Self.checks(findings: [
            Answers.finding("view_stale", severity, "the view is stale", evidence: "timeout"),
            Answers.finding("node_dead", severity, "node-3 is dead"),
            Answers.finding("node_suspect", severity, "node-4 is suspect"),
            Answers.finding("clients_stuck", severity, "1 client repeats a refused request"),
        ])
        #expect(
            checks.filter { $0.result == result }.map { "\($0.name): \($0.found)" } == [
                "view: the view is stale: timeout", "nodes: node-3 is dead", "nodes: node-4 is suspect",
                "requests: 1 client repeats a refused request",
            ])
        #expect(checks[0].mend == ["Mend that. mcp-sessiond nodes shows more."])
    }

    /// What this list does not know would be told by nobody.
    @Test(arguments: Finding.Kind.allCases) func `no kind of finding is left out`(kind: Finding.Kind) throws {
        let checks = try Self.checks(findings: [Answers.finding(kind.rawValue, "critical", "x")])
        #expect(checks.contains { $0.result == .fail })
    }

    @Test func `another version than this program's is of note`() throws {
        let other = try Self.checks(version: "0.9.0", instances: "null")[2]
        #expect(other.result == .warn && other.found == "the daemon is version 0.9.0, this program 1.0.0")
    }

    @Test func `a daemon of another version is mended by its own program`() {
        let mismatch = JSONMismatch(place: "data.redis", expected: "an object")
        let check = DaemonChecks.unanswered(.otherVersion("http://h:1", mismatch), isNamed: false)
        #expect(check.result == .fail && check.found.hasSuffix("data.redis is not an object"))
        #expect(check.mend == ["Use the program of the daemon's own version."])
    }

    @Test func `that no daemon answers is of note where one was named`() {
        let away = DaemonClientError.outOfReach(server: "http://h:1", reason: "connection refused")
        #expect(DaemonChecks.unanswered(away, isNamed: false).result == .skipped)
        #expect(DaemonChecks.unanswered(away, isNamed: true).result == .fail)
        #expect(DaemonChecks.unanswered(.refused("Unauthorized"), isNamed: false).result == .warn)
    }

    @Test(arguments: NarrowReportTests.names)
    func `no line is wider than a hundred columns, and none acts upon the terminal`(name: String) {
        let checks = [
            Check("acl", .fail, name + " " + name, mend: "ACL SETUSER " + name + String(repeating: " +get", count: 50)),
            Check("events", .ok, name),
        ]
        for line in Report().checks(checks) {
            #expect(HarmlessText(line).columns <= 100 && HarmlessText(line).text == line, "\(line)")
        }
    }

    @Test func `the words of a command stand in it unbroken, in order`() {
        let command = "ACL SETUSER sessiond " + (0..<40).map { "+command\($0)" }.joined(separator: " ")
        let lines = Report().checks([Check("acl", .fail, "lacks much", mend: command)])
        #expect(lines[0] == "acl         fail  lacks much")
        #expect(lines.suffix(2) == ["", "0 ok, 1 fail"])
        let shown = lines[1..<(lines.count - 2)].flatMap { $0.split(separator: " ") }
        #expect(shown == command.split(separator: " "))
        #expect(Report(limit: nil).checks([Check("acl", .fail, "x", mend: command)])[1].hasSuffix(command))
    }
}
