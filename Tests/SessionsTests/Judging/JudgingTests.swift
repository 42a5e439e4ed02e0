import Testing

@testable import Sessions

/// One refused request of one session, and the whole judgement.
struct JudgingRow: CustomTestStringConvertible {
    var what: String
    var id = "s"
    var node: String?
    var time: Double? = 0
    var judged: @Sendable (Cluster) -> Judgement

    var testDescription: String { what }
}

@Suite struct JudgingTests {
    /// Nodes 1 to 3 live, `dead` is dead, `ghost` never heartbeat; one session of each kind.
    private static func cluster() -> Cluster {
        var cluster = Cluster()
        let start = cluster.now
        let last = cluster.heartbeat("b1", started: -100)
        func heartbeats(_ cluster: Cluster) -> [String: Heartbeat] {
            cluster.threeHeartbeats.merging(["dead": last]) { a, _ in a }
        }
        cluster.check(heartbeats(cluster))
        cluster.readLive([])
        cluster.now = start
        cluster.check(for: 60) { heartbeats($0) }
        cluster.take(
            [
                cluster.session("s", "n1", "b1", client: "inspector 0.4"), cluster.session("old", "n1", "b0"),
                cluster.session("dead", "dead", "b1"), cluster.session("ghost", "ghost", "b1"),
                cluster.session("bare"), cluster.malformed("bad", .badJSON),
                cluster.session("any", "n1", "b1", isAdoptable: true),
                cluster.session("anyDead", "dead", "b1", isAdoptable: true),
                cluster.session("young", "n1", "b1", created: 100),
            ], from: .change)
        let created = cluster.now
        cluster.check(for: 60) { heartbeats($0) }
        cluster.registry.noteCurrent(at: cluster.now)
        #expect(cluster.now - created == 60)
        return cluster
    }

    /// Owned by `n1`, created two minutes ago.
    private static func ofN1(_ cluster: Cluster, _ id: String, _ verdict: Verdict, at node: String?) -> Judgement {
        cluster.judgement(id, verdict) {
            ($0.node, $0.owner, $0.boot, $0.createdAt) = (node, "n1", "b1", cluster.now - 120)
            if verdict == .misrouted { $0.cause = .notLogged }
        }
    }

    @Test(arguments: [
        JudgingRow(what: "another node lives", node: "n2") { cluster in
            var judgement = ofN1(cluster, "s", .misrouted, at: "n2")
            judgement.client = "inspector 0.4"
            return judgement
        },
        JudgingRow(what: "the very node", node: "n1") { cluster in
            var judgement = ofN1(cluster, "s", .ownerDenies, at: "n1")
            judgement.client = "inspector 0.4"
            return judgement
        },
        JudgingRow(what: "no node named", id: "any") { ofN1($0, "any", .misrouted, at: nil) },
        JudgingRow(what: "a node that is not known", id: "any", node: "n9") { ofN1($0, "any", .misrouted, at: nil) },
        JudgingRow(what: "adoptable, another node", id: "any", node: "n3") { ofN1($0, "any", .misrouted, at: "n3") },
        JudgingRow(what: "adoptable, the very node", id: "any", node: "n1") {
            ofN1($0, "any", .ownerDenies, at: "n1")
        },
        JudgingRow(what: "adoptable, nobody did", id: "anyDead", node: "n1") { cluster in
            var judgement = ofN1(cluster, "anyDead", .ownerDead, at: "n1")
            judgement.owner = "dead"
            return judgement
        },
        JudgingRow(what: "another boot", id: "old", node: "n1") { cluster in
            var judgement = ofN1(cluster, "old", .ownerRestarted, at: "n1")
            (judgement.boot, judgement.orphanedSince) = ("b0", cluster.now - 1000)
            return judgement
        },
        JudgingRow(what: "the owner is dead", id: "dead", node: "n1") { cluster in
            var judgement = ofN1(cluster, "dead", .ownerDead, at: "n1")
            (judgement.owner, judgement.orphanedSince) = ("dead", cluster.now - 120)
            return judgement
        },
        JudgingRow(what: "the owner never heartbeat", id: "ghost", node: "n1") { cluster in
            var judgement = ofN1(cluster, "ghost", .ownerUnknown, at: "n1")
            (judgement.owner, judgement.orphanedSince) = ("ghost", cluster.now - 60)
            return judgement
        },
        JudgingRow(what: "no owner", id: "bare", node: "n1") { cluster in
            cluster.judgement("bare", .unowned) { ($0.node, $0.createdAt) = ("n1", cluster.now - 120) }
        },
        JudgingRow(what: "not readable", id: "bad", node: "n1") { cluster in
            cluster.judgement("bad", .malformed) { $0.node = "n1" }
        },
        JudgingRow(what: "never seen", id: "forged", node: "n1") { cluster in
            cluster.judgement("forged", .neverSeen) { $0.node = "n1" }
        },
        JudgingRow(what: "before memory began", id: "forged", node: "n1", time: -121) { cluster in
            cluster.judgement("forged", .unverified) { ($0.node, $0.time) = ("n1", cluster.now - 121) }
        },
        JudgingRow(what: "when memory began", id: "forged", node: "n1", time: -120) { cluster in
            cluster.judgement("forged", .neverSeen) { ($0.node, $0.time) = ("n1", cluster.now - 120) }
        },
        JudgingRow(what: "before it was created", id: "young", node: "n2", time: -30) { cluster in
            var judgement = ofN1(cluster, "young", .misrouted, at: "n2")
            (judgement.createdAt, judgement.time) = (cluster.now + 40, cluster.now - 30)
            return judgement
        },
        JudgingRow(what: "no time", id: "any", node: "n2", time: nil) { ofN1($0, "any", .misrouted, at: "n2") },
        JudgingRow(what: "a time to come", id: "any", node: "n2", time: 9) { ofN1($0, "any", .misrouted, at: "n2") },
    ])
    func aRefusedRequest(row: JudgingRow) {
        var cluster = Self.cluster()
        #expect(cluster.refuse(row.id, at: row.node, time: row.time) == row.judged(cluster))
        cluster.checkCounts()
    }

