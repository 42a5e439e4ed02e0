import API
import Sessions

/// The nodes, the worst first.
extension Page {
    /// Limit of listed nodes; the rest are counted.
    static let nodeLimit = 100

    /// By rank, then by the number of orphans, then by name.
    private var sortedNodes: [NodeRow] {
        view.nodes.filter { $0.status != .gone }.map { (rank: Self.rank($0), node: $0) }.sorted {
            ($0.rank, -$0.node.sessions.orphaned, $0.node.node) < ($1.rank, -$1.node.sessions.orphaned, $1.node.node)
        }.map(\.node)
    }

    /// Dead nodes with orphans come first, then suspect ones, then others with orphans; the rest follow by status.
    private static func rank(_ node: NodeRow) -> Int {
        let hasOrphans = node.sessions.orphaned > 0
        if hasOrphans, node.status == .dead { return 0 }
        if node.suspect { return 1 }
        if hasOrphans { return 2 }
        return switch node.status {
        case .dead: 3
        case .unknown: 4
        case .draining: 5
        case .alive: 6
        case .gone: 7
        }
    }

    func nodes(_ html: inout HTMLWriter) {
        let nodes = sortedNodes
        let gone = view.nodes.filter { $0.status == .gone }
        guard !nodes.isEmpty || !gone.isEmpty else {
            html.element("p", ["class": "calm"], "No node has written a heartbeat, and no session names one.")
            return
        }
        let listed = nodes.prefix(Self.nodeLimit)
        html.element("p", ["class": "lead"], "\(view.status.nodes.text). Refused: requests of the last 15 minutes.")
        nodeTable("nodes-table", "Nodes, the worst first", listed.prefix(Self.rows), &html)
        let more = listed.dropFirst(Self.rows)
        if !more.isEmpty {
            html.more("nodes-more", counted(more.count, "more node")) { html in
                nodeTable("nodes-table-more", "More nodes", more, &html)
            }
        }
        html.leftOut(nodes.count - listed.count, "node", see: "mcp-sessiond nodes")
        if !gone.isEmpty {
            let latest = gone.sorted {
                ($0.heartbeatAgeSeconds ?? .infinity, $0.node) < ($1.heartbeatAgeSeconds ?? .infinity, $1.node)
            }
            html.more("nodes-gone", "\(counted(gone.count, "node")) gone") { html in
                nodeTable("nodes-table-gone", "Gone nodes", latest.prefix(Self.nodeLimit), &html)
            }
            html.leftOut(gone.count - Self.nodeLimit, "gone node", see: "mcp-sessiond nodes --status gone")
        }
    }

    private func nodeTable(_ id: String, _ caption: String, _ nodes: ArraySlice<NodeRow>, _ html: inout HTMLWriter) {
        let columns: [HTMLWriter.Column] = [
            .init("Node"), .init("Status"), .init("Owned", isNumber: true), .init("Orphaned", isNumber: true),
            .init("Heartbeat", isNumber: true), .init("Refused for it", isNumber: true),
            .init("Refused by it", isNumber: true), .init("Version"),
        ]
        html.table(id, caption, columns, nodes) { node, html in
            html.element("th", ["scope": "row"]) { html in html.name(node.node) }
            html.element("td") { html in status(of: node, &html) }
            number(node.sessions.owned, &html)
            number(node.sessions.orphaned, isBad: true, &html)
            html.element("td", ["class": "n"], node.heartbeatAgeSeconds.map(HTMLWriter.age) ?? "never")
            number(node.misroutesTo, &html)
            number(node.misroutesFrom, &html)
            html.element("td") { html in html.name(orNone: node.version) }
        }
    }

    private func status(of node: NodeRow, _ html: inout HTMLWriter) {
        html.status(node.status.rawValue)
        for flag in node.flags {
            html.text(" ")
            html.status(flag.rawValue.replacing("_", with: " "))
        }
        guard node.suspect else { return }
        let reasons = node.suspectReasons.map(\.rawValue).joined(separator: ", ")
        html.element("span", ["class": "hint"], " \(reasons)")
    }

    private func number(_ number: Int, isBad: Bool = false, _ html: inout HTMLWriter) {
        html.element("td", ["class": number == 0 ? "n zero" : isBad ? "n bad" : "n"], grouped(number))
    }
}

extension HTMLWriter {
    /// The word for a state, after a sign of its own shape: colour is never all that tells states apart.
    mutating func status(_ word: String) {
        let (sign, tone): (String, String) =
            switch word {
            case "alive", "live", "completed", "over": ("●", "good")
            case "draining": ("◐", "hold")
            case "dead": ("✕", "bad")
            case "suspect", "silent but working", "shared name": ("▲", "bad")
            case "open": ("■", "bad")
            default: ("○", "hold")
            }
        element("span", ["class": "status \(tone)"]) { html in
            html.element("span", ["class": "shape", "aria-hidden": "true"], sign)
            html.text(" \(word)")
        }
    }
}
