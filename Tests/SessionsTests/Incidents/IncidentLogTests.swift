import Foundation
import TestSupport
import Testing

@testable import Sessions

@Suite struct IncidentLogTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// One of each kind, and a restart loop.
    private static let ofEachKind: [Incident] = Incident.Kind.allCases.flatMap { kind in
        let id = Incident.ID(began: UnixTime(milliseconds: 1_787_307_302_000), number: 1)
        var often = Incident(id: id, kind: kind, node: "n1")
        often.times = Incident.loopTimes
        return [Incident(id: id, kind: kind, node: "n1"), often]
    }

    @Test(arguments: ofEachKind) func theAlertIsOneThatIsShippedWithItsRunbook(incident: Incident) throws {
        let rules = try String(
            contentsOf: Self.root.appending(path: "alerts/mcp-sessiond.rules.yaml"), encoding: .utf8)
        guard let alert = incident.alert else {
            #expect(incident.runbook == nil)
            return
        }
        #expect(rules.contains("- alert: \(alert)\n"))
        let runbook = try #require(incident.runbook)
        #expect(FileManager.default.fileExists(atPath: Self.root.appending(path: runbook).path))
    }

    @Test func theDocsNameEveryKind() throws {
        let text = try String(contentsOf: Self.root.appending(path: "docs/incidents.md"), encoding: .utf8)
        for kind in Incident.Kind.allCases { #expect(text.contains("| `\(kind.rawValue)` |"), "\(kind)") }
    }

    @Test func anIDIsReadAsItIsWritten() {
        let id = Incident.ID(began: UnixTime(milliseconds: 1_787_307_302_004), number: 7)
        #expect(id.description == "i-1787307302004-7")
        #expect(Incident.ID(id.description) == id)
        for text in ["", "i", "i-1-", "i--1-2", "x-1-2", "i-1-2-3", "i-1-2 ", "i-99999999999999999999-1"] {
            #expect(Incident.ID(text) == nil, "\(text)")
        }
    }

    @Test func theOldestOfThoseThatAreOverLeaves() {
        var log = IncidentLog()
        let start = UnixTime(milliseconds: 1_787_307_302_000)
        for number in 0..<IncidentLog.limit + 10 {
            let now = start + Double(number)
            log.open(.nodeDied, node: "n\(number)", began: now, at: now) { incident in
                if number != 3 { incident.end(at: now) }
            }
        }
        #expect(log.incidents.count == IncidentLog.limit)
        #expect(log.incidents.prefix(2).map(\.node) == ["n3", "n11"])
    }

    @Test func namesInASummaryArePrintable() {
        let id = Incident.ID(began: UnixTime(milliseconds: 1_787_307_302_000), number: 1)
        let incident = Incident(
            id: id, kind: .nodeDied, node: "n\u{1B}[2J\u{202E}" + String(repeating: "x", count: 500))
        #expect(incident.summary.unicodeScalars.count < 120)
        #expect(!incident.summary.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
    }

    @Test func partsThatAreNotFollowedAnyMoreStayInTheSum() {
        let id = Incident.ID(began: UnixTime(milliseconds: 1_787_307_302_000), number: 1)
        var incident = Incident(id: id, kind: .nodeRestarted, node: "n1")
        for number in 0..<200 {
            var part = Incident.Part(node: "n1", boot: "b\(number)")
            part.aftermath = Aftermath(sessions: 2, stuck: 1, silent: 1)
            incident.add(part)
        }
        #expect(incident.parts.count == Incident.partLimit)
        #expect(incident.aftermath == Aftermath(sessions: 400, stuck: 200, silent: 200))
    }

    @Test(arguments: 0..<4) func whateverHappensTheLogIsInOrder(run: Int) {
        let seeded = SeededRandom(for: "whateverHappensTheLogIsInOrder \(run)")
        var random = RandomIncidents(seeded)
        for _ in 0..<120 {
            random.step()
            Self.check(random.stage)
        }
    }

    private static func check(_ stage: IncidentStage) {
        let log = stage.log
        #expect(log.incidents.count <= IncidentLog.limit)
        #expect(zip(log.incidents, log.incidents.dropFirst()).allSatisfy { $0.id < $1.id })
        #expect(Set(log.incidents.map(\.id.number)).count == log.incidents.count)
        #expect(log.incidents.allSatisfy { $0.id.number < log.nextNumber })
        let open = log.incidents.filter(\.isOpen).map { "\($0.kind) \($0.node ?? "")" }
        #expect(Set(open).count == open.count, "\(stage.rows)")
        for incident in log.incidents {
            #expect(incident.endedAt.map { $0 >= incident.beganAt } ?? true, "\(stage.rows)")
            #expect(incident.parts.count <= Incident.partLimit)
            for aftermath in incident.parts.map(\.aftermath) + [incident.aftermath ?? Aftermath()] {
                let parts = [aftermath.recovered, aftermath.stuck, aftermath.silent]
                #expect(parts.allSatisfy { $0 >= 0 } && parts.reduce(0, +) <= aftermath.sessions, "\(stage.rows)")
            }
            guard let storm = incident.storm else { continue }
            #expect(storm.newSessions >= 0 && storm.refusedRequests >= 0 && storm.peakPerMinute >= 0)
            #expect(storm.endedAt.map { $0 >= incident.beganAt } ?? true)
        }
    }
}

