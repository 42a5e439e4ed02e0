import Serving

/// How answers are laid out: pure functions of the answer.
struct Picture {
    /// Longest line; nil for `-o wide`.
    var limit: Int? = Table.columnLimit
    /// Whether columns that seldom matter are shown too.
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

    /// A line of its own, cut as a row is.
    func title(_ text: String) -> String {
        limit.map { HarmlessText(text).cut(to: $0) } ?? HarmlessText(text).text
    }

    func table(_ columns: [Table.Column], _ rows: [[Table.Cell]]) -> [String] {
        Table.lines(columns, rows, limit: limit, isColoured: isColoured)
    }
}
