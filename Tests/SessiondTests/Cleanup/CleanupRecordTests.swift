import Exposition
import Lab
import Sessions
import Testing

@testable import Sessiond
@testable import Sessions

/// The shared records as JSON: any of them comes back as it was, and nothing that is none becomes one.
@Suite struct CleanupRecordTests {
    private static let rounds = 2_000

    private static func read(_ json: JSONValue) throws -> JSONValue {
        try JSONValue(parsing: Array(json.compact.utf8))
    }

    @Test func `every record comes back as it was`() throws {
        var random = SeededGenerator(seed: 20_260_821)
        for _ in 0..<Self.rounds {
            let name = GoneOwnerName.random(&random)
            #expect(GoneOwnerName(try Self.read(name.json)) == name)
            let owner = GoneOwner.random(&random)
            #expect(GoneOwner(try Self.read(owner.json)) == owner)
            let stop = CleanupStop.random(&random)
            #expect(CleanupStop(try Self.read(stop.json)) == stop)
            let node = RecalledNode.random(.random(&random), &random)
            #expect(RecalledNode(name: node.name, try Self.read(node.json)) == node)
            let life = MasterLife(
                runID: .random(&random), replicationID: random.maybe { .random(&$0) }, since: .random(&random))
            #expect(MasterLife(try Self.read(life.json)) == life)
            let report = CleanupReport.random(&random)
            #expect(CleanupReport(try Self.read(report.record)) == report)
        }
    }

    /// A record with one of its members broken is none, but for those that may be missing.
    @Test func `a member that is none makes the record none`() throws {
        var random = SeededGenerator(seed: 3)
        func check(_ json: JSONValue, mayBeNull: Set<String>, _ isRead: (JSONValue) -> Bool) {
            guard case .object(let members) = json else { return }
            #expect(isRead(json))
            for (place, member) in members.enumerated() where member.key != "v" {
                for broken in [
                    JSONValue.null, .array([]), .double(.pi), .string("none of these"), .bool(true), .int(-1),
                ] {
                    if broken.isNull != member.value.isNull || !broken.isNull {
                        var others = members
                        others[place].value = broken
                        let isSameKind =
                            Self.kind(broken) == Self.kind(member.value) || Self.isFreeText(member.key, broken)
                        guard !isSameKind, !(broken.isNull && mayBeNull.contains(member.key)) else { continue }
                        #expect(!isRead(.object(others)), "\(member.key): \(broken.compact)")
                    }
                }
            }
        }
        for _ in 0..<50 {
            check(GoneOwnerName.random(&random).json, mayBeNull: ["boot", "before"]) { GoneOwnerName($0) != nil }
            check(GoneOwner.random(&random).json, mayBeNull: []) { GoneOwner($0) != nil }
            check(CleanupStop.random(&random).json, mayBeNull: ["until"]) { CleanupStop($0) != nil }
            let mayBeNull: Set = ["boot", "started_at", "seen_at"]
            check(RecalledNode.random("n", &random).json, mayBeNull: mayBeNull) { RecalledNode(name: "n", $0) != nil }
            check(CleanupReport.random(&random).record, mayBeNull: ["result", "why", "ended"]) {
                CleanupReport($0) != nil
            }
        }
    }

    private static func kind(_ json: JSONValue) -> Int {
        switch json {
        case .null: 0
        case .bool: 1
        case .int, .double: 2
        case .string: 3
        case .array: 4
        case .object: 5
        }
    }

    /// Texts of people, and what may be missing or a text.
    private static func isFreeText(_ key: String, _ broken: JSONValue) -> Bool {
        let isNumber = ["before", "until", "started_at", "seen_at", "ended"].contains(key)
        let isText = ["boot", "why"].contains(key)
        return isNumber && broken == .int(-1) && key != "before" || isText && broken.string != nil
    }

