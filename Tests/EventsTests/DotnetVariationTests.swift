import Testing

@testable import Events

@Suite struct DotnetVariationTests {
    private static let guid = "c0ffee00-1111-4222-8333-444455556666"

    private static func json(_ message: String, _ state: String = "") -> String {
        #"{"Timestamp":"2026-08-21T10:15:02.123Z","EventId":50003,"LogLevel":"Debug","Category":"A.B.Store","#
            + #""Message":"\#(message)","State":{"Message":"\#(message)"\#(state),"{OriginalFormat}":"x"}}"#
    }

    @Test func jsonConsole() {
        let a = #","SessionId":"\#(ID.a)""#
        let owner = #","OwnerId":"\#(Self.guid)""#
        expectAll([
            Variation(
                Self.json("Session \(ID.a) already owned by \(Self.guid)", a + owner), .dotnetJSON, "misroute", ID.a,
                owner: Self.guid),
            Variation(
                Self.json("Failed to deserialize session owner for session \(ID.a)", a), .dotnetJSON, "registry_error",
                ID.a),
            Variation(Self.json("Failed to remove session \(ID.a) from cache", a), .dotnetJSON, "registry_error", ID.a),
            Variation(
                Self.json("Retrieved session owner \(Self.guid) for session \(ID.a)", a + owner), .dotnetJSON,
                "irrelevant"),
            Variation(
                Self.json("Resolving session owner for session \(ID.a), proposed owner: \(Self.guid)", a + owner),
                .dotnetJSON, "irrelevant"),
            Variation(
                Self.json("Existing session id \(ID.a) found for request /adapters/a/mcp", #","sessionId":"\#(ID.a)""#),
                .dotnetJSON, "held", ID.a),
            Variation(
                Self.json("Session \(ID.a) closed", a + #","MachineName":"node-c""#), .dotnetJSON, "closed", ID.a,
                node: "node-c", owner: "node-c"),
            Variation(Self.json("Session \(ID.plain) not found"), .dotnetJSON, "miss", ID.plain),
            Variation(
                #"{"EventId":0,"LogLevel":"Warning","Category":"A","Message":"Session not found","State":{"{OriginalFormat}":"x"},"#
                    + #""Scopes":[{"Message":"SessionId:\#(ID.a)","SessionId":"\#(ID.a)"}]}"#, .dotnetJSON, "miss", ID.a
            ),
            Variation(Self.json("Session not found", #","SessionId":null"#), .dotnetJSON, "malformed"),
            Variation(Self.json("Now listening on: http://[::]:8080"), .dotnetJSON, "irrelevant"),
        ])
    }

    @Test func theMessageOfASimpleConsoleStandsOnTheNextLine() {
        var reader = LineReader()
        let lines: [(String, Told)] = [
            ("warn: A.B.Filter[50106]", Told("irrelevant")),
            (
                "      Removing stale session \(ID.b) owned by previous instance \(Self.guid)",
                Told("owner_restarted", session: ID.b, owner: Self.guid)
            ),
            ("      System.Exception: Session \(ID.a) not found", Told("irrelevant")),
            ("         at A.B.Filter.Run()", Told("irrelevant")),
            ("info: A.B.Filter[50100]", Told("irrelevant")),
            ("      => SpanId:1, SessionId:\(ID.a)", Told("irrelevant")),
            ("      Session established for session \(ID.a) on this host", Told("created", session: ID.a)),
            ("2026-08-21 10:15:02 dbug: A.B.Store[50003]", Told("irrelevant")),
            ("      Session \(ID.a) already owned by node-a", Told("misroute", session: ID.a, owner: "node-a")),
            ("info: A.B[0] Session \(ID.a) not found", Told("miss", session: ID.a)),
            ("fail: A.B[0]", Told("irrelevant")),
            ("      Failed to retrieve session owner for session \(ID.a)", Told("registry_error", session: ID.a)),
            ("      System.TimeoutException: session \(ID.a) not found", Told("irrelevant")),
            ("\u{1B}[40m\u{1B}[32minfo\u{1B}[39m\u{1B}[22m\u{1B}[49m: A.B[0]", Told("irrelevant")),
            ("      Session \(ID.plain) closed", Told("closed", session: ID.plain)),
        ]
        for (line, told) in lines { #expect(Told(reader.read(line).outcome) == told) }
    }

    @Test(arguments: [
        "", "mcp-b | ", "2026-08-21T10:15:02Z stdout F ", "Aug 21 10:15:02 node-b mcp[4711]: ",
        "<132>1 2026-08-21T10:15:02Z node-b mcp 4711 - - ", "[pod/mcp-0/mcp] ",
    ])
    func wrappersKeepTheIndentThatMarksAMessage(wrapper: String) {
        var reader = LineReader()
        #expect(reader.read(wrapper + "warn: A.B[0]").outcome == .irrelevant)
        #expect(Told(reader.read(wrapper + "      Session \(ID.a) not found").outcome).session == ID.a)
        #expect(reader.read(wrapper + "      Session \(ID.b) not found").outcome == .irrelevant)
    }

    @Test func aMessageWhoseHeadWasPassedByIsReadAllTheSame() {
        var reader = LineReader(LineReader.Options(format: .dotnetConsole))
        let reading = reader.read("      Session \(ID.a) not found")
        #expect(Told(reading.outcome) == Told("miss", session: ID.a))
        #expect(reader.wantsNextLine)
    }

    @Test func serilog() {
        expectAll([
            Variation("[10:15:02 WRN] Session \(ID.a) not found", .structlogConsole, "miss", ID.a),
            Variation(
                "2026-08-21 10:15:02.123 +02:00 [INF] Forwarding request to http://10.0.0.1:8080 for session \(ID.a)",
                .structlogConsole, "misroute", ID.a, owner: "http://10.0.0.1:8080"),
        ])
    }
}
