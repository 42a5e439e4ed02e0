import Exposition
import Sessions

/// Who is there, the worst first.
extension Page {
    /// Nodes that are listed at all; the rest is counted.
    static let nodeLimit = 100

    /// Dead and suspect ones with sessions first, then by what they lost, then by name.
    private var sortedNodes: [JSONValue] {
        let ranked = view.nodes.map { node -> (rank: Int, orphaned: Int, name: String, node: JSONValue) in
            let orphaned = node["sessions"]?["orphaned"]?.int ?? 0
            let isDead = node["status"]?.string == "dead"
            let rank =
                if isDead && orphaned > 0 { 0 } else if node["suspect"]?.bool == true { 1 } else if orphaned > 0 {
                    2
                } else {
                    ["dead": 3, "unknown": 4, "draining": 5, "alive": 6][node["status"]?.string ?? ""] ?? 7
                }
            return (rank, -orphaned, node["node"]?.string ?? "", node)
        }
        return ranked.sorted { ($0.rank, $0.orphaned, $0.name) < ($1.rank, $1.orphaned, $1.name) }.map(\.node)
    }

    func nodes(_ html: inout HTMLWriter) {
        let nodes = sortedNodes
        guard !nodes.isEmpty else {
            html.element("p", ["class": "calm"], "No node has beaten, and no session names one.")
            return
        }
        let listed = nodes.prefix(Self.nodeLimit)
        let counts = view.status["nodes"]?.countsText ?? ""
        html.element("p", ["class": "lead"], "\(counts). Refused: requests of the last 15 minutes.")
        nodeTable("nodes-table", "Nodes, the worst first", listed.prefix(Self.rows), &html)
        let more = listed.dropFirst(Self.rows)
        if !more.isEmpty {
            html.more("nodes-more", counted(more.count, "more node")) { html in
                nodeTable("nodes-table-more", "More nodes", more, &html)
            }
        }
        html.leftOut(nodes.count - listed.count, "node", see: "mcp-sessiond nodes")
    }

    private func nodeTable(_ id: String, _ caption: String, _ nodes: ArraySlice<JSONValue>, _ html: inout HTMLWriter) {
        let columns: [HTMLWriter.Column] = [
            .init("Node"), .init("Status"), .init("Owned", isNumber: true), .init("Orphaned", isNumber: true),
            .init("Heartbeat", isNumber: true), .init("Refused for it", isNumber: true),
            .init("Refused by it", isNumber: true), .init("Version"),
        ]
        html.table(id, caption, columns, nodes) { node, html in
            html.element("th", ["scope": "row"]) { html in html.name(node["node"]?.string ?? "?") }
            html.element("td") { html in status(of: node, &html) }
            number(node["sessions"]?["owned"]?.int, &html)
            number(node["sessions"]?["orphaned"]?.int, isBad: true, &html)
            html.element("td", ["class": "n"]) { html in
                if let age = node["heartbeat_age_seconds"]?.double {
                    html.text(HTMLWriter.age(age))
                } else {
                    html.text("never")
                }
            }
            number(node["misroutes_to"]?.int, &html)
            number(node["misroutes_from"]?.int, &html)
            html.element("td") { html in html.name(orNone: node["version"]?.string) }
        }
    }

    private func status(of node: JSONValue, _ html: inout HTMLWriter) {
        let word = node["status"]?.string ?? "?"
        html.status(word)
        for flag in (node["flags"]?.array ?? []).compactMap(\.string) {
            html.text(" ")
            html.status(flag.replacing("_", with: " "))
        }
        guard node["suspect"]?.bool == true else { return }
        let reasons = (node["suspect_reasons"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
        html.element("span", ["class": "hint"], " \(reasons)")
    }

    private func number(_ number: Int?, isBad: Bool = false, _ html: inout HTMLWriter) {
        let number = number ?? 0
        html.element("td", ["class": number == 0 ? "n zero" : isBad ? "n bad" : "n"], grouped(number))
    }
}

extension HTMLWriter {
    /// A word of a state with a sign of its own shape, so that colour is never all there is.
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
