import Testing

@testable import API
@testable import Serving

/// The size of the page.
struct PageSizeTests {
    @Test func whatIsShippedIsBelow32KiB() {
        // The skeleton with style and script, and no data in it.
        let empty = Page(view: PageViews.empty()).html()
        #expect(empty.count < 32 << 10)
        #expect(Page.shell().count < 32 << 10)
    }

    /// 1,000 nodes that refused each other's sessions, 256 incidents, names as long as they may be.
    @Test func aLargeClusterIsBelow200KB() {
        var view = PageViews.calm()
        func name(_ number: Int) -> String { "node-\(number)-" + String(repeating: "é<&", count: 160) }
        view.nodes = (0..<1_000).map { PageViews.node(name($0), .dead, orphaned: $0) }
        view.misroutes = PageViews.misroutes(
            (0..<4_096).map { number in
                .init(node: name(number / 64), owner: name(number % 64), verdict: .misrouted, count: 2)
            },
            recent: (0..<1_000).map { number in
                PageViews.refused(
                    name(number), name(number), .misrouted, .noCookie, ref: UInt64(number), secondsAgo: Double(number))
            })
        view.incidents = (0..<256).map { PageViews.incident("\(name($0)) died: 44 sessions stranded") }
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