    @Test(arguments: [ViewState.Gap.resync, .connectionLost])
    func whileThePictureIsNotWholeNothingIsSaidNorLearnt(gap: ViewState.Gap) {
        var cluster = Self.cluster()
        cluster.registry.abandonFullScan(gap)
        for id in ["s", "bare", "forged", "bad"] {
            cluster.serve(id, at: "n1")
            #expect(cluster.refuse(id, at: "n1") == cluster.judgement(id, .unverified) { $0.node = "n1" })
        }
        #expect(cluster.state("s") == .owned)
        #expect(cluster.state("bare") == .unowned(.noOwner))
        var fresh = Cluster()
        fresh.check(["n1": fresh.heartbeat("b1")])
        #expect(fresh.refuse("s", at: "n1")?.verdict == .unverified)
        // Each of them failed all the same, and none was misrouted.
        #expect(cluster.registry.affectedSessions(at: cluster.now).transient == 4)
        #expect(cluster.listing().map(\.misrouted).reduce(0, +) == 0)
    }

    /// A line may carry only the beginning of an id, that of no session or of several.
    @Test func aRequestForWhoKnowsWhichSessionIsUnverifiedAndTellsNothingElse() {
        var cluster = Self.cluster()
        let (before, counts) = (cluster.listing(), cluster.registry.stateCounts(at: cluster.now))
        for outcome in [LoggedRequest.Outcome.refused, .created, .served, .closed] {
            var request = cluster.request(
                outcome, "bare", at: "10.0.0.2:8080", time: -3, cookie: .value("cc3dd0c247d6ff41"), client: "a\nb")
            request.session = nil
            var expected = Judgement(ref: nil, time: cluster.now - 3)
            (expected.node, expected.cookieNode, expected.client) = ("n2", "n1", "a\u{FFFD}b")
            let judgement = cluster.registry.judge(request, at: cluster.now)
            #expect(judgement == (outcome == .refused ? expected : nil))
            #expect(cluster.nodeSummary("n2")?.recentJudgements == [expected])
        }
        #expect(cluster.listing() == before)
        #expect(cluster.registry.stateCounts(at: cluster.now) == counts)
        #expect(cluster.registry.affectedSessions(at: cluster.now) == AffectedSessions())
        let nodes = cluster.registry.nodeSummaries(at: cluster.now)
        #expect(nodes.allSatisfy { $0.misroutesFrom == 0 && $0.misroutesTo == 0 && $0.clockOffsetSeconds == nil })
        #expect(cluster.registry.testimony.ownersSeenBeforeRead.isEmpty)
        // Where there is but one node, it was that.
        var alone = Cluster()
        alone.check(["n1": alone.heartbeat("b1")])
        alone.read([])
        var request = alone.request(.refused, "s")
        request.session = nil
        #expect(alone.registry.judge(request, at: alone.now)?.node == "n1")
    }

    @Test func onlyWhatWasRefusedIsJudged() {
        var cluster = Self.cluster()
        for outcome in [LoggedRequest.Outcome.created, .served, .closed] {
            #expect(cluster.registry.judge(cluster.request(outcome, "s", at: "n2"), at: cluster.now) == nil)
        }
    }

    /// Where there is but one node, a line that names nobody is its own; one that names another is not.
    @Test func theOnlyNodeIsMeantWhereNobodyIsNamed() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("b1")])
        cluster.read([cluster.session("a", "n1", "b1"), cluster.session("b", "n1", "b1")])
        #expect(cluster.refuse("a")?.verdict == .ownerDenies)
        #expect(cluster.refuse("b", at: "container-7")?.verdict == .misrouted)
        #expect(cluster.registry.nodeSummary(named: "n1", at: cluster.now)?.misroutesFrom == 1)
    }

    @Test(
        arguments: [
            ("n1", "n1"), ("10.0.0.2:8080", "n2"), ("http://10.0.0.2:8080/", "n2"), ("n3:4711", "n3"), ("h:1", "h:1"),
            ("10.0.0.9:8080", nil), ("10.0.0.2", nil), ("n3:", nil), ("n3:x", nil), ("", nil), ("N1", nil),
            ("plain:80", "p"), ("http://plain", "p"), ("tls", nil), ("tls:443", "t"), ("[fd00::1]:8080", "v6"),
            ("twice:80", nil), ("moved:80", "new"),
        ] as [(String, String?)])
    func aLineNamesANode(text: String, node: String?) {
        var cluster = Cluster()
        func heartbeat(_ url: String) -> Heartbeat {
            var heartbeat = cluster.heartbeat("b1")
            heartbeat.url = url
            return heartbeat
        }
        let urls = [
            "p": "http://plain/", "t": "https://TLS", "v6": "http://[fd00::1]:8080", "h:1": "http://h:2", "h": "",
            "x": "http://twice:80", "y": "http://twice/", "new": "http://moved", "old": "http://moved:80",
        ]
        let first = cluster.threeHeartbeats.merging(urls.mapValues { heartbeat($0) }) { a, _ in a }
        cluster.check(first)
        cluster.check(for: 15) { cluster in
            first.mapValues { seen in
                var seen = seen
                if seen.url != "http://moved:80" { seen.seenAt = cluster.now }
                return seen
            }
        }
        #expect(cluster.status("old") == .dead)
        cluster.read([])
        #expect(cluster.refuse("s", at: text)?.node == node)
    }
}
