import Testing

@testable import Sessions

/// Whether heartbeats found just before a removal speak for an owner that is held to be gone.
@Suite struct HeartbeatProofTests {
    private static func heartbeat(_ heartbeat: Heartbeat?) -> RawHeartbeat {
        RawHeartbeat(
            place: HeartbeatPlace(key: "k", member: nil, dialect: 0), value: heartbeat.map { _ in .text([]) },
            heartbeat: heartbeat)
    }

    private static func heartbeat(_ boot: String?, started: Double? = nil, seen: Double? = 0) -> Heartbeat {
        var heartbeat = Heartbeat()
        let now = Cluster().now
        heartbeat.boot = boot.map { Boot($0) }
        heartbeat.startedAt = started.map { now + $0 }
        heartbeat.seenAt = seen.map { now + $0 }
        return heartbeat
    }

    private static let dead = SessionOwner(node: "n1", boot: "a")
    private static let nameless = SessionOwner(node: "n1", boot: nil)

    @Test func eachKindOfHeartbeat() {
        let registry = Cluster().registry
        var broken = Heartbeat()
        broken.malformation = .badTime
        let table: [(owner: SessionOwner, heartbeats: [Heartbeat?], speaks: Bool)] = [
            (Self.dead, [], false),
            (Self.dead, [nil, nil], false),
            (Self.dead, [Self.heartbeat("a")], true),
            (Self.dead, [Self.heartbeat("b")], false),
            (Self.dead, [Self.heartbeat(nil)], true),
            (Self.dead, [.marker], true),
            (Self.dead, [broken], true),
            (Self.dead, [Self.heartbeat("b"), Self.heartbeat(nil)], true),
            (Self.dead, [Self.heartbeat("b"), Self.heartbeat("a")], true),
            (Self.nameless, [Self.heartbeat("b")], true),
            // What its node started after or before is no proof.
            (Self.nameless, [Self.heartbeat(nil, started: -60)], true),
            (Self.dead, [Self.heartbeat("A")], true),
        ]
        for row in table {
            #expect(
                registry.liveness.speaks(row.heartbeats.map(Self.heartbeat), for: row.owner) == row.speaks, "\(row)")
        }
    }

    /// Beside a key of the node's own a member of a collection, which names no boot, says nothing.
    @Test func aMemberOfACollectionBesideAnotherBootsKeyIsNoSign() {
        let member = RawHeartbeat(
            place: HeartbeatPlace(key: "c", member: "n1", dialect: 0), value: .text([]),
            heartbeat: Heartbeat(seenAt: Cluster().now))
        let registry = Cluster().registry
        #expect(!registry.liveness.speaks([Self.heartbeat(Self.heartbeat("b")), member], for: Self.dead))
        #expect(registry.liveness.speaks([member], for: Self.dead))
    }

    /// If another boot wrote the member, it wrote its own key too. So a member that is new beside a key that is not may be
    /// the owner's, which writes members only.
    @Test func aNewMemberBesideAKeyThatDidNotChangeSpeaks() {
        var cluster = Cluster()
        let other = Self.heartbeat("b")
        cluster.check(["n1": other])
        cluster.check(after: 3, ["n1": other])
        let member = RawHeartbeat(
            place: HeartbeatPlace(key: "c", member: "n1", dialect: 0), value: .text([]),
            heartbeat: Heartbeat(seenAt: cluster.now))
        var key = Self.heartbeat(other)
        key.deadline = cluster.now - 3 + 15
        #expect(cluster.registry.liveness.speaks([key, member], for: Self.dead))
        #expect(
            !cluster.registry.liveness.speaks([Self.heartbeat(Self.heartbeat("b", seen: 3)), member], for: Self.dead))
    }

    /// A member of a collection has no time to live: the one that was judged dead stays there.
    @Test func theVeryHeartbeatThatWasJudgedDeadDoesNotSpeak() {
        var cluster = Cluster()
        let last = Heartbeat(seenAt: cluster.now)
        for _ in 0..<10 { cluster.check(after: 3, ["n1": last, "n2": cluster.heartbeat("x")], collected: ["n1"]) }
        #expect(cluster.status("n1") == .dead)
        func member(_ heartbeat: Heartbeat) -> RawHeartbeat {
            RawHeartbeat(
                place: HeartbeatPlace(key: "c", member: "n1", dialect: 0), value: .text([]), heartbeat: heartbeat)
        }
        #expect(!cluster.registry.liveness.speaks([member(last)], for: Self.nameless))
        #expect(!cluster.registry.liveness.speaks([member(last)], for: Self.dead))
        #expect(cluster.registry.liveness.speaks([member(Heartbeat(seenAt: cluster.now))], for: Self.nameless))
    }

    /// It says the same, and lives longer: somebody keeps it alive.
    @Test func aHeartbeatThatWasRenewedSpeaks() {
        var cluster = Cluster()
        let last = Heartbeat(seenAt: cluster.now)
        cluster.check(["n1": last])
        cluster.check(after: 3, ["n1": last])
        var heartbeat = Self.heartbeat(last)
        heartbeat.deadline = cluster.now - 3 + 15
        #expect(!cluster.registry.liveness.speaks([heartbeat], for: Self.nameless))
        heartbeat.deadline = heartbeat.deadline.map { $0 + 1 }
        #expect(cluster.registry.liveness.speaks([heartbeat], for: Self.nameless))
    }
}
