/// A text as lines broken between words.
enum Paragraph {
    /// Lines of at most `limit` columns; the first begins with `head`, the others are indented as far. One line if
    /// `limit` is nil; a word that does not fit stands alone and is cut.
    static func lines(_ text: String, after head: String = "", limit: Int?) -> [String] {
        let words = HarmlessText(text).text.split(separator: " ").map(String.init)
        guard let limit else { return [head + words.joined(separator: " ")] }
        let indent = String(repeating: " ", count: HarmlessText(head).columns)
        let room = max(limit - indent.count, 1)
        var lines: [String] = []
        var line = ""
        for word in words.map({ HarmlessText($0).cut(to: room) }) {
            if line.isEmpty {
                line = word
            } else if HarmlessText(line).columns + 1 + HarmlessText(word).columns <= room {
                line += " " + word
            } else {
                lines.append(line)
                line = word
            }
        }
        lines.append(line)
        return lines.enumerated().map { ($0.offset == 0 ? head : indent) + $0.element }
    }
}
