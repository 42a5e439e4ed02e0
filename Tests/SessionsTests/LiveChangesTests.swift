import TestSupport
import Testing

@testable import Sessions

/// Changes that are told as they come, during fullScans and between them.
@Suite struct LiveChangesTests {
    /// What a registry has counted that only grows.
    struct Totals: Equatable {
        var created = 0
        var ended: [Ending: Int] = [:]

        init(created: Int = 0, ended: [Ending: Int] = [:]) {
            (self.created, self.ended) = (created, ended)
        }

        init(_ cluster: Cluster) {
            let nodes = cluster.registry.nodeSummaries(at: cluster.now)
            created = nodes.reduce(cluster.registry.unownedCreated) { $0 + $1.created }
            ended = nodes.reduce(cluster.registry.unownedEnded) { $0.merging($1.ended, uniquingKeysWith: +) }
        }

        var endedInAll: Int { ended.values.reduce(0, +) }
    }

    /// A registry that is told changes, after a reading of these.
    private static func live(_ sessions: (Cluster) -> [ObservedSession]) -> Cluster {
        var cluster = Cluster()
        cluster.readLive(sessions(cluster))
        return cluster
    }

    @Test func changesBetweenReadingsCountAtOnce() {
        var cluster = Self.live { [$0.session("stays", "n1", "b1"), $0.session("goes", "n1", "b1")] }
        cluster.now = cluster.now + 1
        cluster.take(
            [cluster.session("comes", "n2", "b1"), cluster.session("stays", "n2", "b1"), cluster.gone("goes")],
            from: .change)
        #expect(Set(cluster.listing().map(\.ref)) == Set(["stays", "comes"].map { cluster.ref(bytes($0)) }))
        #expect(cluster.nodeSummary("n1")?.ended == [.closed: 1])
        #expect(cluster.nodeSummary("n2")?.created == 1)
        #expect(cluster.registry.ownerChanges == 1)
        #expect(cluster.registry.drift == 0)
        #expect(cluster.registry.view.isComplete)
        #expect(cluster.registry.isLive)
    }

    @Test func whatIsToldTwiceOrWasNeverThereIsNoNews() {
        var cluster = Self.live { [$0.session("a", "n1", "b1")] }
        for _ in 0..<3 {
            cluster.take(
                [cluster.session("a", "n1", "b1"), cluster.session("b", "n1", "b1"), cluster.gone("c")], from: .change)
        }
        #expect(Totals(cluster) == Totals(created: 1))
        for _ in 0..<3 { cluster.take([cluster.gone("b")], from: .change) }
        #expect(Totals(cluster) == Totals(created: 1, ended: [.closed: 1]))
        #expect(cluster.registry.ownerChanges == 0)
        #expect(cluster.registry.sessionCount == 1)
    }

    @Test func changesAreNotBelievedWhereNobodyTellsAllOfThem() {
        var cluster = Cluster()
        cluster.read([cluster.session("a", "n1", "b1")])
        cluster.take([cluster.gone("a"), cluster.session("b", "n1", "b1")], from: .change)
        #expect(cluster.listing().map(\.ref) == [cluster.ref(bytes("a"))])
        #expect(!cluster.registry.isLive)
    }

    @Test func theFirstReadingIsTheBaselineAlsoWhereChangesComeDuringIt() {
        var cluster = Cluster()
        cluster.registry.beginFullScan(isLive: true)
        cluster.take([cluster.session("a", "n1", "b1"), cluster.session("b", "n1", "b1")])
        cluster.take([cluster.session("c", "n1", "b1"), cluster.gone("b")], from: .change)
        cluster.take([cluster.session("c", "n1", "b1"), cluster.session("d", "n1", "b1")])
        #expect(!cluster.registry.isLive)
        cluster.finish()
        #expect(Set(cluster.listing().map(\.ref)) == Set(["a", "c", "d"].map { cluster.ref(bytes($0)) }))
        #expect(Totals(cluster) == Totals())
        #expect(cluster.registry.drift == 0)
        #expect(cluster.registry.isLive)
    }

