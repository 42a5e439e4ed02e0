import Testing

@testable import Sessions

@Suite struct CleanedMemoryTests {
    private static func stage() -> Cluster {
        var cluster = Cluster()
        cluster.check(["n1": cluster.heartbeat("a")])
        cluster.read([cluster.session("s1", "n1", "a"), cluster.session("s2", "n1", "a")])
        cluster.registry.beginFullScan(isLive: true)
        cluster.take([cluster.session("s1", "n1", "a"), cluster.session("s2", "n1", "a")])
        cluster.finish()
        return cluster
    }

    private static func ending(_ id: String, _ cluster: Cluster) -> Ending? {
        cluster.registry.endedSession(cluster.ref(bytes(id)))?.ending
    }

    @Test func aSessionThatEndsWhileItIsCleanedWasCleaned() {
        var cluster = Self.stage()
        cluster.registry.noteCleaned([cluster.ref(bytes("s1"))], secondsLeft: 0, at: cluster.now)
        cluster.take([cluster.gone("s1"), cluster.gone("s2")], from: .change)
        #expect(Self.ending("s1", cluster) == .cleaned)
        #expect(Self.ending("s2", cluster) == .closed)
        #expect(cluster.nodeSummary("n1")?.ended == [.cleaned: 1, .closed: 1])
    }

    @Test func oneThatIsLeftAfterAllIsNot() {
        var cluster = Self.stage()
        cluster.registry.noteCleaned([cluster.ref(bytes("s1"))], secondsLeft: 0, at: cluster.now)
        cluster.registry.noteKept([cluster.ref(bytes("s1"))])
        cluster.take([cluster.gone("s1")], from: .change)
        #expect(Self.ending("s1", cluster) == .closed)
    }

    @Test func whatOthersCleanedIsLearntAfterItsEndAndWithoutOne() {
        var cluster = Self.stage()
        cluster.take([cluster.gone("s1")], from: .change)
        cluster.registry.noteCleaned(
            [cluster.ref(bytes("s1")), cluster.ref(bytes("s9"))], secondsLeft: 0, at: cluster.now)
        #expect(Self.ending("s1", cluster) == .cleaned)
        #expect(Self.ending("s9", cluster) == .cleaned)
    }

    @Test func aSessionThatIsTakenUpAgainIsNotTheOneThatGoes() {
        var cluster = Self.stage()
        cluster.registry.noteCleaned([cluster.ref(bytes("s1"))], secondsLeft: 0, at: cluster.now)
        cluster.take([cluster.session("s1", "n2", "x")], from: .change)
        cluster.take([cluster.gone("s1")], from: .change)
        #expect(Self.ending("s1", cluster) == .closed)
    }

    /// After Redis' clock was set back a renewal lets a session end earlier, as a removal by `expire` does.
    @Test(
        arguments: [(0, 600, true), (3_600, 600, false), (600, 1_800, true), (.infinity, 600, false)]
            as [(Double, Double, Bool)])
    func aRenewalMayShortenWhatIsBeingCleaned(secondsLeft: Double, expires: Double, isRenewal: Bool) {
        var cluster = Self.stage()
        let ref = cluster.ref(bytes("s1"))
        // Its owner is silent: else its renewals say nothing new.
        for _ in 0..<10 {
            cluster.now = cluster.now + 5
            cluster.check([:])
        }
        cluster.registry.noteCleaned([ref], secondsLeft: secondsLeft, at: cluster.now)
        cluster.take([cluster.session("s1", "n1", "a", created: -110, expires: expires)], from: .change)
        #expect((cluster.registry.evidence.renewals.renewed(ref) != nil) == isRenewal)
    }

    @Test func theMemoryOfWhatIsBeingCleanedIsBounded() {
        var memory = CleaningMemory()
        for number in 0..<3 * CleaningMemory.limit {
            memory.insert(SessionRef(UInt64(number)), latestEnd: 0, at: UnixTime(milliseconds: 0))
        }
        #expect(!memory.contains(SessionRef(0)))
        #expect(memory.contains(SessionRef(UInt64(3 * CleaningMemory.limit - 1))))
        #expect(memory.contains(SessionRef(UInt64(2 * CleaningMemory.limit))))
    }
}
