import API
import Sessions

/// The latest refused requests, with similar ones on one line.
extension Page {
    /// Lines in total: those shown at once and those behind the click.
    static let eventLimit = 40

    /// Refused requests that have the same kind.
    struct EventGroup {
        /// The properties that they share.
        struct Kind: Hashable {
            let node: String?
            let owner: String?
            let verdict: Verdict
            let cause: StickyCause?
        }

        let kind: Kind
        var count = 0
        var latest: UnixTime
        /// The session of the latest request that has one.
        var ref: SessionRef?
        var clients: [String] = []

        mutating func add(_ request: RefusedRequestRow) {
            if count == 0 || request.at > latest {
                latest = request.at
                ref = request.ref ?? ref
            }
            count += request.count
            if let client = request.client, !client.isEmpty, !clients.contains(client) { clients.append(client) }
        }
    }

    /// Sorted by their latest request, the newest first.
    var eventGroups: [EventGroup] {
        var order: [EventGroup.Kind] = []
        var groups: [EventGroup.Kind: EventGroup] = [:]
        for request in view.misroutes.recent {
            let kind = EventGroup.Kind(
                node: request.node, owner: request.owner, verdict: request.verdict, cause: request.cause)
            if groups[kind] == nil { order.append(kind) }
            groups[kind, default: EventGroup(kind: kind, latest: request.at)].add(request)
        }
        return order.compactMap { groups[$0] }.sorted { $0.latest > $1.latest }
    }

    func events(_ html: inout HTMLWriter) {
        let groups = eventGroups
        guard !groups.isEmpty else {
            html.element("p", ["class": "calm"], "None remembered.")
            return
        }
        let total = groups.reduce(0) { $0 + $1.count }
        html.element("p", ["class": "lead"], "The latest \(counted(total, "request")), similar ones together.")
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
            html.element("td", ["class": "t"]) { html in html.age(group.latest, now: view.now) }
            html.element("td", ["class": "n"], grouped(group.count))
            html.element("td") { html in html.name(orNone: group.kind.node) }
            html.element("td") { html in html.name(orNone: group.kind.owner) }
            html.element("td", group.kind.verdict.rawValue)
            html.element("td") { html in
                if let cause = group.kind.cause { html.text(cause.rawValue) } else { html.none() }
            }
            html.element("td") { html in
                html.name(orNone: group.clients.first)
                if group.clients.count > 1 { html.text(" and \(group.clients.count - 1) more") }
            }
            html.element("td") { html in html.explainButton(of: group) }
        }
    }
}

extension HTMLWriter {
    /// A ref that explains itself when it is pressed: a button of the explain box, so that no URL shows the ref.
    fileprivate mutating func explainButton(of group: Page.EventGroup) {
        guard let ref = group.ref?.description else { return none() }
        let kind = group.kind
        // Tells the buttons of one session apart, so that a refresh can give the focus back.
        let words = [kind.node, kind.owner, kind.verdict.rawValue, kind.cause?.rawValue]
        let key = words.map { $0?.cut(scalars: 20) ?? "" }.joined(separator: " ")
        element(
            "button",
            [
                "class": "ref", "form": "ask", "name": "ref", "value": ref, "formnovalidate": "",
                "aria-label": "Explain \(ref)", "data-key": "\(ref) \(key)",
            ], ref)
    }
}