    /// A reconciling reading finds what nobody told: `SWAPDB` for one.
    @Test func whatOnlyAReadingFindsIsDrift() {
        var cluster = Self.live {
            [$0.session("same", "n1", "b1"), $0.session("moved", "n1", "b1"), $0.session("lost", "n1", "b1")]
        }
        cluster.readLive([
            cluster.session("same", "n1", "b1"), cluster.session("moved", "n2", "b1"),
            cluster.session("found", "n1", "b1"),
        ])
        #expect(cluster.registry.drift == 3)
        #expect(Totals(cluster) == Totals(created: 1, ended: [.closed: 1]))
        #expect(cluster.registry.ownerChanges == 1)
        cluster.readLive([
            cluster.session("same", "n1", "b1"), cluster.session("moved", "n2", "b1"),
            cluster.session("found", "n1", "b1"),
        ])
        #expect(cluster.registry.drift == 3)
    }

    @Test func whatExpiredIsNoDrift() {
        var cluster = Self.live { [$0.session("stays", "n1", "b1"), $0.session("expires", "n1", "b1", expires: 10)] }
        let stays = cluster.session("stays", "n1", "b1")
        cluster.now = cluster.now + 20
        cluster.readLive([stays])
        #expect(cluster.registry.drift == 0)
        #expect(Totals(cluster) == Totals(ended: [.expired: 1]))
    }

    /// When a key expires is what is left to live, added to a clock: the sum may be a moment off at each reading.
    @Test func aTimeToLiveThatIsAMomentOffIsNoDrift() {
        var cluster = Self.live { [$0.session("a", "n1", "b1", expires: 100)] }
        for expires in [101.0, 99, 100, 98.5] {
            cluster.readLive([cluster.session("a", "n1", "b1", expires: expires)])
            #expect(cluster.registry.drift == 0, "expires after \(expires) s")
        }
        cluster.readLive([cluster.session("a", "n1", "b1", expires: 1_000)])
        #expect(cluster.registry.drift == 1)
    }

    /// Changes that nobody had promised to tell are no drift.
    @Test func theFirstReadingWithTrackingAfterScansFindsNoDrift() {
        var cluster = Cluster()
        cluster.read([cluster.session("moves", "n1", "b1"), cluster.session("goes", "n1", "b1")])
        cluster.readLive([cluster.session("moves", "n2", "b1"), cluster.session("comes", "n1", "b1")])
        #expect(cluster.registry.drift == 0)
        // They are news all the same.
        #expect(Totals(cluster) == Totals(created: 1, ended: [.closed: 1]))
        #expect(cluster.registry.ownerChanges == 1)
        cluster.readLive([cluster.session("moves", "n2", "b1")])
        #expect(cluster.registry.drift == 1)
    }

    @Test func aSignOfLifeMakesThePictureYoungerAndNeverOlder() {
        var cluster = Self.live { [$0.session("a", "n1", "b1")] }
        let start = cluster.now
        cluster.registry.noteCurrent(at: start + 5)
        #expect(cluster.registry.view.asOf == start + 5)
        cluster.registry.noteCurrent(at: start + 3)
        #expect(cluster.registry.view.asOf == start + 5)
        cluster.registry.noteGap(.connectionLost)
        cluster.registry.noteCurrent(at: start + 9)
        #expect(cluster.registry.view.asOf == start + 5)
        #expect(!cluster.registry.view.isComplete)
        #expect(!cluster.registry.isLive)
    }

    /// Redis' clock was set back by two hours: the view is as old as the next sign, and not two hours ahead.
    @Test func aSignAfterTheClockWasSetBackCounts() {
        var cluster = Self.live { [$0.session("a", "n1", "b1")] }
        let now = cluster.now + -7200
        #expect(cluster.registry.view.ageSeconds(at: now) == 7200)
        cluster.registry.noteCurrent(at: now)
        #expect(cluster.registry.view.asOf == now)
        #expect(cluster.registry.view.ageSeconds(at: now) == 0)
    }
}

