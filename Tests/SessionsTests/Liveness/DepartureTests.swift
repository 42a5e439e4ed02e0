import Testing

@testable import Sessions

/// Which nodes without a heartbeat are gone, and which are dead.
@Suite struct DepartureTests {
    /// Two pods of one revision, with a session each.
    private static func cluster() -> Cluster {
        var cluster = Cluster()
        for _ in 0..<3 { beat(&cluster, old) }
        cluster.read([cluster.session("s", old[0], "b"), cluster.session("t", old[1], "b")])
        pass(9, &cluster, old)
        return cluster
    }

    private static let old = ["mcp-7d9f8b6c5-x2x4z", "mcp-7d9f8b6c5-b2b4b"]
    private static let new = ["mcp-5f6d7c8b9-c2c4c", "mcp-5f6d7c8b9-d2d4d"]

    /// One check three seconds later that finds the heartbeats of these nodes.
    private static func beat(
        _ cluster: inout Cluster, _ nodes: [String], draining: Set<String> = [], mayEvict: Bool = false,
        history: RedisHistory? = RedisHistory([:])
    ) {
        let heartbeats = nodes.map { name in
            (name, cluster.heartbeat("b", seen: 3, isDraining: draining.contains(name)))
        }
        cluster.check(
            after: 3, Dictionary(uniqueKeysWithValues: heartbeats), history: history, mayEvict: mayEvict)
    }

    private static func pass(_ seconds: Double, _ cluster: inout Cluster, _ nodes: [String], mayEvict: Bool = false) {
        for _ in 0..<Int(seconds / 3) { beat(&cluster, nodes, mayEvict: mayEvict) }
    }

    /// The heartbeat's key stays until it expires, as after a crash.
    private static func crash(_ cluster: inout Cluster, _ name: String, rest: [String], seconds: Double = 21) {
        let last = cluster.node(name)?.heartbeat
        for step in 0..<Int(seconds / 3) {
            var heartbeats = Dictionary(uniqueKeysWithValues: rest.map { ($0, cluster.heartbeat("b", seen: 3)) })
            if step < 5 { heartbeats[name] = last }
            cluster.check(after: 3, heartbeats, mayEvict: false)
        }
    }

    @Test func aPodThatVanishesIsDead() {
        var cluster = Self.cluster()
        Self.crash(&cluster, Self.old[0], rest: [Self.old[1]])
        #expect(cluster.status(Self.old[0]) == .dead)
        #expect(cluster.state("s") == .orphaned(.ownerDead))
    }

    @Test func oneThatWasDrainingIsGone() {
        var cluster = Self.cluster()
        Self.beat(&cluster, Self.old, draining: [Self.old[0]])
        Self.crash(&cluster, Self.old[0], rest: [Self.old[1]])
        #expect(cluster.status(Self.old[0]) == .gone)
        #expect(cluster.node(Self.old[0])?.departure == .goodbye)
        #expect(cluster.state("s") == .orphaned(.ownerDead))
        // It comes back after all.
        Self.pass(3, &cluster, Self.old)
        #expect(cluster.status(Self.old[0]) == .alive)
        #expect(cluster.state("s") == .owned)
        Self.crash(&cluster, Self.old[0], rest: [Self.old[1]])
        #expect(cluster.status(Self.old[0]) == .dead)
    }

    @Test func oneThatTookItsHeartbeatAwayIsGone() {
        var cluster = Self.cluster()
        Self.pass(12, &cluster, [Self.old[1]])
        #expect(cluster.status(Self.old[0]) == .alive)
        Self.pass(9, &cluster, [Self.old[1]])
        #expect(cluster.status(Self.old[0]) == .gone)
    }

