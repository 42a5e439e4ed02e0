import Testing

@testable import Events

@Suite struct GoVariationTests {
    @Test func slogJSON() {
        func line(_ fields: String) -> String {
            #"{"time":"2026-08-21T10:15:02.123456789Z","level":"WARN",\#(fields)}"#
        }
        expectAll([
            Variation(
                line(#""msg":"session belongs to another pod","session_id":"\#(ID.a)","pod":"mcp-1","owner":"mcp-0""#),
                .slogJSON, "misroute", ID.a, node: "mcp-1", owner: "mcp-0"),
            Variation(
                line(#""msg":"wrong node","session":{"id":"\#(ID.a)","owner":"node-a"},"node":"node-b""#), .slogJSON,
                "misroute", ID.a, node: "node-b", owner: "node-a"),
            Variation(
                line(#""msg":"unknown session","SessionID":"\#(ID.a)","node":"n""#), .slogJSON, "unknown", ID.a,
                node: "n"),
            Variation(
                line(#""msg":"session not registered","sessionID":"\#(ID.a)""#), .slogJSON, "unknown", ID.a),
            Variation(
                line(
                    #""msg":"Manager.loadSession: storage error; treating as not found","session_id":"\#(ID.a)","error":"x""#
                ),
                .slogJSON, "registry_error", ID.a),
            Variation(
                line(#""msg":"Manager: created multi-session","session_id":"\#(ID.a)","backend_count":3"#), .slogJSON,
                "created", ID.a),
            Variation(
                line(#""msg":"Manager.Validate: session is terminated","session_id":"\#(ID.a)""#), .slogJSON, "miss",
                ID.a),
            Variation(
                line(
                    #""msg":"Manager.Terminate: error closing multi-session backend connections","session_id":"\#(ID.a)""#
                ),
                .slogJSON, "irrelevant"),
            Variation(
                line(#""msg":"owner heartbeat expired","session_id":"\#(ID.b)","owner":"node-c","node":"node-a""#),
                .slogJSON,
                "owner_dead", ID.b, node: "node-a", owner: "node-c"),
            Variation(
                line(#""msg":"request failed","err":"session not found","session_id":"\#(ID.a)""#), .slogJSON, "miss",
                ID.a),
            Variation(
                line(#""msg":"request failed","error":{"message":"registry unavailable"},"session_id":"\#(ID.a)""#),
                .slogJSON, "registry_error", ID.a),
            Variation(
                line(#""msg":"session not on this node","session_id":"\#(ID.a)","session_id":"\#(ID.a)","node":"n""#),
                .slogJSON, "misroute", ID.a, node: "n"),
            Variation(line(#""msg":"session not found","session_id":"""#), .slogJSON, "malformed"),
            Variation(line(#""msg":"tool not found","session_id":"\#(ID.a)""#), .slogJSON, "irrelevant"),
            Variation(
                line(#""msg":"session not on this node","session_id":"\#(ID.a)","protocol_version":"2026-07-28""#),
                .slogJSON,
                "modern", ID.a),
        ])
    }

    @Test func zap() {
        let head = #""level":"warn","ts":1787307302.3,"caller":"session/redis.go:131""#
        let console = "2026-08-21T10:15:03.100Z\tWARN\t"
        expectAll([
            Variation(
                #"{\#(head),"msg":"session registered elsewhere","sessionId":"\#(ID.a)","node":"node-b","owner":"node-a"}"#,
                .zapJSON, "misroute", ID.a, node: "node-b", owner: "node-a"),
            Variation(#"{\#(head),"msg":"received session create","id":"\#(ID.b)"}"#, .zapJSON, "irrelevant"),
            Variation(
                #"{\#(head),"msg":"sent message to connection queue","id":"\#(ID.a)","event":"message"}"#, .zapJSON,
                "irrelevant"),
            Variation(
                #"{\#(head),"msg":"failed to get session","error":"dial tcp: refused","session_id":"\#(ID.a)"}"#,
                .zapJSON,
                "registry_error", ID.a),
            Variation(
                #"{\#(head),"msg":"session created","session_id":"\#(ID.a)","node":"n"}"#, .zapJSON, "created", ID.a,
                node: "n", owner: "n"),
            Variation(
                #"{\#(head),"msg":"no such session","session_id":"\#(ID.a)","stacktrace":"main.run\n\t/src/a.go:1"}"#,
                .zapJSON, "miss", ID.a),
            Variation(
                #"{"L":"INFO","T":"2026-08-21T10:15:02.700Z","N":"mcp","C":"a.go:1","M":"unknown session","sid":"\#(ID.a)"}"#,
                .zapJSON, "unknown", ID.a),
            Variation(
                console + #"serving{"session_id": "\#(ID.a)"}"#, .zapConsole, "irrelevant"),
            Variation(
                console + "mcp.session\tmcp/route.go:91\tsession held by another pod\t"
                    + #"{"session_id": "\#(ID.a)", "node": "node-b", "owner": "node-a"}"#, .zapConsole, "misroute",
                ID.a,
                node: "node-b", owner: "node-a"),
            Variation(
                "1.7873073023e+09\tinfo\tmcp/route.go:70\tsession closed\t{\"session_id\": \"\(ID.b)\"}", .zapConsole,
                "closed", ID.b),
            Variation(
                "2026-08-21T10:15:03.100Z\t\u{1B}[33mWARN\u{1B}[0m\tmcp/a.go:9\tSession \(ID.a) not found", .zapConsole,
                "miss", ID.a),
            Variation(console + "mcp/a.go:9\tsession not found\t{\"session_id\": 7}", .zapConsole, "malformed"),
            Variation(#"{\#(head),"msg":"session not on this node","session_id":"\#(ID.a)""#, .json, "malformed"),
        ])
    }

    @Test func logfmt() {
        let head = "time=2026-08-21T10:15:02.123Z level=WARN"
        expectAll([
            Variation(
                "\(head) msg=\"session owned by node-a\" session=\(ID.a) node=node-b", .logfmt, "misroute", ID.a,
                node: "node-b", owner: "node-a"),
            Variation(
                "ts=1787307302.3 level=warn event=session_misrouted mcp_session_id=\(ID.a) pod=mcp-1 owner_pod=mcp-0",
                .logfmt, "misroute", ID.a, node: "mcp-1", owner: "mcp-0"),
            Variation("\(head) msg=\"unknown session\" session_id=\(ID.a) node=n", .logfmt, "unknown", ID.a, node: "n"),
            Variation(
                "\(head) msg=\"owner dead\" session_id=\(ID.b) owner=node-c", .logfmt, "owner_dead", ID.b,
                owner: "node-c"),
            Variation(
                "\(head) msg=\"redis lookup failed\" session_id=\(ID.a) err=\"i/o timeout\"", .logfmt, "registry_error",
                ID.a),
            Variation("\(head) msg=misroute session_id=\(ID.a) session_id=\(ID.b)", .logfmt, "malformed"),
            Variation(
                "\(head) msg=misroute session_id=\"\(ID.a)\" node=\"node-b\" ", .logfmt, "misroute", ID.a,
                node: "node-b"),
            Variation(
                "\(head) msg=\"session created\" session_id=\(ID.jwt) node=n1", .logfmt, "created", ID.jwt, node: "n1",
                owner: "n1"),
            Variation(
                "\(head) msg=\"session owner restarted\" session_id=\(ID.b) owner=n2", .logfmt, "owner_restarted", ID.b,
                owner: "n2"),
            Variation("\(head) msg=\"serving session\" session_id=\(ID.a) node=n1", .logfmt, "irrelevant"),
            Variation("\(head) msg=\"session not found\" session_id=<nil>", .logfmt, "malformed"),
            Variation("time=2026-13-41T10:15:02Z msg=\"session not found\" session_id=\(ID.a)", .logfmt, "malformed"),
            Variation(
                "2026/08/21 10:15:02 WARN session exists in registry but not on this node session_id=\(ID.a) node=node-b",
                .pythonText, "misroute", ID.a, node: "node-b"),
        ])
    }
}
