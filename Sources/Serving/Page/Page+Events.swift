import Exposition
import Sessions

/// The latest refused requests, like ones folded into one line.
extension Page {
    /// Lines behind the click, together with those before it.
    static let eventLimit = 40

    /// Refused requests that are alike: the same node, owner, verdict and cause.
    struct EventGroup {
        var row: JSONValue
        var count = 0
        var latest: UnixTime?
        var ref: String?
        var clients: [String] = []
    }

    /// In the order of their latest request.
    var eventGroups: [EventGroup] {
        var order: [String] = []
        var groups: [String: EventGroup] = [:]
        for row in view.misroutes["recent"]?.array ?? [] {
            let words = ["node", "owner", "verdict", "cause"].map { row[$0]?.string ?? "" }
            let key = words.joined(separator: "\u{0}")
            if groups[key] == nil { order.append(key) }
            var group = groups[key] ?? EventGroup(row: row)
            group.count += 1
            if let at = row["at"]?.unixTime, group.latest.map({ at > $0 }) ?? true {
                group.latest = at
                group.ref = row["ref"]?.string ?? group.ref
            }
            if let client = row["client"]?.string, !client.isEmpty, !group.clients.contains(client) {
                group.clients.append(client)
            }
            groups[key] = group
        }
        return order.compactMap { groups[$0] }.sorted {
            ($0.latest ?? .init(seconds: 0)) > ($1.latest ?? .init(seconds: 0))
        }
    }

    func events(_ html: inout HTMLWriter) {
        let groups = eventGroups
        guard !groups.isEmpty else {
            html.element("p", ["class": "calm"], "None that is remembered.")
            return
        }
        let total = groups.reduce(0) { $0 + $1.count }
        html.element("p", ["class": "lead"], "The latest \(counted(total, "request")), like ones together.")
        eventTable("events-table", "Refused requests, the latest first", groups.prefix(Self.rows), &html)
        let listed = groups.prefix(Self.eventLimit)
        if listed.count > Self.rows {
            html.more("events-more", counted(listed.count - Self.rows, "more kind")) { html in
                eventTable("events-table-more", "More refused requests", listed.dropFirst(Self.rows), &html)
            }
        }
        html.leftOut(groups.count - listed.count, "kind", see: "mcp-sessiond misroutes")
    }

    private func eventTable(
        _ id: String, _ caption: String, _ groups: ArraySlice<EventGroup>, _ html: inout HTMLWriter
    ) {
        let columns: [HTMLWriter.Column] = [
            .init("Last"), .init("Times", isNumber: true), .init("Reached"), .init("Owner"),
            .init("Verdict"), .init("Cookie"), .init("Client"), .init("Last session"),
        ]
        html.table(id, caption, columns, groups) { group, html in
            let row = group.row
            html.element("td", ["class": "t"]) { html in
                if let latest = group.latest { html.age(latest, now: view.now) } else { html.none() }
            }
            html.element("td", ["class": "n"], grouped(group.count))
            html.element("td") { html in html.name(orNone: row["node"]?.string) }
            html.element("td") { html in html.name(orNone: row["owner"]?.string) }
            html.element("td", row["verdict"]?.string ?? "?")
            html.element("td") { html in
                if let cause = row["cause"]?.string { html.text(cause) } else { html.none() }
            }
            html.element("td") { html in
                html.name(orNone: group.clients.first)
                if group.clients.count > 1 { html.text(" and \(group.clients.count - 1) more") }
            }
            html.element("td") { html in html.explainButton(group.ref, of: row) }
        }
    }
}

extension HTMLWriter {
    /// A ref that explains itself when it is pressed: a button of the explain box, so that nothing stands in a URL.
    mutating func explainButton(_ ref: String?, of row: JSONValue) {
        guard let ref else { return none() }
        let place = ["node", "owner", "verdict", "cause"].map { row[$0]?.string?.cut(scalars: 20) ?? "" }
        element(
            "button",
            [
                "class": "ref", "form": "ask", "name": "ref", "value": ref, "formnovalidate": "",
                "aria-label": "Explain \(ref)", "data-key": "\(ref) \(place.joined(separator: " "))",
            ], ref)
    }
}
