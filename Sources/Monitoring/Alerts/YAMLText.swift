/// The few forms of YAML text that rules need.
enum YAMLText {
    private static let width = 116

    static func comment(_ text: String) -> String {
        wrapped(text, width: width - 8).map { "      # \($0)\n" }.joined()
    }

    /// A block that keeps its lines, or the plain text if it is one short line without a special meaning in YAML.
    static func kept(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.count == 1, text.utf8.count < width - 14, !text.contains(": "), !text.contains(" #") {
            return text + "\n"
        }
        return "|-\n" + lines.map { "          \($0)\n" }.joined()
    }

    /// A block whose lines are joined by spaces when it is read.
    static func folded(_ text: String) -> String {
        ">-\n" + wrapped(text, width: width - 12).map { "            \($0)\n" }.joined()
    }

    static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

    /// The text broken at spaces, except those inside a template.
    private static func wrapped(_ text: String, width: Int) -> [String] {
        var words: [String] = []
        for part in text.split(separator: " ") {
            if let last = words.last, hasOpenTemplate(last) {
                words[words.count - 1] += " \(part)"
            } else {
                words.append(String(part))
            }
        }
        var lines: [String] = []
        for word in words {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(word)
            }
        }
        return lines
    }

    /// True if a template begins in the text and does not end there.
    private static func hasOpenTemplate(_ text: String) -> Bool {
        func count(_ mark: String) -> Int { text.ranges(of: mark).count }
        return count("{{") != count("}}") || count("{{ with") + count("{{ if") != count("{{ end }}")
    }
}
