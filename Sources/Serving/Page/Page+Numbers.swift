import Exposition
import Sessions

/// The four numbers, each with its last hour.
extension Page {
    func numbers(_ html: inout HTMLWriter) {
        html.element("h2", ["id": "numbers-h", "class": "sr"], "Numbers")
        let (status, lines) = (view.status, view.lastHour.lines)
        let sessions = status["sessions"]
        let isKnown = view.asOf != nil
        number(
            "Registered sessions", isKnown ? sessions?["registered"]?.int.map(grouped) : nil, lines.registered,
            among(sessions, ["owned", "unowned", "malformed"]), &html)
        let orphaned = sessions?["orphaned"]?.int ?? 0
        number(
            "Orphaned sessions", isKnown ? grouped(orphaned) : nil, lines.orphaned,
            orphaned == 0 ? "none" : sessions?["orphaned_by_reason"]?.countsText ?? "", isBad: orphaned > 0, &html)
        let perMinute = view.lastHour.refusedPerMinute
        let total = (view.misroutes["totals"]?.object ?? []).reduce(0) { $0 + ($1.value.int ?? 0) }
        let since = view.misroutes["since"]?.unixTime.map { " in \(TimeText.duration(max(view.now - $0, 0)))" } ?? ""
        number(
            "Refused requests a minute", perMinute.map(Sparkline.number), lines.refusedPerMinute,
            "\(grouped(total)) refused\(since)", isBad: (perMinute ?? 0) > 0, &html)
        let affected = status["events"]?["affected"]
        let stuck = affected?["stuck"]?.int ?? 0
        number(
            "Stuck clients", isKnown ? grouped(stuck) : nil, lines.stuck,
            "\(grouped(affected?["transient"]?.int ?? 0)) more refused in the last 5 min", isBad: stuck > 0, &html)
    }

    /// `9 owned, 1 malformed`: what is not zero, but the first always.
    private func among(_ counts: JSONValue?, _ words: [String]) -> String {
        words.compactMap { word in
            let count = counts?[word]?.int ?? 0
            return count > 0 || word == words[0] ? "\(grouped(count)) \(word)" : nil
        }.joined(separator: ", ")
    }

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
