import Testing

@testable import Sessions

/// What is wrong is decided in one place.
@Suite struct DiagnosisTests {
    private static let start = Cluster().now

    /// A fresh, complete view of a cluster.
    private static func input(_ cluster: Cluster = Cluster()) -> DiagnosisInput {
        var input = DiagnosisInput(now: cluster.now)
        (input.view.asOf, input.view.gap, input.staleAfterSeconds) = (cluster.now - 1, nil, 90)
        input.nodes = cluster.registry.nodeSummaries(at: cluster.now)
        input.counts = cluster.registry.stateCounts(at: cluster.now)
        input.cleanup.mostSilenceSeconds = 21_600
        return input
    }

    /// `critical node_dead: n2 is dead: 1 session orphaned`
    private static func lines(_ input: DiagnosisInput) -> [String] {
        Diagnosis(input).findings.map { "\($0.severity.rawValue) \($0.kind.rawValue): \($0.what.plain)" }
    }

    /// Two nodes that live, with a session each.
    private static func living() -> Cluster {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("a"), "n2": cluster.heartbeat("b")])
        cluster.read([cluster.session("s1", "n1", "a"), cluster.session("s2", "n2", "b")])
        return cluster
    }

    /// Checks for so long, while these nodes go on writing heartbeats.
    private static func pass(_ seconds: Double, _ cluster: inout Cluster, beating: [String: String]) {
        for _ in 0..<Int(seconds / 5) {
            cluster.now = cluster.now + 5
            cluster.check(beating.mapValues { cluster.heartbeat($0) })
        }
    }

    @Test func aLivingClusterIsWell() {
        let diagnosis = Diagnosis(Self.input(Self.living()))
        #expect(diagnosis.findings == [] && diagnosis.isWell)
    }

    @Test func nobodyWritesHeartbeats() {
        #expect(Self.lines(Self.input()) == ["note no_node_seen: no node was seen"])
        var cluster = Cluster()
        cluster.read([cluster.session("s1", "n1", "a")])
        // Its heartbeat may still come.
        #expect(Self.lines(Self.input(cluster)) == ["note no_node_seen: no node was seen"])
        Self.pass(120, &cluster, beating: [:])
        #expect(
            Self.lines(Self.input(cluster)) == [
                "critical no_node_seen: no node was seen: no heartbeat was found for 1 node that sessions name"
            ])
    }

    @Test func aNodeThatWorksWithoutAHeartbeatIsNotDead() {
        var cluster = Self.living()
        Self.pass(60, &cluster, beating: [:])
        cluster.registry.liveness.evidence.noteWork(
            OwnerWork(.registered, at: cluster.now), of: SessionOwner(node: "n1", boot: "a"), secondsAgo: 0)
        #expect(
            Diagnosis(Self.input(cluster)).findings.map { "\($0.kind.rawValue) \($0.nodes)" } == [
                #"node_silent_but_working ["n1"]"#, #"node_dead ["n2"]"#,
            ])
    }

    @Test func aNodeDies() {
        var cluster = Self.living()
        Self.pass(60, &cluster, beating: ["n1": "a"])
        let input = Self.input(cluster)
        let finding = Diagnosis(input).findings[0]
        #expect(finding.what.plain == "n2 is dead, its last heartbeat was 1m ago: 1 session orphaned")
        #expect(
            finding.severity == .critical && finding.nodes == ["n2"] && finding.runbook == "McpNodeDownWithSessions")
        #expect(Self.lines(input).count == 1)
        // It has no sessions any more.
        cluster.read([cluster.session("s1", "n1", "a")])
        #expect(Self.lines(Self.input(cluster))[0].hasPrefix("warning node_dead: n2 is dead, "))
    }

    @Test func likeNodesAreOneFinding() {
        var cluster = Cluster()
        let names = (1...8).map { "n\($0)" }
        cluster.check(Dictionary(uniqueKeysWithValues: names.map { ($0, cluster.heartbeat("a")) }))
        cluster.read(names.map { cluster.session("s-\($0)", $0, "a") })
        Self.pass(60, &cluster, beating: ["n1": "a"])
        #expect(
            Self.lines(Self.input(cluster)) == [
                "critical node_dead: 7 nodes are dead: 7 sessions orphaned (n2, n3, n4, n5, n6 and 2 more)"
            ])
    }

    @Test func allNodesAreDead() {
        var cluster = Self.living()
        Self.pass(60, &cluster, beating: [:])
        let lines = Self.lines(Self.input(cluster))
        #expect(lines == ["critical no_node_alive: no node is alive: 2 nodes are dead"])
    }

    @Test func aNodeRestarts() {
        var cluster = Self.living()
        Self.pass(10, &cluster, beating: ["n1": "a", "n2": "c"])
        #expect(
            Self.lines(Self.input(cluster)) == [
                "warning sessions_orphaned: 1 session is left over from nodes that restarted: n2"
            ])
    }

    @Test func aNodeThatIsUnknown() {
        var cluster = Self.living()
        cluster.read([
            cluster.session("s1", "n1", "a"), cluster.session("s2", "n2", "b"), cluster.session("s3", "n9", "z"),
        ])
        Self.pass(120, &cluster, beating: ["n1": "a", "n2": "b"])
        #expect(
            Self.lines(Self.input(cluster)) == ["warning node_unknown: n9 was never seen alive: 1 session names it"])
    }

    @Test func theViewCannotBeTrusted() {
        var input = Self.input(Self.living())
        (input.redis.isUp, input.redis.error) = (false, "connection refused")
        input.cleanup.refusal = "connection refused"
        #expect(Self.lines(input) == ["critical redis_unreachable: Redis is out of reach"])
        #expect(Diagnosis(input).findings[0].evidence == "connection refused")
        input = Self.input(Self.living())
        input.view.gap = .slotsMissing
        #expect(
            Self.lines(input) == [
                "warning view_incomplete: the view is incomplete: some slots of the cluster have no server"
            ])
        input.view.asOf = input.now - 91
        // The graver comes first.
        #expect(Diagnosis(input).findings.map(\.kind) == [.viewStale, .viewIncomplete])
        input.view = ViewState()
        #expect(Diagnosis(input).findings.map(\.kind) == [.firstScan])
    }

    private static func refusal(
        _ verdict: Verdict = .misrouted, _ cause: StickyCause? = nil, secondsAgo: Double
    ) -> Judgement {
        var judgement = Judgement(ref: nil, time: start - secondsAgo, verdict: verdict)
        judgement.cause = cause
        return judgement
    }

    @Test func misroutedRequestsAreWrong() {
        var input = Self.input(Self.living())
        input.now = Self.start
        input.refusals = [
            Self.refusal(.misrouted, .cookieOwner, secondsAgo: 3), Self.refusal(.misrouted, .noCookie, secondsAgo: 4),
            Self.refusal(.misrouted, .cookieOwner, secondsAgo: 5), Self.refusal(.misrouted, nil, secondsAgo: 901),
            Self.refusal(.ownerDead, secondsAgo: 3),
        ]
        let diagnosis = Diagnosis(input)
        #expect(
            diagnosis.findings.first?.what.plain
                == "3 requests of the last 15 minutes reached another node than the living owner, mostly cookie_owner")
        #expect(!diagnosis.isWell && diagnosis.findings.first?.since == Self.start - 5)
        input.areRefusalsCut = true
        #expect(Diagnosis(input).findings.first?.what.plain.hasPrefix("at least 3 requests") == true)
    }

    @Test func stickinessThatIsOffIsAFindingOfItsOwn() {
        var input = Self.input(Self.living())
        input.now = Self.start
        input.refusals = [
            Self.refusal(.misrouted, .stickinessOff, secondsAgo: 899),
            Self.refusal(.misrouted, .noCookie, secondsAgo: 4),
            Self.refusal(.misrouted, .stickinessOff, secondsAgo: 901),
        ]
        #expect(
            Self.lines(input) == [
                "critical stickiness_off: stickiness is off: the proxy gave no sticky cookie with 1 refused request",
                "critical requests_misrouted: 2 requests of the last 15 minutes reached another node than the living "
                    + "owner, mostly no_cookie",
            ])
        input.refusals.removeFirst()
        #expect(Diagnosis(input).findings.map(\.kind) == [.requestsMisrouted])
    }

    @Test func logsThatCannotTell() {
        var input = Self.input(Self.living())
        input.events.lines = 60
        input.events.blindLogs = [
            BlindLog(name: "/var/log/traefik/access.log", requests: 22, fault: .noHeader),
            BlindLog(name: "http", requests: 1000, isCountCut: true, fault: .hiddenHeader),
            BlindLog(name: "stdin", requests: 20, fault: .commonFormat),
        ]
        #expect(
            Self.lines(input) == [
                "warning log_cannot_tell: /var/log/traefik/access.log: 22 Traefik requests, none with Mcp-Session-Id",
                "warning log_cannot_tell: http: at least 1000 Traefik requests, all with a hidden Mcp-Session-Id",
                "warning log_cannot_tell: stdin: 20 requests in the common log format, which has no headers",
            ])
        #expect(Diagnosis(input).findings.allSatisfy { $0.advice.contains("Mcp-Session-Id: keep") })
    }

    @Test func addressesThatAreUnknownOrDiffer() {
        var input = Self.input(Self.living())
        input.events.unknownAddresses = [
            UnknownAddress(text: "http://a:1", count: 1, last: input.now),
            UnknownAddress(text: "http://b:1", count: 5, last: input.now),
        ]
        input.events.nodesElsewhere = [("n1", "http://127.0.0.1:8101", "http://localhost:8101")]
        #expect(
            Self.lines(input) == [
                "note addresses_unknown: 2 addresses in log lines belong to no known node: http://b:1, http://a:1",
                "note addresses_differ: the proxy writes the address of n1 in another way than the heartbeat",
            ])
        #expect(
            Diagnosis(input).findings.last?.evidence
                == "n1 is http://localhost:8101 to the proxy and http://127.0.0.1:8101 in its heartbeat")
    }

    /// Each cause has its own advice.
    @Test func causesAreToldApart() {
        let advice = StickyCause.allCases.map { cause in
            var input = Self.input(Self.living())
            input.now = Self.start
            input.refusals = [Self.refusal(.misrouted, cause, secondsAgo: 1)]
            return Diagnosis(input).findings.first?.advice ?? ""
        }
        #expect(Set(advice).count == StickyCause.allCases.count)
    }

    @Test func stuckClientsAreWrong() {
        var input = Self.input(Self.living())
        input.stuckClients = 2
        #expect(
            Self.lines(input) == [
                "critical clients_stuck: 2 clients repeat a refused request and do not start a new session"
            ])
    }

    @Test func logsAreMissingOrNotUnderstood() {
        var input = Self.input(Self.living())
        input.events.problems = ["stream": "NOPERM", "files": "/a.log: no such file"]
        (input.events.lines, input.events.taken, input.events.rejected) = (90, 6, 4)
        #expect(
            Self.lines(input) == [
                "warning events_not_read: not all log files are read",
                "warning events_not_read: the stream of events is not read",
                "warning events_not_understood: 6 of 10 lines about sessions are understood",
            ])
        input.events = .init()
        input.events.lines = 70
        #expect(Self.lines(input) == ["note events_not_understood: none of 70 lines is about a session"])
        (input.events.taken, input.events.rejected) = (95, 5)
        #expect(Self.lines(input) == [])
    }

    @Test func cleanupIsHeldBack() {
        var input = Self.input(Self.living())
        input.cleanup.stop = CleanupStop(by: "ann\u{1B}[0m", why: "deploy", at: input.now - 9)
        input.cleanup.brakes = [
            AppliedBrake(.suspended, detail: "x"),
            AppliedBrake(.clockSkew, measured: 7.125, limit: 5, detail: "Redis' clock and the daemon's disagree"),
        ]
        let findings = Diagnosis(input).findings
        #expect(findings.map(\.kind) == [.cleanupHeld, .cleanupSuspended])
        #expect(findings[0].evidence == "Redis' clock and the daemon's disagree (7.13, limit 5)")
        #expect(findings[1].what.plain == "cleanup is suspended by ann\u{FFFD}[0m" && !findings[1].isWrong)
        input.cleanup.isOff = true
        #expect(Self.lines(input) == [])
    }

    @Test func instancesDiffer() {
        var input = Self.input(Self.living())
        input.instances = [
            .init(name: "a", version: "1.0.0", watch: "9d0c"), .init(name: "b", version: "0.9.0", watch: "0001"),
            .init(name: "c", version: "1.0.0", watch: nil),
        ]
        #expect(
            Self.lines(input) == [
                "warning instances_differ: 2 versions run side by side",
                "warning instances_differ: instances watch different keys: 2 fingerprints",
            ])
    }

    @Test func aNodeThatBeatsTooSeldom() {
        var input = Self.input(Self.living())
        input.cleanup.slowestNode = ("n1", 4_320)
        #expect(Self.lines(input) == [])
        input.cleanup.slowestNode = ("n1", 7_200)
        #expect(
            Self.lines(input) == [
                "warning heartbeats_too_rare: n1 lets 2h pass between two heartbeats: it should be silent for 10h before "
                    + "its sessions are removed"
            ])
    }

    @Test func keysThatAreWrong() {
        var input = Self.input(Self.living())
        (input.redis.evicts, input.redis.evictedKeys, input.withoutExpiry) = (true, 1, 2)
        (input.counts.malformed, input.malformed) = (3, [.badJSON: 2, .badTime: 1])
        #expect(
            Self.lines(input) == [
                "warning redis_evicts: Redis evicted 1 key since it started: sessions may be lost",
                "warning sessions_malformed: 3 sessions cannot be read",
                "note sessions_without_expiry: 2 sessions have no expiry",
            ])
        #expect(Diagnosis(input).findings[1].evidence == "2 bad_json, 1 bad_time")
    }

    @Test func whatOthersSaidIsMadeHarmless() {
        var input = Self.input(Self.living())
        input.cleanup.refusal = "NOPERM \u{9B}31m\u{202E}this user has no permissions. "
        #expect(Diagnosis(input).findings.first?.evidence == "NOPERM \u{FFFD}31m\u{FFFD}this user has no permissions")
        input.cleanup.refusal = String(repeating: "x", count: 10_000)
        #expect(Diagnosis(input).findings.first?.evidence?.count == 300)
    }
}
