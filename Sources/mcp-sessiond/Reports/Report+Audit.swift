import Cleaning
import Exposition

extension Report {
    /// What a check of the audit found: how much it checked, what it could not check, and what breaks a rule.
    func audit(_ found: AuditVerification) -> [String] {
        var facts = facts
        let times = found.times.map { ", \(RFC3339.text($0.lowerBound)) to \(RFC3339.text($0.upperBound))" }
        facts.add("records", "\(found.records)" + (times ?? ""))
        facts.add("sessions", "\(found.removed) removed, \(found.kept) kept, \(found.restored) restored")
        facts.add("runs", "\(found.runs)")
        facts.add("attested", "\(found.attestations)")
        facts.add("file", found.lines.map { "\($0) lines" } ?? "none")
        for gap in found.gaps { facts.addSentence("unknown", Self.sentence(of: gap), .attention) }
        if found.broken == 0 {
            facts.add("broken", "none", .good)
        } else {
            facts.add("broken", "\(found.broken)", .bad)
        }
        var lines = facts.lines
        for violation in found.violations {
            var block = self.facts
            block.addSentence("  rule", "\(violation.rule.rawValue): \(violation.rule.sentence)")
            block.addSentence("  found", violation.found, .bad)
            lines += ["", title(violation.place)] + block.lines
        }
        let more = found.broken - found.violations.count
        return lines + (more > 0 ? ["", "and \(more) more"] : [])
    }

    private static func sentence(of gap: AuditGap) -> String {
        let subject = gap.rule.map { "\($0.rawValue): " } ?? ""
        guard let place = gap.place else { return subject + gap.why }
        return subject + gap.why + (gap.count == 1 ? " (\(place))" : " (\(gap.count) times, first \(place))")
    }
}

extension AuditVerification {
    /// The result as a document.
    var document: JSONValue {
        [
            "records": .int(records), "from": .time(times?.lowerBound), "to": .time(times?.upperBound),
            "runs": .int(runs), "removed": .int(removed), "kept": .int(kept), "restored": .int(restored),
            "attestations": .int(attestations), "file_lines": lines.map { .int(Int64($0)) } ?? .null,
            "broken": .int(broken),
            "violations": .array(
                violations.map { violation in
                    [
                        "place": .string(violation.place), "rule": .string(violation.rule.rawValue),
                        "must": .string(violation.rule.sentence), "found": .string(violation.found),
                    ]
                }),
            "unknown": .array(
                gaps.map { gap in
                    [
                        "rule": .string(orNull: gap.rule?.rawValue), "why": .string(gap.why), "count": .int(gap.count),
                        "first": .string(orNull: gap.place),
                    ]
                }),
        ]
    }
}
