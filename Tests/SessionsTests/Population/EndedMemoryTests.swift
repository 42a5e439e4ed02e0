import Testing

@testable import Sessions

@Suite struct EndedMemoryTests {
    private static func record(_ ref: UInt64, endedAt: UInt32 = 1, owner: UInt32 = 0, _ ending: Ending = .closed)
        -> EndedMemory.Record
    {
        EndedMemory.Record(ref: SessionRef(ref), endedAt: endedAt, created: 0, owner: owner, ending: ending)
    }

    @Test func itHoldsTheLatestAndForgetsTheOldestFirst() {
        var memory = EndedMemory()
        let limit = EndedMemory.limit
        for number in 0..<limit + 1_000 {
            memory.add(Self.record(UInt64(number), endedAt: UInt32(number)))
            if number == limit - 1 { #expect(memory.record(of: SessionRef(0)) != nil) }
        }
        #expect(memory.count == limit)
        #expect(memory.record(of: SessionRef(999)) == nil)
        #expect(memory.record(of: SessionRef(1_000))?.endedAt == 1_000)
        #expect(memory.record(of: SessionRef(UInt64(limit + 999)))?.endedAt == UInt32(limit + 999))
        // Once more around, and again no more than the limit.
        for number in limit + 1_000..<2 * limit + 1_001 { memory.add(Self.record(UInt64(number))) }
        #expect(memory.count == limit)
        #expect(memory.record(of: SessionRef(UInt64(limit + 1_000))) == nil)
        #expect(memory.record(of: SessionRef(UInt64(limit + 1_001))) != nil)
    }

    @Test func aSessionThatIsBackIsForgottenAndItsNextEndIsNew() {
        var memory = EndedMemory()
        memory.add(Self.record(7, endedAt: 1, .closed))
        memory.forget(SessionRef(7))
        memory.forget(SessionRef(8))
        #expect(memory.record(of: SessionRef(7)) == nil)
        #expect(memory.count == 0)
        memory.add(Self.record(7, endedAt: 5, .expired))
        #expect(memory.record(of: SessionRef(7))?.endedAt == 5)
        #expect(memory.record(of: SessionRef(7))?.ending == .expired)
        #expect(memory.count == 1)
    }

    /// The same few sessions that come and go for ever must not push the others out wrongly, nor be lost themselves.
    @Test func sessionsThatComeAndGoManyTimesLeaveOneRecordEach() {
        var memory = EndedMemory()
        for number in 0..<EndedMemory.limit + 50_000 {
            memory.add(Self.record(UInt64(number % 3), endedAt: UInt32(number)))
            if number < EndedMemory.limit + 49_997 { memory.forget(SessionRef(UInt64(number % 3))) }
        }
        #expect(memory.count == 3)
        for ref in 0..<3 {
            #expect((memory.record(of: SessionRef(UInt64(ref)))?.endedAt ?? 0) >= UInt32(EndedMemory.limit + 49_997))
        }
    }

    @Test func ownersAreRenumberedInAllOfIt() {
        var memory = EndedMemory()
        for number in 0..<10 { memory.add(Self.record(UInt64(number), owner: UInt32(number))) }
        memory.updateOwners { $0 % 2 == 0 ? $0 / 2 : 0 }
        #expect((0..<10).map { memory.record(of: SessionRef(UInt64($0)))?.owner } == [0, 0, 1, 0, 2, 0, 3, 0, 4, 0])
    }

    @Test func whatIsRememberedOfASessionIsItsOwnerItsTimesAndItsEnd() {
        var cluster = Cluster()
        cluster.readLive([cluster.session("a", "n1", "b1", created: -60), cluster.session("bare", created: nil)])
        let start = cluster.now
        cluster.now = start + 5
        cluster.take([cluster.gone("a"), cluster.gone("bare")], from: .change)
        let (a, bare) = (cluster.ref(bytes("a")), cluster.ref(bytes("bare")))
        #expect(
            cluster.registry.endedSession(a)
                == EndedSession(
                    ref: a, ending: .closed, endedAt: start + 5, doubtSeconds: 5, createdAt: start - 60, node: "n1",
                    boot: "b1"))
        #expect(
            cluster.registry.endedSession(bare)
                == EndedSession(
                    ref: bare, ending: .closed, endedAt: start + 5, doubtSeconds: 5, createdAt: nil, node: nil,
                    boot: nil))
        #expect(cluster.registry.endedCount == 2)
        // It is there again.
        cluster.take([cluster.session("a", "n2", "b1")], from: .change)
        #expect(cluster.registry.endedSession(a) == nil)
        #expect(cluster.registry.endedCount == 1)
        #expect(cluster.registry.endedSession(SessionRef(1)) == nil)
    }

    /// An end that nobody counts, since it fell into a gap, is remembered all the same.
    @Test func endsInAGapAreRememberedToo() {
        var cluster = Cluster()
        cluster.readLive([cluster.session("a", "n1", "b1")])
        cluster.registry.abandonFullScan(.connectionLost)
        cluster.readLive([])
        #expect(cluster.nodeSummary("n1")?.ended == [:])
        #expect(cluster.registry.endedSession(cluster.ref(bytes("a")))?.node == "n1")
    }

    /// The owner of a session that ended may be forgotten, and another take its number.
    @Test func anEndedSessionNeverGetsAnothersOwner() {
        var cluster = Cluster()
        cluster.readLive([cluster.session("a", "gone", "b1"), cluster.session("b", "stays", "b1")])
        cluster.take([cluster.gone("a"), cluster.gone("b")], from: .change)
        cluster.take([cluster.session("c", "stays", "b1")], from: .change)
        cluster.now = cluster.now + 100_000
        cluster.check(["stays": cluster.heartbeat("b1")])
        cluster.registry.forgetTheGone(at: cluster.now)
        cluster.take([cluster.session("d", "new", "b1")], from: .change)
        #expect(cluster.registry.endedSession(cluster.ref(bytes("a")))?.node == nil)
        #expect(cluster.registry.endedSession(cluster.ref(bytes("b")))?.node == "stays")
    }
}
