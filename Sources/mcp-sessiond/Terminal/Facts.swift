/// Lines of a label and a value.
struct Facts {
    private static let labelWidth = 12

    private let limit: Int?
    private let isColoured: Bool
    private(set) var lines: [String] = []

    /// No limit to a line if `limit` is nil.
    init(limit: Int?, isColoured: Bool) {
        self.limit = limit
        self.isColoured = isColoured
    }

    /// Adds nothing if `value` is nil.
    mutating func add(_ label: String, _ value: String?, _ tone: Tone = .plain) {
        guard let value else { return }
        let text = HarmlessText(value)
        let shown = limit.map { text.cut(to: $0 - Self.labelWidth) } ?? text.text
        let padding = String(repeating: " ", count: max(Self.labelWidth - label.count, 1))
        lines.append(label + padding + tone.paint(shown, isColoured: isColoured))
    }

    /// Like `add`, on as many lines as needed: for sentences, of which the end matters too.
    mutating func addSentence(_ label: String, _ text: String?, _ tone: Tone = .plain) {
        guard let text else { return }
        let parts = Paragraph.lines(text, limit: limit.map { $0 - Self.labelWidth })
        add(label, parts[0], tone)
        for part in parts.dropFirst() { add("", part, tone) }
    }
}