    @Test func `the API shows a report with times for people`() throws {
        let report = CleanupReport(
            request: CleanupRequest(by: "schedule", run: "run-1", isDryRun: true), action: .expire(seconds: 60),
            epoch: 4,
            began: UnixTime(milliseconds: 1_787_307_302_125))
        #expect(
            report.json.compact
                == """
                {"run":"run-1","by":"schedule","dry_run":true,"action":"expire","epoch":4,"result":null,"why":null,\
                "orphans":0,"cleaned":{},"skipped":{},"brakes":[],"began":"2026-08-21T10:15:02.125Z","ended":null}
                """)
    }
}

// MARK: - Any record

extension SeededGenerator {
    mutating func maybe<Value>(_ make: (inout SeededGenerator) -> Value) -> Value? {
        Bool.random(using: &self) ? make(&self) : nil
    }
}

extension String {
    private static let scalars = [
        "a", "7", "\"", "\\", "\n", "\u{0}", "\u{7F}", " ", "é", "\u{301}", "🦊", "\u{2028}", "/",
    ]

    static func random(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...8, using: &random)).map { _ in scalars.randomElement(using: &random) ?? "" }.joined()
    }
}

extension UnixTime {
    static func random(_ random: inout SeededGenerator) -> UnixTime {
        UnixTime(milliseconds: Int64.random(in: 0...4_294_967_295_000, using: &random))
    }
}

extension GoneOwnerName {
    static func random(_ random: inout SeededGenerator) -> GoneOwnerName {
        GoneOwnerName(
            node: .random(&random), boot: random.maybe { .random(&$0) },
            createdBefore: random.maybe { UInt32.random(in: 0 ... .max, using: &$0) })
    }
}

extension GoneOwner {
    static func random(_ random: inout SeededGenerator) -> GoneOwner {
        GoneOwner(
            reason: OrphanReason.allCases.randomElement(using: &random) ?? .ownerDead, since: .random(&random),
            seenAt: .random(&random), goneSeconds: .random(in: 0...1e6, using: &random))
    }
}

extension CleanupStop {
    static func random(_ random: inout SeededGenerator) -> CleanupStop {
        CleanupStop(
            by: .random(&random), why: .random(&random), at: .random(&random), until: random.maybe { .random(&$0) })
    }
}

extension RecalledNode {
    static func random(_ name: String, _ random: inout SeededGenerator) -> RecalledNode {
        RecalledNode(
            name: name, boot: random.maybe { .random(&$0) }, startedAt: random.maybe { .random(&$0) },
            seenAt: random.maybe { .random(&$0) }, lastBeat: .random(&random),
            silentSeconds: .random(in: 0...1e6, using: &random))
    }
}

extension CleanupReport {
    static func random(_ random: inout SeededGenerator) -> CleanupReport {
        var report = CleanupReport(
            request: CleanupRequest(by: .random(&random), run: .random(&random), isDryRun: .random(using: &random)),
            action: .random(using: &random) ? .delete : .expire(seconds: 0),
            epoch: .random(in: 0...1 << 50, using: &random),
            began: .random(&random))
        report.ended = random.maybe { .random(&$0) }
        report.result = random.maybe { CleanupResult.allCases.randomElement(using: &$0) ?? .error }
        report.why = random.maybe { .random(&$0) }
        report.orphans = .random(in: 0...1_000_000, using: &random)
        for reason in OrphanReason.allCases {
            report.cleaned[reason] = random.maybe { .random(in: 0...99, using: &$0) }
        }
        for skip in CleanupSkip.allCases { report.skipped[skip] = random.maybe { .random(in: 0...99, using: &$0) } }
        report.brakes = CleanupBrake.allCases.compactMap { brake in
            random.maybe {
                AppliedBrake(
                    brake, measured: $0.maybe { .random(in: -9...1e9, using: &$0) },
                    limit: $0.maybe { .random(in: 0...1, using: &$0) }, detail: .random(&$0))
            }
        }
        return report
    }
}
