import Testing

@testable import Sessions

/// What a session says of its owner, what its node's last heartbeat says, and what follows.
struct StateRow: CustomTestStringConvertible {
    var what: String
    var boot: String?
    var created: Double? = -60
    var livingBoot: String?
    var started: Double?
    var state: SessionState

    var testDescription: String { what }
}

@Suite struct SessionStateTests {
    private static let restarted = SessionState.orphaned(.ownerRestarted)

    @Test(
        arguments: [
            StateRow(what: "the same boot", boot: "b1", livingBoot: "b1", started: -300, state: .owned),
            StateRow(
                what: "the same boot, whatever the times say", boot: "b1", created: -900, livingBoot: "b1",
                started: -300, state: .owned),
            StateRow(what: "another boot", boot: "b1", livingBoot: "b2", started: -30, state: restarted),
            StateRow(
                what: "another boot, whatever the times say", boot: "b1", livingBoot: "b2", started: -300,
                state: restarted),
            StateRow(what: "another boot, no times", boot: "b1", created: nil, livingBoot: "b2", state: restarted),
            // Whether they are the same cannot be told.
            StateRow(what: "boots differ by case alone", boot: "B1", livingBoot: "b1", state: .owned),
            StateRow(what: "one boot in two forms", boot: "7.0", livingBoot: "7", state: .owned),
            // No boot in the session, or none in the heartbeat: its age decides.
            StateRow(what: "created after the start", livingBoot: "b1", started: -300, state: .owned),
            StateRow(what: "created before the start", livingBoot: "b1", started: -30, state: restarted),
            StateRow(what: "created at the start", livingBoot: "b1", started: -60, state: .owned),
            StateRow(what: "created within the skew before it", livingBoot: "b1", started: -58.5, state: .owned),
            StateRow(what: "created as long before it as the skew", livingBoot: "b1", started: -58, state: .owned),
            StateRow(what: "created a second longer before it", livingBoot: "b1", started: -57, state: restarted),
            StateRow(
                what: "no time of its own proves nothing", created: nil, livingBoot: "b1", started: -30, state: .owned),
            StateRow(what: "no start proves nothing", livingBoot: "b1", state: .owned),
            StateRow(what: "no boots, created after", started: -300, state: .owned),
            StateRow(what: "no boots, created before", started: -30, state: restarted),
            StateRow(what: "no boot in the heartbeat, after", boot: "b1", started: -300, state: .owned),
            StateRow(what: "no boot in the heartbeat, before", boot: "b1", started: -30, state: restarted),
            StateRow(what: "nothing to compare", state: .owned),
        ])
    func aLivingNode(row: StateRow) {
        for isDraining in [false, true] {
            for readsFirst in [false, true] {
                var cluster = Cluster()
                let sessions = [cluster.session("s", "n1", row.boot, created: row.created)]
                let heartbeats = ["n1": cluster.heartbeat(row.livingBoot, started: row.started, isDraining: isDraining)]
                if readsFirst { cluster.read(sessions) }
                cluster.check(heartbeats)
                if !readsFirst { cluster.read(sessions) }
                #expect(cluster.state("s") == row.state)
                #expect(cluster.registry.stateCounts(at: cluster.now) == counted(cluster.listing()))
                // Where any node can rebuild a session, no owner makes an orphan.
                cluster.read([cluster.session("s", "n1", row.boot, created: row.created, isAdoptable: true)])
                #expect(cluster.state("s") == .owned)
            }
        }
    }

    @Test func aRestartIsSinceTheNewStart() {
        var cluster = Cluster()
        cluster.read([cluster.session("s", "n1", "b1"), cluster.session("t", "n1", "b2"), cluster.session("u", "n1")])
        cluster.check(["n1": cluster.heartbeat("b2", started: -30)])
        #expect(cluster.summary("s")?.orphanedSince == cluster.now - 30)
        #expect(cluster.summary("t")?.orphanedSince == nil)
        #expect(cluster.summary("u")?.orphanedSince == cluster.now - 30)
    }

    @Test(arguments: [nil, "b1", "b2"])
    func aDeadNode(boot: String?) {
        var cluster = Cluster()
        let last = cluster.heartbeat("b1", started: -300)
        let lastTime = cluster.now
        cluster.read([cluster.session("s", "n1", boot), cluster.session("a", "n1", boot, isAdoptable: true)])
        cluster.check(["n1": last])
        cluster.check(for: 15) { _ in ["n1": last] }
        #expect(cluster.status("n1") == .dead)
        #expect(cluster.state("s") == .orphaned(.ownerDead))
        #expect(cluster.state("a") == .owned)
        #expect(cluster.summary("s")?.orphanedSince == lastTime)
        // It was but slow: its key comes back.
        cluster.check(after: 3, ["n1": cluster.heartbeat("b1", started: -318)])
        #expect(cluster.state("s") == (boot == "b2" ? .orphaned(.ownerRestarted) : .owned))
    }

