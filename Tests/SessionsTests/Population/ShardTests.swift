import TestSupport
import Testing

@testable import Sessions

/// A registry that is read from several servers.
@Suite struct ShardTests {
    private static func sharded(_ count: Int) -> Cluster {
        var cluster = Cluster()
        cluster.registry.setShards(count)
        return cluster
    }

    @Test func thePictureIsOfTheWorstShard() {
        var cluster = Self.sharded(3)
        let start = cluster.now
        for shard in 0..<3 {
            #expect(cluster.registry.view.asOf == nil)
            #expect(!cluster.registry.view.isComplete)
            cluster.now = start + Double(shard)
            cluster.read([], shard: shard, isLive: true)
        }
        #expect(cluster.registry.view.isComplete)
        #expect(cluster.registry.view.asOf == start)
        #expect(cluster.registry.isLive)
        cluster.registry.noteCurrent(at: start + 10, shard: 0)
        #expect(cluster.registry.view.asOf == start + 1)
        cluster.registry.abandonFullScan(.resync, shard: 2)
        #expect(cluster.registry.view.gap == .resync)
        #expect(!cluster.registry.isLive)
        cluster.now = start + 11
        cluster.read([], shard: 2, isLive: false)
        #expect(cluster.registry.view.isComplete)
        // One that is read again and again is enough to make all of it no live view.
        #expect(!cluster.registry.isLive)
    }

    @Test func slotsWithoutAServerMakeThePictureIncomplete() {
        var cluster = Self.sharded(2)
        for shard in 0..<2 { cluster.read([], shard: shard, isLive: true) }
        cluster.registry.noteSlots(missing: true)
        #expect(cluster.registry.view.gap == .slotsMissing)
        cluster.registry.noteSlots(missing: false)
        #expect(cluster.registry.view.isComplete)
    }

    @Test func aReadingOfOneShardSaysNothingOfTheOthers() {
        var cluster = Self.sharded(2)
        let (a, b) = (cluster.session("a", "n1", "b1"), cluster.session("b", "n1", "b1"))
        cluster.read([a], shard: 0, isLive: true)
        cluster.read([b], shard: 1, isLive: true)
        #expect(cluster.registry.sessionCount == 2)
        cluster.read([a], shard: 0, isLive: true)
        #expect(cluster.registry.sessionCount == 2)
        #expect(cluster.registry.lastFullScan.sessionKeys == 2)
        cluster.registry.beginFullScan(shard: 0, isLive: true)
        cluster.registry.beginFullScan(shard: 1, isLive: true)
        cluster.take([b], shard: 1)
        cluster.finish(shard: 1)
        cluster.finish(shard: 0)
        #expect(cluster.listing().map(\.ref) == [cluster.ref(bytes("b"))])
    }

    @Test func aSessionThatMovesBetweenShardsIsThereOnceAndNoNews() {
        for isMetTwice in [true, false] {
            var cluster = Self.sharded(2)
            let moves = cluster.session("moves", "n1", "b1")
            cluster.read([moves], shard: 0, isLive: true)
            cluster.read([], shard: 1, isLive: true)
            // Both are read while the key goes from 0 to 1: met on both, or on the new one only.
            for shard in 0..<2 { cluster.registry.beginFullScan(shard: shard, isLive: true) }
            if isMetTwice { cluster.take([moves], shard: 0) }
            cluster.take([moves], shard: 1)
            cluster.finish(shard: 0)
            cluster.finish(shard: 1)
            #expect(cluster.registry.sessionCount == 1)
            #expect(LiveChangesTests.Totals(cluster) == LiveChangesTests.Totals())
            #expect(cluster.registry.drift == 0)
            cluster.read([], shard: 0, isLive: true)
            #expect(cluster.registry.sessionCount == 1, "shard 0 does not have it any more")
            cluster.read([], shard: 1, isLive: true)
            #expect(cluster.registry.sessionCount == 0)
        }
    }

