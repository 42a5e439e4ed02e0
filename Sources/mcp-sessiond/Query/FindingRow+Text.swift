import API
import Sessions

extension FindingRow {
    var isCritical: Bool { severity == .critical }
    /// A note can wait.
    var isWrong: Bool { severity < .note }

    /// What it is, and what shows it.
    var sentence: String { evidence.map { "\(what): \($0)" } ?? what }
}
