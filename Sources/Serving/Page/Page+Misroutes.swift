import Exposition
import Sessions

/// The matrix of refused requests: which node was reached, for whose sessions, and what the registry says to it.
extension Page {
    /// Nodes and owners that have a line or a column of their own.
    static let matrixLimit = 8
    /// Verdicts that stand in one cell.
    static let cellLimit = 3

    /// One cell: how often, by verdict.
    private typealias Cell = [String: Int]

    /// Of sessions without a known owner, and of those that are not registered.
    private static let noOwner = ""

    func misroutes(_ html: inout HTMLWriter) {
        let pairs = view.misroutes["matrix"]?.array ?? []
        let since = view.misroutes["since"]?.unixTime
        guard !pairs.isEmpty else {
            html.element("p", ["class": "calm"]) { html in
                html.text("No request was refused")
                if let since {
                    html.text(" since ")
                    html.time(since, now: view.now)
                }
                html.text(".")
            }
            return
        }
        html.element("p", ["class": "lead"]) { html in
            html.text(view.misroutes["totals"]?.countsText ?? "")
            if let since {
                html.text(", since ")
                html.time(since, now: view.now)
            }
        }
        matrix(pairs, &html)
        let causes = view.misroutes["causes"]?.countsText ?? ""
        if !causes.isEmpty { html.element("p", ["class": "hint"], "Sticky cookies of those misrouted: \(causes)") }
    }

    private func matrix(_ pairs: [JSONValue], _ html: inout HTMLWriter) {
        var cells: [String: [String: Cell]] = [:]
        var (byNode, byOwner): ([String: Int], [String: Int]) = ([:], [:])
        for pair in pairs {
            let (node, owner) = (pair["node"]?.string ?? "", pair["owner"]?.string ?? Self.noOwner)
            let count = pair["count"]?.int ?? 0
            cells[node, default: [:]][owner, default: [:]][pair["verdict"]?.string ?? "?", default: 0] += count
            byNode[node, default: 0] += count
            byOwner[owner, default: 0] += count
        }
        let nodes = Self.largest(byNode)
        let owners = Self.largest(byOwner)
        html.scroller("matrix", "Refused requests by the node that was reached and the session's owner") { html in
            html.element("table", ["class": "matrix"]) { html in
                html.element("caption", "Rows: the node that was reached. Columns: the owner of the session.")
                html.element("thead") { html in
                    html.element("tr") { html in
                        html.element("th", ["scope": "col"], "Reached")
                        for owner in owners {
                            html.element("th", ["scope": "col"]) { html in
                                if owner == Self.noOwner { html.text("no owner") } else { html.name(owner) }
                            }
                        }
                    }
                }
                html.element("tbody") { html in
                    for node in nodes {
                        html.element("tr") { html in
                            html.element("th", ["scope": "row"]) { html in
                                if node.isEmpty { html.text("not named") } else { html.name(node) }
                            }
                            for owner in owners { Self.cell(cells[node]?[owner], &html) }
                        }
                    }
                }
            }
        }
        let shown = nodes.reduce(0) { sum, node in
            sum + owners.reduce(0) { $0 + (cells[node]?[$1]?.values.reduce(0, +) ?? 0) }
        }
        html.leftOut(byNode.values.reduce(0, +) - shown, "refused request", see: "mcp-sessiond misroutes")
    }

    /// The names that count most, in the order of names.
    private static func largest(_ counts: [String: Int]) -> [String] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(matrixLimit).map(\.key).sorted {
            // What has no name comes last.
            ($0.isEmpty ? 1 : 0, $0) < ($1.isEmpty ? 1 : 0, $1)
        }
    }

    private static func cell(_ cell: Cell?, _ html: inout HTMLWriter) {
        guard let cell else {
            html.element("td", ["class": "zero"]) { html in html.none() }
            return
        }
        let verdicts = cell.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        html.element("td") { html in
            for (verdict, count) in verdicts.prefix(cellLimit) {
                html.element("div", ["class": "verdict"]) { html in
                    html.element("b", grouped(count))
                    html.text(" \(verdict)")
                }
            }
            let more = verdicts.dropFirst(cellLimit).reduce(0) { $0 + $1.value }
            if more > 0 { html.element("div", ["class": "verdict"], "\(grouped(more)) others") }
        }
    }
}