// MARK: - Gaps

/// After a gap a session counts as created or ended only if its own times, or their number, say so.
@Suite struct GapTests {
    private typealias Totals = LiveChangesTests.Totals

    struct Bulk: CustomTestStringConvertible {
        let before: Int
        let lost: Int
        var byFlush = false
        let ended: [Ending: Int]

        var testDescription: String { "\(lost) of \(before) lost\(byFlush ? " by a flush" : "")" }
    }

    /// Only what is gone in bulk has vanished; how the others ended nobody can tell.
    @Test(arguments: [
        Bulk(before: 99, lost: 99, ended: [:]), Bulk(before: 100, lost: 100, ended: [.vanished: 100]),
        Bulk(before: 300, lost: 150, ended: [:]), Bulk(before: 300, lost: 151, ended: [.vanished: 151]),
        Bulk(before: 5, lost: 5, byFlush: true, ended: [.vanished: 5]),
        Bulk(before: 300, lost: 10, byFlush: true, ended: [.vanished: 10]),
    ])
    func whatIsGoneInBulkHasVanished(bulk: Bulk) {
        var cluster = Cluster()
        let sessions = (0..<bulk.before).map { cluster.session("s\($0)", "n1", "b1") }
        cluster.readLive(sessions)
        cluster.registry.abandonFullScan(.resync)
        cluster.now = cluster.now + 1
        cluster.readLive(Array(sessions.dropFirst(bulk.lost)), hasVanished: bulk.byFlush)
        #expect(cluster.registry.sessionCount == bulk.before - bulk.lost)
        #expect(Totals(cluster) == Totals(ended: bulk.ended))
        #expect(cluster.registry.drift == 0)
    }

    @Test func inAGapASessionIsNewsByItsOwnTimesAlone() {
        var cluster = Cluster()
        cluster.readLive([cluster.session("expires", "n1", "b1", expires: 10), cluster.session("goes", "n1", "b1")])
        cluster.registry.noteCurrent(at: cluster.now + 5)
        cluster.registry.abandonFullScan(.resync)
        cluster.now = cluster.now + 60
        // Created before the last sign of life, then after it; and one that does not say when.
        let found = [
            cluster.session("old", "n1", "b1", created: -56), cluster.session("young", "n1", "b1", created: -54),
            cluster.session("ageless", "n1", "b1", created: nil),
        ]
        cluster.readLive(found)
        #expect(Totals(cluster) == Totals(created: 1, ended: [.expired: 1]))
        #expect(cluster.registry.drift == 0)
    }

    /// What changes while everything is read again after a gap.
    @Test func changesDuringTheReadingAfterAGapCountByTheirOwnTimes() {
        var cluster = Cluster()
        cluster.readLive([cluster.session("a", "n1", "b1"), cluster.session("b", "n1", "b1")])
        cluster.registry.abandonFullScan(.resync)
        cluster.now = cluster.now + 10
        cluster.registry.beginFullScan(isLive: true)
        cluster.take([cluster.session("a", "n1", "b1", created: -70)])
        cluster.take(
            [cluster.session("new", "n1", "b1", created: -1), cluster.gone("b"), cluster.gone("never")], from: .change)
        #expect(cluster.registry.sessionCount == 2)
        #expect(!cluster.registry.view.isComplete)
        cluster.finish()
        #expect(Totals(cluster) == Totals(created: 1))
        #expect(cluster.registry.view.isComplete)
    }
}

// MARK: - Every order

@Suite struct EveryOrderTests {
    /// A Redis of few sessions, and a watcher that is told of each change some time after it.
    private struct Simulation {
        static let ids = (0..<40).map { "session-\($0)" }
        static let buckets = 8

