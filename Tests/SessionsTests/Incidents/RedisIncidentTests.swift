import Testing

@testable import Sessions

@Suite struct RedisIncidentTests {
    /// The same sessions again, and with a look at the heartbeats a whole view.
    private static func reread(_ stage: inout IncidentStage, _ ids: [String] = ["a0", "a1", "a2", "a3", "a4", "b"]) {
        let cluster = stage.cluster
        stage.cluster.check(stage.heartbeats(cluster))
        stage.cluster.readLive(
            ids.map { id in id == "b" ? cluster.session(id, "n2", "b2") : cluster.session(id, "n1", "b1") })
        stage.note()
    }

    @Test func anOutageIsOneAndKillsNobody() {
        var stage = IncidentStage()
        stage.loseRedis(for: 2)
        #expect(stage.rows == [])
        stage.lostSince = stage.start + 5
        stage.check()
        #expect(stage.rows == ["redis_outage - 5...open - x1"])
        stage.check(for: 100)
        stage.lostSince = nil
        stage.note()
        #expect(stage.log.openCount == 1)
        #expect(stage.log.incidents[0].summary == "Redis is out of reach")
        Self.reread(&stage)
        #expect(stage.rows == ["redis_outage - 5...108 - x1"])
        #expect(stage.log.incidents[0].summary == "Redis was out of reach for 103 s")
        stage.check(for: 10)
        #expect(stage.rows.count == 1)
    }

    @Test func aConnectionThatIsSoonThereAgainIsNone() {
        var stage = IncidentStage()
        for _ in 0..<20 {
            stage.loseRedis(for: 2)
            Self.reread(&stage)
            stage.check(for: 5)
        }
        #expect(stage.rows == [])
    }

    @Test func outagesSoonAfterEachOtherAreOne() {
        var stage = IncidentStage()
        for _ in 0..<3 {
            stage.loseRedis(for: 10)
            Self.reread(&stage)
            stage.check(for: 50)
        }
        #expect(stage.rows == ["redis_outage - 5...135 - x3"])
        #expect(stage.log.incidents[0].summary == "Redis was out of reach 3 times within 2 min")
    }

    @Test func anOutageThatEndsAtAnotherServerIsAFailover() {
        var stage = IncidentStage()
        stage.loseRedis(for: 10)
        #expect(stage.rows == ["redis_outage - 5...open - x1"])
        stage.servers = ["r2"]
        stage.note()
        #expect(stage.rows == ["redis_failover - 5...open - x1"])
        Self.reread(&stage)
        stage.check(for: 3)
        #expect(stage.rows == ["redis_failover - 5...15 - x1"])
        #expect(stage.log.incidents[0].summary == "another Redis server took over: no complete view for 10 s")
    }

    @Test func aServerThatJoinsTookNothingOver() {
        var stage = IncidentStage()
        for servers: Set<String> in [["r1", "r2"], ["r1", "r2", "r3"], []] {
            stage.servers = servers
            stage.check(for: 2)
        }
        #expect(stage.rows == [])
        stage.servers = ["r1", "r2", "r4"]
        stage.check(for: 2)
        #expect(stage.rows == ["redis_failover - 12...12 - x1"])
    }

    @Test func aFlushIsOneWithWhatBecameOfTheSessions() {
        var stage = IncidentStage()
        stage.cluster.registry.beginFullScan(isLive: true)
        while !stage.cluster.registry.finishFullScan(
            FullScanTotals(), nodeKeys: 0, hasVanished: true, at: stage.cluster.now)
        {}
        stage.check(for: 3)
        #expect(stage.rows == ["registry_flushed - 5...open 6/0/0/6 x1"])
        stage.take { [$0.session("a0", "n1", "b1")] }
        stage.cluster.refuse("a1", at: "n1")
        stage.check(for: 20)
        #expect(stage.rows == ["registry_flushed - 5...5 6/1/0/4 x1"])
        #expect(
            stage.log.incidents[0].summary == "the registry was emptied: 6 sessions vanished, 1 recovered, 0 stuck")
        #expect(stage.log.incident(ofVanishedAt: stage.start + 5)?.kind == .registryFlushed)
        #expect(stage.log.incident(ofVanishedAt: stage.start - 5) == nil)
    }

    @Test func sessionsThatCloseOneByOneAreNoFlush() {
        var stage = IncidentStage()
        for id in ["a0", "a1", "a2", "a3", "a4", "b"] {
            stage.take { [$0.gone(id)] }
            stage.check()
        }
        #expect(stage.rows == [])
    }
}
