import Testing

@testable import Events

@Suite struct NodeVariationTests {
    @Test func pino() {
        func line(_ fields: String) -> String {
            #"{"level":40,"time":1787307302123,"pid":17,"hostname":"mcp-b",\#(fields)}"#
        }
        expectAll([
            Variation(
                line(
                    #""sessionId":"\#(ID.a)","nodeId":"node-b","ownerId":"node-a","msg":"misroute: owned by another node""#
                ),
                .pino, "misroute", ID.a, node: "node-b", owner: "node-a"),
            Variation(
                line(#""req":{"method":"POST","headers":{"mcp-session-id":"\#(ID.a)"}},"msg":"Session not found""#),
                .pino,
                "miss", ID.a, node: "mcp-b"),
            Variation(line(#""session_id":"\#(ID.a)","msg":"No such session""#), .pino, "miss", ID.a, node: "mcp-b"),
            Variation(
                line(#""sid":"\#(ID.a)","msg":"session created""#), .pino, "created", ID.a, node: "mcp-b",
                owner: "mcp-b"),
            Variation(
                line(
                    #""mcpSessionId":"\#(ID.a)","err":{"type":"Error","message":"Session not found","stack":"x"},"msg":"failed""#
                ),
                .pino, "miss", ID.a, node: "mcp-b"),
            Variation(
                line(
                    #""mcpSessionId":null,"reason":"no_session","msg":"[dust-mcp-server] MCP session resolution failed""#
                ),
                .pino, "irrelevant"),
            Variation(
                line(#""sessionId":"\#(ID.a)","msg":"Redis connection lost""#), .pino, "registry_error", ID.a,
                node: "mcp-b"),
            Variation(
                line(#""sessionId":"\#(ID.a)","msg":"handling request for session""#), .pino, "held", ID.a,
                node: "mcp-b"),
            Variation(line(#""sessionId":"\#(ID.a)","msg":"session expired""#), .pino, "miss", ID.a, node: "mcp-b"),
            Variation(line(#""sessionId":7,"msg":"session expired""#), .pino, "malformed"),
            Variation(line(#""id":7,"msg":"request completed""#), .pino, "irrelevant"),
            Variation(
                #"{"level":40,"time":1,"pid":17,"hostname":"b","sessionId":"\#(ID.a)","msg":"unknown session"}"#, .pino,
                "malformed"),
        ])
    }

    @Test func consoles() {
        expectAll([
            Variation("Session initialized with ID: \(ID.a)", .text, "created", ID.a),
            Variation("Transport closed for session \(ID.a), removing from transports map", .text, "closed", ID.a),
            Variation("Received session termination request for session \(ID.a)", .text, "closed", ID.a),
            Variation("[mcp] Session not found: \(ID.a)", .nodeConsole, "miss", ID.a),
            Variation(
                "[mcp] Session not found { sessionId: '\(ID.a)', nodeId: 'node-b', tries: 3, meta: [Object] }",
                .nodeConsole,
                "miss", ID.a, node: "node-b"),
            Variation(
                "{ event: 'session_misrouted', sessionId: '\(ID.a)', node: 'node-b', owner: \"node-a\" }", .nodeConsole,
                "misroute", ID.a, node: "node-b", owner: "node-a"),
            Variation("{'event': 'session_misrouted', 'session_id': '\(ID.a)'}", .json, "malformed"),
            Variation(
                "[Nest] 17  - 08/21/2026, 10:15:03 AM    WARN [SessionService] Session \(ID.a) belongs to pod mcp-0",
                .nodeConsole, "misroute", ID.a, owner: "mcp-0"),
            Variation(
                "[RedisSessionStore] Error deleting session \(ID.a): Error: x", .nodeConsole, "registry_error", ID.a),
            Variation(
                "2025-12-05T17:20:02.719Z [mcpx] INFO: Session closed sessionId=\"\(ID.a)\" metadata={\"node\":{\"a\":1}} ",
                .nodeConsole, "closed", ID.a),
            Variation(
                "2026-08-21T10:15:02.719Z [mcpx] WARN: unknown session {\"sessionId\":\"\(ID.a)\",\"node\":\"n\"}",
                .nodeConsole, "unknown", ID.a, node: "n"),
            Variation(
                #"{"timestamp":"2026-02-02T10:00:05.000Z","service":"mcp-redis-session","operation":"session_accessed","sessionId":"\#(ID.a)"}"#,
                .json, "held", ID.a),
            Variation(
                #"{"timestamp":"2026-02-02T10:00:05.000Z","service":"mcp-redis-session","operation":"session_miss","sessionId":"\#(ID.a)"}"#,
                .json, "miss", ID.a),
            Variation(
                #"{"timestamp":"2026-02-02T10:00:05.000Z","service":"mcp-redis-session","operation":"session_error","sessionId":"\#(ID.a)","error":"x"}"#,
                .json, "registry_error", ID.a),
            Variation("Server listening on port 3000", .text, "irrelevant"),
        ])
    }

    @Test func anObjectPrintedOverSeveralLinesIsOneEvent() {
        var reader = LineReader()
        let lines = [
            "[mcp] Session not found {", "  sessionId: '\(ID.a)',", "  owner: {", "    node: 'node-a'", "  },",
            "  nodeId: 'node-b',", "}",
        ]
        let told = lines.map { Told(reader.read($0).outcome) }
        let whole = Told("miss", session: ID.a, node: "node-b", owner: "node-a")
        #expect(told == Array(repeating: Told("pending"), count: 6) + [whole])
        #expect(!reader.wantsNextLine)
    }

    @Test func anObjectThatNeverEndsIsReadWithoutItsRest() {
        var reader = LineReader()
        #expect(reader.read("Session \(ID.a) not found {").outcome == .pending)
        #expect(reader.read("  status: 404,").outcome == .pending)
        let next = reader.read("[mcp] Session initialized with ID: \(ID.b)")
        #expect(Told(next.outcome) == Told("created", session: ID.b))
        #expect(next.earlier.map { Told($0) } == Told("miss", session: ID.a))

        #expect(reader.read("Session not found {").outcome == .pending)
        #expect(reader.finish() == .malformed(.parseError))
        #expect(reader.finish() == nil)
    }
}
