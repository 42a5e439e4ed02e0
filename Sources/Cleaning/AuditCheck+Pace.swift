import Sessions

// How fast runs removed.

extension AuditCheck {
    /// A run removes bursts of 200 ms' quota, and a step that began just before a burst was over may come on top. Its
    /// steps are timed by this process, and the records by Redis' clock.
    private var burst: Double {
        let rate = terms.policy.maxKeysPerSecond
        return rate * (CleanupPolicy.burstSeconds + CleanupPolicy.clockSlackSeconds) + Double(CleanupPolicy.batchKeys)
    }

    /// Judges each run as a whole, since sessions that were kept do not count.
    mutating func checkPace() {
        for run in runs.values.sorted(by: { ($0.removals.first ?? 0) < ($1.removals.first ?? 0) }) {
            if let violation = violationOfPace(run) { result(of: violation) }
        }
    }

    private mutating func result(of violation: (at: UnixTime, place: String, found: String)) {
        bySettings(.pace, violation.at, at: violation.place) { _ in violation.found }
    }

    /// The first record by which a run had removed too many. Each second drains the limit's number of keys from a bucket.
    private func violationOfPace(_ run: Run) -> (at: UnixTime, place: String, found: String)? {
        let rate = terms.policy.maxKeysPerSecond
        var (level, last) = (0.0, Int?.none)
        for index in run.removals {
            let entry = records[index]
            let keys = entry.refs.count {
                removed[SessionOfRun(ref: $0, run: entry.run)].map { $0.record == index && $0.state != .kept } ?? false
            }
            if let last, clockSteps[last] == clockSteps[index] {
                level = max(0, level - max(entry.at - records[last].at, 0) * rate)
            } else {
                level = 0
            }
            last = index
            level += Double(keys)
            if level > burst {
                return (
                    entry.at, entry.id,
                    "run \(entry.run) was \(Int(level - burst)) sessions ahead of \(Int(rate)) a second"
                )
            }
        }
        return nil
    }
}
