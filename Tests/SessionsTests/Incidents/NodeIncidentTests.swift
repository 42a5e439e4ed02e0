import Testing

@testable import Sessions

@Suite struct NodeIncidentTests {
    @Test func aFirstReadingMakesNoIncident() {
        var stage = IncidentStage()
        stage.take { [$0.session("x", "n9", "b9")] }
        stage.check(for: 100)
        #expect(stage.rows == [])
        // It was dead when we began.
        var late = IncidentStage()
        late.heartbeat(["n2": "b2"])
        late.check(for: 20)
        late.log = IncidentLog()
        late.check(for: 20)
        #expect(late.rows == [])
    }

    @Test func aDeathLastsWhileTheNodeIsDeadAndItsSessionsAreThere() {
        var stage = IncidentStage()
        stage.heartbeat(["n2": "b2"])
        stage.check(for: 14)
        #expect(stage.rows == [])
        stage.check(for: 10)
        #expect(stage.rows == ["node_died n1/b1 5...open 5/0/0/5 x1"])
        stage.cluster.refuse("a0", at: "n2")
        stage.take { [$0.gone("a1")] }
        stage.check()
        #expect(stage.rows == ["node_died n1/b1 5...open 5/1/0/3 x1"])
        stage.take { cluster in ["a0", "a2", "a3", "a4"].map { cluster.gone($0) } }
        stage.check(for: 400)
        #expect(stage.rows == ["node_died n1/b1 5...31 5/5/0/0 x1"])
        #expect(stage.log.incidents[0].summary == "n1 died: 5 sessions stranded, 5 recovered, 0 stuck")
    }

    @Test func aReplacementEndsItAndIsNoRestartBeside() {
        var stage = IncidentStage()
        stage.heartbeat(["n2": "b2"])
        stage.check(for: 20)
        stage.heartbeat(["n1": "b7", "n2": "b2"])
        stage.check(for: 5)
        #expect(stage.rows == ["node_died n1/b1 5...26 5/0/0/5 x1"])
        stage.cluster.refuse("a0", at: "n1")
        stage.check(for: 302)
        #expect(stage.rows == ["node_died n1/b1 5...26 5/1/0/4 x1"])
    }

    @Test func aProcessThatIsBackServesItsSessionsAgain() {
        var stage = IncidentStage()
        stage.heartbeat(["n2": "b2"])
        stage.check(for: 20)
        stage.heartbeat(["n1": "b1", "n2": "b2"])
        stage.check(for: 5)
        #expect(stage.rows == ["node_died n1/b1 5...26 5/5/0/0 x1"])
    }

    /// Meanwhile the proxy gave their clients a cookie for another node, which goes on refusing them.
    @Test func whoStillGetsA404IsNotRecoveredThoughTheProcessIsBack() {
        var stage = IncidentStage()
        stage.heartbeat(["n2": "b2"])
        stage.check(for: 20)
        stage.heartbeat(["n1": "b1", "n2": "b2"])
        stage.check(for: 5)
        for _ in 0..<3 {
            for id in ["a0", "a1", "a2", "a3"] { #expect(stage.cluster.refuse(id, at: "n2")?.verdict == .misrouted) }
            stage.check(for: 31)
        }
        #expect(stage.rows == ["node_died n1/b1 5...26 5/1/4/0 x1"])
        // One of them finds its way back.
        stage.cluster.serve("a0", at: "n1")
        stage.check()
        #expect(stage.rows == ["node_died n1/b1 5...26 5/2/3/0 x1"])
    }

    @Test func aNodeThatFlapsIsOneIncidentAndALateDeathAnother() {
        var stage = IncidentStage()
        for _ in 0..<4 {
            stage.heartbeat(["n2": "b2"])
            stage.check(for: 20)
            stage.heartbeat(["n1": "b1", "n2": "b2"])
            stage.check(for: 100)
        }
        #expect(stage.rows == ["node_died n1/b1 5...386 20/20/0/0 x4"])
        #expect(stage.log.incidents[0].summary == "n1 died 4 times: 20 sessions stranded, 20 recovered, 0 stuck")
        stage.check(for: 600)
        stage.heartbeat(["n2": "b2"])
        stage.check(for: 20)
        #expect(
            stage.rows == ["node_died n1/b1 5...386 20/20/0/0 x4", "node_died n1/b1 1085...open 5/0/0/5 x1"])
    }

    @Test func aRestartIsOverAtOnceAndACrashLoopIsOneIncident() {
        var stage = IncidentStage()
        stage.heartbeat(["n1": "b7", "n2": "b2"])
        stage.check(for: 2)
        #expect(stage.rows == ["node_restarted n1/b1 6...6 5/0/0/5 x1"])
        #expect(stage.log.incidents[0].alert == nil)
        stage.take { [$0.session("c", "n1", "b7")] }
        for boot in ["b8", "b9"] {
            stage.check(for: 60)
            stage.heartbeat(["n1": boot, "n2": "b2"])
            stage.check()
        }
        stage.check()
        #expect(stage.rows == ["node_restarted n1/b8 6...129 6/0/0/6 x3"])
        #expect(stage.log.incidents[0].alert == "McpNodeRestartLoop")
    }

