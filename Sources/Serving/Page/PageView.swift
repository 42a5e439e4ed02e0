import Exposition
import Sessions

/// What the on-call page shows: answers of the API, and what only the page remembers.
struct PageView: Sendable {
    /// Latest refused requests that are folded into lines.
    static let recentLimit = 1000

    /// What came of the explain box.
    enum Answer: Sendable {
        /// `data` of a session's explanation, whatever members it has.
        case explanation(JSONValue)
        /// Why there is none, as the API says it.
        case problem(String)
    }

    var now: UnixTime
    var asOf: UnixTime?
    var replica = ""
    /// The diagnosis, the gravest finding first.
    var findings: [Finding] = []
    /// `data` of `/api/v1/status`.
    var status: JSONValue = .null
    /// The rows of `/api/v1/nodes`.
    var nodes: [JSONValue] = []
    /// `data` of `/api/v1/misroutes`.
    var misroutes: JSONValue = .null
    /// The rows of `/api/v1/incidents`, the latest first.
    var incidents: [JSONValue] = []
    /// `data` of `/api/v1/cleanup`.
    var cleanup: JSONValue = .null
    var lastHour = RecentHistory.LastHour()
    var answer: Answer?

    init(now: UnixTime) { self.now = now }
}
