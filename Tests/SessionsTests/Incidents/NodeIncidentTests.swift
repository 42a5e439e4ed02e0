import Testing

@testable import Sessions

@Suite struct NodeIncidentTests {
    @Test func aFirstReadingMakesNoIncident() {
        var stage = IncidentStage()
        stage.take { [$0.session("x", "n9", "b9")] }
        stage.look(for: 100)
        #expect(stage.rows == [])
        // It was dead when we began.
        var late = IncidentStage()
        late.beat(["n2": "b2"])
        late.look(for: 20)
        late.log = IncidentLog()
        late.look(for: 20)
        #expect(late.rows == [])
    }

    @Test func aDeathLastsWhileTheNodeIsDeadAndItsSessionsAreThere() {
        var stage = IncidentStage()
        stage.beat(["n2": "b2"])
        stage.look(for: 14)
        #expect(stage.rows == [])
        stage.look(for: 10)
        #expect(stage.rows == ["node_died n1/b1 5...open 5/0/0/5 x1"])
        stage.cluster.refuse("a0", at: "n2")
        stage.take { [$0.gone("a1")] }
        stage.look()
        #expect(stage.rows == ["node_died n1/b1 5...open 5/1/0/3 x1"])
        stage.take { cluster in ["a0", "a2", "a3", "a4"].map { cluster.gone($0) } }
        stage.look(for: 400)
        #expect(stage.rows == ["node_died n1/b1 5...31 5/5/0/0 x1"])
        #expect(stage.log.incidents[0].summary == "n1 died: 5 sessions stranded, 5 recovered, 0 stuck")
    }

    @Test func aReplacementEndsItAndIsNoRestartBeside() {
        var stage = IncidentStage()
        stage.beat(["n2": "b2"])
        stage.look(for: 20)
        stage.beat(["n1": "b7", "n2": "b2"])
        stage.look(for: 5)
        #expect(stage.rows == ["node_died n1/b1 5...26 5/0/0/5 x1"])
        stage.cluster.refuse("a0", at: "n1")
        stage.look(for: 302)
        #expect(stage.rows == ["node_died n1/b1 5...26 5/1/0/4 x1"])
    }

    @Test func aProcessThatIsBackServesItsSessionsAgain() {
        var stage = IncidentStage()
        stage.beat(["n2": "b2"])
        stage.look(for: 20)
        stage.beat(["n1": "b1", "n2": "b2"])
        stage.look(for: 5)
        #expect(stage.rows == ["node_died n1/b1 5...26 5/5/0/0 x1"])
    }

