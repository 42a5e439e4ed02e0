import Exposition
import Sessions

/// The on-call page as HTML: pure functions of a ``PageView``. It can be read without script; with script, the parts
/// marked `data-live` are refreshed in place.
struct Page {
    /// Rows that a table shows at once. More follow after a click; of the rest only the number is shown.
    static let rows = 10

    let view: PageView

    /// The whole document.
    func html() -> [UInt8] {
        var html = HTMLWriter()
        Self.document(title: "\(headline) – mcp-sessiond", to: &html) { html in
            html.element("header", ["id": "top"]) { html in
                html.element("p", ["class": "brand"], "mcp-sessiond")
                html.element("p", ["id": "frame", "data-live": ""]) { html in frame(&html) }
                Self.refreshing(&html)
                // Shown by script while the banners themselves are scrolled away.
                html.element("a", ["id": "alarm", "href": "#warnings", "hidden": ""], "")
            }
            html.element("div", ["id": "lost", "class": "banner bad", "role": "alert", "hidden": ""], "")
            html.element("main", ["id": "main", "tabindex": "-1"]) { html in
                html.element("div", ["id": "warnings", "data-live": ""]) { html in banners(&html) }
                html.element("section", ["id": "now", "data-live": "", "class": "card", "aria-labelledby": "now-h"]) {
                    html in
                    now(&html)
                }
                explainBox(&html)
                html.element("section", ["id": "numbers", "data-live": "", "aria-labelledby": "numbers-h"]) { html in
                    numbers(&html)
                }
                answer(&html)
                html.element("div", ["class": "wide"]) { html in
                    card("nodes", "Nodes", &html) { html in nodes(&html) }
                    card("misroutes", "Who refused whose sessions", &html) { html in misroutes(&html) }
                }
                html.element("div", ["class": "slim"]) { html in
                    card("incidents", "Incidents", &html) { html in incidents(&html) }
                    card("cleanup", "Cleanup", &html, after: { html in Self.control(&html) }) { html in cleanup(&html) }
                }
                card("events", "Latest refused requests", &html) { html in events(&html) }
            }
            footer(&html)
        }
        return html.bytes
    }

    /// The page where reads need a token: a field for the token, and no data at all.
    static func shell() -> [UInt8] {
        var html = HTMLWriter()
        document(title: "mcp-sessiond", to: &html) { html in
            html.element("header", ["id": "top"]) { html in
                html.element("p", ["class": "brand"], "mcp-sessiond")
                html.element("p", ["id": "frame", "data-live": ""], "locked")
                refreshing(&html)
                html.element("a", ["id": "alarm", "href": "#warnings", "hidden": ""], "")
            }
            html.element("div", ["id": "lost", "class": "banner bad", "role": "alert", "hidden": ""], "")
            html.element("main", ["id": "main", "tabindex": "-1", "data-locked": ""]) { html in lock(&html) }
        }
        return html.bytes
    }

    private static func document(title: String, to html: inout HTMLWriter, body: (inout HTMLWriter) -> Void) {
        html.markup("<!DOCTYPE html>\n")
        html.element("html", ["lang": "en"]) { html in
            html.element("head") { html in
                html.markup(
                    """
                    <meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">\
                    <meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">
                    """)
                html.element("title", title)
                html.element("style") { html in html.markup(PageStyle.text) }
            }
            html.element("body") { html in
                html.element("a", ["class": "skip", "href": "#main"], "Skip to what is wrong now")
                body(&html)
                html.markup(dialog)
                html.element("div", ["id": "say", "class": "sr", "role": "status"], "")
                html.element("script") { html in html.markup(PageScript.text) }
            }
        }
    }

    /// A card under a heading. A refresh leaves `after` alone, and with it what was typed there.
    private func card(
        _ id: String, _ title: String, _ html: inout HTMLWriter, after: (inout HTMLWriter) -> Void = { _ in },
        _ body: (inout HTMLWriter) -> Void
    ) {
        html.element("section", ["id": id, "class": "card", "aria-labelledby": "\(id)-h"]) { html in
            html.element("h2", ["id": "\(id)-h"], title)
            html.element("div", ["id": "\(id)-live", "data-live": ""], body)
            after(&html)
        }
    }