    /// Told of between fullScans; what happens to it then, and is missed, is found by its new server's next reading.
    @Test func aSessionThatMovedIsItsNewShardsFromThenOn() {
        var cluster = Self.sharded(2)
        let moves = cluster.session("moves", "n1", "b1")
        cluster.read([moves], shard: 0, isLive: true)
        cluster.read([], shard: 1, isLive: true)
        cluster.take([moves], from: .change, shard: 1)
        cluster.read([], shard: 0, isLive: true)
        #expect(cluster.registry.sessionCount == 1)
        #expect(cluster.registry.population.shards.map(\.sessions) == [0, 1])
        cluster.registry.abandonFullScan(.resync, shard: 1)
        cluster.read([], shard: 1, isLive: true)
        #expect(cluster.registry.sessionCount == 0)
    }

    @Test func whatAReadingHasNotSeenCanBeAskedFor() {
        var cluster = Self.sharded(2)
        let sessions = (0..<500).map { cluster.session("s\($0)", "n1", "b1") }
        cluster.read(sessions, shard: 0, isLive: true)
        cluster.read([cluster.session("elsewhere", "n1", "b1")], shard: 1, isLive: true)
        cluster.registry.beginFullScan(shard: 0, isLive: true)
        cluster.take(Array(sessions.dropFirst(20)), shard: 0)
        var unseen: [String] = []
        var shelf = 0
        while !cluster.registry.isPastTheLast(shelf: shelf) {
            unseen += cluster.registry.unseenSessions(shard: 0, from: &shelf)
                .map { String(decoding: $0.0.bytes, as: UTF8.self) }
        }
        #expect(unseen.sorted() == (0..<20).map { "s\($0)" }.sorted())
        // Found after all, they stay; the others go.
        cluster.take(Array(sessions.prefix(5)), from: .change, shard: 0)
        cluster.finish(shard: 0)
        #expect(cluster.registry.sessionCount == 486)
    }

    /// What stood in a shard that is no more is to be found by the others' fullScans, or is gone; whatever numbers the
    /// fullScans had.
    @Test(arguments: 1...6)
    func whenShardsGoTheirSessionsAreFoundElsewhereOrGone(fullScans: Int) {
        var cluster = Self.sharded(2)
        let (kept, lost) = (cluster.session("kept", "n1", "b1"), cluster.session("lost", "n1", "b1"))
        for _ in 0..<3 { cluster.read([], shard: 0, isLive: true) }
        for _ in 0..<fullScans { cluster.read([kept, lost], shard: 1, isLive: true) }
        cluster.registry.setShards(1)
        #expect(cluster.registry.sessionCount == 2)
        cluster.registry.abandonFullScan(.resync)
        cluster.read([kept], shard: 0, isLive: true)
        #expect(cluster.listing().map(\.ref) == [cluster.ref(bytes("kept"))])
        #expect(cluster.registry.lastFullScan.sessionKeys == 1)
        #expect(cluster.registry.stateCounts(at: cluster.now) == counted(cluster.listing()))
    }

    @Test func aShardThatComesMakesThePictureWaitForIt() {
        var cluster = Self.sharded(1)
        cluster.read([cluster.session("a", "n1", "b1")], shard: 0, isLive: true)
        cluster.registry.setShards(2)
        #expect(!cluster.registry.view.isComplete)
        #expect(!cluster.registry.isLive)
        cluster.read([cluster.session("b", "n1", "b1")], shard: 1, isLive: true)
        #expect(cluster.registry.view.isComplete)
        #expect(cluster.registry.sessionCount == 2)
        // Its first full scan is a baseline.
        #expect(LiveChangesTests.Totals(cluster) == LiveChangesTests.Totals())
    }
}

// MARK: - Every order

@Suite struct EveryOrderOfShardsTests {
    /// Sessions on three servers, between which they move while they are read and change.
    private struct Simulation {
        static let shards = 3
        static let buckets = 4
        static let ids = (0..<30).map { "session-\($0)" }

        var cluster: Cluster
        var random: SeededRandom
        var redis: [String: (node: String, shard: Int)] = [:]
        var told: [Set<String>] = Array(repeating: [], count: shards)
        var unscanned: [[Int]?] = Array(repeating: nil, count: shards)

        init(seed: UInt64) {
            cluster = Cluster()
            cluster.registry.setShards(Self.shards)
            random = SeededRandom(seed: seed)
        }