    @Test func aNodeThatFlapsIsOneIncidentAndALateDeathAnother() {
        var stage = IncidentStage()
        for _ in 0..<4 {
            stage.beat(["n2": "b2"])
            stage.look(for: 20)
            stage.beat(["n1": "b1", "n2": "b2"])
            stage.look(for: 100)
        }
        #expect(stage.rows == ["node_died n1/b1 5...386 20/20/0/0 x4"])
        #expect(stage.log.incidents[0].summary == "n1 died 4 times: 20 sessions stranded, 20 recovered, 0 stuck")
        stage.look(for: 600)
        stage.beat(["n2": "b2"])
        stage.look(for: 20)
        #expect(
            stage.rows == ["node_died n1/b1 5...386 20/20/0/0 x4", "node_died n1/b1 1085...open 5/0/0/5 x1"])
    }

    @Test func aRestartIsOverAtOnceAndACrashLoopIsOneIncident() {
        var stage = IncidentStage()
        stage.beat(["n1": "b7", "n2": "b2"])
        stage.look(for: 2)
        #expect(stage.rows == ["node_restarted n1/b1 6...6 5/0/0/5 x1"])
        #expect(stage.log.incidents[0].alert == nil)
        stage.take { [$0.session("c", "n1", "b7")] }
        for boot in ["b8", "b9"] {
            stage.look(for: 60)
            stage.beat(["n1": boot, "n2": "b2"])
            stage.look()
        }
        stage.look()
        #expect(stage.rows == ["node_restarted n1/b8 6...129 6/0/0/6 x3"])
        #expect(stage.log.incidents[0].alert == "McpNodeRestartLoop")
    }

    @Test func aDeployThatClosesItsSessionsStrandsNone() {
        var stage = IncidentStage()
        stage.take { cluster in (0..<5).map { cluster.gone("a\($0)") } }
        stage.look()
        stage.beat(["n1": "b7", "n2": "b2"])
        stage.look(for: 2)
        #expect(stage.rows == ["node_restarted n1/b1 7...7 0/0/0/0 x1"])
        #expect(stage.log.incidents[0].summary == "n1 restarted: no session stranded")
    }

    @Test func aNodeWithoutSessionsThatDiesIsOverAtOnce() {
        var stage = IncidentStage()
        stage.take { cluster in (0..<5).map { cluster.gone("a\($0)") } }
        stage.look()
        stage.beat(["n2": "b2"])
        stage.look(for: 20)
        #expect(stage.rows == ["node_died n1/b1 6...21 0/0/0/0 x1"])
    }

    @Test func aDrainEndsWhenTheNodeIsGone() {
        var stage = IncidentStage()
        stage.beat(["n1": "b1", "n2": "b2"], draining: ["n1"])
        stage.look(for: 10)
        #expect(stage.rows == ["node_drained n1/b1 6...open 0/0/0/0 x1"])
        #expect(stage.log.incidents[0].summary == "n1 is draining")
        stage.take { cluster in (0..<3).map { cluster.gone("a\($0)") } }
        stage.beat(["n2": "b2"])
        stage.look(for: 20)
        #expect(stage.rows == ["node_drained n1/b1 6...15 2/0/0/2 x1"])
        #expect(stage.log.incidents[0].summary == "n1 drained and went: 2 sessions stranded, 0 recovered, 0 stuck")
    }

    @Test func aDrainedNodeThatRestartsOrServesAgainIsNoOtherIncident() {
        var stage = IncidentStage()
        stage.beat(["n1": "b1", "n2": "b2"], draining: ["n1", "n2"])
        stage.look(for: 10)
        stage.beat(["n1": "b7", "n2": "b2"])
        stage.look(for: 2)
        #expect(
            stage.rows == ["node_drained n1/b1 6...16 5/0/0/5 x1", "node_drained n2/b2 6...16 0/0/0/0 x1"])
        #expect(
            stage.log.incidents.map(\.summary) == [
                "n1 drained and went: 5 sessions stranded, 0 recovered, 0 stuck", "n2 drained, and serves again",
            ])
        stage.beat(["n1": "b7", "n2": "b2"], draining: ["n1"])
        stage.look(for: 2)
        #expect(
            stage.log.incidents.first { $0.isOpen }?.summary
                == "n1 is draining: 5 sessions stranded before, 0 recovered, 0 stuck")
    }

    @Test func aRestartDidNotBeginBeforeTheFormerProcessBeatForTheLastTime() {
        var stage = IncidentStage()
        stage.beats = { ["n1": $0.beat("b7", started: -7200), "n2": $0.beat("b2")] }
        stage.look(for: 2)
        #expect(stage.rows == ["node_restarted n1/b1 5...6 5/0/0/5 x1"])
    }

    @Test func aSuspectNodeIsOneUntilNothingSpeaksAgainstIt() {
        var stage = IncidentStage()
        stage.cluster.refuse("a0", at: "n1")
        stage.look()
        #expect(stage.rows == ["node_suspect n1/b1 6...open 1/0/0/0 x1"])
        #expect(
            stage.log.incidents[0].summary
                == "n1 is suspect: it denies sessions that name it: 1 session, 0 stuck")
        stage.take { [$0.gone("a0")] }
        stage.look()
        #expect(stage.rows == ["node_suspect n1/b1 6...7 1/0/0/1 x1"])
    }

    @Test func aNodeThatWorksWithoutAHeartbeatIsOneUntilItBeatsOrIsHeardNoMore() {
        for beatsAgain in [true, false] {
            var stage = IncidentStage()
            stage.beat(["n2": "b2"])
            stage.look(for: 16)
            // It may just have begun when its heartbeat ended.
            stage.take { [$0.session("c0", "n1", "b1", created: 0)] }
            stage.look()
            #expect(stage.rows.count == 1)
            stage.look(for: 5)
            stage.take { [$0.session("c1", "n1", "b1", created: 0)] }
            stage.look()
            #expect(stage.rows.last == "silent_but_working n1/b1 28...open - x1")
            let incident = stage.log.incidents[1]
            #expect(incident.summary == "n1 works without a heartbeat: mend that, and do not restart it")
            #expect(incident.alert == "McpNodeSilentButWorking")
            #expect(incident.runbook == "alerts/runbooks/McpNodeSilentButWorking.md")
            if beatsAgain {
                stage.beat(["n1": "b1", "n2": "b2"])
                stage.look()
                #expect(stage.rows.last == "silent_but_working n1/b1 28...29 - x1")
            } else {
                stage.look(for: 890)
                #expect(stage.log.incidents[1].isOpen)
                stage.look(for: 20)
                #expect(!stage.log.incidents[1].isOpen)
            }
            #expect(
                stage.log.incidents[1].summary == "n1 worked without a heartbeat: mend that, and do not restart it")
        }
    }

    @Test func aNameThatTwoBootsShareIsOneUntilTheyTakeNoTurnsAnyMore() {
        var stage = IncidentStage()
        for boot in ["b7", "b1"] {
            stage.beat(["n1": boot, "n2": "b2"])
            stage.look()
        }
        // Once may be a process that was slow to end.
        #expect(!stage.rows.contains { $0.hasPrefix("shared_name") })
        stage.beat(["n1": "b7", "n2": "b2"])
        stage.look()
        #expect(stage.rows.last == "shared_name n1/b7 8...open - x1")
        let shared = { (stage: IncidentStage) in stage.log.incidents.first { $0.kind == .sharedName } }
        #expect(shared(stage)?.summary == "two boots take turns under the name n1")
        #expect(shared(stage)?.alert == "McpNodeNameShared")
        #expect(shared(stage)?.runbook == "alerts/runbooks/McpNodeNameShared.md")
        stage.look(for: 890)
        #expect(shared(stage)?.isOpen == true)
        stage.look(for: 20)
        #expect(shared(stage)?.isOpen == false)
        #expect(shared(stage)?.summary == "two boots took turns under the name n1")
    }

    @Test func ofANodeWithoutBootsOnlyWhatTheDeathStrandedCounts() {
        var stage = IncidentStage()
        let began = stage.cluster.now
        let beats = { (start: UnixTime) in
            { (cluster: Cluster) in
                var beat = Heartbeat(seenAt: cluster.now)
                beat.startedAt = start
                return ["n1": beat, "n2": cluster.beat("b2"), "n3": beat]
            }
        }
        stage.beats = beats(began - 500)
        stage.look()
        stage.take { [$0.session("old", "n3", created: -400), $0.session("older", "n3", created: -300)] }
        stage.look()
        stage.beats = beats(began + 3)
        stage.look(for: 5)
        stage.take { [$0.session("new", "n3", created: 0)] }
        stage.look()
        stage.beat(["n2": "b2"])
        stage.look(for: 20)
        #expect(
            stage.rows.filter { $0.contains("n3") } == [
                "node_restarted n3/- 8...8 2/0/0/2 x1", "node_died n3/- 13...open 1/0/0/1 x1",
            ])
    }

    @Test func twoNodesThatDieAtOnceAreTwoAndOneThatIsForgottenIsOver() {
        var stage = IncidentStage()
        stage.beats = { _ in [:] }
        stage.look(for: 20)
        #expect(
            stage.rows == ["node_died n1/b1 5...open 5/0/0/5 x1", "node_died n2/b2 5...open 1/0/0/1 x1"])
        #expect(stage.log.openCount == 2)
        #expect(stage.log.incident(ofOwner: "n1", boot: "b1")?.id == stage.log.incidents[0].id)
        #expect(stage.log.incident(ofOwner: "n1", boot: "b2") == nil)
        stage.cluster = IncidentStage().cluster
        stage.beat(["n9": "b1"])
        stage.cluster.registry = Registry(policy: NodePolicy())
        stage.cluster.readLive([])
        stage.look(for: 2)
        #expect(stage.log.openCount == 0)
    }

    @Test func whatAnEarlierProcessKeptGoesOn() {
        var stage = IncidentStage()
        stage.beat(["n2": "b2"])
        stage.look(for: 20)
        stage.take { [$0.gone("a0")] }
        stage.cluster.refuse("a1", at: "n2")
        stage.look(for: 310)
        #expect(stage.rows == ["node_died n1/b1 5...open 5/2/0/3 x1"])
        stage.log = IncidentLog(restoring: stage.log.incidents, nextNumber: 2, keptAt: stage.cluster.now)
        var fresh = Cluster()
        fresh.now = stage.cluster.now + 60
        fresh.look(Self.beats(fresh))
        fresh.readLive((1..<5).map { fresh.session("a\($0)", "n1", "b1") })
        stage.cluster = fresh
        stage.look(for: 70)
        #expect(stage.rows == ["node_died n1/b1 5...open 5/2/0/3 x1"])
        stage.beat(["n1": "b7", "n2": "b2"])
        stage.look(for: 5)
        #expect(stage.rows == ["node_died n1/b1 5...466 5/2/0/3 x1"])
    }

    private static func beats(_ cluster: Cluster) -> [String: Heartbeat] { ["n2": cluster.beat("b2")] }
}
