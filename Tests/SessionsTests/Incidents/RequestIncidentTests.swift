import Testing

@testable import Sessions

@Suite struct RequestIncidentTests {
    /// So many misrouted requests for sessions of `n1`, one check after the other.
    private static func misroute(_ stage: inout IncidentStage, _ count: Int, over seconds: Int) {
        for second in 0..<seconds {
            stage.misrouted["n1", default: 0] += (second + 1) * count / seconds - second * count / seconds
            stage.check()
        }
    }

    @Test func fewMisroutesAreNoBrokenStickiness() {
        var stage = IncidentStage()
        Self.misroute(&stage, 29, over: 60)
        stage.check(for: 301)
        Self.misroute(&stage, 29, over: 299)
        #expect(stage.rows == [])
    }

    @Test func brokenStickinessLastsUntilItHasCalmed() {
        var stage = IncidentStage()
        Self.misroute(&stage, 30, over: 30)
        #expect(stage.rows == ["stickiness_broken - 6...open - x1"])
        Self.misroute(&stage, 100, over: 100)
        stage.check(for: 290)
        #expect(stage.log.openCount == 1)
        stage.check(for: 12)
        #expect(stage.rows == ["stickiness_broken - 6...135 - x1"])
        #expect(
            stage.log.incidents[0].summary
                == "stickiness broken: 130 requests reached a living node other than the living owner")
        Self.misroute(&stage, 30, over: 30)
        #expect(stage.rows == ["stickiness_broken - 6...open - x2"])
    }

    @Test func whatWasCountedBeforeTheFirstLookIsNotOfNow() {
        var stage = IncidentStage()
        stage.misrouted = ["n1": 1000]
        stage.log = IncidentLog()
        stage.check(for: 10)
        #expect(stage.rows == [])
    }

    @Test func whatMissesANodeThatDrainsOrRestartedIsADeploys() {
        var stage = IncidentStage()
        stage.heartbeat(["n1": "b1", "n2": "b2"], draining: ["n1"])
        stage.check()
        Self.misroute(&stage, 100, over: 50)
        stage.heartbeat(["n1": "b7", "n2": "b2"])
        stage.check()
        Self.misroute(&stage, 100, over: 290)
        #expect(stage.log.incidents.map(\.kind) == [.nodeDrained])
        stage.check(for: 30)
        Self.misroute(&stage, 30, over: 10)
        #expect(stage.log.incidents.map(\.kind) == [.nodeDrained, .stickinessBroken])
    }

    @Test func aStormBelongsToWhatItFollows() {
        var stage = IncidentStage()
        stage.heartbeat(["n2": "b2"])
        stage.check(for: 16)
        stage.refused = 7
        stage.begin(40, "c", over: 20)
        stage.check(for: 30)
        let storm = stage.log.incidents[0].storm
        #expect(stage.rows == ["node_died n1/b1 5...open 5/0/0/5 x1"])
        #expect(storm?.newSessions == 40)
        #expect(storm?.refusedRequests == 7)
        #expect(storm?.peakPerMinute == 40)
        #expect(storm?.endedAt == nil)
        stage.check(for: 200)
        let over = stage.log.incidents[0].storm
        #expect(over?.newSessions == 40)
        #expect(over?.endedAt.map { (70...110).contains($0 - stage.start) } == true)
    }

    @Test func usualTrafficAfterAnIncidentIsNoStorm() {
        var stage = IncidentStage()
        stage.begin(200, "c", over: 600)
        stage.heartbeat(["n2": "b2"])
        stage.check(for: 16)
        stage.begin(100, "d", over: 300)
        #expect(stage.rows == ["node_died n1/b1 605...open 5/0/0/5 x1"])
        #expect(stage.log.incidents[0].storm == nil)
    }

    @Test func aStormThatFollowsNothingIsAnIncidentItself() {
        var stage = IncidentStage()
        stage.begin(40, "a", over: 20)
        stage.check(for: 700)
        #expect(stage.rows == [])
        stage.begin(100, "c", over: 100)
        #expect(stage.log.incidents.map(\.kind) == [.reconnectionStorm])
        #expect(stage.log.openCount == 1)
        stage.check(for: 200)
        #expect(stage.log.openCount == 0)
        let incident = stage.log.incidents[0]
        #expect(incident.storm?.newSessions == 100)
        #expect(incident.endedAt == incident.storm?.endedAt)
        #expect(
            incident.summary
                == "100 new sessions, at most \(incident.storm?.peakPerMinute ?? 0) a minute, after nothing else that was seen"
        )
    }

    @Test func whatIsFoundAtOnceAfterAGapBeganThroughoutIt() {
        var pace = SessionPace()
        let start = UnixTime(seconds: 1_787_307_300)
        for second in 0..<300 { pace.turn(to: start + Double(second)) }
        pace.add(created: 100, since: start + 100, at: start + 300)
        #expect(abs(pace.perMinute - 100.0 * 6 / 21) < 1)
        #expect(Int(pace.since(start).created.rounded()) == 100)
    }

    @Test func thePaceOfAnHourIsRemembered() {
        var pace = SessionPace()
        let start = UnixTime(seconds: 1_787_307_300)
        for second in 0..<7200 { pace.add(created: 1, since: start, at: start + Double(second)) }
        #expect(pace.seconds == 3600)
        #expect(Int(pace.since(start).created.rounded()) <= 3660)
        pace.add(created: 5, since: start, at: start - 10_000)
        #expect(pace.seconds == 0)
    }
}
