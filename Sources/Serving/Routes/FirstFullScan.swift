import HTTP
import Watching

// Until the first full scan is complete, a missing session proves nothing.

extension WatchContext {
    /// The bounds of the wait that a client is told, in seconds.
    static let retryAfterRange = 1...60
    static let standardRetryAfter = 2

    /// 503 with the progress so far, and the time to ask again; nil after the first full scan.
    var nothingBeforeFirstScan: NoExplanation? {
        let (asOf, sessions, nodes) = registry.withLock { ($0.view.asOf, $0.sessionCount, $0.nodeCount) }
        guard asOf == nil else { return nil }
        let left = fullScanSecondsLeft
        var problem = Problem(503, detail: "the first full scan of the registry is not complete")
        if let error = link.withLock({ $0.failure?.error }) { problem.detail? += ": \(error)" }
        problem.numbers = [("sessions_read", Double(sessions)), ("nodes_seen", Double(nodes))]
        if let progress = fullScans.withLock({ $0.values.map(\.progress).min() }) {
            problem.numbers.append(("progress", (progress * 1000).rounded() / 1000))
        }
        if let left { problem.numbers.append(("full_scan_seconds_left", (left * 10).rounded() / 10)) }
        let range = Self.retryAfterRange
        let wait = left.map { Int(min($0.rounded(.up), Double(range.upperBound))) } ?? Self.standardRetryAfter
        let headers: HTTPHeaders = ["Retry-After": String(max(wait, range.lowerBound))]
        return NoExplanation(why: problem.detail ?? problem.title, .problem(problem, headers: headers))
    }
}