    /// Says which instance answers, which Redis it watches, and how old its view is.
    private func frame(_ html: inout HTMLWriter) {
        html.name(view.instance)
        html.text(" sees ")
        html.name(view.status.redis.endpoint, scalars: 60)
        if let asOf = view.asOf {
            html.text(", view of ")
            html.time(asOf, now: view.now)
        } else {
            html.text(", no view yet")
        }
        html.text(", \(view.status.watch.mode.rawValue)")
    }

    private static func refreshing(_ html: inout HTMLWriter) {
        html.element("p", ["class": "refresh"]) { html in
            html.markup(
                """
                <a class="plain" href="/">Refresh</a><span class="js"><span id="refreshed">refreshes every 5 s</span> \
                <button type="button" id="pause" aria-pressed="false">Pause</button> \
                <button type="button" id="forget" hidden>Forget token</button></span>
                """)
        }
    }

    /// The question that is asked before an order is sent.
    private static let dialog: StaticString = """
        <dialog id="sure" aria-labelledby="sure-h"><form method="dialog"><h2 id="sure-h">Sure?</h2>\
        <p id="sure-text"></p><p class="row"><button value="no" autofocus>Cancel</button>\
        <button value="yes" class="strong" id="sure-yes">Yes</button></p></form></dialog>
        """

    private static func lock(_ html: inout HTMLWriter) {
        html.markup(
            """
            <section class="card" aria-labelledby="lock-h"><h1 id="lock-h">A token is needed to read here</h1>\
            <form id="unlock" class="js"><p><label for="read-token">Token with the scope <code>read</code></label>\
            <input id="read-token" type="password" autocomplete="off" spellcheck="false" required></p>\
            <p class="row"><button class="strong">Show the page</button></p>\
            <p class="hint">The tab keeps the token until it is closed, and sends it to this server only, in a header.</p>\
            <p id="unlock-said" role="alert"></p></form>\
            <p class="plain">This needs script, since a token belongs in no form and no URL. Without script: \
            <code>mcp-sessiond status</code>, <code>nodes</code>, <code>explain</code> and the rest of the command \
            line.</p></section>
            """)
    }

    private func footer(_ html: inout HTMLWriter) {
        html.element("footer") { html in
            html.markup(
                """
                <details id="words"><summary>Words</summary><dl class="words">\
                <div><dt>orphaned</dt><dd>registered, and its owner is gone for good: nobody can serve it \
                again</dd></div>\
                <div><dt>misrouted</dt><dd>the request reached a node that does not hold the session; its owner is \
                alive</dd></div>\
                <div><dt>stuck</dt><dd>refused three times or more over a minute: its client does not begin \
                anew</dd></div>\
                <div><dt>suspect</dt><dd>the node is alive, but denies sessions that it owns, or reports another \
                number of them</dd></div>\
                <div><dt>ref</dt><dd>how a session is shown: its id is a credential</dd></div></dl></details>
                """)
            html.element("p") { html in
                html.text("mcp-sessiond \(view.status.version) on ")
                html.name(view.instance)
                html.text(". Times are UTC, by Redis' clock.")
            }
        }
    }
}

// MARK: - Times

extension HTMLWriter {
    /// `12:03:04, 3m12s ago`
    mutating func time(_ time: UnixTime, now: UnixTime) {
        let text = RFC3339.text(time.seconds)
        element("time", ["datetime": text]) { html in html.text("\(text.clock), \(Self.age(now - time))") }
    }

    /// `3m12s ago`, with the time as its title.
    mutating func age(_ time: UnixTime, now: UnixTime) {
        let text = RFC3339.text(time.seconds)
        element("time", ["datetime": text, "title": text], Self.age(now - time))
    }

    static func age(_ seconds: Double) -> String {
        if seconds < 0 { return "in \(TimeText.duration(-seconds))" }
        return seconds < 1 ? "just now" : "\(TimeText.duration(seconds)) ago"
    }
}

extension String {
    /// The time of day of an RFC 3339 time: `12:03:04`.
    var clock: Substring { dropFirst(11).prefix(8) }
}
