import Exposition
import Sessions
import Testing

@testable import Serving

/// What the page weighs.
struct PageSizeTests {
    @Test func whatIsShippedIsBelow32KiB() {
        // The skeleton with style and script, and nothing in it.
        let empty = Page(view: PageView(now: PageTests.now)).html()
        #expect(empty.count < 32 << 10)
        #expect(Page.shell().count < 32 << 10)
    }

    /// 1,000 nodes that refused each other's sessions, 256 incidents, names as long as they may be.
    @Test func aLargeClusterIsBelow200KB() throws {
        var view = try PageTests.calm()
        func name(_ number: Int) -> String { "node-\(number)-" + String(repeating: "é<&", count: 160) }
        view.nodes = try (0..<1_000).map { try PageTests.node(name($0), "dead", orphaned: $0) }
        view.misroutes = [
            "since": .time(PageTests.now.seconds), "totals": ["misrouted": 1],
            "matrix": .array(
                (0..<4_096).map { number in
                    [
                        "node": .string(name(number / 64)), "owner": .string(name(number % 64)), "verdict": "misrouted",
                        "count": 2,
                    ]
                }),
            "recent": .array(
                (0..<1_000).map { number in
                    PageTests.refused(
                        name(number), name(number), "misrouted", "no_cookie", ref: number, secondsAgo: Double(number))
                }),
        ]
        view.incidents = (0..<256).map { number in
            [
                "kind": "node_died", "began_at": .time(PageTests.now.seconds - 100), "ended_at": nil, "open": true,
                "summary": .string("\(name(number)) died: 44 sessions stranded"), "alert": "McpNodeDownWithSessions",
                "sessions": ["stranded": 44, "recovered": 3, "stuck": 2, "silent": 39],
                "storm": ["new_sessions": 40, "refused_requests": 12, "peak_per_minute": 33],
            ]
        }
        view.lastHour.lines.registered = (0..<120).map(Double.init)
        view.lastHour.lines.orphaned = view.lastHour.lines.registered
        view.lastHour.lines.stuck = view.lastHour.lines.registered
        view.lastHour.lines.refusedPerMinute = view.lastHour.lines.registered
        let html = Page(view: view).html()
        #expect(html.count < 200_000)
        let text = String(decoding: html, as: UTF8.self).replacing(#/<[^>]*>/#, with: "")
        for words in [
            "900 more nodes not shown: mcp-sessiond nodes", "90 more nodes",
            "216 more incidents not shown: mcp-sessiond incidents",
            "34 earlier incidents", "8,064 more refused requests not shown: mcp-sessiond misroutes",
            "960 more kinds not shown: mcp-sessiond misroutes",
        ] { #expect(text.contains(words), "\(words)") }
    }
}
