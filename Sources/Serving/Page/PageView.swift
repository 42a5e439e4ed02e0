import API
import Sessions

/// Everything that the on-call page shows: the daemon's answers, and what only the page remembers.
struct PageView: Sendable {
    /// Latest refused requests that are folded into lines.
    static let recentLimit = 1000

    /// The answer to what was asked in the explain box.
    enum Answer: Sendable {
        case explanation(ExplanationAnswer)
        /// The reason why there is no explanation, as a sentence.
        case problem(String)
    }

    var now: UnixTime
    /// The time at which the view was last known to match Redis; nil before the first full scan.
    var asOf: UnixTime?
    /// The daemon instance that answers.
    var instance: String
    /// The diagnosis, the gravest finding first.
    var findings: [Finding]
    var status: StatusAnswer
    var nodes: [NodeRow]
    var misroutes: MisroutesAnswer
    /// The latest first.
    var incidents: [IncidentRow]
    var cleanup: CleanupAnswer
    var lastHour = RecentHistory.LastHour()
    /// Nil if nothing was asked.
    var answer: Answer?

    /// False before the first full scan: no count of sessions means anything then.
    var hasBeenScanned: Bool { asOf != nil }
}
