import Sessions
import Testing

@testable import API
@testable import Serving

/// The page as a pure function of what it shows.
struct PageTests {
    private static let now = PageViews.now

    private func text(_ view: PageView) -> String { String(decoding: Page(view: view).html(), as: UTF8.self) }

    @Test func nothingWrongIsSaidToBeSo() {
        let view = PageViews.calm()
        #expect(Page(view: view).headline == "All is well")
        let text = text(view)
        #expect(text.contains("<title>All is well – mcp-sessiond</title>"))
        #expect(text.contains("<p class=\"calm\">Nodes: 2 alive. Nothing to do.</p>"))
        #expect(!text.contains("aria-label=\"Warnings\""))
    }

    @Test func aRegistryWithoutNodesIsNotCalledWell() {
        var view = PageViews.calm()
        view.nodes = []
        view.findings = [PageViews.finding(.noNodeSeen, .note, "no node was seen")]
        #expect(Page(view: view).headline == "No node was seen")
    }

    @Test func whatCanWaitIsNotUrgent() {
        var view = PageViews.calm()
        view.findings = [PageViews.finding(.sessionsWithoutExpiry, .note, "2 sessions have no expiry")]
        #expect(Page(view: view).headline == "Nothing is urgent")
        #expect(text(view).contains("<span class=\"sr\">Note: </span>2 sessions have no expiry.</p>"))
    }

    @Test func whatCannotWaitIsCounted() {
        var view = PageViews.calm()
        view.findings = [
            PageViews.finding(.cleanupRefused, .critical, "cleanup cannot work", evidence: "no permission to write")
        ]
        #expect(Page(view: view).headline == "1 thing is wrong")
        #expect(text(view).contains("Cleanup cannot work: <bdi>no permission to write</bdi>.</p>"))
        view.findings = [PageViews.finding(.redisUnreachable, .critical, "Redis is out of reach")]
        #expect(Page(view: view).headline == "As last seen: all is well")
        #expect(!text(view).contains("Nothing to do."))
    }