    @Test func aDeployThatClosesItsSessionsStrandsNone() {
        var stage = IncidentStage()
        stage.take { cluster in (0..<5).map { cluster.gone("a\($0)") } }
        stage.check()
        stage.heartbeat(["n1": "b7", "n2": "b2"])
        stage.check(for: 2)
        #expect(stage.rows == ["node_restarted n1/b1 7...7 0/0/0/0 x1"])
        #expect(stage.log.incidents[0].summary == "n1 restarted: no session stranded")
    }

    @Test func aNodeWithoutSessionsThatDiesIsOverAtOnce() {
        var stage = IncidentStage()
        stage.take { cluster in (0..<5).map { cluster.gone("a\($0)") } }
        stage.check()
        stage.heartbeat(["n2": "b2"])
        stage.check(for: 20)
        #expect(stage.rows == ["node_died n1/b1 6...21 0/0/0/0 x1"])
    }

    @Test func aDrainEndsWhenTheNodeIsGone() {
        var stage = IncidentStage()
        stage.heartbeat(["n1": "b1", "n2": "b2"], draining: ["n1"])
        stage.check(for: 10)
        #expect(stage.rows == ["node_drained n1/b1 6...open 0/0/0/0 x1"])
        #expect(stage.log.incidents[0].summary == "n1 is draining")
        stage.take { cluster in (0..<3).map { cluster.gone("a\($0)") } }
        stage.heartbeat(["n2": "b2"])
        stage.check(for: 20)
        #expect(stage.rows == ["node_drained n1/b1 6...15 2/0/0/2 x1"])
        #expect(stage.log.incidents[0].summary == "n1 drained and went: 2 sessions stranded, 0 recovered, 0 stuck")
    }

