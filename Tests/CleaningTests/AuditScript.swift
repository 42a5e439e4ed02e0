import Sessions

@testable import Cleaning
@testable import Sessions

/// A legal record: a removal by run `run-1`. Tests change what they are about.
func auditRecord(
    _ seconds: Double, _ numbers: ClosedRange<Int> = 1...2, _ action: AuditEntry.Action = .delete,
    run: String = "run-1",
    _ change: (inout AuditEntry) -> Void = { _ in }
) -> AuditEntry {
    let at = UnixTime(milliseconds: 1_795_404_600_000 + Int64(seconds * 1000))
    let refs = action == .attested ? [] : numbers.map { SessionRef(UInt64($0)) }
    var entry = AuditEntry(
        id: "\(at.milliseconds)-0", at: at, refs: refs, agesSeconds: refs.map { _ in 617 }, node: "node-1", boot: "b1",
        reason: .ownerDead, action: action, silentSeconds: 908, attestedBy: nil, epoch: 3, by: "schedule", run: run)
    switch action {
    case .restored: (entry.epoch, entry.silentSeconds, entry.by) = (0, 0, "api:ann")
    case .attested:
        (entry.epoch, entry.silentSeconds, entry.by, entry.run) = (0, 0, "ann", "-")
        (entry.reason, entry.attestedBy, entry.why) = (.ownerUnknown, "ann", "scrapped")
    case .delete, .expire, .kept: break
    }
    change(&entry)
    return entry
}

/// Checks these records, and these lines of a file if there is one.
func auditChecked(
    _ records: [AuditEntry], lines: [AuditEntry]? = nil,
    _ change: (inout AuditCheck.Terms) -> Void = { _ in }
) -> AuditVerification {
    var terms = AuditCheck.Terms(policy: CleanupPolicy())
    change(&terms)
    var check = AuditCheck(terms)
    for record in records { check.take(record) }
    if let lines {
        check.beginFile()
        for (index, line) in lines.enumerated() { check.take(line: line, at: "audit.log:\(index + 1)") }
    }
    return check.finish()
}

extension AuditVerification {
    /// The broken rules, each with the time of its record in seconds of ``auditRecord``, or the line.
    var brokenAt: [String] {
        violations.map { violation in
            let time = violation.place.split(separator: "-").first.flatMap { Int64($0) }
            let place = time.map { "\(($0 - 1_795_404_600_000) / 1000)" } ?? violation.place
            return "\(violation.rule.rawValue) \(place)"
        }
    }

    var unknown: [String] { gaps.map { $0.rule?.rawValue ?? "all" } }
}
