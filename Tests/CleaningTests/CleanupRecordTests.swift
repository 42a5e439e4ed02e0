import API
import Digests
import Exposition
import Lab
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Sessions

/// The shared records as JSON: any of them comes back as it was, and nothing that is none becomes one.
@Suite(.ownThreads) struct CleanupRecordTests {
    private static let rounds = 2_000
    private static let fingerprint = CleanupScene.fingerprint

    private static func read(_ json: JSONValue) throws -> JSONValue {
        try JSONValue(parsing: Array(json.compact.utf8))
    }

    @Test func `every record comes back as it was`() throws {
        var random = SplitMix64(seed: 20_260_821)
        for _ in 0..<Self.rounds {
            let known = KnownOwner.random(&random)
            #expect(SessionOwner(try Self.read(known.owner.json)) == known.owner)
            #expect(KnownOwner(known.owner, try Self.read(known.json(Self.fingerprint))) == known)
            let silence = SilenceReport.random(Self.fingerprint, &random)
            #expect(SilenceReport(try Self.read(silence.json(count: 3)), Self.fingerprint) == silence)
            let stop = CleanupStop.random(&random)
            #expect(CleanupStop(try Self.read(stop.json)) == stop)
            let life = MasterLife(
                runID: .random(&random), replicationID: random.maybe { .random(&$0) }, since: .random(&random))
            #expect(MasterLife(try Self.read(life.json)) == life)
            let report = CleanupReport.random(&random)
            #expect(CleanupReport(try Self.read(report.record)) == report)
        }
    }