    /// Reading many keys takes a while, in which the key of a pod that crashed may expire. The check is for the time at
    /// which it began.
    @Test(arguments: [(2.0, Departure?.some(.goodbye)), (4.0, nil)])
    func aKeyThatExpiresWhileOthersAreReadIsNoGoodbye(readingSeconds: Double, departure: Departure?) {
        var cluster = Self.cluster()
        // The key has the 3 s left that the last of these checks finds.
        Self.crash(&cluster, Self.old[0], rest: [Self.old[1]], seconds: 12)
        var check = cluster.heartbeatCheck([Self.old[1]: cluster.heartbeat("b", seen: 0)])
        check.absentAt = cluster.now + readingSeconds
        cluster.registry.take(check, at: cluster.now)
        Self.pass(21, &cluster, [Self.old[1]])
        #expect(cluster.node(Self.old[0])?.departure == departure)
    }

    /// Where Redis may have removed the heartbeat itself, or is another server, it was no goodbye.
    @Test func anEvictionOrAnotherServerIsNoGoodbye() {
        var cluster = Self.cluster()
        Self.pass(21, &cluster, [Self.old[1]], mayEvict: true)
        #expect(cluster.status(Self.old[0]) == .dead)
        var other = Self.cluster()
        let history = RedisHistory(["server": .init(runID: "other", offset: 1)])
        for _ in 0..<7 { Self.beat(&other, [Self.old[1]], history: history) }
        #expect(other.status(Self.old[0]) == .dead)
    }

    @Test func aFlushIsNoGoodbye() {
        var cluster = Self.cluster()
        Self.pass(21, &cluster, [Self.old[1]])
        #expect(cluster.status(Self.old[0]) == .gone)
        cluster.readLive([], hasVanished: true)
        #expect(cluster.status(Self.old[0]) == .dead)
    }

    /// A rollout that surges: the new pods come first.
    @Test func thoseThatOthersReplacedAreGone() {
        var cluster = Self.cluster()
        Self.pass(30, &cluster, Self.old + [Self.new[0]])
        Self.crash(&cluster, Self.old[0], rest: [Self.old[1], Self.new[0]])
        #expect(cluster.status(Self.old[0]) == .gone)
        #expect(cluster.node(Self.old[0])?.successor == Self.new[0])
        // Each newcomer stands for one.
        Self.crash(&cluster, Self.old[1], rest: [Self.new[0]])
        #expect(cluster.status(Self.old[1]) == .dead)
        Self.pass(30, &cluster, Self.new)
        #expect(cluster.status(Self.old[1]) == .gone)
        #expect(cluster.node(Self.old[1])?.departure == .replaced)
    }

    /// The flush is noted before the next check of the heartbeats, or a check from before it is taken afterwards.
    @Test func whatAFlushTookIsNoGoodbyeHoweverEarlyItWasNoted() {
        var cluster = Self.cluster()
        cluster.readLive([], hasVanished: true)
        Self.pass(21, &cluster, [Self.old[1]])
        #expect(cluster.status(Self.old[0]) == .dead)
        var late = Self.cluster()
        let number = late.registry.beginCheck()
        late.readLive([], hasVanished: true)
        let heartbeats = Dictionary(uniqueKeysWithValues: Self.old.map { ($0, late.heartbeat("b", seen: 0)) })
        var check = late.heartbeatCheck(heartbeats)
        (check.history, check.mayEvict) = (RedisHistory([:]), false)
        late.registry.take(check, of: number, at: late.now)
        Self.pass(21, &late, [Self.old[1]])
        #expect(late.status(Self.old[0]) == .dead)
    }

    /// The next full scan after a flush may come late.
    @Test func aFlushThatIsNotedLateTakesItsGoodbyesBack() {
        var cluster = Self.cluster()
        Self.pass(300, &cluster, [Self.old[1]])
        #expect(cluster.status(Self.old[0]) == .gone)
        cluster.readLive([], hasVanished: true)
        #expect(cluster.status(Self.old[0]) == .dead)
    }