/// Deaths, restarts, drains, outages, flushes, failovers and requests, in any order and mixture.
private struct RandomIncidents {
    var stage = IncidentStage()
    var random: SeededRandom
    var boots: [String: Int] = ["n1": 1, "n2": 2]
    var silent: Set<String> = []
    var draining: Set<String> = []
    var names = 0
    var there: [String] = ["a0", "a1", "a2", "a3", "a4", "b"]

    init(_ random: SeededRandom) {
        self.random = random
    }

    mutating func step() {
        let node = "n\(Int.random(in: 1...4, using: &random))"
        switch Int.random(in: 0..<14, using: &random) {
        case 0: silent.insert(node)
        case 1: silent.remove(node)
        case 2: boots[node, default: 0] += 1
        case 3: draining.formSymmetricDifference([node])
        case 4: outage()
        case 5: flush()
        case 6: stage.servers = ["r\(Int.random(in: 1...2, using: &random))"]
        case 7: stage.misrouted[node, default: 0] += Int.random(in: 0...40, using: &random)
        case 8: begin(Int.random(in: 1...60, using: &random), at: node)
        case 9: close()
        case 10, 11: refuse()
        case 12: stage.log = IncidentLog(restoring: stage.log.incidents, nextNumber: 1, keptAt: stage.cluster.now)
        default: stage.cluster.now = stage.cluster.now + (Bool.random(using: &random) ? -3 : 700)
        }
        var living: [String: String] = [:]
        for (node, boot) in boots where !silent.contains(node) { living[node] = "b\(boot)" }
        stage.heartbeat(living, draining: draining)
        stage.check(for: Int.random(in: 1...8, using: &random))
    }

    private mutating func begin(_ count: Int, at node: String) {
        let boot = boots[node].map { "b\($0)" }
        for _ in 0..<count {
            names += 1
            there.append("x\(names)")
            stage.take { [$0.session("x\(names)", node, boot, created: 0)] }
        }
    }

    private mutating func close() {
        guard let id = there.randomElement(using: &random) else { return }
        there.removeAll { $0 == id }
        stage.take { [$0.gone(id)] }
    }

    private mutating func refuse() {
        for _ in 0..<8 {
            guard let id = there.randomElement(using: &random) else { return }
            stage.cluster.refuse(id, at: "n\(Int.random(in: 1...4, using: &random))")
            stage.refused += 1
        }
    }

    private mutating func outage() {
        stage.loseRedis(for: Int.random(in: 1...10, using: &random))
        reread()
    }

    private mutating func flush() {
        stage.cluster.registry.beginFullScan(isLive: true)
        while !stage.cluster.registry.finishFullScan(
            FullScanTotals(), nodeKeys: 0, hasVanished: true, at: stage.cluster.now)
        {}
        there = []
    }

    /// A whole reading that finds all as it was.
    private mutating func reread() {
        stage.cluster.check(stage.heartbeats(stage.cluster))
        stage.cluster.registry.beginFullScan(isLive: true)
        let cluster = stage.cluster
        stage.cluster.take(
            there.map { id in
                let summary = cluster.summary(id)
                return cluster.session(id, summary?.node, summary?.boot)
            })
        stage.cluster.finish()
    }
}
