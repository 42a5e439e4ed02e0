/// The schedule by which an instance reads and writes what instances share in Redis, on a monotonic clock.
///
/// It works less often while it is *quiet*: for a while there was no orphan and no run. Nothing can be removed then,
/// and what is read is only shown. Before a run begins, everything is read again.
public struct SharingSchedule: Sendable {
    public enum Step: Sendable, CaseIterable {
        /// Reads how long the servers have been in their present state.
        case settled
        /// Reads what other instances and people wrote: the suspension, evidence, finished runs, the audit.
        case shared
        /// Writes all that is known of owners.
        case known
        /// Finds the owners that are silent, and for how long.
        case silence
        /// Writes that report for other instances: each time it was made, or less often while quiet.
        case report

        fileprivate var seconds: (busy: Double, quiet: Double) {
            switch self {
            case .settled: (10, 30)
            case .shared: (5, 10)
            case .known: (30, 30)
            case .silence: (2, 2)
            case .report: (0, 6)
            }
        }
    }

    /// The time without orphans and runs after which it is quiet. By then it has read what others removed last.
    static let quietAfterSeconds = 10.0

    private var doneAt: [Step: Double] = [:]
    /// The time since which there has been no orphan and no run. Nil while there is one.
    private var idleSince: Double?

    public init() {}

    public func isDue(_ step: Step, at seconds: Double) -> Bool {
        guard let last = doneAt[step] else { return true }
        let isQuiet = idleSince.map { seconds - $0 >= Self.quietAfterSeconds } ?? false
        return seconds - last >= (isQuiet ? step.seconds.quiet : step.seconds.busy)
    }

    public mutating func note(_ step: Step, at seconds: Double) { doneAt[step] = seconds }

    /// Makes a step due at once.
    public mutating func hasten(_ step: Step) { doneAt[step] = nil }

    /// Makes the steps due that a run depends on: it must know the present state.
    public mutating func prepareRun() {
        hasten(.settled)
        hasten(.shared)
        idleSince = nil
    }

    /// Takes the present state. `report` holds the silent owners; nil if it cannot be made yet.
    public mutating func note(_ report: SilenceReport?, orphans: Int, isRunning: Bool, at seconds: Double) {
        let isIdle = !isRunning && orphans == 0 && report?.nodes.isEmpty == true
        idleSince = isIdle ? idleSince ?? seconds : nil
    }
}
