import API
import Sessions

/// The four numbers, each with its last hour.
extension Page {
    func numbers(_ html: inout HTMLWriter) {
        html.element("h2", ["id": "numbers-h", "class": "sr"], "Numbers")
        sessions(&html)
        refusedRequests(&html)
        stuckClients(&html)
    }

    private func sessions(_ html: inout HTMLWriter) {
        let (sessions, lines) = (view.status.sessions, view.lastHour.lines)
        // `9 owned, 1 malformed`: the owned ones always, the others where there are any.
        let others = [(sessions.unowned, "unowned"), (sessions.malformed, "malformed")].filter { $0.0 > 0 }
        let parts = ([(sessions.owned, "owned")] + others).map { "\(grouped($0)) \($1)" }
        number(
            "Registered sessions", known(sessions.registered), lines.registered, parts.joined(separator: ", "), &html)
        number(
            "Orphaned sessions", known(sessions.orphaned), lines.orphaned,
            sessions.orphaned == 0 ? "none" : sessions.orphanedByReason.text, isBad: sessions.orphaned > 0, &html)
    }

    private func refusedRequests(_ html: inout HTMLWriter) {
        let perMinute = view.lastHour.refusedPerMinute
        let total = grouped(view.misroutes.totals.sum)
        let span = TimeText.duration(max(view.now - view.misroutes.since, 0))
        number(
            "Refused requests a minute", perMinute.map(Sparkline.number), view.lastHour.lines.refusedPerMinute,
            "\(total) refused in \(span)", isBad: (perMinute ?? 0) > 0, &html)
    }

    private func stuckClients(_ html: inout HTMLWriter) {
        let affected = view.status.events.affected
        number(
            "Stuck clients", known(affected.stuck), view.lastHour.lines.stuck,
            "\(grouped(affected.transient)) more refused in the last 5 min", isBad: affected.stuck > 0, &html)
    }

    /// Nil before the first full scan.
    private func known(_ number: Int) -> String? { view.hasBeenScanned ? grouped(number) : nil }

    private func number(
        _ title: String, _ value: String?, _ points: [Double?], _ more: String, isBad: Bool = false,
        _ html: inout HTMLWriter
    ) {
        let sparkline = Sparkline(points: points)
        html.element("div", ["class": isBad ? "card number bad" : "card number"]) { html in
            html.element("h3", title)
            html.element("p", ["class": "value"]) { html in
                if let value { html.text(value) } else { html.none() }
            }
            sparkline.write(title, to: &html)
            html.element("p", ["class": "hint"], more)
            html.element("p", ["class": "hint hour"]) { html in
                html.text(sparkline.range.map { "last hour: \($0)" } ?? "no samples yet")
            }
        }
    }
}