    @Test func aFindingIsSaidWithWhatToDo() {
        var view = PageViews.calm()
        view.nodes.append(PageViews.node("node-3", .dead, orphaned: 5))
        view.status = PageViews.status(sessions: 3, orphaned: 5, nodes: [.alive: 2, .dead: 1])
        view.findings = [
            PageViews.finding(.nodeDead, .critical, count: 1, "\(name: "node-3") is dead: 5 sessions orphaned"),
            PageViews.finding(.clientsStuck, .critical, count: 1, "1 client repeats a refused request"),
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

    @Test func moreFindingsThanAreShownAreCounted() {
        var view = PageViews.calm()
        view.findings = (1...9).map { PageViews.finding(.nodeSuspect, .warning, count: 1, "thing \($0)") }
        #expect(Page(view: view).headline == "9 nodes suspect")
        #expect(text(view).contains("3 more findings not shown: <code>mcp-sessiond status</code>"))
    }

    @Test func aFlagStandsBesideTheStatus() {
        var view = PageViews.calm()
        view.nodes = [
            PageViews.node("node-3", .dead, orphaned: 5, flags: [.silentButWorking]),
            PageViews.node("node-4", .alive, orphaned: 5, flags: [.sharedName]),
        ]
        let text = text(view)
        for (name, shown) in [("node-3", "✕ dead ▲ silent but working"), ("node-4", "● alive ▲ shared name")] {
            let rows = text.split(separator: "<th scope=\"row\">").filter {
                $0.hasPrefix("<bdi class=\"name\">\(name)<")
            }
            #expect(rows.contains { $0.replacing(#/<[^>]*>/#, with: "").contains(shown) }, "\(rows)")
        }
    }

    @Test func misroutedRequestsAreCountedInTheHeadline() {
        var view = PageViews.calm()
        view.findings = [PageViews.finding(.requestsMisrouted, .critical, count: 3, "3 requests reached another node")]
        #expect(Page(view: view).headline == "3 requests misrouted")
        view.findings[0].isCountCut = true
        #expect(Page(view: view).headline == "At least 3 requests misrouted")
    }

    @Test func likeRequestsAreOneLine() {
        var view = PageViews.calm()
        view.misroutes = PageViews.misroutes(recent: [
            PageViews.refused("node-2", "node-1", .misrouted, .noCookie, ref: 1, secondsAgo: 9),
            PageViews.refused("node-2", "node-1", .misrouted, .cookieOwner, ref: 2, secondsAgo: 5),
            PageViews.refused("node-2", "node-1", .misrouted, .noCookie, ref: 3, secondsAgo: 3),
            PageViews.refused("node-1", "node-3", .ownerDead, ref: 4, secondsAgo: 70),
        ])
        let groups = Page(view: view).eventGroups
        #expect(groups.map(\.count) == [2, 1, 1])
        #expect(groups.map(\.ref?.description) == ["s:0000000000000003", "s:0000000000000002", "s:0000000000000004"])
        #expect(groups.map(\.kind.verdict) == [.misrouted, .misrouted, .ownerDead])
    }

    @Test func theMatrixHasALineForTheNodeAndAColumnForTheOwner() throws {
        var view = PageViews.calm()
        view.misroutes = PageViews.misroutes(
            [
                .init(node: "node-2", owner: "node-1", verdict: .misrouted, count: 3),
                .init(node: "node-1", owner: nil, verdict: .neverSeen, count: 1),
            ], causes: [.noCookie: 3])
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

    @Test func anIncidentSaysWhetherItIsOver() {
        var view = PageViews.calm()
        view.incidents = [
            PageViews.incident("node-3 died: 44 sessions stranded"),
            IncidentRow(
                id: "2", kind: .redisOutage, beganAt: Self.now - 900, endedAt: Self.now - 840, open: false,
                summary: "redis outage"),
        ]
        let text = text(view).replacing(#/<[^>]*>/#, with: "")
        #expect(text.contains("■ open node-3 died: 44 sessions stranded"))
        #expect(
            text.contains(
                "44 sessions: 3 recovered, 2 stuck, 39 silent. Followed by 40 new sessions, 12 refused requests, "
                    + "at most 33 per minute. Runbook McpNodeDownWithSessions"
            ))
        #expect(text.contains("● over redis outage"))
        #expect(text.contains("15m ago, over after 1m"))
    }

    /// An explanation with every member, and one with the least.
    @Test func anExplanationShowsWhatIsThere() {
        var view = PageViews.calm()
        var explanation = PageViews.explanation(
            .ownerDead, why: "node-3 is gone.", whatToDo: ["Start it.", "Wait."])
        explanation.runbook = "alerts/runbooks/X.md"
        (explanation.state, explanation.reason) = (.orphaned, StateReason(rawValue: "owner_dead"))
        explanation.owner = .init(node: "node-3", boot: "b3", status: .dead)
        explanation.blastRadius = AftermathAnswer(sessions: 44, recovered: 3, stuck: 2, silent: 39)
        explanation.evidence = [.init(fact: "Its key names node-3", source: .redis, at: nil, ageSeconds: 0.2)]
        explanation.refused = .init(count: 2, lastAt: Self.now - 7, recent: [])
        view.answer = .explanation(explanation)
        let whole = text(view).replacing(#/<[^>]*>/#, with: "\n").replacing(#/\n+/#, with: "\n")
        for words in [
            "s:65261524dff648f3\n: \nowner_dead\n (certain)", "node-3 is gone.", "Start it.\nWait.", "Reconnect.",
            "44 sessions: 3 recovered, 2 stuck, 39 silent", "Its key names node-3\nredis\njust now",
            "2 refused requests since it was last served",
        ] { #expect(whole.contains(words), "\(words)") }
        var least = PageViews.explanation(.live, why: "node-1 serves it.")
        (least.state, least.node) = (.owned, "node-1")
        view.answer = .explanation(least)
        let short = text(view).replacing(#/<[^>]*>/#, with: "\n").replacing(#/\n+/#, with: "\n")
        #expect(short.contains("s:65261524dff648f3\n: \nlive\n (certain)\nnode-1 serves it.\nWhat to tell the client"))
        #expect(short.contains("\nThe session\nState\nowned\nOwner\nnode-1\nClose this answer\n"))
    }

    @Test func aHostileNameIsTextEverywhere() {
        var view = PageViews.calm()
        let name = #"<script>x</script>"onload='y'"#
        view.instance = name
        view.status.redis.endpoint = name
        view.nodes = [PageViews.node(name, .dead, orphaned: 1)]
        view.nodes[0].version = name
        view.findings = [
            PageViews.finding(.cleanupSuspended, .note, "cleanup is suspended by \(name: name)", evidence: name),
            PageViews.finding(.nodeDead, .critical, count: 1, "\(names: [name, name]) are dead", evidence: name),
        ]
        var request = PageViews.refused(name, name, .misrouted, ref: 1, secondsAgo: 0)
        request.client = name
        view.misroutes = PageViews.misroutes(
            [.init(node: name, owner: name, verdict: .misrouted, count: 1)], recent: [request])
        view.incidents = [PageViews.incident(name)]
        view.incidents[0].alert = name
        view.cleanup.lease = LeaseAnswer(holder: name, epoch: 1, here: false)
        view.cleanup.running = PageViews.run(by: name, result: nil)
        view.cleanup.runs = [PageViews.run(by: name, result: .error, why: name)]
        view.cleanup.refusal = name
        var explanation = PageViews.explanation(.ownerDead, why: name, whatToDo: [name])
        (explanation.tellClient, explanation.client, explanation.runbook) = (name, name, name)
        explanation.owner = .init(node: name, boot: name, status: .dead, bootNow: name)
        explanation.live = .init(read: false, found: nil, error: name)
        explanation.evidence = [.init(fact: name, source: .redis, at: nil, ageSeconds: nil)]
        explanation.refused = .init(
            count: 1, lastAt: Self.now, recent: [.init(at: Self.now, node: name, verdict: .misrouted)])
        view.answer = .explanation(explanation)
        let text = text(view)
        // The page's own script, and no other.
        #expect(text.matches(of: #/<script/#).count == 1)
        // Without script and style no such letters are left unescaped.
        let markup = text.replacing(#/<(script|style)>[\s\S]*?</(script|style)>/#, with: "")
        #expect(!markup.contains(#""onload"#))
        #expect(markup.matches(of: #/&lt;script&gt;x&lt;/script&gt;&quot;onload=&#39;y&#39;/#).count > 20)
    }
}
