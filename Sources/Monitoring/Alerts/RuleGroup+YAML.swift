/// Text that is written so that people read it too: expressions and descriptions keep their lines.
extension RuleGroup {
    func yaml(_ links: AlertLinks) -> String {
        let rules = recordings.map(\.yaml) + alerts.map { $0.yaml(links) }
        return "  - name: \(name)\n    rules:\n" + rules.joined(separator: "\n")
    }
}

extension RecordingRule {
    fileprivate var yaml: String {
        YAMLText.comment(meaning) + "      - record: \(name)\n        expr: " + YAMLText.kept(expression)
    }
}

extension AlertingRule {
    fileprivate func yaml(_ links: AlertLinks) -> String {
        var text = YAMLText.comment(why) + "      - alert: \(name)\n        expr: " + YAMLText.kept(expression)
        if let wait { text += "        for: \(wait)\n" }
        text += "        labels:\n          severity: \(severity.rawValue)\n"
        for label in labels { text += "          \(label.name): \(YAMLText.quoted(label.value))\n" }
        text += "        annotations:\n"
        text += "          summary: \(YAMLText.quoted(summary))\n"
        text += "          description: " + YAMLText.folded(description)
        text += "          runbook_url: \(YAMLText.quoted(links.runbook(of: self)))\n"
        text += "          dashboard_url: \(YAMLText.quoted(links.dashboard(of: self)))\n"
        return text
    }
}

/// The few forms of YAML text that rules need.
private enum YAMLText {
    static let width = 116

    static func comment(_ text: String) -> String {
        wrapped(text, width: width - 8).map { "      # \($0)\n" }.joined()
    }

    /// A block that keeps its lines, or the text itself where it is one short line that YAML takes for nothing else.
    static func kept(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.count == 1, text.utf8.count < width - 14, !text.contains(": "), !text.contains(" #") {
            return text + "\n"
        }
        return "|-\n" + lines.map { "          \($0)\n" }.joined()
    }

    /// A block whose lines are joined by blanks when it is read.
    static func folded(_ text: String) -> String {
        ">-\n" + wrapped(text, width: width - 12).map { "            \($0)\n" }.joined()
    }

    static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

    /// Broken at blanks, but for those within a template.
    private static func wrapped(_ text: String, width: Int) -> [String] {
        var words: [String] = []
        for part in text.split(separator: " ") {
            if let last = words.last, last.isOpen {
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
}

extension String {
    /// Whether a template begins in it that does not end in it.
    fileprivate var isOpen: Bool {
        func count(_ mark: String) -> Int { ranges(of: mark).count }
        return count("{{") != count("}}") || count("{{ with") + count("{{ if") != count("{{ end }}")
    }
}
