import Testing

@testable import Sessions

/// Deploys whose pods get new names: each is one incident.
@Suite struct RolloutTests {
    private static let old = (0..<4).map { "mcp-7d9f8b6c5-x2x4\(["b", "c", "d", "f"][$0])" }
    private static let new = (0..<4).map { "mcp-5f6d7c8b9-b2b4\(["b", "c", "d", "f"][$0])" }

    /// Four pods with three sessions each.
    private static func stage() -> IncidentStage {
        var stage = IncidentStage()
        stage.take { cluster in (0..<5).map { cluster.gone("a\($0)") } + [cluster.gone("b")] }
        stage.heartbeat(Dictionary(uniqueKeysWithValues: old.map { ($0, "b") } + [("n1", "b1"), ("n2", "b2")]))
        stage.check(for: 620)
        stage.take { cluster in
            old.flatMap { pod in (0..<3).map { cluster.session("\(pod)\($0)", pod, "b") } }
        }
        stage.check()
        #expect(stage.log.incidents.isEmpty)
        return stage
    }

    private static func beat(
        _ pods: [String], draining: Set<String> = [], _ stage: inout IncidentStage, for seconds: Int
    ) {
        let all = Dictionary(uniqueKeysWithValues: pods.map { ($0, "b") } + [("n1", "b1"), ("n2", "b2")])
        stage.heartbeat(all, draining: draining)
        stage.check(for: seconds)
    }

    private static let whole = "rollout of mcp: 4 of 4 replaced"

    /// Each new pod comes before an old one is told to go.
    @Test(arguments: [true, false]) func aDeployIsOneIncident(drains: Bool) {
        var stage = Self.stage()
        for step in 0..<4 {
            let (left, come) = (Array(Self.old[step...]), Array(Self.new[...step]))
            Self.beat(left + come, &stage, for: 10)
            if drains { Self.beat(left + come, draining: [Self.old[step]], &stage, for: 5) }
            Self.beat(Array(left.dropFirst()) + come, &stage, for: 20)
            let open = stage.log.incidents.map(\.summary)
            #expect(open.count == 1)
            #expect(open[0].contains("\(step + 1) of 4 replaced"), "\(open)")
        }
        stage.check(for: 30)
        #expect(stage.log.incidents.count == 1)
        let incident = stage.log.incidents[0]
        #expect(!incident.isOpen)
        #expect(incident.aftermath?.sessions == 12)
        #expect(incident.alert == nil)
        #expect(incident.summary.hasPrefix(Self.whole), "\(incident.summary)")
        #expect(Self.old.allSatisfy { incident.concerns(node: $0) })
    }

    /// All old pods go at once, and the new ones come a while later: until then they are dead.
    @Test func deathsThatADeployExplainsBecomeItsOwn() {
        var stage = Self.stage()
        Self.beat([], &stage, for: 30)
        #expect(stage.log.incidents.map(\.kind) == Array(repeating: .nodeDied, count: 4))
        #expect(stage.log.openCount == 4)
        Self.beat(Self.new, &stage, for: 5)
        #expect(stage.log.incidents.map(\.kind) == [.rollout])
        #expect(stage.log.incidents[0].summary.hasPrefix(Self.whole), "\(stage.log.incidents[0].summary)")
        #expect(stage.log.incidents[0].aftermath?.sessions == 12)
    }

    /// An orchestrator replaces a pod that crashed by one of the same revision.
    @Test func aCrashThatIsMendedIsADeath() {
        var stage = Self.stage()
        Self.beat(Array(Self.old.dropFirst()), &stage, for: 30)
        #expect(stage.log.openCount == 1)
        Self.beat(Self.old.dropFirst() + ["mcp-7d9f8b6c5-z2z4z"], &stage, for: 5)
        #expect(stage.log.incidents.map(\.kind) == [.nodeDied])
        #expect(stage.log.openCount == 0)
        #expect(stage.cluster.status(Self.old[0]) == .gone)
    }

    /// A flush took the heartbeats of a pod that died in it.
    @Test func aGoodbyeThatIsTakenBackIsADeath() {
        var stage = Self.stage()
        stage.mayEvict = false
        Self.beat(Array(Self.old.dropFirst()), &stage, for: 30)
        #expect(stage.log.incidents.map(\.kind) == [.nodeLeft])
        stage.cluster.readLive([], hasVanished: true)
        stage.check()
        #expect(stage.log.incidents.map(\.kind).contains(.nodeDied))
        #expect(!stage.log.incidents.map(\.kind).contains(.nodeLeft))
    }

    /// The next deploy is another incident, and so is that of another workload.
    @Test func everyDeployIsItsOwn() {
        var stage = Self.stage()
        Self.beat(Self.old + Self.new, &stage, for: 10)
        Self.beat(Self.new, &stage, for: 700)
        let third = ["mcp-6c7d8b9f5-z2z4z", "mcp-6c7d8b9f5-z2z4x", "mcp-6c7d8b9f5-z2z4w", "mcp-6c7d8b9f5-z2z4v"]
        Self.beat(Self.new + third, &stage, for: 10)
        Self.beat(third, &stage, for: 60)
        #expect(stage.log.incidents.map(\.kind) == [.rollout, .rollout])
        #expect(
            stage.log.incidents.allSatisfy { $0.summary.hasPrefix(Self.whole) }, "\(stage.log.incidents.map(\.summary))"
        )
        #expect(stage.log.openCount == 0)
    }

    /// A deploy is corrected a minute later: its pods are new themselves, and are replaced all the same.
    @Test(arguments: [true, false]) func theNextMayFollowAtOnce(showsRevision: Bool) {
        func pods(_ revision: String, _ tail: String) -> [String] {
            ["b", "c", "d", "f"].map { showsRevision ? "mcp-\(revision)-\(tail)x4\($0)" : "web-\(tail)x4\($0)" }
        }
        let generations = [
            pods("7d9f8b6c5", "x2"), pods("5f6d7c8b9", "b2"), pods("6c7d8b9f5", "z2"), pods("8b9f5c7d6", "l2"),
        ]
        var stage = IncidentStage()
        stage.heartbeat(
            Dictionary(uniqueKeysWithValues: generations[0].map { ($0, "b") } + [("n1", "b1"), ("n2", "b2")]))
        stage.check(for: 620)
        for (old, new) in zip(generations, generations.dropFirst()) {
            for step in 0..<4 {
                Self.beat(Array(old[step...] + new[...step]), &stage, for: 3)
                Self.beat(Array(old[step...] + new[...step]), draining: [old[step]], &stage, for: 3)
            }
            Self.beat(new, &stage, for: 30)
        }
        let name = showsRevision ? "mcp" : "web"
        let told = stage.log.incidents.map(\.summary)
        #expect(told.count == 3)
        #expect(told.allSatisfy { $0.hasPrefix("rollout of \(name): 4 of 4 replaced") }, "\(told)")
        #expect(stage.log.openCount == 0)
    }

    @Test func oneThatStopsHalfwayEnds() {
        var stage = Self.stage()
        Self.beat(Self.old + [Self.new[0]], &stage, for: 10)
        Self.beat(Self.old.dropFirst() + [Self.new[0]], &stage, for: 30)
        #expect(stage.log.openCount == 1)
        Self.beat(Self.old.dropFirst() + [Self.new[0]], &stage, for: 620)
        #expect(stage.log.openCount == 0)
        #expect(stage.log.incidents[0].summary.hasPrefix("rollout of mcp: 1 of 4 replaced"))
    }
}