        mutating func step() {
            let shard = Int.random(in: 0..<Self.shards, using: &random)
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<6: write()
            case 6..<8: move()
            case 8..<13: deliver(shard)
            case 13..<18: read(shard)
            case 18 where random.oneIn(3):
                told[shard] = []
                unscanned[shard] = nil
                cluster.registry.abandonFullScan(.resync, shard: shard)
            default: cluster.now = cluster.now + 0.1
            }
        }

        mutating func write() {
            let id = random.pick(Self.ids)
            let shard = redis[id]?.shard ?? Int.random(in: 0..<Self.shards, using: &random)
            redis[id] = random.oneIn(3) ? nil : (random.pick(["n1", "n2"]), shard)
            told[shard].insert(id)
        }

        /// The old server tells that the key is gone, the new one that it came.
        mutating func move() {
            let id = random.pick(Self.ids)
            guard let held = redis[id] else { return }
            let target = Int.random(in: 0..<Self.shards, using: &random)
            redis[id] = (held.node, target)
            told[held.shard].insert(id)
            told[target].insert(id)
        }

        func found(_ id: String) -> ObservedSession {
            redis[id].map { cluster.session(id, $0.node, "b1", created: nil) } ?? cluster.gone(id)
        }

        /// A key that is elsewhere by now is read there, and taken in as that server's that has it.
        mutating func deliver(_ shard: Int) {
            for id in told[shard] { cluster.take([found(id)], from: .change, shard: redis[id]?.shard ?? shard) }
            told[shard] = []
        }

        mutating func read(_ shard: Int) {
            guard var rest = unscanned[shard] else {
                cluster.registry.beginFullScan(shard: shard, isLive: true)
                unscanned[shard] = Array(0..<Self.buckets).shuffled(using: &random)
                return
            }
            guard let bucket = rest.popLast() else {
                finish(shard)
                unscanned[shard] = nil
                return
            }
            let scanned = Self.ids.indices.filter { $0 % Self.buckets == bucket }.map { Self.ids[$0] }
            cluster.take(scanned.filter { redis[$0]?.shard == shard }.map(found), shard: shard)
            unscanned[shard] = rest
        }

        /// Sessions that were not seen are asked for wherever they are now, before the reading is finished.
        mutating func finish(_ shard: Int) {
            var shelf = 0
            while !cluster.registry.isPastTheLast(shelf: shelf) {
                let unseen = cluster.registry.unseenSessions(shard: shard, from: &shelf)
                for id in unseen.map({ String(decoding: $0.0.bytes, as: UTF8.self) }) {
                    cluster.take([found(id)], from: .change, shard: redis[id]?.shard ?? shard)
                }
            }
            cluster.finish(shard: shard)
        }

        mutating func settle() {
            for shard in 0..<Self.shards {
                repeat { read(shard) } while unscanned[shard] != nil
                while cluster.registry.population.shards[shard].view.gap != nil { read(shard) }
            }
            for shard in 0..<Self.shards { deliver(shard) }
        }
    }

    @Test(arguments: 0..<8)
    func inWhateverOrderSessionsMoveAndShardsAreReadTheRegistryEndsAsRedisIs(run: Int) {
        var simulation = Simulation(seed: UInt64(run))
        for _ in 0..<4 {
            for _ in 0..<200 { simulation.step() }
            simulation.settle()
            let cluster = simulation.cluster
            let wrong = Simulation.ids.filter { simulation.redis[$0]?.node != cluster.summary($0)?.node }
            #expect(wrong == [], "seed \(run)")
            #expect(cluster.registry.sessionCount == simulation.redis.count)
            #expect(cluster.registry.population.shards.reduce(0) { $0 + $1.sessions } == simulation.redis.count)
            #expect(cluster.registry.population.shards.allSatisfy { $0.sessions >= 0 })
            #expect(cluster.registry.stateCounts(at: cluster.now) == counted(cluster.listing()))
        }
    }
}

extension Cluster {
    mutating func finish(shard: Int) {
        while !registry.finishFullScan(FullScanTotals(), nodeKeys: 0, shard: shard, at: now) {}
    }

    /// One whole reading of one shard.
    mutating func read(_ sessions: [ObservedSession], shard: Int, isLive: Bool) {
        registry.beginFullScan(shard: shard, isLive: isLive)
        take(sessions, shard: shard)
        finish(shard: shard)
    }
}
