import Testing

@testable import Events

@Suite struct PythonVariationTests {
    private static func contextForge(_ message: String, _ logger: String = "session_affinity") -> String {
        #"{"asctime": "2026-08-21T10:15:03", "name": "mcpgateway.services.\#(logger)", "levelname": "INFO", "#
            + #""message": "\#(message)", "@timestamp": "2026-08-21T10:15:03.123456Z", "hostname": "gateway-2", "#
            + #""process_id": 105, "request_id": "0b6f0c4e5c7d4b1d8b2f0a9c3d2e1f00"}"#
    }

    private static func text(_ message: String) -> String {
        "2026-08-21 10:15:03,001 - mcp.server.streamable_http_manager - INFO - \(message)"
    }

    @Test func contextForgesJSON() {
        let worker = "[AFFINITY] Worker gateway-2:105 | Session 7c9e6679... | Method: tools/call |"
        let node = "gateway-2:105"
        let cut = "prefix:7c9e6679"
        expectAll([
            Variation(
                Self.contextForge(#"\#(worker) Owner: gateway-1:98 \u2192 forwarding"#), .pythonJSON, "misroute", cut,
                node: node, owner: "gateway-1:98"),
            Variation(
                Self.contextForge("\(worker) Owner: gateway-1:98 -> forwarding"), .pythonJSON, "misroute", cut,
                node: node,
                owner: "gateway-1:98"),
            Variation(
                Self.contextForge("\(worker) Owner: gateway-1:98 => forwarding"), .pythonJSON, "misroute", cut,
                node: node,
                owner: "gateway-1:98"),
            Variation(
                Self.contextForge(#"\#(worker) We own it \u2192 execute locally"#), .pythonJSON, "held", cut, node: node
            ),
            Variation(
                Self.contextForge("\(worker) Received forwarded request, executing locally"), .pythonJSON, "held", cut,
                node: node),
            Variation(
                Self.contextForge("\(worker) Forwarded execution completed successfully"), .pythonJSON, "irrelevant"),
            Variation(Self.contextForge("\(worker) Published to worker gateway-1:98"), .pythonJSON, "irrelevant"),
            Variation(
                Self.contextForge("[AFFINITY] Owner gateway-3:77 is dead for session 1868a90c..."), .pythonJSON,
                "owner_dead", "prefix:1868a90c", node: node, owner: "gateway-3:77"),
            Variation(
                Self.contextForge(
                    #"[AFFINITY] Session 1868a90c... reclaimed by gateway-1:98 \u2192 forwarding to new owner"#),
                .pythonJSON, "misroute", "prefix:1868a90c", node: node, owner: "gateway-1:98"),
            Variation(
                Self.contextForge(
                    "[HTTP_AFFINITY] Worker gateway-2:105 | Session 7c9e6679... | POST /mcp | Forwarding to worker "
                        + "gateway-1:98"), .pythonJSON, "misroute", cut, node: node, owner: "gateway-1:98"),
            Variation(
                Self.contextForge("Timeout forwarding request to owner for session 1868a90c..."), .pythonJSON,
                "owner_dead",
                "prefix:1868a90c", node: node),
            Variation(
                Self.contextForge("Session \(ID.a) exists in Redis but not in local cache"), .pythonJSON, "misroute",
                ID.a,
                node: node),
            Variation(
                Self.contextForge("Session \(ID.a) exists in database but not in local cache"), .pythonJSON, "misroute",
                ID.a, node: node),
            Variation(
                Self.contextForge("Removed session: \(ID.a)"), .pythonJSON, "closed", ID.a, node: node, owner: node),
            Variation(
                Self.contextForge("Redis error removing session \(ID.a): Timeout"), .pythonJSON, "registry_error", ID.a,
                node: node),
            Variation(
                Self.contextForge("Redis unavailable for HTTP forwarding, executing locally"), .pythonJSON,
                "registry_error", node: node),
            Variation(
                Self.contextForge("Error forwarding HTTP request via Redis: closed"), .pythonJSON, "registry_error",
                node: node),
            Variation(Self.contextForge("Cleaned up pubsub for session \(ID.a)"), .pythonJSON, "irrelevant"),
            Variation(Self.contextForge("PubSub listener for session \(ID.a) cancelled"), .pythonJSON, "irrelevant"),
            Variation(
                Self.contextForge("Owner registration outcome=1 for session 7c9e6679..."), .pythonJSON, "irrelevant"),
        ])
    }

    @Test func text() {
        let rejected = "Rejected request with unknown or expired session ID:"
        expectAll([
            Variation(
                Self.text("Created new transport with session ID: \(ID.plain)"), .pythonText, "created", ID.plain),
            Variation(Self.text("Terminating session: \(ID.plain)"), .pythonText, "closed", ID.plain),
            Variation(Self.text("Session \(ID.plain) crashed"), .pythonText, "closed", ID.plain),
            Variation(
                Self.text("\(rejected) \(ID.jwt.prefix(64))"), .pythonText, "miss", "prefix:\(ID.jwt.prefix(64))"),
            Variation(Self.text("\(rejected) \(ID.hostile)"), .pythonText, "miss", ID.hostile),
            Variation(Self.text("\(rejected) "), .pythonText, "malformed"),
            Variation(
                Self.text(
                    "Rejecting request for session \(ID.plain): credential does not match the one that created the"),
                .pythonText, "irrelevant"),
            Variation(
                "WARNING:mcp.server.sse:Could not find session for ID: \(ID.a)", .pythonText, "miss", ID.a),
            Variation(
                "INFO:mcpgateway.cache:Session \(ID.hostile) exists in Redis but not in local cache", .pythonText,
                "misroute", ID.hostile),
            Variation(
                "[08/21/26 10:15:02] INFO     Created new transport with session ID: \(ID.plain)  manager.py:233",
                .pythonText, "created", ID.plain),
            Variation(
                "2026-08-21 10:15:02.123 | WARNING  | mcp_node.sessions:get:88 - session \(ID.a) belongs to node-a",
                .pythonText, "misroute", ID.a, owner: "node-a"),
            Variation(
                "2026-08-21 10:15:02,123 WARNING mcp_node.sessions session not on this node sid=\(ID.a), node=node-b",
                .pythonText, "misroute", ID.a, node: "node-b"),
            Variation(
                "ERROR:mcp_node:session lookup failed session=\(ID.a) node=node-b error='timed out'", .pythonText,
                "registry_error", ID.a, node: "node-b"),
            Variation(
                "WARNING:mcp_node:session \(ID.a) is registered on another pod {'owner': 'mcp-0', 'pod': 'mcp-1'}",
                .pythonText, "misroute", ID.a, node: "mcp-1", owner: "mcp-0"),
            Variation(#"INFO:     10.0.0.9:51324 - "POST /mcp HTTP/1.1" 404 Not Found"#, .pythonText, "irrelevant"),
            Variation("INFO:     Application startup complete.", .pythonText, "irrelevant"),
            Variation("KeyError: '\(ID.a)'", .text, "irrelevant"),
        ])
    }

    @Test func structlogJSON() {
        func line(_ fields: String) -> String {
            #"{\#(fields), "level": "warning", "timestamp": "2026-08-21T10:15:02Z"}"#
        }
        expectAll([
            Variation(
                line(
                    #""sessionId": "\#(ID.a)", "nodeId": "node-b", "ownerNode": "node-a", "event": "session-misrouted""#
                ),
                .structlogJSON, "misroute", ID.a, node: "node-b", owner: "node-a"),
            Variation(
                line(#""mcp-session-id": "\#(ID.a)", "node": "node-b", "event": "mcp.session.misrouted""#),
                .structlogJSON,
                "misroute", ID.a, node: "node-b"),
            Variation(
                line(
                    #""session": {"id": "\#(ID.a)", "owner": "node-a"}, "node": {"id": "node-b"}, "event": "misroute""#),
                .structlogJSON, "misroute", ID.a, node: "node-b", owner: "node-a"),
            Variation(
                line(#""session_id": "\#(ID.a)", "node": "node-b", "event": "Session belongs to another node""#),
                .structlogJSON, "misroute", ID.a, node: "node-b"),
            Variation(
                line(#""session_id": "\#(ID.a)", "node": "node-a", "boot": "b2", "event": "session_closed""#),
                .structlogJSON, "closed", ID.a, node: "node-a", owner: "node-a"),
            Variation(line(#""session_id": "\#(ID.a)", "event": "unknown_session""#), .structlogJSON, "unknown", ID.a),
            Variation(line(#""session_id": "\#(ID.a)", "event": "session_not_found""#), .structlogJSON, "miss", ID.a),
            Variation(
                line(#""session_id": "\#(ID.a)", "owner": "n-c", "owner_boot": "b1", "event": "owner_restarted""#),
                .structlogJSON, "owner_restarted", ID.a, owner: "n-c"),
            Variation(
                line(#""event": "registry_error", "node": "node-b""#), .structlogJSON, "registry_error", node: "node-b"),
            Variation(
                line(#""session_id": "\#(ID.a)", "event": "held", "node": "n""#), .structlogJSON, "held", ID.a,
                node: "n"),
            Variation(line(#""session_id": null, "event": "session_misrouted""#), .structlogJSON, "malformed"),
            Variation(line(#""session_id": "undefined", "event": "session_misrouted""#), .structlogJSON, "malformed"),
            Variation(line(#""event": "tool_called", "session_id": "\#(ID.a)""#), .structlogJSON, "irrelevant"),
            Variation(
                line(#""event": "file stored", "action": "created", "session_id": "\#(ID.a)""#), .structlogJSON,
                "irrelevant"),
        ])
    }

    @Test func structlogConsole() {
        func line(_ rest: String) -> String { "2026-08-21T10:15:02.123456Z [warning  ] \(rest)" }
        expectAll([
            Variation(
                line("session_misrouted              [mcp_node.sessions] node=node-b owner=node-a session_id=\(ID.a)"),
                .structlogConsole, "misroute", ID.a, node: "node-b", owner: "node-a"),
            Variation(
                line(
                    "\u{1B}[1mowner_dead    \u{1B}[0m \u{1B}[36mowner\u{1B}[0m=\u{1B}[35mnode-c\u{1B}[0m session_id=\(ID.b)"
                ),
                .structlogConsole, "owner_dead", ID.b, owner: "node-c"),
            Variation(
                "2026-08-21 10:15:02 [info     ] session created                client='a b' node=n1 session_id=\(ID.a)",
                .structlogConsole, "created", ID.a, node: "n1", owner: "n1"),
            Variation(line("heartbeat                      node=node-a sessions=412"), .structlogConsole, "irrelevant"),
            Variation(line("session_misrouted              node=node-b session_id="), .structlogConsole, "malformed"),
            Variation(line("unknown session session_id='\(ID.a)'"), .structlogConsole, "unknown", ID.a),
            Variation(
                line("session_closed node=n2 session_id=\(ID.jwt)"), .structlogConsole, "closed", ID.jwt, node: "n2",
                owner: "n2"),
            Variation(line("session_held node=n2 sid=\(ID.a)"), .structlogConsole, "held", ID.a, node: "n2"),
            Variation(
                line("registry_error error='timed out' node=n2"), .structlogConsole, "registry_error", node: "n2"),
            Variation(
                line("boot mismatch owner=n3 session_id=\(ID.a)"), .structlogConsole, "owner_restarted", ID.a,
                owner: "n3"),
        ])
    }
}
