import Testing

@testable import Sessions

@Suite struct GoneOwnersTests {
    private static let start = UnixTime(seconds: 1_787_307_302)
    private static let name = GoneOwnerName(node: "n1", boot: "a")

    /// What an owner is held to have been gone for after looks at these moments, by Redis' clock and by ours.
    private static func seconds(_ looks: [(redis: Double, ours: Double?)], isTrusted: Bool = true) -> Double? {
        var gone = GoneOwners()
        for look in looks {
            _ = gone.look(
                [name: .init(.ownerDead)], at: start + look.redis, elapsed: look.ours, isClockTrusted: isTrusted)
        }
        return gone.owners[name]?.goneSeconds
    }

    @Test func timeCountsOnlyAsFarAsBothClocksAgreeOnIt() {
        #expect(Self.seconds([(0, nil), (5, 5), (10, 5)]) == 10)
        // Redis' clock jumps an hour ahead, and back.
        #expect(Self.seconds([(0, nil), (3605, 5), (3610, 5), (15, 5), (20, 5)]) == 15)
        // Ours stands still while the process is stopped: no clock that never jumps does, but for a suspended machine.
        #expect(Self.seconds([(0, nil), (600, 1)]) == 1)
    }

    @Test func aNewProcessGoesOnWithWhatItFindsIfRedisClockCanBeTrusted() {
        #expect(Self.seconds([(0, nil), (600, nil)]) == 600)
        #expect(Self.seconds([(0, nil), (600, nil)], isTrusted: false) == nil)
    }

    /// Both clocks may have been set ahead alike; this process saw Redis' one go.
    @Test func timeBeforeRedisClockWasSetAheadIsNotTakenOver() {
        let known = GoneOwner(reason: .ownerDead, since: Self.start, seenAt: Self.start + 60, goneSeconds: 60)
        for (setAheadAt, seconds) in [(nil, 200.0), (-500, 200), (190, 70), (900, 60)] as [(Double?, Double)] {
            var gone = GoneOwners([Self.name: known])
            _ = gone.look(
                [Self.name: .init(.ownerDead)], at: Self.start + 200, elapsed: nil, isClockTrusted: true,
                setAheadAt: setAheadAt.map { Self.start + $0 })
            #expect(gone.owners[Self.name]?.goneSeconds == seconds)
        }
    }

