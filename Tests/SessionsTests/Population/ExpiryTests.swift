import Testing

@testable import Sessions

/// Sessions whose time to live has run out: nobody tells of it until somebody looks.
@Suite struct ExpiryTests {
    private static func live(_ sessions: (Cluster) -> [ObservedSession]) -> Cluster {
        var cluster = Cluster()
        cluster.readLive(sessions(cluster))
        return cluster
    }

    private static func due(_ cluster: inout Cluster, limit: Int = 1024) -> [String] {
        let due = cluster.registry.dueSessions(limit: limit, at: cluster.now)
        return due.map { String(decoding: $0.0.bytes, as: UTF8.self) }.sorted()
    }

    @Test func aSessionIsDueOnceItsTimeHasRunOutAndNotBefore() {
        var cluster = Self.live {
            [
                $0.session("early", "n1", "b1", expires: 10), $0.session("late", "n1", "b1", expires: 20),
                $0.session("never", "n1", "b1", expires: nil),
            ]
        }
        let start = cluster.now
        let table: [(after: Double, due: [String])] = [
            (0, []), (9, []), (11, ["early"]), (12, []), (21, ["late"]), (1_000, []),
        ]
        for (after, due) in table {
            cluster.now = start + after
            #expect(Self.due(&cluster) == due, "after \(after) s")
        }
    }

    @Test func oneThatIsStillThereIsAskedForAgain() {
        var cluster = Self.live { [$0.session("a", "n1", "b1", expires: 10)] }
        let same = cluster.session("a", "n1", "b1", expires: 10)
        cluster.now = cluster.now + 11
        for _ in 0..<3 {
            #expect(Self.due(&cluster) == ["a"])
            // Redis says that it has a moment left: our clock is ahead.
            cluster.take([same], from: .change)
        }
        #expect(Self.due(&cluster) == ["a"])
        cluster.take([cluster.gone("a")], from: .change)
        #expect(Self.due(&cluster) == [])
        #expect(cluster.nodeSummary("n1")?.ended == [.expired: 1])
        #expect(cluster.registry.endedSession(cluster.ref(bytes("a")))?.ending == .expired)
    }

    @Test func oneWhoseTimeWasExtendedOrTakenAwayIsNotDue() {
        var cluster = Self.live {
            [$0.session("extended", "n1", "b1", expires: 10), $0.session("persisted", "n1", "b1", expires: 10)]
        }
        let start = cluster.now
        cluster.now = start + 9
        // Each is as old as it was, and lives until 100 s from the start, or for ever.
        cluster.take(
            [
                cluster.session("extended", "n1", "b1", created: -69, expires: 91),
                cluster.session("persisted", "n1", "b1", created: -69, expires: nil),
            ], from: .change)
        cluster.now = start + 50
        #expect(Self.due(&cluster) == [])
        #expect(cluster.registry.sessionCount == 2)
        #expect(cluster.registry.withoutExpiry == 1)
        cluster.now = start + 101
        #expect(Self.due(&cluster) == ["extended"])
    }

    @Test func manyAtOnceAreGivenInPortions() {
        var cluster = Self.live { cluster in (0..<5_000).map { cluster.session("s\($0)", expires: 10) } }
        cluster.now = cluster.now + 11
        var all: [String] = []
        while true {
            let portion = Self.due(&cluster, limit: 100)
            if portion.isEmpty { break }
            // Whole shelves, so it may be a few more.
            #expect(portion.count < 200)
            all += portion
        }
        #expect(Set(all).count == 5_000)
        #expect(all.count == 5_000)
    }

    @Test func eachShardIsAskedForItsOwn() {
        var cluster = Cluster()
        cluster.registry.setShards(2)
        let sessions = (0..<200).map { cluster.session("s\($0)", expires: 10) }
        cluster.read(Array(sessions[..<80]), shard: 0, isLive: true)
        cluster.read(Array(sessions[80...]), shard: 1, isLive: true)
        cluster.now = cluster.now + 11
        #expect(cluster.registry.dueSessions(shard: 0, at: cluster.now).count == 80)
        #expect(cluster.registry.dueSessions(shard: 1, at: cluster.now).count == 120)
    }

    /// Without tracking the next reading finds it, and nothing is asked for in between.
    @Test func nothingIsDueWhereChangesAreNotTold() {
        var cluster = Cluster()
        cluster.read([cluster.session("a", expires: 10)])
        cluster.now = cluster.now + 11
        #expect(Self.due(&cluster) == [])
        cluster.readLive([])
        #expect(cluster.registry.unownedEnded == [.expired: 1])
    }

    struct End: CustomTestStringConvertible {
        let testDescription: String
        let goneAfter: Double
        var evictions = 0
        let ending: Ending
    }

    @Test(arguments: [
        End(testDescription: "long before its time", goneAfter: 5, ending: .closed),
        End(testDescription: "after its time", goneAfter: 11, ending: .expired),
        End(testDescription: "long before its time, while Redis evicts", goneAfter: 5, evictions: 1, ending: .evicted),
        End(testDescription: "after its time, while Redis evicts", goneAfter: 11, evictions: 1, ending: .expired),
    ])
    func howOneEndedFollowsFromItsTimeAndFromEvictions(end: End) {
        var cluster = Self.live { [$0.session("a", "n1", "b1", expires: 10)] }
        cluster.now = cluster.now + end.goneAfter
        cluster.registry.evictions = end.evictions
        cluster.take([cluster.gone("a")], from: .change)
        #expect(cluster.nodeSummary("n1")?.ended == [end.ending: 1])
        #expect(cluster.registry.endedSession(cluster.ref(bytes("a")))?.ending == end.ending)
    }

    /// No more sessions were evicted than Redis says, whatever else is closed.
    @Test func noMoreAreSaidToBeEvictedThanRedisEvicted() {
        var cluster = Self.live { cluster in (0..<10).map { cluster.session("s\($0)", "n1", "b1") } }
        cluster.registry.evictions = 3
        cluster.take((0..<10).map { cluster.gone("s\($0)") }, from: .change)
        #expect(cluster.nodeSummary("n1")?.ended == [.evicted: 3, .closed: 7])
    }
}
