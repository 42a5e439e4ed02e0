import Sessions
import Testing

@testable import Cleaning
@testable import Sessions

/// The rules of the audit that one record, or the times of two, can break: once broken, and once by the closest legal
/// records.
@Suite struct AuditRecordRuleTests {
    private func broken(
        _ records: AuditEntry..., terms: (inout AuditCheck.Terms) -> Void = { _ in }
    ) -> [String] {
        let result = auditChecked(records, terms)
        #expect(result.broken == result.violations.count && result.unknown.isEmpty, "\(result.gaps)")
        return result.brokenAt
    }

    @Test func `an audit without records breaks nothing`() {
        #expect(auditChecked([]) == AuditVerification())
    }

    @Test func `what was removed, kept, restored and attested is counted`() throws {
        let result = auditChecked([
            auditRecord(0, 1...1, .attested), auditRecord(1, 1...5), auditRecord(1.1, 4...5, .kept),
            auditRecord(2, 1...2, .restored), auditRecord(3, 6...8, .expire, run: "run-2"),
        ])
        #expect(result.broken == 0 && result.gaps.isEmpty, "\(result)")
        #expect((result.records, result.runs, result.attestations) == (5, 2, 1))
        #expect((result.removed, result.kept, result.restored) == (8, 2, 2))
        let times = try #require(result.times)
        #expect(times == 1_795_404_600...1_795_404_603)
        #expect(result.lines == nil)
    }