        var cluster = Cluster()
        var random: SeededRandom
        /// Owner and boot of each session that is there.
        var redis: [String: (node: String, boot: String)] = [:]
        var told: Set<String> = []
        /// Buckets that the reading in progress has still to scan; nil where none is in progress.
        var unscanned: [Int]?
        var hadGap = false
        var baseline: Int?

        mutating func step() {
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<8: write()
            case 8..<12: deliver()
            case 12..<17: read()
            case 17 where random.oneIn(4): loseTracking()
            default: cluster.now = cluster.now + 0.1
            }
        }

        mutating func write() {
            let id = random.pick(Self.ids)
            redis[id] = random.oneIn(3) ? nil : (random.pick(["n1", "n2"]), random.pick(["b1", "b2"]))
            told.insert(id)
        }

        func found(_ id: String) -> ObservedSession {
            // All of them as old as the hills, so that none is created in a gap.
            redis[id].map { cluster.session(id, $0.node, $0.boot, created: nil) } ?? cluster.gone(id)
        }

        mutating func deliver() {
            let some = told.filter { _ in !random.oneIn(3) }
            told.subtract(some)
            cluster.take(some.map(found), from: .change)
        }

        /// A SCAN returns every key that is there from its beginning to its end, some of the others, and some twice.
        mutating func read() {
            guard var rest = unscanned else {
                cluster.registry.beginFullScan(isLive: true)
                unscanned = Array(0..<Self.buckets).shuffled(using: &random)
                return
            }
            guard let bucket = rest.popLast() else {
                cluster.finish()
                baseline = baseline ?? cluster.registry.sessionCount
                unscanned = nil
                return
            }
            let repeated = random.oneIn(4) ? Int.random(in: 0..<Self.buckets, using: &random) : bucket
            let scanned = Self.ids.indices.filter { [bucket, repeated].contains($0 % Self.buckets) }
            cluster.take(scanned.map { Self.ids[$0] }.filter { redis[$0] != nil }.map(found))
            unscanned = rest
        }

        /// What was told and not taken is lost, and everything has to be read again.
        mutating func loseTracking() {
            told = []
            unscanned = nil
            hadGap = true
            cluster.registry.abandonFullScan(.resync)
        }

        /// All that is told is taken, and the reading that all needs is finished.
        mutating func settle() {
            while unscanned != nil || !cluster.registry.view.isComplete { read() }
            cluster.take(told.map(found), from: .change)
            told = []
        }

        var differences: [String] {
            Self.ids.filter { id in
                let summary = cluster.summary(id)
                guard let held = redis[id] else { return summary != nil }
                return summary?.node != held.node || summary?.boot != held.boot
            }
        }
    }

    @Test(arguments: 0..<8)
    func inWhateverOrderChangesAndReadingsComeTheRegistryEndsAsRedisIs(run: Int) {
        var simulation = Simulation(random: SeededRandom(seed: UInt64(run)))
        for _ in 0..<4 {
            for _ in 0..<200 { simulation.step() }
            simulation.settle()
            #expect(simulation.differences == [], "seed \(run)")
            let cluster = simulation.cluster
            #expect(cluster.registry.sessionCount == simulation.redis.count)
            #expect(cluster.registry.lastFullScan.sessionKeys <= Simulation.ids.count)
            #expect(cluster.registry.stateCounts(at: cluster.now) == counted(cluster.listing()))
            #expect(cluster.registry.isLive)
            if !simulation.hadGap, let baseline = simulation.baseline {
                // The books balance: what there was, what came, what went.
                let totals = LiveChangesTests.Totals(cluster)
                #expect(cluster.registry.sessionCount == baseline + totals.created - totals.endedInAll)
            }
        }
    }
}

extension Cluster {
    /// One whole reading while changes are told.
    mutating func readLive(_ sessions: [ObservedSession], hasVanished: Bool = false) {
        registry.beginFullScan(isLive: true)
        take(sessions)
        while !registry.finishFullScan(FullScanTotals(), nodeKeys: 0, hasVanished: hasVanished, at: now) {}
    }
}
