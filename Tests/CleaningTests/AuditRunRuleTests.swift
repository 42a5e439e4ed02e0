import Sessions
import Testing

@testable import Cleaning
@testable import Sessions

/// The rules of the audit that only several records can break: once broken, and once by the closest legal records.
@Suite struct AuditRunRuleTests {
    private func broken(
        _ records: AuditEntry..., terms: (inout AuditCheck.Terms) -> Void = { _ in }
    ) -> [String] {
        let result = auditChecked(records, terms)
        #expect(result.gaps.isEmpty, "\(result.gaps)")
        return result.brokenAt
    }

    @Test func `epochs never fall`() {
        let next = auditRecord(2, 3...4, run: "run-2") { $0.epoch = 4 }
        #expect(broken(auditRecord(1), next) == [])
        #expect(broken(auditRecord(1), auditRecord(2, 3...4, run: "run-2")) == [])
        #expect(broken(auditRecord(1), auditRecord(2, 3...4, run: "run-2") { $0.epoch = 2 }) == ["epoch 2"])
        // A restored session has no epoch.
        #expect(broken(auditRecord(1), auditRecord(2, 1...1, .restored), auditRecord(3, 3...4)) == [])
        let cluster = auditChecked([auditRecord(1), auditRecord(2, 3...4, run: "run-2") { $0.epoch = 2 }]) {
            $0.isCluster = true
        }
        #expect(cluster.broken == 0 && cluster.unknown == ["epoch", "time"])
    }

