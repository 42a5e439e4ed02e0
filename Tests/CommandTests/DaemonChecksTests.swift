import Exposition
import Sessiond
import Testing

@testable import mcp_sessiond

/// What `doctor` makes of a daemon's status.
@Suite struct DaemonChecksTests {
    private static let cleanup = #""mode":"delete","brakes":[],"refusal":null,"slowest_node":"# + slowest(5)

    /// The slowest node lets so much time pass between two heartbeats.
    private static func slowest(_ seconds: Double) -> String {
        #"{"node":"node-2","interval_seconds":\#(seconds),"silence_seconds":\#(seconds * 5),"#
            + #""max_silence_seconds":21600.0}"#
    }

    private static func checks(
        events: String = #""problems":{},"lines":0,"events":0,"rejected":0,"understood_share":null"#,
        watch: String = #""gap":null,"stale_after_seconds":90.0"#, version: String = "1.0.0",
        replicas: String = #"[{"replica":"a","version":"1.0.0"}]"#,
        cleanup: String = Self.cleanup, flags: String = #""suspect":0,"silent_but_working":0,"shared_name":0"#,
        frame: String = Answers.frame
    ) throws -> [Check] {
        let data = """
            {"node_flags":{\(flags)},"events":{\(events)},"watch":{\(watch)},"version":"\(version)",
            "replicas":\(replicas),"cleanup":{\(cleanup)}}
            """
        return DaemonChecks(try Answers.answer(data, frame: frame), version: "1.0.0").all
    }

    @Test func `a daemon that is well is told so in five lines`() throws {
        let checks = try Self.checks(
            events: #""problems":{},"lines":90,"events":40,"rejected":0,"understood_share":1.0"#)
        #expect(
            checks == [
                Check("picture", .ok, "complete, as of 2s ago"),
                Check("events", .ok, "40 of 40 lines that speak of sessions are understood"),
                Check("replicas", .ok, "1 replica, version 1.0.0"),
                Check("nodes", .ok, "none lets more than 5s pass between two heartbeats"),
                Check("cleanup", .ok, "delete, nothing holds it back"),
            ])
    }

    @Test func `a picture that is missing, not whole or old fails`() throws {
        for (frame, watch, found) in [
            (
                #""as_of":null,"view_age_seconds":null,"complete":false"#, #""gap":"first_reading""#,
                "nothing was read completely yet: first_reading"
            ),
            (
                #""as_of":"2026-11-22T18:00:00.000Z","view_age_seconds":2.5,"complete":false"#, #""gap":"resync""#,
                "not whole: resync"
            ),
            (
                #""as_of":"2026-11-22T18:00:00.000Z","view_age_seconds":100.5,"complete":true"#,
                #""gap":null,"stale_after_seconds":90.0"#, "old: as of 1m40s ago"
            ),
        ] {
            let check = try Self.checks(watch: watch, frame: frame)[0]
            #expect(check.result == .fail && check.found == found && !check.mend.isEmpty)
        }
    }