    @Test func whoeverIsSeenAliveInBetweenBeginsAnew() {
        var gone = GoneOwners()
        #expect(
            gone.look([Self.name: .init(.ownerDead)], at: Self.start, elapsed: nil, isClockTrusted: true).noted.count
                == 1)
        #expect(
            gone.look([Self.name: .init(.ownerDead)], at: Self.start + 900, elapsed: 900, isClockTrusted: true).isEmpty)
        let ended = gone.look([:], at: Self.start + 905, elapsed: 5, isClockTrusted: true)
        #expect(ended.ended == [Self.name])
        #expect(ended.noted == [:])
        let changes = gone.look([Self.name: .init(.ownerDead)], at: Self.start + 910, elapsed: 5, isClockTrusted: true)
        let new = GoneOwner(reason: .ownerDead, since: Self.start + 910, seenAt: Self.start + 910, goneSeconds: 0)
        #expect(changes.noted == [Self.name: new])
        #expect(gone.owners == [Self.name: new])
    }

    /// Another process noted it, this one saw it alive later: the time in between is no evidence.
    @Test func whoeverThisProcessSawAliveSinceBeginsAnew() {
        let known = GoneOwner(reason: .ownerDead, since: Self.start, seenAt: Self.start + 60, goneSeconds: 60)
        for (aliveAt, seconds) in [(-10.0, 140.0), (100, 0)] {
            var gone = GoneOwners([Self.name: known])
            let found = GoneOwners.Found(.ownerDead, aliveAt: Self.start + aliveAt)
            _ = gone.look([Self.name: found], at: Self.start + 140, elapsed: nil, isClockTrusted: true)
            #expect(gone.owners[Self.name]?.goneSeconds == seconds)
        }
    }

    /// It was ahead while the owner lived: that it was alive lies in time to come, and is no sign of life for ever.
    @Test func aClockSetBackDoesNotMakeEvidenceBeginAnewAtEveryLook() {
        var cluster = Cluster()
        cluster.now = cluster.now + 3600
        cluster.look(["n1": cluster.beat("a")])
        cluster.read([cluster.session("s1", "n1", "a")])
        cluster.look(after: 3, ["n1": cluster.beat("a")])
        cluster.look(for: 30) { _ in [:] }
        cluster.now = cluster.now - 3600
        var gone = GoneOwners()
        for _ in 0..<20 {
            cluster.look(after: 3, [:])
            cluster.registry.noteCurrent(at: cluster.now)
            guard let found = cluster.registry.goneOwners(at: cluster.now) else { continue }
            _ = gone.look(found.owners, at: found.at, elapsed: 3, isClockTrusted: true)
        }
        #expect((gone.owners[Self.name]?.goneSeconds ?? 0) >= 30)
    }

    /// In a cluster one that lost the lease may have written after an owner was seen alive.
    @Test func whatStandsInRedisAndIsMoreThanTheHolderKnowsIsCorrected() {
        let now = UnixTime(milliseconds: 1_787_307_302_000)
        func gone(_ seconds: Double) -> GoneOwner {
            GoneOwner(reason: .ownerDead, since: now - seconds, seenAt: now, goneSeconds: seconds)
        }
        let names = ["a", "b", "c"].map { GoneOwnerName(node: $0, boot: nil) }
        let own = GoneOwners([names[0]: gone(10), names[1]: gone(20)])
        let changes = own.corrections(of: GoneOwners([names[0]: gone(9), names[1]: gone(21), names[2]: gone(1)]))
        #expect(changes.noted == [names[1]: gone(20)])
        #expect(changes.ended == [names[2]])
    }

    /// Another process was blind while it lived, and counted on.
    @Test func nobodyIsGoneForLongerThanSinceThisProcessSawItAlive() {
        let known = GoneOwner(reason: .ownerDead, since: Self.start, seenAt: Self.start + 100, goneSeconds: 100)
        var gone = GoneOwners([Self.name: known])
        let found = GoneOwners.Found(.ownerDead, aliveAt: Self.start + 70)
        _ = gone.look([Self.name: found], at: Self.start + 140, elapsed: nil, isClockTrusted: true)
        #expect(gone.owners[Self.name]?.goneSeconds == 70)
    }

    /// A process that begins looks at heartbeats before it has read the sessions.
    @Test(arguments: [true, false]) func whoWasSeenBeforeItsSessionsWereReadWasAliveThen(isReplaced: Bool) throws {
        var cluster = Cluster()
        cluster.look(["n1": cluster.beat("a")])
        let alive = cluster.now
        if isReplaced {
            cluster.look(after: 3, ["n1": cluster.beat("b")])
        } else {
            cluster.look(for: 30) { _ in [:] }
        }
        cluster.read([cluster.session("s1", "n1", "a"), cluster.session("s2", "n2", "z")])
        cluster.look(after: 3, isReplaced ? ["n1": cluster.beat("b")] : [:])
        cluster.registry.noteCurrent(at: cluster.now)
        let gone = try #require(cluster.registry.goneOwners(at: cluster.now)?.owners)
        let seen = try #require(gone[GoneOwnerName(node: "n1", boot: "a")]?.aliveAt)
        // A dead node was alive for as long as its silence did not tell.
        #expect(isReplaced ? seen == alive : seen >= alive && seen < cluster.now - 3)
    }

    @Test func whoeverNobodySawMayHaveBeenGoneForAsLongAsTheEvidenceSays() throws {
        var cluster = Cluster()
        cluster.look(["n1": cluster.beat("b")])
        cluster.read([cluster.session("s1", "n1", "a")])
        cluster.look(after: 3, ["n1": cluster.beat("b")])
        let gone = try #require(cluster.registry.goneOwners(at: cluster.now)?.owners)
        let found = try #require(gone[GoneOwnerName(node: "n1", boot: "a")])
        #expect(found.aliveAt == nil)
    }

    /// Where a node's start is all that tells, the process that was seen is whoever held the younger sessions.
    @Test func theSightOfAProcessWithoutABootCountsForTheWholeNodeAndItsStartForWhatIsOlder() throws {
        var cluster = Cluster()
        cluster.look(["n1": cluster.beat(started: -3600)])
        cluster.read([cluster.session("s1", "n1", created: -7200), cluster.session("s2", "n1", created: -60)])
        cluster.look(after: 3, ["n1": cluster.beat(started: -3600)])
        let alive = cluster.now
        let before = try #require(cluster.registry.goneOwners(at: cluster.now)?.owners)
        #expect(before.keys.map(\.createdBefore) != [nil])
        #expect(before.values.map(\.aliveAt) == [nil])
        cluster.look(for: 30) { _ in [:] }
        cluster.registry.noteCurrent(at: cluster.now)
        let after = try #require(cluster.registry.goneOwners(at: cluster.now)?.owners)
        let last = try #require(after[GoneOwnerName(node: "n1", boot: nil)]?.aliveAt)
        #expect(last >= alive && last < cluster.now)
    }

    /// What is told of time to come is no look.
    @Test func aLookByAClockThatWasSetBackSinceIsNone() {
        var cluster = Cluster()
        cluster.look(["n1": cluster.beat("a")])
        cluster.read([cluster.session("s1", "n1", "a")])
        #expect(cluster.registry.goneOwners(at: cluster.now) != nil)
        #expect(cluster.registry.goneOwners(at: cluster.now - 3600) == nil)
    }

    @Test func theyAreBounded() {
        var gone = GoneOwners()
        let many = (0..<GoneOwners.limit + 10).map {
            (GoneOwnerName(node: "n\($0)", boot: nil), GoneOwners.Found(.ownerDead))
        }
        _ = gone.look(
            Dictionary(uniqueKeysWithValues: many), at: Self.start, elapsed: nil, isClockTrusted: true)
        #expect(gone.owners.count == GoneOwners.limit)
    }
}
