import Testing

@testable import Events

/// Each wrapper around lines of each shape.
@Suite struct LineUnwrappingTests {
    private static let inner: [(line: String, format: LineFormat)] = [
        (
            #"{"time":"2026-08-21T10:15:02Z","level":"WARN","msg":"session not on this node","session_id":"\#(ID.a)","owner":"node-a"}"#,
            .slogJSON
        ),
        (
            #"2026-08-21T10:15:02.5Z  WARN mcp: session not on this node session_id="\#(ID.a)" owner=node-a"#,
            .rustTracingText
        ),
        ("time=2026-08-21T10:15:02Z msg=\"session not on this node\" session_id=\(ID.a) owner=node-a", .logfmt),
        ("2026-08-21 10:15:02,001 - mcp - WARNING - session \(ID.a) is owned by node-a", .pythonText),
        ("WARNING:mcp:session \(ID.a) is owned by node-a", .pythonText),
        ("2026-08-21T10:15:02Z [warning  ] session_misrouted  session_id=\(ID.a) owner=node-a", .structlogConsole),
        (
            "2026-08-21T10:15:02Z\tWARN\ta.go:1\tnot on this node, session misrouted\t{\"sid\": \"\(ID.a)\", \"owner\": \"node-a\"}",
            .zapConsole
        ),
        ("[mcp] session misrouted { sessionId: '\(ID.a)', owner: 'node-a' }", .nodeConsole),
        ("\u{1B}[33mwarn\u{1B}[0m: A.B[0] Session \(ID.a) already owned by node-a", .dotnetConsole),
        ("session \(ID.a) is owned by node-a", .text),
    ]

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\t", with: "\\t")
            .replacing("\u{1B}", with: "\\u001b")
    }

    /// A way to wrap a line, the wrappers that are found, and the node that comes of them.
    private static let ways: [(wrappers: [String], node: String, wrap: @Sendable (String) -> String)] = [
        ([], "-", { $0 }),
        ([], "-", { "\u{FEFF}\($0)\r" }),
        ([], "-", { "\0\0\0\($0)" }),
        (
            ["docker"], "-",
            { #"{"log":"\#(escaped($0))\n","stream":"stderr","time":"2026-08-21T10:15:02.124000111Z"}"# }
        ),
        (["cri"], "-", { "2026-08-21T10:15:02.124000111Z stderr F \($0)" }),
        (["cri"], "-", { "2026-08-21T10:15:02.124000111+02:00 stdout F \($0)" }),
        (
            ["journald"], "node-b",
            { #"{"__REALTIME_TIMESTAMP":"1787307302124000","_HOSTNAME":"node-b","MESSAGE":"\#(escaped($0))"}"# }
        ),
        (
            ["journald"], "node-b",
            { #"{"_HOSTNAME":"node-b","MESSAGE":[\#($0.utf8.map(String.init).joined(separator: ","))]}"# }
        ),
        (["syslog"], "node-b", { "<132>1 2026-08-21T10:15:02.124Z node-b mcp-node 4711 - - \($0)" }),
        (
            ["syslog"], "node-b",
            { #"<132>1 2026-08-21T10:15:02.124Z node-b mcp 4711 ID1 [a@1 k="x \] y"][b@2] \#($0)"# }
        ),
        (["syslog"], "node-b", { "<132>Aug 21 10:15:02 node-b mcp-node[4711]: \($0)" }),
        (["syslog"], "node-b", { "<132>Aug  1 10:15:02 node-b mcp-node: \($0)" }),
        (["syslog"], "node-b", { "Aug 21 10:15:02 node-b mcp-node[4711]: \($0)" }),
        (["syslog"], "node-b", { "2026-08-21T10:15:02.124+00:00 node-b mcp-node[4711]: \($0)" }),
        (["syslog"], "node-b", { "312 <132>1 2026-08-21T10:15:02.124Z node-b mcp-node - - - \($0)" }),
        (["compose"], "mcp-b-1", { "mcp-b-1  | \($0)" }),
        (["compose"], "mcp-b-1", { "\u{1B}[36mmcp-b-1  |\u{1B}[0m \($0)" }),
        (["kubectl"], "mcp-0", { "[pod/mcp-0/mcp] \($0)" }),
        (["shipper"], "mcp-0", { #"{"log":"\#(escaped($0))","kubernetes":{"pod_name":"mcp-0","host":"h1"}}"# }),
        (
            ["syslog", "cri"], "node-b",
            { "<132>1 2026-08-21T10:15:02.124Z node-b c 1 - - 2026-08-21T10:15:02.1Z stdout F \($0)" }
        ),
        (
            ["compose", "docker"], "mcp-b-1",
            { #"mcp-b-1 | {"log":"\#(escaped($0))\n","stream":"stderr","time":"2026-08-21T10:15:02Z"}"# }
        ),
    ]

    @Test(arguments: ways.indices)
    func everyFormatIsReadInEveryWrapper(way: Int) {
        let (wrappers, node, wrap) = Self.ways[way]
        for (line, format) in Self.inner {
            var reader = LineReader()
            let reading = reader.read(wrap(line))
            #expect(
                Told(reading.outcome) == Told("misroute", session: ID.a, node: node, owner: "node-a"),
                "\(format.rawValue) in \(wrappers), way \(way)")
            #expect(reading.format == format, "\(wrappers), way \(way)")
            #expect(reading.wrappers == wrappers, "\(format.rawValue), way \(way)")
        }
    }

    @Test func aStampBeforeJSONIsAWrapper() {
        var reader = LineReader()
        let reading = reader.read("2026-08-21T10:15:02.124000111Z " + Self.inner[0].line)
        #expect(Told(reading.outcome) == Told("misroute", session: ID.a, owner: "node-a"))
        #expect(reading.wrappers == ["timestamp"])
    }

    @Test func theNodeThatALineNamesGoesBeforeThatOfItsWrapper() {
        var reader = LineReader()
        let reading = reader.read("mcp-b-1  | msg=\"unknown session\" session_id=\(ID.a) node=node-b")
        #expect(Told(reading.outcome) == Told("unknown", session: ID.a, node: "node-b"))
    }

    @Test func aLineWithoutATimeTakesThatOfItsWrapper() {
        let lines: [(String, Int64?)] = [
            ("2026-08-21T10:15:02.124000111Z stderr F unknown session \(ID.a)", 1_787_307_302_124),
            (
                #"{"__REALTIME_TIMESTAMP":"1787307302124000","_HOSTNAME":"b","MESSAGE":"unknown session \#(ID.a)"}"#,
                1_787_307_302_124
            ),
            ("Aug 21 10:15:02 node-b mcp[4711]: unknown session \(ID.a)", nil),
            (
                "2026-08-21T10:15:02.124Z stderr F 2026-08-21T10:15:01Z  WARN mcp: unknown session \(ID.a)",
                1_787_307_301_000
            ),
        ]
        for (line, milliseconds) in lines {
            var reader = LineReader()
            guard case .event(let event) = reader.read(line).outcome else {
                Issue.record("no event")
                continue
            }
            #expect(event.time?.milliseconds == milliseconds)
        }
    }

    @Test func wrappersInsideEachOtherAreUndoneToABound() {
        var line = "unknown session \(ID.a)"
        var told: [Told] = []
        for _ in 0...LineLimits.wrappers {
            var reader = LineReader()
            told.append(Told(reader.read(line).outcome))
            line = "2026-08-21T10:15:02Z stdout F \(line)"
        }
        #expect(told == Array(repeating: Told("unknown", session: ID.a), count: LineLimits.wrappers + 1))
    }
}
