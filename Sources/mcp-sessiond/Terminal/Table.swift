/// Rows under titles. Columns have the width that their cells need. If a row is too wide, the widest columns that may
/// be cut get narrower until it fits.
struct Table {
    /// Widest row of `-o table`.
    static let columnLimit = 100
    private static let gap = 2

    struct Column {
        let title: String
        var isNumber = false
        /// Narrowest width to which it may be cut; nil if a part of a cell would be useless.
        var leastWidth: Int?

        /// A text that is never cut.
        static func text(_ title: String) -> Column { Column(title: title) }
        /// A name that is cut in its middle if there is no room.
        static func name(_ title: String) -> Column { Column(title: title, leastWidth: 8) }
        /// A number, aligned at its right.
        static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
    }

    struct Cell: ExpressibleByStringLiteral {
        let text: HarmlessText
        let tone: Tone

        init(_ text: String, _ tone: Tone = .plain) {
            self.text = HarmlessText(text)
            self.tone = tone
        }

        init(stringLiteral text: String) { self.init(text) }

        /// `-` if there is nothing to show.
        init(_ text: String?) { self.init(text ?? "-") }
        init(_ number: Int?) { self.init(number.map(String.init)) }
    }

    let columns: [Column]
    private let widths: [Int]

    /// The layout that `rows` need; later rows may use it too. No limit if `limit` is nil.
    init(_ columns: [Column], fitting rows: [[Cell]], limit: Int?) {
        self.columns = columns
        var widths = columns.map { HarmlessText($0.title).columns }
        for row in rows {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.text.columns) }
        }
        if let limit { Self.narrow(&widths, columns, limit: limit) }
        self.widths = widths
    }

    private static func narrow(_ widths: inout [Int], _ columns: [Column], limit: Int) {
        while widths.reduce(gap * (widths.count - 1), +) > limit {
            let names = columns.indices.filter { index in columns[index].leastWidth.map { widths[index] > $0 } ?? false
            }
            // Only absurd values leave no name to cut: then any column is cut, so that a row fits.
            let candidates = names.isEmpty ? Array(columns.indices) : names
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }), widths[widest] > 1 else { return }
            widths[widest] -= 1
        }
    }

    var header: String { line(columns.map { Cell($0.title) }, isColoured: false) }

    func line(_ cells: [Cell], isColoured: Bool) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let text = cell.text.cut(to: widths[index])
            let padding = String(repeating: " ", count: widths[index] - HarmlessText(text).columns)
            let shown = cell.tone.paint(text, isColoured: isColoured)
            let isLast = index == cells.count - 1
            line += columns[index].isNumber ? padding + shown : isLast ? shown : shown + padding
            if !isLast { line += String(repeating: " ", count: Self.gap) }
        }
        return line
    }

    /// The titles and all rows.
    static func lines(_ columns: [Column], _ rows: [[Cell]], limit: Int?, isColoured: Bool) -> [String] {
        let table = Table(columns, fitting: rows, limit: limit)
        return [table.header] + rows.map { table.line($0, isColoured: isColoured) }
    }
}