    /// One more of the same revision was added a while before a crash: the death is none the less one. The pod that the
    /// orchestrator then starts replaces it.
    @Test func oneOfAScaleUpHidesNoCrash() {
        var cluster = Self.cluster()
        Self.pass(30, &cluster, Self.old + ["mcp-7d9f8b6c5-z2z4z"])
        Self.crash(&cluster, Self.old[0], rest: [Self.old[1], "mcp-7d9f8b6c5-z2z4z"])
        #expect(cluster.status(Self.old[0]) == .dead)
        Self.pass(9, &cluster, [Self.old[1], "mcp-7d9f8b6c5-z2z4z", "mcp-7d9f8b6c5-l2l4l"])
        #expect(cluster.node(Self.old[0])?.departure == .replaced)
        #expect(cluster.node(Self.old[0])?.successor == "mcp-7d9f8b6c5-l2l4l")
    }

    /// Where names show no revision, a successor may run beside the node for two minutes.
    @Test(arguments: [(90.0, Node.Status.gone), (300, .dead)])
    func aSurgeIsShort(seconds: Double, status: Node.Status) {
        var cluster = Cluster()
        let old = ["web-1", "web-2"]
        for _ in 0..<3 { Self.beat(&cluster, old) }
        cluster.read([cluster.session("s", old[0], "b")])
        Self.pass(30, &cluster, old)
        Self.pass(seconds, &cluster, old + ["web-3"])
        Self.crash(&cluster, old[0], rest: [old[1], "web-3"])
        #expect(cluster.status(old[0]) == status)
    }

    /// A newcomer whose predecessor comes back stands for the next.
    @Test func aSuccessorIsFreeAgainWhenItsPredecessorReturns() {
        var cluster = Self.cluster()
        Self.crash(&cluster, Self.old[0], rest: [Self.old[1]])
        Self.pass(30, &cluster, [Self.old[1], Self.new[0]])
        #expect(cluster.node(Self.old[0])?.successor == Self.new[0])
        Self.pass(9, &cluster, Self.old + [Self.new[0]])
        #expect(cluster.node(Self.old[0])?.successor == nil)
        Self.crash(&cluster, Self.old[1], rest: [Self.old[0], Self.new[0]])
        #expect(cluster.node(Self.old[1])?.successor == Self.new[0])
    }

    /// A session of a new pod may be read before its heartbeat. Those of the first full scan are no newcomers.
    @Test func aNewcomerMayBeNamedBeforeItIsHeard() {
        var cluster = Self.cluster()
        cluster.take([cluster.session("n", Self.new[0], "b", created: 0)], from: .change)
        Self.pass(9, &cluster, Self.old + [Self.new[0]])
        Self.crash(&cluster, Self.old[0], rest: [Self.old[1], Self.new[0]])
        #expect(cluster.status(Self.old[0]) == .gone)
        var first = Cluster()
        Self.beat(&first, [])
        first.read([first.session("s", Self.old[0], "b"), first.session("t", Self.new[0], "b")])
        Self.pass(30, &first, [Self.old[0], Self.new[0]])
        Self.crash(&first, Self.old[0], rest: [Self.new[0]])
        #expect(first.status(Self.old[0]) == .dead)
    }

    @Test func onlyOneOfItsWorkloadReplacesIt() {
        var cluster = Self.cluster()
        Self.pass(30, &cluster, Self.old + ["mcp-canary-5f6d7c8b9-c2c4c", "mcpx-5f6d7c8b9-c2c4c"])
        Self.crash(&cluster, Self.old[0], rest: [Self.old[1]])
        #expect(cluster.status(Self.old[0]) == .dead)
    }

    /// Those that were there all along replace nobody, and nor does one that comes an hour later.
    @Test func onlyOneThatCameThenReplacesIt() {
        var cluster = Self.cluster()
        Self.crash(&cluster, Self.old[0], rest: [Self.old[1]])
        Self.pass(3_600, &cluster, [Self.old[1]])
        Self.pass(60, &cluster, [Self.old[1], Self.new[0]])
        #expect(cluster.status(Self.old[0]) == .dead)
    }

