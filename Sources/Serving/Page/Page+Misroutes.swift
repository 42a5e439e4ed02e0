import API
import Sessions

/// The matrix of refused requests: which node was reached, who owns the session, and the verdict.
extension Page {
    /// Nodes and owners that have a row or a column of their own.
    static let matrixLimit = 8
    /// Verdicts that are shown in one cell.
    static let cellLimit = 3

    /// One cell: the number of requests by verdict.
    private typealias Cell = [Verdict: Int]

    /// In place of the name of a node or owner that is not known.
    private static let unnamed = ""

    func misroutes(_ html: inout HTMLWriter) {
        let misroutes = view.misroutes
        guard !misroutes.matrix.isEmpty else {
            html.element("p", ["class": "calm"]) { html in
                html.text("No request was refused since ")
                html.time(misroutes.since, now: view.now)
                html.text(".")
            }
            return
        }
        html.element("p", ["class": "lead"]) { html in
            html.text("\(misroutes.totals.text), since ")
            html.time(misroutes.since, now: view.now)
        }
        matrix(misroutes.matrix, &html)
        let causes = misroutes.causes.text
        if !causes.isEmpty { html.element("p", ["class": "hint"], "Sticky cookies of those misrouted: \(causes)") }
    }

    private func matrix(_ pairs: [MisroutesAnswer.Pair], _ html: inout HTMLWriter) {
        var cells: [String: [String: Cell]] = [:]
        var (byNode, byOwner): ([String: Int], [String: Int]) = ([:], [:])
        for pair in pairs {
            let (node, owner) = (pair.node ?? Self.unnamed, pair.owner ?? Self.unnamed)
            cells[node, default: [:]][owner, default: [:]][pair.verdict, default: 0] += pair.count
            byNode[node, default: 0] += pair.count
            byOwner[owner, default: 0] += pair.count
        }
        let nodes = Self.largest(byNode)
        let owners = Self.largest(byOwner)
        html.scroller("matrix", "Refused requests by the node that was reached and the session's owner") { html in
            html.element("table", ["class": "matrix"]) { html in
                html.element("caption", "Rows: the node that was reached. Columns: the owner of the session.")
                html.element("thead") { html in
                    html.element("tr") { html in
                        html.element("th", ["scope": "col"], "Reached")
                        for owner in owners { Self.heading(owner, scope: "col", unnamed: "no owner", &html) }
                    }
                }
                html.element("tbody") { html in
                    for node in nodes {
                        html.element("tr") { html in
                            Self.heading(node, scope: "row", unnamed: "not named", &html)
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

    /// The names with the largest counts, in the order of names; the unnamed one comes last.
    private static func largest(_ counts: [String: Int]) -> [String] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(matrixLimit).map(\.key).sorted {
            ($0 == unnamed ? 1 : 0, $0) < ($1 == unnamed ? 1 : 0, $1)
        }
    }

    private static func heading(_ name: String, scope: String, unnamed words: String, _ html: inout HTMLWriter) {
        html.element("th", ["scope": scope]) { html in
            if name == unnamed { html.text(words) } else { html.name(name) }
        }
    }

    private static func cell(_ cell: Cell?, _ html: inout HTMLWriter) {
        guard let cell else {
            html.element("td", ["class": "zero"]) { html in html.none() }
            return
        }
        let verdicts = cell.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
        html.element("td") { html in
            for (verdict, count) in verdicts.prefix(cellLimit) {
                html.element("div", ["class": "verdict"]) { html in
                    html.element("b", grouped(count))
                    html.text(" \(verdict.rawValue)")
                }
            }
            let more = verdicts.dropFirst(cellLimit).reduce(0) { $0 + $1.value }
            if more > 0 { html.element("div", ["class": "verdict"], "\(grouped(more)) others") }
        }
    }
}
