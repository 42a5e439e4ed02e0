import TestSupport
import Testing

@testable import Sessions

/// A node that heartbeats on a clock of its own: what `dead_after` promises holds whatever that clock says.
private struct BeatingNode {
    var name: String
    /// Seconds by which its clock is ahead.
    var clockOffset = 0.0
    var beatSeconds = 5.0
    /// How long its key outlives a heartbeat; nil: for ever.
    var keySeconds: Double?
    var isMarker = false
    /// When it heartbeats, in seconds from the start.
    var heartbeats: [Double] = []

    /// What its key holds at that second.
    func heartbeat(at second: Double, start: UnixTime) -> Heartbeat? {
        guard let last = heartbeats.last(where: { $0 <= second }) else { return nil }
        if let keySeconds, second - last >= keySeconds { return nil }
        if isMarker { return .marker }
        var heartbeat = Heartbeat(seenAt: start + (last + clockOffset))
        heartbeat.boot = "b1"
        return heartbeat
    }
}

@Suite struct SilenceTests {
    /// All kinds of node: clocks that are right, within the allowance, far ahead and far behind; keys that stay, and
    /// keys that go; bare markers.
    private static let kinds: [BeatingNode] =
        [0, 1, -1, 1.9, -1.9, 3, -3, -4.5, 100, -100, 86_400, -86_400].flatMap { offset in
            [nil, 5.5, 6, 15, 30].flatMap { key in
                [1, 2, 5].map { BeatingNode(name: "", clockOffset: offset, beatSeconds: $0, keySeconds: key) }
            }
        } + [5.5, 15, 30].map { BeatingNode(name: "", keySeconds: $0, isMarker: true) }

    /// Looks at such nodes, about every three seconds, until `end`; calls `check` after each check.
    private func watch(
        _ nodes: [BeatingNode], until end: Double, pausing pause: Range<Double>? = nil, _ random: inout SeededRandom,
        check: (Cluster, Double) -> Void
    ) {
        var cluster = Cluster()
        let start = cluster.now
        var second = 0.0
        while second < end {
            second += cluster.registry.policy.checkSeconds * Double.random(in: 0.9...1.1, using: &random)
            if let pause, pause.contains(second) { second = pause.upperBound }
            cluster.now = start + second
            var heartbeats: [String: Heartbeat] = [:]
            for node in nodes { heartbeats[node.name] = node.heartbeat(at: second, start: start) }
            cluster.check(heartbeats)
            check(cluster, second)
        }
    }

    /// Beats until a gap that is shorter than `dead_after`, and then again.
    @Test func aGapShorterThanDeadAfterFlipsNothing() {
        var random = SeededRandom(for: "aGapShorterThanDeadAfterFlipsNothing")
        for round in 0..<12 {
            var nodes = Self.kinds
            for index in nodes.indices {
                nodes[index].name = "n\(index)"
                var second = -Double.random(in: 0..<5, using: &random)
                let gapStart = Double.random(in: 20..<40, using: &random)
                let gap = Double.random(in: 11..<14.99, using: &random)
                var isGapDone = false
                while second < 120 {
                    nodes[index].heartbeats.append(second)
                    let isGap = !isGapDone && second >= gapStart
                    second += isGap ? gap : nodes[index].beatSeconds
                    if isGap { isGapDone = true }
                }
            }
            var early: Set<String> = []
            watch(nodes, until: 110, &random) { cluster, second in
                for node in nodes where cluster.status(node.name) == .dead {
                    early.insert(
                        "clock \(node.clockOffset), key \(node.keySeconds ?? -1), heartbeat \(node.beatSeconds)"
                    )
                }
            }
            #expect(early == [], "round \(round), seed \(random.seed)")
        }
    }

