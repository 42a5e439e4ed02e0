import API
import Sessions

/// The meaning of a text for the reader, shown as a colour if there are colours. The words always say the same.
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
}

extension Tone {
    init(_ state: StateWord) {
        self =
            switch state {
            case .owned: .good
            case .orphaned, .malformed: .bad
            case .unowned, .unregistered: .attention
            }
    }

    init(_ status: Node.Status) {
        self =
            switch status {
            case .alive: .good
            case .dead, .unknown: .bad
            case .draining: .attention
            case .gone: .faint
            }
    }

    /// The tone of a verdict: good, nobody's fault, or bad.
    init(_ verdict: Verdict) {
        self =
            switch verdict {
            case .live: .good
            case .closed, .expired, .neverSeen, .unowned, .unverified: .attention
            default: .bad
            }
    }

    /// The tone of a run; nil while it is in progress.
    init(_ result: CleanupResult?) {
        self =
            switch result {
            case .completed, nil: .plain
            case .suspended: .attention
            case .aborted, .error: .bad
            }
    }
}