    @Test(arguments: [
        (#""problems":{"files":"/a.log: no such file"},"lines":0"#, Check.Result.warn, "files: /a.log: no such file"),
        (
            #""problems":{},"lines":70,"events":0,"rejected":0,"understood_share":null"#, .warn,
            "none of 70 lines speaks of a session"
        ),
        (
            #""problems":{},"lines":70,"events":6,"rejected":4,"understood_share":0.6"#, .warn,
            "6 of 10 lines that speak of sessions are understood"
        ),
        (
            #""problems":{},"lines":0,"events":0,"rejected":0,"understood_share":null"#, .skipped,
            "no log was read: why a request failed is not known"
        ),
    ])
    func `logs that are not understood are of note`(events: String, result: Check.Result, found: String) throws {
        let check = try Self.checks(events: events)[1]
        #expect(check.result == result && check.found == found && check.mend.isEmpty == (result == .skipped))
    }

    @Test func `several versions beside each other are of note`() throws {
        let two = try Self.checks(
            replicas: #"[{"replica":"a","version":"1.0.0"},{"replica":"b","version":"0.9.0"}]"#)[2]
        #expect(two.result == .warn && two.found == "2 versions run beside each other: a 1.0.0, b 0.9.0")
        let other = try Self.checks(version: "0.9.0", replicas: "null")[2]
        #expect(other.result == .warn && other.found == "the daemon is version 0.9.0, this program 1.0.0")
        let alone = try Self.checks(replicas: "null")[2]
        #expect(alone.result == .skipped)
    }

    @Test func `replicas that watch different keys are of note, one that does not say what it watches is not`() throws {
        func check(_ first: String, _ second: String) throws -> Check {
            try Self.checks(
                replicas: """
                    [{"replica":"a","version":"1.0.0","watch":\(first)},
                    {"replica":"b","version":"1.0.0","watch":\(second)}]
                    """)[2]
        }
        let different = try check(#""9d0c51be7f3a2e64""#, #""0000000000000001""#)
        #expect(different.result == .warn && different.found == "they watch different keys: 2 fingerprints")
        #expect(different.mend.first?.hasPrefix("What one saw of nodes is void for the other: ") == true)
        for second in [#""9d0c51be7f3a2e64""#, "null"] {
            let same = try check(#""9d0c51be7f3a2e64""#, second)
            #expect(same == Check("replicas", .ok, "2 replicas, version 1.0.0"))
        }
    }

    @Test(arguments: [
        (#""silent_but_working":1,"shared_name":0"#, "1 node works without a heartbeat", "restart none"),
        (#""silent_but_working":3,"shared_name":2"#, "3 nodes work without a heartbeat", "restart none"),
        (#""silent_but_working":0,"shared_name":1"#, "1 name is shared by two boots", "a name of its own"),
        (#""silent_but_working":0,"shared_name":2"#, "2 names are shared by two boots each", "a name of its own"),
    ])
    func `nodes whose heartbeats mislead fail`(flags: String, found: String, mend: String) throws {
        let check = try Self.checks(flags: #""suspect":0,"# + flags)[3]
        #expect(check.name == "nodes" && check.result == .fail && check.found == found)
        let said = check.mend.joined(separator: " ")
        #expect(said.contains(mend) && said.hasSuffix("mcp-sessiond nodes shows which."))
    }

    @Test func `a node that beats too seldom for the longest silence is of note`() throws {
        func check(_ slowest: String) throws -> Check {
            try Self.checks(cleanup: #""mode":"delete","brakes":[],"refusal":null,"slowest_node":"# + slowest)[3]
        }
        #expect(try check(Self.slowest(4_320)).result == .ok)
        let slow = try check(Self.slowest(7_200))
        #expect(slow.result == .warn)
        #expect(
            slow.found
                == "node-2 lets 2h pass between two heartbeats: it should be silent for 10h before its sessions go")
        #expect(slow.mend == ["Set cleanup.grace to 10h or more, or have it beat more often."])
        #expect(try check("null") == Check("nodes", .skipped, "none was seen to beat twice"))
    }

    @Test(arguments: [
        (#""mode":"off","brakes":[]"#, Check.Result.skipped),
        (#""mode":"dry-run","brakes":["stale","suspended"]"#, .warn),
        (#""mode":"delete","brakes":[],"refusal":"Redis does not let us"}"#.replacing("}", with: ""), .fail),
    ])
    func `cleanup that may not do what it should is of note`(cleanup: String, result: Check.Result) throws {
        #expect(try Self.checks(cleanup: cleanup)[4].result == result)
    }

    @Test func `that no daemon answers is of note where one was named`() {
        let away = DaemonClientError.outOfReach(server: "http://h:1", reason: "connection refused")
        #expect(DaemonChecks.unanswered(away, isNamed: false).result == .skipped)
        #expect(DaemonChecks.unanswered(away, isNamed: true).result == .fail)
        #expect(DaemonChecks.unanswered(.refused("Unauthorized"), isNamed: false).result == .warn)
    }

    @Test(arguments: NarrowPictureTests.names)
    func `no line is wider than a hundred columns, and none acts upon the terminal`(name: String) {
        let checks = [
            Check("acl", .fail, name + " " + name, mend: "ACL SETUSER " + name + String(repeating: " +get", count: 50)),
            Check("events", .ok, name),
        ]
        for line in Picture().checks(checks) {
            #expect(HarmlessText(line).columns <= 100 && HarmlessText(line).text == line, "\(line)")
        }
    }

    @Test func `the words of a command stand in it unbroken, in order`() {
        let command = "ACL SETUSER sessiond " + (0..<40).map { "+command\($0)" }.joined(separator: " ")
        let lines = Picture().checks([Check("acl", .fail, "lacks much", mend: command)])
        #expect(lines[0] == "acl         fail  lacks much")
        #expect(lines.suffix(2) == ["", "0 ok, 1 fail"])
        let shown = lines[1..<(lines.count - 2)].flatMap { $0.split(separator: " ") }
        #expect(shown == command.split(separator: " "))
        #expect(Picture(limit: nil).checks([Check("acl", .fail, "x", mend: command)])[1].hasSuffix(command))
    }
}
