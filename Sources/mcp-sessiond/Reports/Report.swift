/// Answers laid out as text for a terminal, by pure functions of the answer.
struct Report {
    /// Longest line; nil for `-o wide`.
    var limit: Int? = Table.columnLimit
    /// True to show also the columns that seldom matter.
    var isWide = false
    var isColoured = false

    init(_ output: OutputOptions, _ terminal: Terminal) {
        limit = output.columnLimit
        isWide = output.format == .wide
        isColoured = terminal.isColoured
    }

    init(limit: Int? = Table.columnLimit, isWide: Bool = false, isColoured: Bool = false) {
        self.limit = limit
        self.isWide = isWide
        self.isColoured = isColoured
    }

    var facts: Facts { Facts(limit: limit, isColoured: isColoured) }

    /// A line of its own, cut like a row.
    func title(_ text: String) -> String {
        limit.map { HarmlessText(text).cut(to: $0) } ?? HarmlessText(text).text
    }

    func table(_ columns: [Table.Column], _ rows: [[Table.Cell]]) -> [String] {
        Table.lines(columns, rows, limit: limit, isColoured: isColoured)
    }

    /// A heading and a table; nothing if there are no rows.
    func section<Row>(
        _ title: String, _ columns: [Table.Column], _ rows: [Row], cells: (Row) -> [Table.Cell]
    ) -> [String] {
        rows.isEmpty ? [] : ["", title] + table(columns, rows.map(cells))
    }

    /// `12 owner_dead, 8 owner_restarted`: the counts that are not zero.
    static func words<Word: RawRepresentable<String>>(_ counts: [(key: Word, count: Int)]) -> String {
        counts.filter { $0.count > 0 }.map { "\($0.count) \($0.key.rawValue)" }.joined(separator: ", ")
    }

    static func sessions(_ count: Int) -> String { count == 1 ? "1 session" : "\(count) sessions" }
}
