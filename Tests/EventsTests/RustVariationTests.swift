import Testing

@testable import Events

@Suite struct RustVariationTests {
    private static func json(_ fields: String, _ rest: String = #""target":"mcp_node::session""#) -> String {
        #"{"timestamp":"2026-08-21T10:15:02.123456Z","level":"WARN","fields":{\#(fields)},\#(rest)}"#
    }

    private static func text(_ rest: String) -> String { "2026-08-21T10:15:02.223456Z  WARN \(rest)" }

    @Test func tracingJSON() {
        let text = #""message":"session exists in registry but not on this node""#
        expectAll([
            Variation(
                Self.json(#"\#(text),"session_id":"\"\#(ID.a)\"","node":"\"node-b\"","owner":"Some(\"node-a\")""#),
                .rustTracingJSON, "misroute", ID.a, node: "node-b", owner: "node-a"),
            Variation(
                Self.json(#"\#(text),"session_id":"Some(\"\#(ID.a)\")","node":"node-b""#), .rustTracingJSON, "misroute",
                ID.a, node: "node-b"),
            Variation(
                #"{"timestamp":"2026-08-21T10:15:02Z","level":"WARN",\#(text),"session_id":"\#(ID.jwt)","node":"node-b","#
                    + #""owner_node":"node-a","target":"mcp_node::session"}"#, .rustTracingJSON, "misroute", ID.jwt,
                node: "node-b", owner: "node-a"),
            Variation(
                Self.json(
                    text,
                    #""target":"n","spans":[{"name":"http"},{"session_id":"\#(ID.a)","node":"node-b","name":"mcp"}]"#),
                .rustTracingJSON, "misroute", ID.a, node: "node-b"),
            Variation(
                Self.json(
                    text, #""target":"n","spans":[{"mcp.session.id":"old-session-id-1"},{"mcp.session.id":"\#(ID.a)"}]"#
                ),
                .rustTracingJSON, "misroute", ID.a),
            Variation(
                Self.json(#""message":"create new session","session_id":"\"\#(ID.plain)\"""#), .rustTracingJSON,
                "created",
                ID.plain),
            Variation(
                Self.json(#""message":"session closed","session_id":"\#(ID.a)","node":"node-c","boot":"b7""#),
                .rustTracingJSON, "closed", ID.a, node: "node-c", owner: "node-c"),
            Variation(
                Self.json(#""message":"unknown session","session_id":"\#(ID.a)","node":"node-b""#), .rustTracingJSON,
                "unknown", ID.a, node: "node-b"),
            Variation(
                Self.json(#""message":"session store load failed during restore","session_id":"\#(ID.a)","error":"x""#),
                .rustTracingJSON, "registry_error", ID.a),
            Variation(
                Self.json(#""message":"session restored from external store","session_id":"\#(ID.a)""#),
                .rustTracingJSON, "misroute", ID.a),
            Variation(
                Self.json(
                    #""message":"request rejected","reason":"owner_dead","session_id":"\#(ID.a)","owner":"node-c""#),
                .rustTracingJSON, "owner_dead", ID.a, owner: "node-c"),
            Variation(
                Self.json(#""message":"session not found","reason":"misroute","session_id":"\#(ID.a)""#),
                .rustTracingJSON,
                "misroute", ID.a),
            Variation(
                Self.json(
                    #""message":"session owner restarted","session_id":"\#(ID.a)","owner":"node-c","owner_boot":"b1""#),
                .rustTracingJSON, "owner_restarted", ID.a, owner: "node-c"),
            Variation(
                Self.json(#""message":"Failed to close session \#(ID.a): gone""#), .rustTracingJSON, "irrelevant"),
            Variation(Self.json(#"\#(text),"session_id":true,"node":"node-b""#), .rustTracingJSON, "malformed"),
            Variation(Self.json(#"\#(text),"node":"node-b""#), .rustTracingJSON, "malformed"),
            Variation(
                Self.json(#"\#(text),"session_id":"caf\u00e9-1234567890","node":"n""#), .rustTracingJSON, "malformed"),
        ])
    }

    @Test func tracingText() {
        let text = "mcp_node::session: session exists in registry but not on this node"
        expectAll([
            Variation(
                Self.text(#"\#(text) session_id="\#(ID.a)" node="node-b" owner=node-a"#), .rustTracingText, "misroute",
                ID.a,
                node: "node-b", owner: "node-a"),
            Variation(
                Self.text(#"\#(text) session_id=Some("\#(ID.a)") node=node-b"#), .rustTracingText, "misroute", ID.a,
                node: "node-b"),
            Variation(
                Self.text(#"\#(text) session_id=\#(ID.hostile) node="node-b""#), .rustTracingText, "misroute",
                ID.hostile,
                node: "node-b"),
            Variation(
                Self.text(#"\#(text) session_id="!a*b[c]{d}\"e\\f~" node="node-b""#), .rustTracingText, "misroute",
                ID.hostile, node: "node-b"),
            Variation(
                Self.text(#"http{method=POST}:mcp{node="node-b" session_id=\#(ID.hostile)}: \#(text)"#),
                .rustTracingText,
                "misroute", ID.hostile, node: "node-b"),
            Variation(
                "\u{1B}[2m2026-08-21T10:15:02.223456Z\u{1B}[0m \u{1B}[33m WARN\u{1B}[0m \u{1B}[1mmcp\u{1B}[0m\u{1B}[1m{"
                    + "\u{1B}[0m\u{1B}[3msession_id\u{1B}[0m\u{1B}[2m=\u{1B}[0m\(ID.a)\u{1B}[1m}\u{1B}[0m\u{1B}[2m:"
                    + "\u{1B}[0m \u{1B}[2mmcp_node\u{1B}[0m\u{1B}[2m:\u{1B}[0m session exists in registry but not on this"
                    + " node \u{1B}[3mnode\u{1B}[0m\u{1B}[2m=\u{1B}[0m\"node-b\"", .rustTracingText, "misroute", ID.a,
                node: "node-b"),
            Variation(
                Self.text("mcp_node: misroute: session \(ID.a) is owned by node-a"), .rustTracingText, "misroute", ID.a,
                owner: "node-a"),
            Variation(
                Self.text(
                    "rmcp::tower: Failed to delete session \(ID.b) from store: Connection refused (os error 111)"),
                .rustTracingText, "registry_error", ID.b),
            Variation(Self.text("mcp_node: unknown session session_id=\(ID.a)"), .rustTracingText, "unknown", ID.a),
            Variation(
                "2026-08-21T12:15:02.5+02:00 DEBUG mcp_node: serving request for session session_id=\(ID.a) node=n1",
                .rustTracingText, "irrelevant"),
            Variation(
                Self.text("mcp_node: owner node-c is dead session_id=\(ID.b) owner=node-c"), .rustTracingText,
                "owner_dead",
                ID.b, owner: "node-c"),
            Variation(
                Self.text("mcp_node: session exists in registry but not on this node session_id="), .rustTracingText,
                "malformed"),
            Variation(Self.text("\(text) session_id=\"\(ID.a.prefix(20))"), .rustTracingText, "malformed"),
            Variation(
                Self.text("\(text) session_id=\(ID.a.prefix(12))"), .rustTracingText, "misroute",
                "prefix:\(ID.a.prefix(12))"),
            Variation("2026-08-21T10:1", .text, "malformed"),
            Variation(
                #"  2026-08-21T10:15:02Z  WARN \#(text), session_id: "\#(ID.a)", node: "node-b", owner: "node-a""#,
                .rustTracingText, "misroute", ID.a, node: "node-b", owner: "node-a"),
            Variation(
                Self.text("mcp_node: redis GET failed: connection reset by peer session_id=\(ID.a)"), .rustTracingText,
                "registry_error", ID.a),
        ])
    }

    @Test func aPanicInALogOfJSONIsMalformedAndWhatFollowsItIsNot() {
        var reader = LineReader()
        _ = reader.read(Self.json(#""message":"listening""#))
        #expect(reader.read("thread 'main' panicked at src/session.rs:88:14:").outcome == .malformed(.parseError))
        #expect(reader.read("   0: rust_begin_unwind").outcome == .irrelevant)
        #expect(reader.read("").outcome == .irrelevant)
    }
}
