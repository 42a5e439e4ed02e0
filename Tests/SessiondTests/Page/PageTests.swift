import Exposition
import Sessions
import Testing

@testable import Serving

/// The page as a pure function of what it shows.
struct PageTests {
    static let now = UnixTime(seconds: 1_790_000_000)

    /// A cluster in which nothing is wrong.
    static func calm() throws -> PageView {
        var view = PageView(now: now)
        view.asOf = now - 1
        view.replica = "replica-1"
        view.status = try json(
            """
            {"sessions":{"registered":3,"owned":3,"orphaned":0,"unowned":0,"malformed":0,"orphaned_by_reason":
            {"owner_dead":0},"malformed_by_reason":{},"no_expiry":0},"nodes":{"alive":2,"draining":0,"dead":0,
            "unknown":0},"watch":{"mode":"tracking","stale_after_seconds":90.0,"gap":null,"reading_failure":null},
            "redis":{"up":true,"endpoint":"127.0.0.1:6379/0","error":null,"evicts_sessions":false},
            "events":{"affected":{"transient":0,"stuck":0},"problems":{}},"version":"0.1.0"}
            """)
        view.nodes = [try node("node-1"), try node("node-2")]
        view.misroutes = ["since": .time(now.seconds - 60), "totals": [:], "matrix": [], "causes": [:], "recent": []]
        view.cleanup = try json(
            """
            {"mode":"dry-run","lease":{"holder":"replica-1-7","epoch":1,"here":true},"suspended":null,"brakes":[],
            "plan":{"may_go":0,"skipped":{}},"running":null,"runs":[],"next_run":null,"refusal":null}
            """)
        return view
    }

    static func node(_ name: String, _ status: String = "alive", orphaned: Int = 0) throws -> JSONValue {
        [
            "node": .string(name), "status": .string(status), "sessions": ["owned": 1, "orphaned": .int(orphaned)],
            "heartbeat_age_seconds": 1.0, "suspect": false, "suspect_reasons": [], "misroutes_to": 0,
            "misroutes_from": 0, "version": "1.4.2",
        ]
    }

    static func refused(
        _ node: String, _ owner: String, _ verdict: String, _ cause: JSONValue = nil, ref: Int, secondsAgo: Double
    ) -> JSONValue {
        let digits = String(ref, radix: 16)
        return [
            "at": .time(now.seconds - secondsAgo),
            "ref": .string("s:" + String(repeating: "0", count: 16 - digits.count) + digits),
            "node": .string(node), "owner": .string(owner), "verdict": .string(verdict), "cause": cause,
            "client": "cursor 1.9.3",
        ]
    }

    private func text(_ view: PageView) -> String { String(decoding: Page(view: view).html(), as: UTF8.self) }

    static func finding(
        _ kind: Finding.Kind, _ severity: Finding.Severity, count: Int? = nil, _ what: Phrase, evidence: String? = nil
    ) -> Finding {
        Finding(
            kind, severity, count: count, what, evidence: evidence, advice: "Mend that.", runbook: "McpNodeSuspect",
            command: "nodes")
    }

    @Test func nothingWrongIsSaidToBeSo() throws {
        let view = try Self.calm()
        #expect(Page(view: view).headline == "All is well")
        let text = text(view)
        #expect(text.contains("<title>All is well – mcp-sessiond</title>"))
        #expect(text.contains("<p class=\"calm\">Nodes: 2 alive. Nothing to do.</p>"))
        #expect(!text.contains("aria-label=\"Warnings\""))
    }

    @Test func aRegistryWithoutNodesIsNotCalledWell() throws {
        var view = try Self.calm()
        view.nodes = []
        view.findings = [Self.finding(.noNodeSeen, .note, "no node was seen")]
        #expect(Page(view: view).headline == "No node was seen")
    }