    /// And a silence longer than that is a death, within two looks more.
    @Test func aNodeThatFallsSilentIsDead() {
        var random = SeededRandom(for: "aNodeThatFallsSilentIsDead")
        var nodes = Self.kinds.filter { !$0.isMarker }
        for index in nodes.indices {
            nodes[index].name = "n\(index)"
            let end = Double.random(in: 20..<40, using: &random)
            nodes[index].heartbeats = Array(
                stride(from: -Double.random(in: 0..<5, using: &random), to: end, by: nodes[index].beatSeconds))
        }
        let seed = random.seed
        watch(nodes, until: 80, &random) { cluster, second in
            for node in nodes {
                let silence = second - node.heartbeats[node.heartbeats.count - 1]
                let status = cluster.status(node.name)
                let note: Comment =
                    "silent \(silence) s, clock \(node.clockOffset), key \(node.keySeconds ?? -1), seed \(seed)"
                if silence < 15 { #expect(status == .alive, note) }
                if silence > 15 + 2.2 * 3 { #expect(status == .dead, note) }
            }
        }
    }

    /// Its own word where it can be true; else as near as the looks at it can tell.
    @Test(arguments: [(0.0, -1.0), (-1.5, -2.5), (1, 0), (100, 0), (-100, -3)] as [(Double, Double)])
    func theLastBeatIsKnownAsWellAsCanBe(clockOffset: Double, lastHeartbeatAt: Double) {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("b1", seen: clockOffset)])
        cluster.now = cluster.now + 3
        // It heartbeat a second before the look.
        cluster.check(["n1": cluster.heartbeat("b1", seen: clockOffset - 1)])
        #expect(cluster.node("n1")?.lastHeartbeatAt == cluster.now + lastHeartbeatAt)
    }

