/// When an instance reads and writes what instances share in Redis, by a clock that never jumps.
///
/// It does so less often while it is *quiet*: for a while there was no orphan, and no run went on. Then nothing can be
/// removed, and what is read is only shown. When a run is to begin, all of it is read anew.
public struct SharingSchedule: Sendable {
    public enum Step: Sendable, CaseIterable {
        /// Reads for how long the servers have been what they are.
        case settled
        /// Reads what other instances and people wrote: the suspension, evidence, finished runs, the audit.
        case shared
        /// Writes all that is known of owners.
        case known
        /// Finds out of whom nothing is heard, and for how long.
        case silence
        /// Writes that for others: whenever it was found out, unless it is quiet.
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

    /// It is quiet after so long: by then it has read what others removed last.
    static let quietAfterSeconds = 10.0

    private var doneAt: [Step: Double] = [:]
    /// Since when there is no orphan, and no run goes on; nil while it is not so.
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

    /// A run that is to begin goes by what is so now.
    public mutating func prepareRun() {
        hasten(.settled)
        hasten(.shared)
        idleSince = nil
    }

    /// Takes in what goes on. `report`: of whom nothing is heard; nil where that cannot be told yet.
    public mutating func note(_ report: SilenceReport?, orphans: Int, isRunning: Bool, at seconds: Double) {
        let isIdle = !isRunning && orphans == 0 && report?.nodes.isEmpty == true
        idleSince = isIdle ? idleSince ?? seconds : nil
    }
}