    @Test func aNodeNeverSeen() {
        var cluster = Cluster()
        let named = cluster.now
        cluster.read([cluster.session("s", "ghost", "b1"), cluster.session("a", "ghost", "b1", isAdoptable: true)])
        cluster.check([:])
        cluster.check(for: 57) { _ in [:] }
        #expect(cluster.state("s") == .owned)
        cluster.check(after: 3, [:])
        #expect(cluster.now - named == 60)
        #expect(cluster.status("ghost") == .unknown)
        #expect(cluster.state("s") == .orphaned(.ownerUnknown))
        #expect(cluster.state("a") == .owned)
        #expect(cluster.summary("s")?.orphanedSince == named)
        // Its first heartbeat, however late, makes it a node like any other.
        cluster.check(after: 3, ["ghost": cluster.heartbeat("b1")])
        #expect(cluster.state("s") == .owned)
        #expect(cluster.status("ghost") == .alive)
    }

    @Test func noOwnerAndNoValueAreStatesOfTheirOwn() {
        var cluster = Cluster()
        cluster.read(
            [cluster.session("none")] + Malformation.allCases.map { cluster.malformed($0.word, $0) })
        #expect(cluster.state("none") == .unowned(.noOwner))
        for why in Malformation.allCases { #expect(cluster.state(why.word) == .malformed(why)) }
        #expect(cluster.registry.malformedCounts == [.badJSON: 1, .tooLarge: 1, .badTime: 1])
        #expect(cluster.state("other") == nil)
    }

    @Test func theWordsAreThoseOfTheContract() {
        let states: [SessionState] = [
            .owned, .orphaned(.ownerDead), .orphaned(.ownerUnknown), .orphaned(.ownerRestarted),
            .orphaned(.ownerDenies),
            .unowned(.noOwner), .unowned(.learntOwnerGone), .malformed(.badJSON), .malformed(.tooLarge),
            .malformed(.badTime),
        ]
        #expect(
            states.map(\.word) == ["owned"] + Array(repeating: "orphaned", count: 4) + ["unowned", "unowned"]
                + Array(repeating: "malformed", count: 3))
        let reasons = [
            "owner_dead", "owner_unknown", "owner_restarted", "owner_denies", "no_owner", "learnt_owner_gone",
            "bad_json",
            "too_large", "bad_time",
        ]
        #expect(states.map(\.reason) == [nil] + reasons)
        #expect(SessionState.words == ["owned", "orphaned", "unowned", "malformed"])
        #expect(Set(SessionState.reasonWords) == Set(reasons))
        #expect(Node.Status.allCases.map(\.rawValue) == ["alive", "draining", "dead", "unknown", "gone"])
        #expect(Set(Ending.allCases.map(\.rawValue)) == ["closed", "expired", "cleaned", "evicted", "vanished"])
    }

    /// All of a node's sessions flip with it, and not one of them is written: each shelf is still the very memory that
    /// a copy of the registry, taken before, holds too.
    @Test func aDeathTouchesNoSession() {
        var cluster = Cluster()
        cluster.read((0..<5000).map { cluster.session("s\($0)", "n\($0 % 2)", "b1") })
        var last = ["n0": cluster.heartbeat("b1", started: -300), "n1": cluster.heartbeat("b1", started: -300)]
        cluster.check(last)
        let before = cluster.registry
        func places(_ registry: Registry) -> [UInt] {
            registry.population.table.shelves.map { shelf in
                unsafe shelf.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
            }
        }
        #expect(cluster.registry.nodeSummary(named: "n1", at: cluster.now)?.counts.owned == 2500)
        cluster.check(for: 15) { cluster in
            last["n0"] = cluster.heartbeat("b1", started: -300)
            return last
        }
        #expect(cluster.status("n1") == .dead)
        #expect(cluster.registry.nodeSummary(named: "n0", at: cluster.now)?.counts.owned == 2500)
        #expect(cluster.registry.nodeSummary(named: "n1", at: cluster.now)?.counts.orphaned == [.ownerDead: 2500])
        #expect(counted(cluster.listing()).orphaned == [.ownerDead: 2500])
        #expect(places(cluster.registry) == places(before))
    }
}
