/// What a text means to the reader: its colour, where there are colours. The words always say the same.
enum Tone {
    case plain, good, attention, bad, faint

    /// The text in the tone, or as it is.
    func paint(_ text: String, isColoured: Bool) -> String {
        guard isColoured, let code, !text.isEmpty else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    private var code: String? {
        switch self {
        case .plain: nil
        case .good: "32"
        case .attention: "33"
        case .bad: "31"
        case .faint: "2"
        }
    }

    /// The tone of a session's state or a node's status.
    init(word: String) {
        self =
            switch word {
            case "owned", "alive": .good
            case "orphaned", "malformed", "dead", "unknown": .bad
            case "unowned", "draining", "suspect": .attention
            default: .plain
            }
    }
}