    @Test func aHeartbeatThatTheObserverWasLateForIsAsOldAsItSays() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("b1")])
        let last = cluster.heartbeat("b1", seen: 5)
        cluster.check(after: 19, ["n1": last])
        #expect(cluster.node("n1")?.lastHeartbeatAt == last.seenAt)
    }

    /// A failover to a replica that lags brings it back.
    @Test func anOlderHeartbeatIsNoSignOfLifeOfNow() {
        var cluster = Cluster()
        let older = cluster.heartbeat("b1")
        cluster.check(["n1": older])
        cluster.now = cluster.now + 5
        let last = cluster.heartbeat("b1")
        cluster.check(["n1": last])
        cluster.check(after: 9, ["n1": older])
        #expect(cluster.node("n1")?.lastHeartbeatAt == last.seenAt)
    }

    /// It tells the same minute, but where none stood it was written since; another life of Redis may bring an old one back.
    @Test(arguments: [("same", Node.Status.alive), ("other", .dead)])
    func aMemberThatStandsAgainWasWritten(runID: String, status: Node.Status) {
        var cluster = Cluster()
        let minute = Heartbeat(seenAt: cluster.now)
        func history(_ runID: String) -> RedisHistory { RedisHistory(["server": .init(runID: runID, offset: 0)]) }
        for _ in 0..<10 { cluster.check(after: 3, ["n1": minute], collected: ["n1"], history: history("same")) }
        cluster.check(after: 3, [:], history: history("same"))
        #expect(cluster.status("n1") == .dead)
        cluster.check(after: 3, ["n1": minute], collected: ["n1"], history: history(runID))
        #expect(cluster.status("n1") == status)
    }

    /// Two watchers may look; what one of them saw earlier is of no use when it comes later.
    @Test func aLateLookIsLeftOut() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("b1")])
        let late = cluster.registry.beginCheck()
        cluster.check(after: 3, ["n1": cluster.heartbeat("b2", isDraining: true)])
        let latest = cluster.now
        cluster.registry.take(HeartbeatCheck(), of: late, at: latest - 1)
        #expect(cluster.registry.lastCheck == latest)
        #expect(cluster.status("n1") == .draining)
        #expect(cluster.node("n1")?.restarts == 1)
        // Far behind, it is the clock of another server (after a failover), and from now on that one counts.
        cluster.check(after: -3600, ["n1": cluster.heartbeat("b3")])
        #expect(cluster.registry.lastCheck == cluster.now)
        #expect(cluster.status("n1") == .alive)
        #expect(cluster.node("n1")?.restarts == 2)
    }

    /// But for the evidence: the earlier look was the observer's, and read another life of Redis.
    @Test func aLateLookOfTheObserverBeginsSilenceAnew() {
        var cluster = Cluster()
        cluster.read([cluster.session("s1", "n2", "b")])
        cluster.check(for: 30) { ["n1": $0.heartbeat("a"), "n2": $0.heartbeat("b")] }
        cluster.check(for: 300) { ["n1": $0.heartbeat("a")] }
        func silentSeconds() -> Double {
            cluster.registry.evidence.standing(
                of: SessionOwner(node: "n2", boot: "b"), CleanupPolicy(), cluster.registry.policy
            ).silentSeconds
        }
        #expect(silentSeconds() > 250)
        let late = cluster.registry.beginCheck()
        var check = HeartbeatCheck()
        check.history = RedisHistory(["server": .init(runID: "new", offset: 1)])
        var beside = check
        beside.isObservation = false
        cluster.now = cluster.now + 3
        cluster.registry.take(beside, at: cluster.now)
        cluster.registry.take(check, of: late, at: cluster.now - 1)
        #expect(silentSeconds() == 0)
    }

    /// That somebody else looked does not make the observer's view whole.
    @Test func onlyTheObserversLookMakesThePictureWhole() {
        var cluster = Cluster()
        cluster.read([])
        cluster.check(["n1": cluster.heartbeat("a")])
        cluster.registry.noteCheckMissing()
        var beside = HeartbeatCheck()
        beside.isObservation = false
        cluster.registry.take(beside, at: cluster.now)
        #expect(!cluster.registry.view.isComplete)
        cluster.check(["n1": cluster.heartbeat("a")])
        #expect(cluster.registry.view.isComplete)
    }

    /// However little: what is seen right after it must not be missed.
    @Test func aLookByAClockThatWasSetBackALittleCounts() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("b1")])
        cluster.check(after: -1, ["n1": cluster.heartbeat("b2")])
        #expect(cluster.registry.lastCheck == cluster.now)
        #expect(cluster.node("n1")?.heartbeat?.boot == "b2")
    }

    @Test func aMarkerLivesWhileItExists() {
        var cluster = Cluster()
        cluster.check(["n1": .marker])
        cluster.check(for: 3600) { _ in ["n1": .marker] }
        #expect(cluster.status("n1") == .alive)
        let last = cluster.now
        cluster.check(for: 12) { _ in [:] }
        #expect(cluster.status("n1") == .alive)
        cluster.check(for: 3) { _ in [:] }
        #expect(cluster.status("n1") == .dead)
        #expect(cluster.node("n1")?.lastHeartbeatAt == last)
        cluster.check(after: 3, ["n1": .marker])
        #expect(cluster.status("n1") == .alive)
    }

    /// While nobody looked, or Redis was away so that no node could heartbeat, nothing can be held against a node.
    @Test(arguments: [10.0, 20, 60, 600, 86_400, 1_000_000])
    func anOutageOfTheObserverKillsNobody(outage: Double) {
        var random = SeededRandom(for: "anOutageOfTheObserverKillsNobody \(outage)")
        for wasRedisAway in [false, true] {
            var nodes = Self.kinds.filter { $0.beatSeconds <= 5 && $0.keySeconds != 5.5 }
            for index in nodes.indices {
                nodes[index].name = "n\(index)"
                // Only the heartbeats around the outage matter: in it nobody looks.
                let step = nodes[index].beatSeconds
                let phase = Double.random(in: 0..<step, using: &random)
                let back = 30 + outage + (wasRedisAway ? phase : phase - step)
                nodes[index].heartbeats =
                    Array(stride(from: -phase, to: 30, by: step)) + Array(stride(from: back, to: 90 + outage, by: step))
            }
            var dead: Set<String> = []
            watch(nodes, until: 80 + outage, pausing: 30..<30 + outage, &random) { cluster, second in
                for node in nodes where cluster.status(node.name) == .dead {
                    dead.insert(
                        "clock \(node.clockOffset), key \(node.keySeconds ?? -1), heartbeat \(node.beatSeconds)")
                }
            }
            #expect(dead == [], "Redis \(wasRedisAway ? "away" : "up"), seed \(random.seed)")
        }
    }

    @Test func whoDiedInAnOutageIsFoundDeadSoonAfter() {
        var cluster = Cluster()
        let last = cluster.heartbeat("b1")
        cluster.check(["n1": last, "n2": last])
        cluster.check(after: 600, ["n1": last])
        #expect(cluster.status("n1") == .alive)
        #expect(cluster.status("n2") == .alive)
        cluster.check(for: 15) { _ in ["n1": last] }
        #expect(cluster.status("n1") == .dead)
        #expect(cluster.status("n2") == .dead)
    }

    @Test func aNodeFoundWithAnOldHeartbeatIsDeadAfterTwoLooksMore() {
        var cluster = Cluster()
        let old = cluster.heartbeat("b1", seen: -3600)
        cluster.check(["n1": old])
        #expect(cluster.status("n1") == .alive)
        cluster.check(for: 6) { _ in ["n1": old] }
        #expect(cluster.status("n1") == .dead)
        #expect(cluster.node("n1")?.lastHeartbeatAt == cluster.now - 3606)
    }

    @Test(arguments: [(15.0, 3.0), (5, 1), (100, 5), (0.2, 0.1), (1, 0.2), (25, 5)] as [(Double, Double)])
    func thereAreFiveLooksInDeadAfter(deadAfter: Double, check: Double) {
        var policy = NodePolicy()
        policy.deadAfterSeconds = deadAfter
        #expect(abs(policy.checkSeconds - check) < 1e-9)
    }
}