    /// A record with one of its members broken is none, but for those that may be missing.
    @Test func `a member that is none makes the record none`() throws {
        var random = SplitMix64(seed: 3)
        func check(_ json: JSONValue, mayBeNull: Set<String>, _ isRead: (JSONValue) -> Bool) {
            guard case .object(let members) = json else { return }
            #expect(isRead(json))
            // Version, fingerprint and count are read by whoever reads the record.
            for (place, member) in members.enumerated() where !["v", "watch", "count"].contains(member.key) {
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
            let known = KnownOwner.random(&random)
            check(known.owner.json, mayBeNull: ["boot"]) { SessionOwner($0) != nil }
            let mayBeMissing: Set = [
                "started_at", "seen_at", "last_heartbeat", "silent_seconds", "interval_seconds", "interval_at",
                "lifetime_seconds", "attested", "departure", "successor",
            ]
            check(known.json(Self.fingerprint), mayBeNull: mayBeMissing) { KnownOwner(known.owner, $0) != nil }
            if let attestation = known.attestation {
                check(attestation.json, mayBeNull: []) { Attestation($0) != nil }
            }
            let silence = SilenceReport.random(Self.fingerprint, &random)
            check(silence.json(count: 3), mayBeNull: ["count"]) { SilenceReport($0, Self.fingerprint) != nil }
            for node in silence.nodes {
                check(node.json, mayBeNull: ["sole_boot"]) { SilenceReport.Node($0) != nil }
                for owner in node.json["owners"]?.array ?? [] {
                    check(owner, mayBeNull: ["boot"]) { SilenceReport.Owner($0) != nil }
                }
            }
            check(CleanupStop.random(&random).json, mayBeNull: ["until"]) { CleanupStop($0) != nil }
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

    /// Texts of people, and what may be missing or a text, a time or a span.
    private static func isFreeText(_ key: String, _ broken: JSONValue) -> Bool {
        let isTime = ["until", "started_at", "seen_at", "last_heartbeat", "interval_at", "ended"].contains(key)
        let isSpan = ["interval_seconds", "lifetime_seconds"].contains(key)
        let isText = ["boot", "sole_boot", "url", "why", "successor"].contains(key)
        return isTime && broken == .int(-1) || isSpan && broken == .double(.pi) || isText && broken.string != nil
    }

    /// What no clock shows is read by nobody: to reckon with it would end the process.
    @Test(arguments: ["9223372036854775807", "-9223372036854775808", "1e300", "3.5"])
    func `a time beyond all time makes the record none`(_ number: String) throws {
        var known = KnownOwner(SessionOwner(node: "a", boot: nil))
        known.lastHeartbeatAt = UnixTime(milliseconds: 5)
        let text = known.json(Self.fingerprint).compact
        #expect(KnownOwner(known.owner, try json(text)) == known)
        #expect(
            KnownOwner(
                known.owner, try json(text.replacing(#""last_heartbeat":5"#, with: #""last_heartbeat":\#(number)"#)))
                == nil)
        #expect(CleanupStop(try json(#"{"v":1,"by":"a","why":"b","at":\#(number)}"#)) == nil)
    }

    @Test(arguments: ["-1", "1e300", "9223372036854775807"])
    func `so does a silence that nobody can have observed`(_ number: String) throws {
        let spans = ["silent_seconds", "sole_seconds"]
        for span in spans {
            var node = """
                {"node":"a","sole_boot":null,"sole_seconds":1.5,"shared":false,"renewed":[],
                "owners":[{"boot":null,"silent_seconds":1.5,"heard":true}]}
                """
            #expect(SilenceReport.Node(try json(node)) != nil)
            node.replace("\"\(span)\":1.5", with: "\"\(span)\":\(number)")
            #expect(SilenceReport.Node(try json(node)) == nil, "\(span)")
        }
        let known = #"{"dialects":[],"last_heartbeat":5,"silent_seconds":\#(number)}"#
        #expect(KnownOwner(SessionOwner(node: "a", boot: nil), try json(known)) == nil)
    }

    @Test func `the API shows a report with times for people`() throws {
        let report = CleanupReport(
            request: CleanupRequest(by: "schedule", run: "run-1", isDryRun: true), action: .expire(seconds: 60),
            epoch: 4,
            began: UnixTime(milliseconds: 1_787_307_302_125))
        #expect(
            String(decoding: JSONEncoding.bytes(RunRow(report)), as: UTF8.self)
                == """
                {"run":"run-1","by":"schedule","dry_run":true,"action":"expire","epoch":4,"result":null,"why":null,\
                "orphans":0,"cleaned":{},"skipped":{},"brakes":[],"began_at":"2026-08-21T10:15:02.125Z","ended_at":null,\
                "restorable":null}
                """)
    }
}

// MARK: - Any record

extension SplitMix64 {
    mutating func maybe<Value>(_ make: (inout SplitMix64) -> Value) -> Value? {
        Bool.random(using: &self) ? make(&self) : nil
    }
}

extension String {
    private static let scalars = [
        "a", "7", "\"", "\\", "\n", "\u{0}", "\u{7F}", " ", "é", "\u{301}", "🦊", "\u{2028}", "/",
    ]

    static func random(_ random: inout SplitMix64) -> String {
        (0..<Int.random(in: 0...8, using: &random)).map { _ in scalars.randomElement(using: &random) ?? "" }.joined()
    }
}

extension UnixTime {
    static func random(_ random: inout SplitMix64) -> UnixTime {
        UnixTime(milliseconds: Int64.random(in: 0...4_294_967_295_000, using: &random))
    }
}

extension SessionOwner {
    static func random(_ random: inout SplitMix64) -> SessionOwner {
        SessionOwner(node: "n" + .random(&random), boot: random.maybe { Boot(.random(&$0)) })
    }
}

extension Attestation {
    static func random(_ random: inout SplitMix64) -> Attestation {
        Attestation(by: .random(&random), why: .random(&random), at: .random(&random))
    }
}

extension KnownOwner {
    /// Seen alive, or vouched for, or both.
    static func random(_ random: inout SplitMix64, of owner: SessionOwner? = nil) -> KnownOwner {
        var known = KnownOwner(owner ?? .random(&random))
        known.dialects = Set(
            (0..<Int.random(in: 0...3, using: &random)).map { _ in Int.random(in: 0...9, using: &random) })
        known.startedAt = random.maybe { .random(&$0) }
        known.seenAt = random.maybe { .random(&$0) }
        known.lastHeartbeatAt = random.maybe { .random(&$0) }
        known.silentSeconds = .random(in: 0...1e6, using: &random)
        known.intervals = LongestInterval(
            count: .random(in: 0...9, using: &random), beganAt: .random(in: 0...1e9, using: &random),
            latest: .random(in: 0...1e6, using: &random), former: .random(in: 0...1e6, using: &random))
        known.lifetimeSeconds = random.maybe { .random(in: 0...1e6, using: &$0) }
        known.attestation = random.maybe { .random(&$0) }
        known.departure = random.maybe { Departure.allCases.randomElement(using: &$0) ?? .goodbye }
        known.successor = random.maybe { .random(&$0) }
        if known.lastHeartbeatAt == nil, known.attestation == nil { known.lastHeartbeatAt = .random(&random) }
        return known
    }
}

extension RedisHistory {
    static func random(_ random: inout SplitMix64) -> RedisHistory {
        var servers: [String: Server] = [:]
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            servers[.random(&random)] = Server(
                runID: .random(&random), offset: .random(in: 0...1 << 53, using: &random))
        }
        return RedisHistory(servers)
    }
}

extension SilenceReport {
    static func random(_ fingerprint: WatchFingerprint, _ random: inout SplitMix64) -> SilenceReport {
        func many<Value>(_ make: () -> Value) -> [Value] {
            (0..<Int.random(in: 0...3, using: &random)).map { _ in make() }
        }
        let nodes = many {
            Node(
                name: .random(&random),
                owners: many {
                    Owner(
                        boot: random.maybe { Boot(.random(&$0)) }, silentSeconds: .random(in: 0...1e6, using: &random),
                        wasHeard: .random(using: &random))
                }, soleBoot: random.maybe { Boot(.random(&$0)) }, soleSeconds: .random(in: 0...1e6, using: &random),
                isShared: .random(using: &random), renewed: many { SessionRef(.random(in: 0 ... .max, using: &random)) }
            )
        }
        return SilenceReport(fingerprint: fingerprint, history: .random(&random), nodes: nodes)
    }
}

extension CleanupStop {
    static func random(_ random: inout SplitMix64) -> CleanupStop {
        CleanupStop(
            by: .random(&random), why: .random(&random), at: .random(&random), until: random.maybe { .random(&$0) })
    }
}

extension CleanupReport {
    static func random(_ random: inout SplitMix64) -> CleanupReport {
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