    @Test func oneWithoutSessionsIsGoneAfterAWhile() {
        var cluster = Self.cluster()
        Self.crash(&cluster, Self.old[0], rest: [Self.old[1]])
        Self.crash(&cluster, Self.old[1], rest: ["db-0"])
        Self.pass(600, &cluster, ["db-0"])
        #expect(cluster.status(Self.old[0]) == .dead)
        cluster.read([])
        Self.pass(3, &cluster, ["db-0"])
        #expect(cluster.status(Self.old[0]) == .gone)
        #expect(cluster.node(Self.old[0])?.departure == .forgotten)
    }

    /// Ever new names: only so many of those that ended are remembered, the latest.
    @Test func thoseThatEndedLongestAgoAreForgotten() {
        var policy = NodePolicy()
        policy.endedLimit = 100
        var cluster = Cluster(policy: policy)
        let count = 120
        Self.beat(&cluster, ["db-0"])
        for batch in 0..<4 {
            let names = (0..<count / 4).map { "pod\(batch)-\($0)" }
            Self.pass(6, &cluster, ["db-0"] + names)
            Self.pass(18, &cluster, ["db-0"])
        }
        cluster.read([])
        cluster.registry.forgetTheGone(at: cluster.now)
        #expect(cluster.registry.nodeCount == 101)
        #expect(cluster.node("pod3-0") != nil && cluster.node("db-0") != nil)
    }

    /// Whoever reads records still holds the names of nodes that were forgotten.
    @Test func aForgottenNodeIsNotNamedByRecordsOfOthers() {
        var cluster = Self.cluster()
        Self.crash(&cluster, Self.old[0], rest: [Self.old[1]])
        cluster.take([cluster.gone("s")], from: .change)
        cluster.readLive([cluster.session("t", Self.old[1], "b")])
        Self.pass(9, &cluster, [Self.old[1]])
        cluster.now = cluster.now + cluster.registry.policy.forgetAfterSeconds
        Self.pass(9, &cluster, [Self.old[1]])
        cluster.registry.forgetTheGone(at: cluster.now)
        #expect(cluster.node(Self.old[0]) == nil)
        cluster.take([cluster.session("u", Self.old[1], "b")], from: .change)
        #expect(cluster.node(Self.old[0]) == nil)
        // Once one names it again, it is known again.
        cluster.take([cluster.session("v", Self.old[0], "b")], from: .change)
        #expect(cluster.status(Self.old[0]) == .unknown)
    }

    /// The heartbeat may name the group itself.
    @Test func aGroupIsAWorkload() {
        var cluster = Cluster()
        func check(_ names: [String]) {
            var heartbeat = cluster.heartbeat("b", seen: 3)
            heartbeat.group = "mcp"
            cluster.check(after: 3, Dictionary(uniqueKeysWithValues: names.map { ($0, heartbeat) }))
        }
        check(["3f2a9c0b1d4e", "99"])
        cluster.read([])
        for _ in 0..<3 { check(["3f2a9c0b1d4e", "99"]) }
        for _ in 0..<3 { check(["3f2a9c0b1d4e", "99", "aa2a9c0b1d4e"]) }
        let last = cluster.node("99")?.heartbeat
        for step in 0..<8 {
            var heartbeat = cluster.heartbeat("b", seen: 3)
            heartbeat.group = "mcp"
            var found = ["3f2a9c0b1d4e": heartbeat, "aa2a9c0b1d4e": heartbeat]
            if step < 5 { found["99"] = last }
            cluster.check(after: 3, found, mayEvict: false)
        }
        #expect(cluster.status("99") == .gone)
        #expect(cluster.node("99")?.workload == Workload(name: "mcp"))
    }
}
