import Testing

@testable import Redis

@Suite struct ClusterSlotsTests {
    private let asked = RedisEndpoint(.tcp(host: "10.0.0.9", port: 7000), username: "ann", password: "s3cret")

    private func node(
        _ host: RedisReply, _ port: Int64, _ nodeID: String, _ more: [RedisReply] = []
    ) -> RedisReply {
        .array([host, .integer(port), .text(nodeID), .array(more)])
    }

    private func range(_ first: Int64, _ last: Int64, _ nodes: RedisReply...) -> RedisReply {
        .array([.integer(first), .integer(last)] + nodes)
    }

    private func shard(_ nodeID: String, _ host: String, _ port: UInt16) -> ClusterSlots.Shard {
        ClusterSlots.Shard(
            nodeID: nodeID, endpoint: RedisEndpoint(.tcp(host: host, port: port), username: "ann", password: "s3cret"))
    }

    @Test func mastersAreOrderedByNodeIDAndReplicasLeftOut() throws {
        let reply = RedisReply.array([
            range(5_461, 10_922, node(.text("10.0.0.2"), 7001, "aa"), node(.text("10.0.0.5"), 7004, "dd")),
            range(0, 5_460, node(.text("10.0.0.1"), 7000, "bb")),
            range(10_923, 16_000, node(.text("10.0.0.3"), 7002, "cc")),
            range(16_002, 16_383, node(.text("10.0.0.1"), 7000, "bb")),
        ])
        let slots = try ClusterSlots(parsing: reply, asked: asked)
        #expect(
            slots.shards == [
                shard("aa", "10.0.0.2", 7001), shard("bb", "10.0.0.1", 7000), shard("cc", "10.0.0.3", 7002),
            ])
        #expect(
            [0, 5_460, 5_461, 10_922, 10_923, 16_000, 16_001, 16_002, 16_383].map { slots.shard(ofSlot: $0) } == [
                1, 1, 0, 0, 2, 2, nil, 1, 1,
            ])
        #expect(slots.missing == [16_001...16_001])
    }

    @Test func theOrderOfTheRangesDoesNotMatter() throws {
        let ranges = [
            range(0, 100, node(.text("a"), 1, "aa")), range(101, 200, node(.text("b"), 2, "bb")),
            range(201, 300, node(.text("a"), 1, "aa")),
        ]
        let slots = try ClusterSlots(parsing: .array(ranges), asked: asked)
        #expect(try ClusterSlots(parsing: .array(ranges.reversed()), asked: asked) == slots)
        #expect(try ClusterSlots(parsing: .array(Array(ranges.dropLast())), asked: asked) != slots)
        #expect(slots.missing == [301...16_383])
    }

    @Test(
        arguments: [
            (RedisReply.text("10.0.0.1"), [RedisReply](), "10.0.0.1"), (.text("fd00::1"), [], "fd00::1"),
            (.text("a.example"), [.text("ip"), .text("10.0.0.1")], "a.example"),
            // The node does not know its own address: it is where we asked.
            (.text(""), [], "10.0.0.9"), (.null, [], "10.0.0.9"),
            // Host names are preferred, and this one has none.
            (.text("?"), [.text("ip"), .text("10.0.0.1")], "10.0.0.1"),
            (.text("?"), [], nil), (.text("?"), [.text("ip")], nil),
        ] as [(RedisReply, [RedisReply], String?)])
    func hostsAreReadInEveryForm(_ host: RedisReply, _ more: [RedisReply], _ expected: String?) throws {
        let slots = try ClusterSlots(
            parsing: .array([range(0, 16_383, node(host, 7000, "aa", more))]), asked: asked)
        #expect(slots.shards == expected.map { [shard("aa", $0, 7000)] } ?? [])
        #expect(slots.missing == (expected == nil ? [0...16_383] : []))
    }

    @Test func aClusterWithoutSlotsHasNoShards() throws {
        let slots = try ClusterSlots(parsing: .array([]), asked: asked)
        #expect(slots.shards.isEmpty)
        #expect(slots.missing == [0...16_383])
        #expect(try ClusterSlots(parsing: .array([range(0, 5)]), asked: asked) == slots)
    }

    @Test func whatIsNoListOfRangesIsRefused() {
        let good = node(.text("a"), 1, "aa")
        let cases: [(RedisReply, String)] = [
            (.status("OK"), "CLUSTER SLOTS is not a list of slot ranges"),
            (.array([.integer(1)]), "CLUSTER SLOTS has an invalid range"),
            (.array([range(5, 4, good)]), "CLUSTER SLOTS has an invalid range"),
            (.array([range(-1, 4, good)]), "CLUSTER SLOTS has an invalid range"),
            (.array([range(0, 16_384, good)]), "CLUSTER SLOTS has an invalid range"),
            (.array([range(0, 1, .text("a"))]), "CLUSTER SLOTS has a node without port or id"),
            (.array([range(0, 1, node(.text("a"), 65_536, "aa"))]), "CLUSTER SLOTS has a node without port or id"),
            (.array([range(0, 1, .array([.text("a"), .integer(1)]))]), "CLUSTER SLOTS has a node without port or id"),
        ]
        for (reply, reason) in cases {
            let error = refusal { () throws(RedisError) in _ = try ClusterSlots(parsing: reply, asked: asked) }
            #expect(error == .badReply(asked, reason: reason))
        }
    }

    @Test func aMoveIsNotedIfItsTargetIsKnown() throws {
        var slots = try ClusterSlots(
            parsing: .array([
                range(0, 99, node(.text("a"), 1, "aa")), range(100, 16_383, node(.text("b"), 2, "bb")),
            ]), asked: asked)
        let before = slots
        let unknown = RedisEndpoint(.tcp(host: "c", port: 3))
        let isUnknownNoted = slots.move(slot: 7, to: unknown)
        #expect(!isUnknownNoted)
        #expect(slots == before)
        let isNoted = slots.move(slot: 7, to: before.shards[1].endpoint)
        #expect(isNoted)
        #expect([6, 7, 8].map { slots.shard(ofSlot: $0) } == [0, 1, 0])
    }
}
