import Testing

@testable import Sessions

/// Whether heartbeats found just before a removal speak for an owner that is held to be gone.
@Suite struct HeartbeatProofTests {
    private static func beat(_ heartbeat: Heartbeat?) -> FoundBeat {
        FoundBeat(
            place: HeartbeatPlace(key: "k", member: nil, dialect: 0), value: heartbeat.map { _ in .text([]) },
            heartbeat: heartbeat)
    }

    private static func heartbeat(_ boot: String?, started: Double? = nil, seen: Double? = 0) -> Heartbeat {
        var heartbeat = Heartbeat()
        let now = Cluster().now
        heartbeat.boot = boot
        heartbeat.startedAt = started.map { now + $0 }
        heartbeat.seenAt = seen.map { now + $0 }
        return heartbeat
    }

    private static let dead = GoneOwnerName(node: "n1", boot: "a")
    private static let nameless = GoneOwnerName(node: "n1", boot: nil)

    @Test func eachKindOfHeartbeat() {
        let registry = Cluster().registry
        var broken = Heartbeat()
        broken.malformation = .badTime
        let before = UInt32((Cluster().now - 62).milliseconds / 1000)
        let byAge = GoneOwnerName(node: "n1", boot: nil, createdBefore: before)
        let table: [(owner: GoneOwnerName, beats: [Heartbeat?], speaks: Bool)] = [
            (Self.dead, [], false),
            (Self.dead, [nil, nil], false),
            (Self.dead, [Self.heartbeat("a")], true),
            (Self.dead, [Self.heartbeat("b")], false),
            (Self.dead, [Self.heartbeat(nil)], true),
            (Self.dead, [.marker], true),
            (Self.dead, [broken], true),
            // One without a boot beside another boot's is that one's.
            (Self.dead, [Self.heartbeat("b"), Self.heartbeat(nil)], false),
            (Self.dead, [Self.heartbeat("b"), Self.heartbeat("a")], true),
            (Self.nameless, [Self.heartbeat("b")], true),
            (byAge, [Self.heartbeat(nil, started: -60)], false),
            (byAge, [Self.heartbeat(nil, started: -65)], true),
            (byAge, [Self.heartbeat(nil)], true),
        ]
        for row in table {
            #expect(registry.speaks(row.beats.map(Self.beat), for: row.owner) == row.speaks, "\(row)")
        }
    }

    /// A member of a collection has no time to live: the one that was judged dead stays there.
    @Test func theVeryHeartbeatThatWasJudgedDeadDoesNotSpeak() {
        var cluster = Cluster()
        let last = Heartbeat(seenAt: cluster.now)
        cluster.look(["n1": last, "n2": cluster.beat("x")])
        cluster.look(for: 30) { ["n1": last, "n2": $0.beat("x")] }
        #expect(cluster.status("n1") == .dead)
        #expect(!cluster.registry.speaks([Self.beat(last)], for: Self.nameless))
        #expect(!cluster.registry.speaks([Self.beat(last)], for: Self.dead))
        let moved = Heartbeat(seenAt: cluster.now)
        #expect(cluster.registry.speaks([Self.beat(moved)], for: Self.nameless))
    }
}
