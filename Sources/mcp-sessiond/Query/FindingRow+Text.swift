import API
import Sessions

extension FindingRow {
    var isCritical: Bool { severity == .critical }
    /// True unless it is a note, which can wait.
    var isWrong: Bool { severity < .note }

    /// The finding, and the facts that show it.
    var sentence: String { evidence.map { "\(what): \($0)" } ?? what }
}