    @Test func `an entry that cannot be read is named`() {
        var check = AuditCheck(.init(policy: CleanupPolicy()))
        check.takeUnreadable("5-0", "fields are missing or invalid")
        // What was removed by it may be restored.
        check.take(auditRecord(1, 1...2, .restored))
        let result = check.finish()
        #expect(
            result.violations == [.init(place: "5-0", rule: .readable, found: "fields are missing or invalid")])
        #expect(result.unknown == ["restored"] && result.records == 2)
    }

    @Test func `a record names 1 to 100 sessions, each once`() {
        #expect(broken(auditRecord(1, 1...100)) == [])
        #expect(broken(auditRecord(1, 1...101)) == ["sessions 1"])
        #expect(broken(auditRecord(1) { ($0.refs, $0.agesSeconds) = ([], []) }) == ["sessions 1"])
        #expect(broken(auditRecord(1) { $0.refs = [SessionRef(1), SessionRef(1)] }) == ["sessions 1"])
        #expect(broken(auditRecord(1) { $0.agesSeconds = [nil, 0] }) == [])
        #expect(broken(auditRecord(1) { $0.agesSeconds = [-1, 0] }) == ["sessions 1"])
        #expect(broken(auditRecord(1, 1...1, .attested)) == [])
        #expect(
            broken(auditRecord(1, 1...1, .attested) { ($0.refs, $0.agesSeconds) = ([SessionRef(1)], [1]) })
                == ["sessions 1"])
    }

    @Test func `a record is no later than its id`() {
        #expect(broken(auditRecord(1) { $0.at = $0.at + 1 }) == [])
        #expect(broken(auditRecord(1) { $0.at = $0.at + 1.001 }) == ["time 1"])
        // The daemon's own time.
        #expect(broken(auditRecord(1, 1...1, .attested) { $0.at = $0.at + 20 }) == [])
    }

    /// After that the ids go on from the latest one, and the time between two records means nothing.
    @Test func `a clock that was set back breaks no rule, and leaves what it hides unknown`() {
        let late = auditRecord(100, 1...100)
        let result = auditChecked([
            late,
            auditRecord(90, 101...200) { $0.id = "\(late.at.milliseconds)-1" },
        ])
        #expect(result.broken == 0 && result.unknown == ["time"], "\(result)")
        #expect(result.gaps.first?.place == "\(late.at.milliseconds)-1")
        // To a second it is no step.
        #expect(broken(auditRecord(100), auditRecord(99, 3...4) { $0.id = "\(late.at.milliseconds)-1" }) == [])
        // Redis stood still while it wrote.
        #expect(auditChecked([auditRecord(1) { $0.at = $0.at - 5 }]).unknown == ["time"])
        let both = auditChecked([auditRecord(1) { $0.at = $0.at - 5 }, auditRecord(2, 3...4) { $0.at = $0.at - 5 }])
        #expect(both.gaps.map(\.count) == [2])
    }

    @Test func `in a cluster no clock is compared`() {
        let result = auditChecked([auditRecord(1) { $0.at = $0.at + 20 }]) { $0.isCluster = true }
        #expect(result.broken == 0 && result.unknown == ["time"])
    }

    @Test func `a removal has a reason that the settings name`() {
        #expect(broken(auditRecord(1) { $0.reason = .ownerDenies }) == ["reason 1"])
        #expect(broken(auditRecord(1) { $0.reason = .ownerRestarted }) == [])
        #expect(
            broken(auditRecord(1) { $0.reason = .ownerRestarted }, terms: { $0.policy.reasons = [.ownerDead] })
                == ["reason 1"])
        // It was another setting's turn.
        let old = auditChecked([auditRecord(1) { $0.reason = .ownerRestarted }]) { terms in
            terms.policy.reasons = [.ownerDead]
            terms.since = auditRecord(2).at
        }
        #expect(old.broken == 0 && old.unknown == ["reason"])
    }

    @Test func `sessions of a node that restarted name a boot`() {
        #expect(
            broken(
                auditRecord(1) {
                    $0.reason = .ownerRestarted
                    $0.boot = nil
                }) == ["boot 1"])
        #expect(broken(auditRecord(1) { $0.boot = nil }) == [])
    }

    @Test func `a removal follows a silence of at least the grace`() {
        #expect(broken(auditRecord(1) { $0.silentSeconds = 900 }) == [])
        #expect(broken(auditRecord(1) { $0.silentSeconds = 899 }) == ["silence 1"])
        // The record has whole seconds.
        #expect(broken(auditRecord(1) { $0.silentSeconds = 3 }, terms: { $0.policy.graceSeconds = 3.9 }) == [])
        #expect(broken(auditRecord(1), auditRecord(2, 1...2, .restored)) == [])
        let since = auditChecked([
            auditRecord(1) { $0.silentSeconds = 1 }, auditRecord(9, 3...4) { $0.silentSeconds = 1 },
        ]
        ) { $0.since = auditRecord(9).at }
        #expect(since.brokenAt == ["silence 9"] && since.unknown == ["silence"])
    }

    @Test func `epochs begin with 1, and a silence with 0`() {
        #expect(broken(auditRecord(1) { $0.epoch = 1 }) == [])
        #expect(broken(auditRecord(1) { $0.epoch = 0 }) == ["readable 1"])
        #expect(
            broken(auditRecord(1) { $0.silentSeconds = -1 }, terms: { $0.policy.graceSeconds = 0 }) == [
                "readable 1", "silence 1",
            ])
    }

    @Test func `somebody attested before that an owner nobody saw is gone`() {
        func removal(_ seconds: Double, by: String? = "ann", boot: String? = "b1", node: String = "node-1")
            -> AuditEntry
        {
            auditRecord(seconds) {
                ($0.reason, $0.attestedBy, $0.boot, $0.node) = (.ownerUnknown, by, boot, node)
            }
        }
        func attested(_ boot: String? = "b1") -> AuditEntry {
            auditRecord(1, 1...1, .attested) { $0.boot = boot }
        }
        #expect(broken(attested(), removal(2)) == [])
        #expect(broken(attested(nil), removal(2)) == [])
        #expect(broken(attested(nil), removal(2, boot: nil)) == [])
        // Boots are compared by value.
        #expect(broken(attested("1.0"), removal(2, boot: "1")) == [])
        #expect(broken(attested("b2"), removal(2)) == ["attested 2"])
        #expect(broken(attested(), removal(2, boot: nil)) == ["attested 2"])
        #expect(broken(attested(), removal(2, by: "bob")) == ["attested 2"])
        #expect(broken(attested(), removal(2, node: "node-2")) == ["attested 2"])
        #expect(broken(removal(0), attested()) == ["attested 0"])
        #expect(broken(attested(), removal(2, by: nil)) == ["attested 2"])
        // A dead owner may be attested too.
        #expect(broken(attested(), auditRecord(2) { $0.attestedBy = "ann" }) == [])
        #expect(broken(auditRecord(2) { $0.attestedBy = "ann" }) == ["attested 2"])
        // Redis lost the record, and a daemon wrote the attestation again.
        let lost = auditChecked([removal(2)]) { $0.attested = [(SessionOwner(node: "node-1", boot: nil), "ann")] }
        #expect(lost.broken == 0 && lost.unknown == ["attested"])
        #expect(
            broken(removal(2), terms: { $0.attested = [(SessionOwner(node: "node-1", boot: "b2"), "ann")] })
                == ["attested 2"])
        let trimmed = auditChecked([removal(2)]) { $0.trimmedFrom = 1 }
        #expect(trimmed.broken == 0 && trimmed.unknown == ["attested", "all"])
    }
}