    @Test func `a run has one epoch, one action and one asker`() {
        #expect(broken(auditRecord(1), auditRecord(2, 3...4)) == [])
        #expect(broken(auditRecord(1), auditRecord(2, 1...1, .kept)) == [])
        #expect(broken(auditRecord(1), auditRecord(2, 3...4) { $0.epoch = 4 }) == ["run 2"])
        #expect(broken(auditRecord(1), auditRecord(2, 3...4, .expire)) == ["run 2"])
        #expect(broken(auditRecord(1), auditRecord(2, 3...4) { $0.by = "api:ann" }) == ["run 2"])
        // One run removes of many owners.
        #expect(
            broken(auditRecord(1), auditRecord(2, 3...4) { ($0.node, $0.reason) = ("node-2", .ownerRestarted) }) == [])
    }

    @Test func `runs do not take turns`() {
        let other = auditRecord(2, 3...4, run: "run-2")
        #expect(broken(auditRecord(1), other, auditRecord(3, 5...6, run: "run-2")) == [])
        #expect(broken(auditRecord(1), other, auditRecord(3, 5...6)) == ["order 3"])
        // An undo may come between.
        #expect(broken(auditRecord(1), auditRecord(2, 1...1, .restored), auditRecord(3, 3...4)) == [])
        let cluster = auditChecked([auditRecord(1), other, auditRecord(3, 5...6)]) { $0.isCluster = true }
        #expect(cluster.broken == 0 && cluster.unknown == ["order", "time"])
    }

    @Test func `only what the run removed is kept`() {
        let first = auditRecord(0, 8...9, run: "run-0")
        #expect(broken(first, auditRecord(1, 1...3), auditRecord(1, 2...3, .kept)) == [])
        #expect(broken(first, auditRecord(1, 1...2), auditRecord(1, 2...3, .kept)) == ["kept 1"])
        #expect(broken(first, auditRecord(1), auditRecord(1, 1...2, .kept) { $0.node = "node-2" }) == ["kept 1"])
        #expect(broken(first, auditRecord(1), auditRecord(1, 8...9, .kept)) == ["kept 1"])
        #expect(broken(first, auditRecord(1), auditRecord(1, 1...2, .kept), auditRecord(2, 1...2, .kept)) == ["kept 2"])
        // In a cluster a batch may be tried again.
        #expect(
            broken(first, auditRecord(1), auditRecord(1, 1...2, .kept), auditRecord(2), auditRecord(2, 1...2, .kept))
                == [])
    }

    @Test func `of a trimmed stream only its first run is in doubt`() {
        let records = [auditRecord(1, 2...3, .kept), auditRecord(2, 4...5, run: "run-2")]
        #expect(auditChecked(records).brokenAt == ["kept 1"])
        let trimmed = auditChecked(records + [auditRecord(3, 6...6, .kept, run: "run-2")]) { $0.trimmedFrom = 3 }
        #expect(trimmed.brokenAt == ["kept 3"] && trimmed.unknown == ["kept", "all"])
        let restored = auditChecked([auditRecord(1, 1...1, .restored, run: "run-0"), auditRecord(2)]) {
            $0.trimmedFrom = 2
        }
        #expect(restored.broken == 0 && restored.unknown == ["restored", "all"])
    }

    /// The record of the removal may be lost in a failover of the server that has the audit.
    @Test func `in a cluster what came before may be lost`() {
        for action in [AuditEntry.Action.kept, .restored] {
            let result = auditChecked([
                auditRecord(1, run: "run-0"), auditRecord(2, 3...4), auditRecord(3, 5...6, action),
            ]) {
                $0.isCluster = true
            }
            #expect(result.broken == 0 && result.unknown == [action.rawValue, "time"], "\(result)")
        }
    }

    @Test func `only what was removed is restored, and once`() {
        #expect(broken(auditRecord(1, 1...3), auditRecord(2, 2...3, .restored)) == [])
        #expect(broken(auditRecord(1, 1...2), auditRecord(2, 2...3, .restored)) == ["restored 2"])
        #expect(broken(auditRecord(1), auditRecord(2, 1...2, .restored) { $0.boot = "b2" }) == ["restored 2"])
        #expect(broken(auditRecord(1), auditRecord(2, 1...2, .restored, run: "run-2")) == ["restored 2"])
        #expect(broken(auditRecord(1), auditRecord(2, 1...1, .restored), auditRecord(3, 2...2, .restored)) == [])
        #expect(
            broken(auditRecord(1), auditRecord(2, 1...1, .restored), auditRecord(3, 1...1, .restored)) == ["restored 3"]
        )
        #expect(
            broken(auditRecord(1), auditRecord(1, 1...1, .kept), auditRecord(3, 1...1, .restored)) == ["restored 3"])
        // Two runs removed it, and the store has what each of them removed.
        #expect(
            broken(
                auditRecord(1), auditRecord(2000, run: "run-2"), auditRecord(2001, 1...2, .restored),
                auditRecord(2002, 1...2, .restored, run: "run-2")) == [])
    }

    @Test func `what is removed again had a grace of its own`() {
        let again = { (seconds: Double) in auditRecord(seconds, run: "run-2") }
        // A node registered it anew right after its removal. A clock may go wrong by 30 s.
        #expect(broken(auditRecord(1), again(871)) == [])
        #expect(broken(auditRecord(1), again(870)) == ["repeated 870"])
        #expect(broken(auditRecord(1), auditRecord(2)) == ["repeated 2"])
        #expect(broken(auditRecord(1), auditRecord(2, 1...2, .restored), again(3)) == [])
        #expect(broken(auditRecord(1), auditRecord(1, 1...2, .kept), again(3)) == [])
        // What was to expire was there all the time.
        #expect(broken(auditRecord(1, 1...2, .expire), again(3)) == [])
        let since = auditChecked([auditRecord(1), again(3)]) { $0.since = auditRecord(2).at }
        #expect(since.broken == 0)
        let cluster = auditChecked([auditRecord(1), again(3)]) { $0.isCluster = true }
        #expect(cluster.broken == 0 && cluster.unknown == ["repeated", "time"])
        // The clock was set back in between.
        let back = auditChecked([auditRecord(5000), auditRecord(5000, run: "run-2") { $0.at = auditRecord(4000).at }])
        #expect(back.broken == 0 && back.unknown == ["time"])
    }

    /// 500 a second: a burst, a second of doubt and a batch are 700.
    @Test func `a run keeps to its pace`() {
        func run(_ batches: Int, every seconds: Double, _ change: (inout AuditCheck.Terms) -> Void = { _ in })
            -> AuditVerification
        {
            let records = (0..<batches).map { number in
                auditRecord(Double(number) * seconds, (number * 100 + 1)...(number * 100 + 100))
            }
            return auditChecked(records, change)
        }
        #expect(run(7, every: 0).broken == 0)
        let fast = run(8, every: 0)
        #expect(fast.brokenAt == ["pace 0"])
        #expect(fast.violations.first?.found == "run run-1 was 100 sessions ahead of 500 a second")
        #expect(run(200, every: 0.2).broken == 0)
        #expect(run(200, every: 0.1).violations.map(\.rule) == [.pace])
        #expect(run(8, every: 0) { $0.since = auditRecord(1).at }.unknown == ["pace"])
        // What stayed does not count.
        let kept = auditChecked(
            (0..<8).flatMap { number in
                let numbers = (number * 100 + 1)...(number * 100 + 100)
                return [auditRecord(1, numbers), auditRecord(1, numbers, .kept)]
            })
        #expect(kept.broken == 0)
        // Each run has its own.
        #expect(
            auditChecked((0..<8).map { auditRecord(1, ($0 * 100 + 1)...($0 * 100 + 100), run: "run-\($0)") }).broken
                == 0)
    }

    @Test func `of many violations the first ones are told and all counted`() {
        let result = auditChecked((0..<1_200).map { auditRecord(Double($0), $0...$0) { $0.reason = .ownerDenies } })
        #expect(result.broken == 1_200 && result.violations.count == AuditVerification.violationLimit)
    }
}
