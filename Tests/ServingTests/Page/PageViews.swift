import Configuration
import Sessions

@testable import API
@testable import Serving

/// Views of the page for its tests, and what they are made of.
enum PageViews {
    static let now = UnixTime(seconds: 1_790_000_000)

    /// A complete view of a cluster in which nothing is wrong; a test changes what it is about.
    static func calm() -> PageView {
        PageView(
            now: now, asOf: now - 1, instance: "replica-1", findings: [],
            status: status(sessions: 3, nodes: [.alive: 2]), nodes: [node("node-1"), node("node-2")],
            misroutes: misroutes(), incidents: [], cleanup: cleanup())
    }

    /// A view before the first full scan: nothing is known yet.
    static func empty() -> PageView {
        PageView(
            now: now, asOf: nil, instance: "", findings: [], status: status(sessions: 0, nodes: [:]), nodes: [],
            misroutes: misroutes(), incidents: [], cleanup: cleanup())
    }

    static func finding(
        _ kind: Finding.Kind, _ severity: Finding.Severity, count: Int? = nil, _ what: Phrase, evidence: String? = nil
    ) -> Finding {
        Finding(
            kind, severity, count: count, what, evidence: evidence, advice: "Mend that.", runbook: "McpNodeSuspect",
            command: "nodes")
    }

    static func node(
        _ name: String, _ status: Node.Status = .alive, orphaned: Int = 0, flags: [NodeFlag] = []
    ) -> NodeRow {
        NodeRow(
            node: name, status: status, heartbeatAgeSeconds: 1, version: "1.4.2",
            sessions: NodeRow.Sessions(
                registered: 1 + orphaned, owned: 1, orphaned: orphaned, orphanedByReason: Counts([:])),
            restarts: 0, suspect: false, suspectReasons: [], flags: flags, findings: [], bootsTakingTurns: [],
            misroutesTo: 0, misroutesFrom: 0)
    }

    static func status(sessions owned: Int, orphaned: Int = 0, nodes: [Node.Status: Int]) -> StatusAnswer {
        StatusAnswer(
            findings: [],
            sessions: StatusAnswer.Sessions(
                registered: owned + orphaned, owned: owned, orphaned: orphaned, unowned: 0, malformed: 0,
                orphanedByReason: Counts([.ownerDead: orphaned]), malformedByReason: Counts([:]), noExpiry: 0),
            nodes: Counts(nodes), nodeFlags: Counts([:]),
            watch: StatusAnswer.Watch(
                mode: .tracking, configuredMode: .auto, trackingRefused: nil, trackingLagSeconds: 0, drift: 0,
                scanEverySeconds: 300, redisShare: 0.1, lastFullScanSeconds: 1, fullScanSecondsLeft: nil,
                staleAfterSeconds: 90, gap: nil, fullScanFailure: nil),
            redis: StatusAnswer.Redis(
                up: true, endpoint: "127.0.0.1:6379/0", servers: ["127.0.0.1:6379"], version: "7.0.15", role: "master",
                maxmemoryPolicy: "noeviction", evictsSessions: false, evictedKeys: 0, clockSkewSeconds: 0, error: nil),
            keys: StatusAnswer.Keys(sessions: owned + orphaned, nodes: 2, skipped: Counts([:])),
            events: StatusAnswer.Events(
                waiting: 0, judged: 0, affected: AffectedAnswer(transient: 0, stuck: 0), sessionRequests: 0,
                sessionlessRequests: 0, sessionShare: nil, problems: [:], lines: 0, events: 0, rejected: 0,
                understoodShare: nil),
            cleanup: StatusAnswer.Cleanup(
                mode: .dryRun, lease: nil, suspended: nil, brakes: [], lastSuccess: nil, refusal: nil,
                slowestNode: nil),
            incidents: StatusAnswer.Incidents(open: 0, problem: nil), version: "0.1.0", instances: nil)
    }

    static func misroutes(
        _ matrix: [MisroutesAnswer.Pair] = [], causes: [StickyCause: Int] = [:], recent: [RefusedRequestRow] = []
    ) -> MisroutesAnswer {
        let totals = Dictionary(matrix.map { ($0.verdict, $0.count) }, uniquingKeysWith: +)
        return MisroutesAnswer(
            since: now - 60, totals: SomeCounts(totals), matrix: matrix, causes: Counts(causes),
            affected: AffectedAnswer(transient: 0, stuck: 0), clients: [], sessions: [], recent: recent)
    }

    static func refused(
        _ node: String, _ owner: String, _ verdict: Verdict, _ cause: StickyCause? = nil, ref: UInt64,
        secondsAgo: Double
    ) -> RefusedRequestRow {
        RefusedRequestRow(
            at: now - secondsAgo, count: 1, ref: SessionRef(ref), node: node, owner: owner, verdict: verdict,
            cause: cause,
            client: "cursor 1.9.3")
    }

    /// An open incident, with all that it may say.
    static func incident(_ summary: String) -> IncidentRow {
        IncidentRow(
            id: "1", kind: .nodeDied, beganAt: now - 100, open: true, summary: summary,
            sessions: IncidentRow.Sessions(stranded: 44, recovered: 3, stuck: 2, silent: 39),
            storm: IncidentRow.Storm(newSessions: 40, refusedRequests: 12, peakPerMinute: 33, peakAt: now - 90),
            alert: "McpNodeDownWithSessions")
    }

    static func cleanup() -> CleanupAnswer {
        CleanupAnswer(
            mode: .dryRun, policy: CleanupAnswer.Policy(CleanupSettings()),
            lease: LeaseAnswer(holder: "replica-1-7", epoch: 1, here: true), suspended: nil, brakes: [],
            plan: PlanAnswer(mayGo: 0, skipped: SomeCounts([:]), groupCount: 0, groups: []), running: nil, runs: [],
            undo: nil, nextRun: nil, lastSuccess: nil, sharedStateAgeSeconds: 0, voidEvidence: [], refusal: nil)
    }

    static func run(by name: String, result: CleanupResult?, why: String? = nil, removed: Int = 0) -> RunRow {
        RunRow(
            run: "run-1", by: name, dryRun: false, action: .delete, epoch: 1, result: result, why: why,
            orphans: removed, cleaned: SomeCounts([.ownerDead: removed]), skipped: SomeCounts([:]), brakes: [],
            beganAt: now - 60, endedAt: result.map { _ in now - 50 })
    }

    /// An explanation with the least that each has.
    static func explanation(_ verdict: Verdict, why: String, whatToDo: [String] = []) -> ExplanationAnswer {
        ExplanationAnswer(
            ref: SessionRef(0x6526_1524_dff6_48f3), verdict: verdict, confidence: .certain, why: why,
            whatToDo: whatToDo, tellClient: "Reconnect.", live: ExplanationAnswer.Live(read: true, found: true),
            evidence: [])
    }
}