    @Test func aDrainedNodeThatRestartsOrServesAgainIsNoOtherIncident() {
        var stage = IncidentStage()
        stage.heartbeat(["n1": "b1", "n2": "b2"], draining: ["n1", "n2"])
        stage.check(for: 10)
        stage.heartbeat(["n1": "b7", "n2": "b2"])
        stage.check(for: 2)
        #expect(
            stage.rows == ["node_drained n1/b1 6...16 5/0/0/5 x1", "node_drained n2/b2 6...16 0/0/0/0 x1"])
        #expect(
            stage.log.incidents.map(\.summary) == [
                "n1 drained and went: 5 sessions stranded, 0 recovered, 0 stuck", "n2 drained, and serves again",
            ])
        stage.heartbeat(["n1": "b7", "n2": "b2"], draining: ["n1"])
        stage.check(for: 2)
        stage.heartbeat(["n1": "b7", "n2": "b2"], draining: ["n2"])
        stage.check(for: 2)
        #expect(
            stage.log.incidents.map(\.summary) == [
                "n1 drained and went: 5 sessions stranded, 0 recovered, 0 stuck", "n2 is draining 2 times",
                "n1 drained, and serves again",
            ])
    }

    @Test func aRestartDidNotBeginBeforeTheFormerProcessBeatForTheLastTime() {
        var stage = IncidentStage()
        stage.heartbeats = { ["n1": $0.heartbeat("b7", started: -7200), "n2": $0.heartbeat("b2")] }
        stage.check(for: 2)
        #expect(stage.rows == ["node_restarted n1/b1 5...6 5/0/0/5 x1"])
    }

    @Test func aSuspectNodeIsOneUntilNothingSpeaksAgainstIt() {
        var stage = IncidentStage()
        stage.cluster.refuse("a0", at: "n1")
        stage.check()
        #expect(stage.rows == ["node_suspect n1/b1 6...open 1/0/0/0 x1"])
        #expect(
            stage.log.incidents[0].summary
                == "n1 is suspect: it denies sessions that name it: 1 session, 0 stuck")
        stage.take { [$0.gone("a0")] }
        stage.check()
        #expect(stage.rows == ["node_suspect n1/b1 6...7 1/0/0/1 x1"])
    }

    @Test func aNodeThatWorksWithoutAHeartbeatIsOneUntilItBeatsOrIsHeardNoMore() {
        for beatsAgain in [true, false] {
            var stage = IncidentStage()
            stage.heartbeat(["n2": "b2"])
            stage.check(for: 16)
            // It may just have begun when its heartbeat ended.
            stage.take { [$0.session("c0", "n1", "b1", created: 0)] }
            stage.check()
            #expect(stage.rows.count == 1)
            stage.check(for: 5)
            stage.take { [$0.session("c1", "n1", "b1", created: 0)] }
            stage.check()
            #expect(stage.rows.last == "silent_but_working n1/b1 28...open - x1")
            let incident = stage.log.incidents[1]
            #expect(incident.summary == "n1 works without a heartbeat: mend that, and do not restart it")
            #expect(incident.alert == "McpNodeSilentButWorking")
            #expect(incident.runbook == "alerts/runbooks/McpNodeSilentButWorking.md")
            if beatsAgain {
                stage.heartbeat(["n1": "b1", "n2": "b2"])
                stage.check()
                #expect(stage.rows.last == "silent_but_working n1/b1 28...29 - x1")
            } else {
                stage.check(for: 890)
                #expect(stage.log.incidents[1].isOpen)
                stage.check(for: 20)
                #expect(!stage.log.incidents[1].isOpen)
            }
            #expect(
                stage.log.incidents[1].summary == "n1 worked without a heartbeat: mend that, and do not restart it")
        }
    }

    @Test func aNameThatTwoBootsShareIsOneUntilTheyTakeNoTurnsAnyMore() {
        var stage = IncidentStage()
        for boot in ["b7", "b1"] {
            stage.heartbeat(["n1": boot, "n2": "b2"])
            stage.check()
        }
        // Once may be a process that was slow to end.
        #expect(!stage.rows.contains { $0.hasPrefix("shared_name") })
        stage.heartbeat(["n1": "b7", "n2": "b2"])
        stage.check()
        #expect(stage.rows.last == "shared_name n1/b7 8...open - x1")
        let shared = { (stage: IncidentStage) in stage.log.incidents.first { $0.kind == .sharedName } }
        #expect(shared(stage)?.summary == "two boots take turns under the name n1")
        #expect(shared(stage)?.alert == "McpNodeNameShared")
        #expect(shared(stage)?.runbook == "alerts/runbooks/McpNodeNameShared.md")
        stage.check(for: 890)
        #expect(shared(stage)?.isOpen == true)
        stage.check(for: 20)
        #expect(shared(stage)?.isOpen == false)
        #expect(shared(stage)?.summary == "two boots took turns under the name n1")
    }

    @Test func ofANodeWithoutBootsOnlyWhatTheDeathStrandedCounts() {
        var stage = IncidentStage()
        let began = stage.cluster.now
        let heartbeats = { (start: UnixTime) in
            { (cluster: Cluster) in
                var heartbeat = Heartbeat(seenAt: cluster.now)
                heartbeat.startedAt = start
                return ["n1": heartbeat, "n2": cluster.heartbeat("b2"), "n3": heartbeat]
            }
        }
        stage.heartbeats = heartbeats(began - 500)
        stage.check()
        stage.take { [$0.session("old", "n3", created: -400), $0.session("older", "n3", created: -300)] }
        stage.check()
        stage.heartbeats = heartbeats(began + 3)
        stage.check(for: 5)
        stage.take { [$0.session("new", "n3", created: 0)] }
        stage.check()
        stage.heartbeat(["n2": "b2"])
        stage.check(for: 20)
        #expect(
            stage.rows.filter { $0.contains("n3") } == [
                "node_restarted n3/- 8...8 2/0/0/2 x1", "node_died n3/- 13...open 1/0/0/1 x1",
            ])
    }

    @Test func twoNodesThatDieAtOnceAreTwoAndOneThatIsForgottenIsOver() {
        var stage = IncidentStage()
        stage.heartbeats = { _ in [:] }
        stage.check(for: 20)
        #expect(
            stage.rows == ["node_died n1/b1 5...open 5/0/0/5 x1", "node_died n2/b2 5...open 1/0/0/1 x1"])
        #expect(stage.log.openCount == 2)
        #expect(stage.log.incident(ofOwner: "n1", boot: "b1")?.id == stage.log.incidents[0].id)
        #expect(stage.log.incident(ofOwner: "n1", boot: "b2") == nil)
        stage.cluster = IncidentStage().cluster
        stage.heartbeat(["n9": "b1"])
        stage.cluster.registry = Registry(policy: NodePolicy())
        stage.cluster.readLive([])
        stage.check(for: 2)
        #expect(stage.log.openCount == 0)
    }

    @Test func whatAnEarlierProcessKeptGoesOn() {
        var stage = IncidentStage()
        stage.heartbeat(["n2": "b2"])
        stage.check(for: 20)
        stage.take { [$0.gone("a0")] }
        stage.cluster.refuse("a1", at: "n2")
        stage.check(for: 310)
        #expect(stage.rows == ["node_died n1/b1 5...open 5/2/0/3 x1"])
        stage.log = IncidentLog(restoring: stage.log.incidents, nextNumber: 2, keptAt: stage.cluster.now)
        var fresh = Cluster()
        fresh.now = stage.cluster.now + 60
        fresh.check(Self.heartbeats(fresh))
        fresh.readLive((1..<5).map { fresh.session("a\($0)", "n1", "b1") })
        stage.cluster = fresh
        stage.check(for: 70)
        #expect(stage.rows == ["node_died n1/b1 5...open 5/2/0/3 x1"])
        stage.heartbeat(["n1": "b7", "n2": "b2"])
        stage.check(for: 5)
        #expect(stage.rows == ["node_died n1/b1 5...466 5/2/0/3 x1"])
    }

    private static func heartbeats(_ cluster: Cluster) -> [String: Heartbeat] { ["n2": cluster.heartbeat("b2")] }
}