@Suite struct RestartTests {
    /// Heartbeats one after the other, each with the boot and the start it names, and how many restarts they show.
    @Test(
        arguments: [
            ([("b1", nil), ("b1", nil)], 0), ([("b1", nil), ("b2", nil)], 1),
            ([("b1", nil), ("b2", nil), ("b1", nil)], 2),
            ([("b1", -900), ("b1", -30)], 0), ([("b1", -900), ("b2", -900)], 1),
            ([(nil, -900), (nil, -30)], 1), ([(nil, -900), (nil, -899)], 0), ([(nil, -30), (nil, -900)], 0),
            ([(nil, nil), (nil, nil)], 0),
            ([(nil, -900), ("b1", -900)], 0), ([(nil, -900), ("b1", -30)], 1), ([("b1", -900), (nil, -30)], 1),
            ([("b1", nil), (nil, nil), ("b1", nil)], 0),
        ] as [([(String?, Double?)], Int)])
    func areCounted(heartbeats: [(String?, Double?)], restarts: Int) {
        var cluster = Cluster()
        let start = cluster.now
        for (boot, started) in heartbeats {
            var heartbeat = Heartbeat(seenAt: cluster.now)
            heartbeat.boot = boot.map { Boot($0) }
            heartbeat.startedAt = started.map { start + $0 }
            cluster.check(after: 3, ["n1": heartbeat])
        }
        #expect(cluster.node("n1")?.restarts == restarts)
    }

    @Test func areCountedAcrossADeath() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("b1")])
        cluster.check(for: 30) { _ in [:] }
        #expect(cluster.status("n1") == .dead)
        cluster.check(after: 3, ["n1": cluster.heartbeat("b2")])
        #expect(cluster.status("n1") == .alive)
        #expect(cluster.node("n1")?.restarts == 1)
        #expect(cluster.node("n1")?.bootSeen == cluster.now)
    }

    @Test func drainingIsALiveStatus() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("b1", isDraining: true)])
        #expect(cluster.status("n1") == .draining)
        #expect(cluster.node("n1")?.isAlive == true)
        cluster.check(after: 3, ["n1": cluster.heartbeat("b1")])
        #expect(cluster.status("n1") == .alive)
        let last = cluster.heartbeat("b1", isDraining: true)
        cluster.check(after: 3, ["n1": last])
        cluster.check(for: 15) { _ in ["n1": last] }
        #expect(cluster.status("n1") == .gone)
        #expect(cluster.node("n1")?.heartbeat == last)
    }

    @Test func aHeartbeatThatCannotBeReadIsLife() {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("b1"), "n2": cluster.heartbeat("b1")])
        cluster.check(for: 60) { _ in
            ["n1": Heartbeat(malformation: .badJSON), "n2": Heartbeat(malformation: .badTime)]
        }
        #expect(cluster.status("n1") == .alive)
        #expect(cluster.registry.malformedNodes == [.badJSON: 1, .badTime: 1])
    }
}