    @Test func whatCanWaitIsNotUrgent() throws {
        var view = try Self.calm()
        view.findings = [Self.finding(.sessionsWithoutExpiry, .note, "2 sessions have no expiry")]
        #expect(Page(view: view).headline == "Nothing is urgent")
        #expect(text(view).contains("<span class=\"sr\">Note: </span>2 sessions have no expiry.</p>"))
    }

    @Test func whatCannotWaitIsCounted() throws {
        var view = try Self.calm()
        view.findings = [
            Self.finding(.cleanupRefused, .critical, "cleanup cannot work", evidence: "no permission to write")
        ]
        #expect(Page(view: view).headline == "1 thing is wrong")
        #expect(text(view).contains("Cleanup cannot work: <bdi>no permission to write</bdi>.</p>"))
        view.findings = [Self.finding(.redisUnreachable, .critical, "Redis is out of reach")]
        #expect(Page(view: view).headline == "As last seen: all is well")
        #expect(!text(view).contains("Nothing to do."))
    }

    @Test func aFindingIsSaidWithWhatToDo() throws {
        var view = try Self.calm()
        view.nodes.append(try Self.node("node-3", "dead", orphaned: 5))
        view.status = try json(#"{"sessions":{"registered":8,"owned":3,"orphaned":5},"nodes":{"alive":2,"dead":1}}"#)
        view.findings = [
            Self.finding(.nodeDead, .critical, count: 1, "\(name: "node-3") is dead: 5 sessions orphaned"),
            Self.finding(.clientsStuck, .critical, count: 1, "1 client repeats a refused request"),
        ]
        #expect(Page(view: view).headline == "1 node dead, 5 sessions orphaned, 1 client stuck")
        let text = text(view)
        #expect(text.contains("<bdi class=\"name\">node-3</bdi> is dead: 5 sessions orphaned.</p>"))
        #expect(
            text.contains("<p class=\"advice\">Mend that. <span class=\"runbook\">Runbook <code>McpNodeSuspect</code>"))
        #expect(text.contains("1 client repeats a refused request."))
        // The worst node comes first.
        let names = text.matches(of: #/<th scope="row"><bdi class="name">(node-\d)</#).map { String($0.output.1) }
        #expect(names == ["node-3", "node-1", "node-2"])
    }

    @Test func moreFindingsThanAreShownAreCounted() throws {
        var view = try Self.calm()
        view.findings = (1...9).map { Self.finding(.nodeSuspect, .warning, count: 1, "thing \($0)") }
        #expect(Page(view: view).headline == "9 nodes suspect")
        #expect(text(view).contains("3 more findings not shown: <code>mcp-sessiond status</code>"))
    }

    /// The node's row as it is with that flag.
    private static func flagged(
        _ name: String, _ status: String, _ flag: String, _ members: JSONValue
    ) throws -> JSONValue {
        let flags: JSONValue = ["flags": [.string(flag)]]
        return try node(name, status, orphaned: 5).adding(flags.object ?? []).adding(members.object ?? [])
    }

    @Test func aFlagStandsBesideTheStatus() throws {
        var view = try Self.calm()
        let working: JSONValue = [
            "boot": "b3", "did": "registered", "at": .time(Self.now.seconds - 7), "without_heartbeat_seconds": 136.1,
        ]
        view.nodes = [
            try Self.flagged("node-3", "dead", "silent_but_working", ["working": working]),
            try Self.flagged("node-4", "alive", "shared_name", ["boots_taking_turns": ["b2", "b1"], "working": nil]),
        ]
        let text = text(view)
        for (name, shown) in [("node-3", "✕ dead ▲ silent but working"), ("node-4", "● alive ▲ shared name")] {
            let rows = text.split(separator: "<th scope=\"row\">").filter {
                $0.hasPrefix("<bdi class=\"name\">\(name)<")
            }
            #expect(rows.contains { $0.replacing(#/<[^>]*>/#, with: "").contains(shown) }, "\(rows)")
        }
    }

    @Test func misroutedRequestsAreCountedInTheHeadline() throws {
        var view = try Self.calm()
        view.findings = [Self.finding(.requestsMisrouted, .critical, count: 3, "3 requests reached another node")]
        #expect(Page(view: view).headline == "3 requests misrouted")
        view.findings[0].isCountCut = true
        #expect(Page(view: view).headline == "At least 3 requests misrouted")
    }

    @Test func likeRequestsAreOneLine() throws {
        var view = try Self.calm()
        view.misroutes = [
            "recent": [
                Self.refused("node-2", "node-1", "misrouted", "no_cookie", ref: 1, secondsAgo: 9),
                Self.refused("node-2", "node-1", "misrouted", "cookie_owner", ref: 2, secondsAgo: 5),
                Self.refused("node-2", "node-1", "misrouted", "no_cookie", ref: 3, secondsAgo: 3),
                Self.refused("node-1", "node-3", "owner_dead", ref: 4, secondsAgo: 70),
            ]
        ]
        let groups = Page(view: view).eventGroups
        #expect(groups.map(\.count) == [2, 1, 1])
        #expect(groups.map(\.ref) == ["s:0000000000000003", "s:0000000000000002", "s:0000000000000004"])
        #expect(groups.map { $0.row["verdict"]?.string } == ["misrouted", "misrouted", "owner_dead"])
    }

    @Test func theMatrixHasALineForTheNodeAndAColumnForTheOwner() throws {
        var view = try Self.calm()
        view.misroutes = try json(
            """
            {"since":null,"totals":{"misrouted":3,"never_seen":1},"causes":{"no_cookie":3},"recent":[],"matrix":[
            {"node":"node-2","owner":"node-1","verdict":"misrouted","count":3},
            {"node":"node-1","owner":null,"verdict":"never_seen","count":1}]}
            """)
        let text = text(view)
        let matrix = try #require(text.firstMatch(of: #/<table class="matrix">.*?</table>/#)).output
        let none =
            "<td class=\"zero\"><span class=\"none\"><span aria-hidden=\"true\">–</span><span class=\"sr\">none</span></span></td>"
        #expect(
            matrix.contains(
                "<th scope=\"col\"><bdi class=\"name\">node-1</bdi></th><th scope=\"col\">no owner</th></tr></thead>"))
        #expect(
            matrix.contains(
                "<th scope=\"row\"><bdi class=\"name\">node-1</bdi></th>\(none)<td><div class=\"verdict\"><b>1</b> never_seen</div></td>"
            ))
        #expect(
            matrix.contains(
                "<th scope=\"row\"><bdi class=\"name\">node-2</bdi></th><td><div class=\"verdict\"><b>3</b> misrouted</div></td>\(none)"
            ))
        #expect(text.contains("Sticky cookies of those misrouted: 3 no_cookie"))
    }

    @Test func anIncidentSaysWhetherItIsOver() throws {
        var view = try Self.calm()
        view.incidents = [
            [
                "kind": "node_died", "began_at": .time(Self.now.seconds - 100), "ended_at": nil, "open": true,
                "summary": "node-3 died: 44 sessions stranded", "alert": "McpNodeDownWithSessions",
                "sessions": ["stranded": 44, "recovered": 3, "stuck": 2, "silent": 39],
                "storm": ["new_sessions": 40, "refused_requests": 12, "peak_per_minute": 33],
            ],
            [
                "kind": "redis_outage", "began_at": .time(Self.now.seconds - 900),
                "ended_at": .time(Self.now.seconds - 840), "open": false,
            ],
        ]
        let text = text(view).replacing(#/<[^>]*>/#, with: "")
        #expect(text.contains("■ open node-3 died: 44 sessions stranded"))
        #expect(
            text.contains(
                "44 sessions: 3 recovered, 2 stuck, 39 silent. In its wake 40 new sessions, 12 refused requests, "
                    + "at most 33 a minute. Runbook McpNodeDownWithSessions"
            ))
        #expect(text.contains("● over redis outage"))
        #expect(text.contains("15m ago, over after 1m"))
    }

    /// An answer that has every member, and today's that lacks many.
    @Test func anExplanationShowsWhatIsThere() throws {
        var view = try Self.calm()
        view.answer = .explanation(
            try json(
                """
                {"ref":"s:65261524dff648f3","verdict":"owner_dead","confidence":"certain","why":"node-3 is gone.",
                "what_to_do":["Start it.","Wait."],"tell_client":"Reconnect.","runbook":"alerts/runbooks/X.md",
                "state":"orphaned","reason":"owner_dead","owner":{"node":"node-3","boot":"b3","status":"dead"},
                "blast_radius":{"sessions":44,"recovered":3,"stuck":2,"silent":39},
                "evidence":[{"fact":"Its key names node-3","source":"redis","at":null,"age_seconds":0.2}],
                "refused":{"count":2,"recent":[]}}
                """))
        let whole = text(view).replacing(#/<[^>]*>/#, with: "\n").replacing(#/\n+/#, with: "\n")
        for words in [
            "s:65261524dff648f3\n: \nowner_dead\n (certain)", "node-3 is gone.", "Start it.\nWait.", "Reconnect.",
            "44 sessions: 3 recovered, 2 stuck, 39 silent", "Its key names node-3\nredis\njust now",
            "2 refused requests since it was last served",
        ] { #expect(whole.contains(words), "\(words)") }
        view.answer = .explanation(["ref": "s:65261524dff648f3", "state": "owned", "reason": nil, "node": "node-1"])
        let short = text(view).replacing(#/<[^>]*>/#, with: "\n").replacing(#/\n+/#, with: "\n")
        #expect(short.contains("s:65261524dff648f3\n: \nowned\nThe session\nState\nowned\nOwner\nnode-1\n"))
    }

    @Test func aHostileNameIsTextEverywhere() throws {
        var view = try Self.calm()
        let name = #"<script>x</script>"onload='y'"#
        view.replica = name
        view.nodes = [try Self.node(name, "dead", orphaned: 1)]
        view.findings = [
            Self.finding(.cleanupSuspended, .note, "cleanup is suspended by \(name: name)", evidence: name),
            Self.finding(.nodeDead, .critical, count: 1, "\(names: [name, name]) are dead", evidence: name),
        ]
        view.misroutes = [
            "matrix": [["node": .string(name), "owner": .string(name), "verdict": .string(name), "count": 1]],
            "recent": [
                [
                    "at": .time(Self.now.seconds), "ref": .string(name), "node": .string(name), "owner": .string(name),
                    "verdict": .string(name), "cause": .string(name), "client": .string(name),
                ]
            ], "totals": .object([(key: name, value: .int(1))]),
        ]
        view.incidents = [["kind": .string(name), "summary": .string(name), "alert": .string(name), "open": true]]
        view.cleanup = [
            "mode": .string(name), "suspended": ["by": .string(name), "why": .string(name)],
            "brakes": [["brake": .string(name), "detail": .string(name)]], "lease": ["holder": .string(name)],
            "runs": [["by": .string(name), "result": .string(name), "why": .string(name)]], "refusal": .string(name),
        ]
        view.answer = .explanation([
            "ref": .string(name), "verdict": .string(name), "why": .string(name), "what_to_do": [.string(name)],
            "tell_client": .string(name), "client": .string(name), "runbook": .string(name),
            "evidence": [["fact": .string(name), "source": .string(name)]],
        ])
        let text = text(view)
        // The page's own script, and no other.
        #expect(text.matches(of: #/<script/#).count == 1)
        // Without script and style no such letters are left unescaped.
        let markup = text.replacing(#/<(script|style)>[\s\S]*?</(script|style)>/#, with: "")
        #expect(!markup.contains(#""onload"#))
        #expect(markup.matches(of: #/&lt;script&gt;x&lt;/script&gt;&quot;onload=&#39;y&#39;/#).count > 20)
    }
}
