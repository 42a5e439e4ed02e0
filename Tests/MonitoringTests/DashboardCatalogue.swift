import Foundation

/// The families of docs/metrics.md, by name.
struct DashboardCatalogue {
    struct Family: Equatable {
        /// `gauge`, `counter`, `histogram`, `gaugehistogram`, `info`, `stateset`.
        let type: String
        /// Those in the table's third column.
        let labels: [String]
    }

    let families: [String: Family]

    /// Reads rows of the form `| name | type | labels | meaning |`, whose names stand in back quotes.
    init() throws {
        let file = DashboardDocument.root.appendingPathComponent("docs/metrics.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let row = #/^\| `((?:mcp|process)_\w+)` \| (\w+) \|([^|]*)\|/#.anchorsMatchLineEndings()
        var families: [String: Family] = [:]
        for match in text.matches(of: row) {
            // The values in brackets are quoted too: `kind` (`session`, `node`).
            let names = String(match.output.3).replacing(#/\([^)]*\)/#, with: "").matches(of: #/`(\w+)`/#)
            families[String(match.output.1)] = Family(
                type: String(match.output.2), labels: names.map { String($0.output.1) })
        }
        self.families = families
    }

    /// The family that a series belongs to, by the endings of a histogram's parts.
    func family(of series: String) -> (name: String, family: Family)? {
        if let family = families[series] { return (series, family) }
        for ending in ["_bucket", "_count", "_sum", "_gcount", "_gsum"] where series.hasSuffix(ending) {
            let name = String(series.dropLast(ending.count))
            if let family = families[name], family.type.hasSuffix("histogram") { return (name, family) }
        }
        return nil
    }
}
