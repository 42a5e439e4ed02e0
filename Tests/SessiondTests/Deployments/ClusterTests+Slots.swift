import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Sessiond
@testable import Watching

// Slots move, are emptied, and are served by nobody.

extension ClusterRegistry {
    /// Sessions of one slot.
    private static func ids(of tag: String) -> [String] { (0..<20).map { "{\(tag)}-\($0)" } }

    /// Moves the slot of the ids to another master; gives the two.
    @discardableResult
    private func move(
        slotOf id: String, inTheMiddle: () throws -> Void = {}
    ) throws -> (from: PrivateCluster.Node, to: PrivateCluster.Node) {
        let slot = KeySlot.of("mcp:session:\(id)")
        let from = try lab.master(ofSlot: slot)
        let to = try #require(lab.nodes[..<3].first { $0.id != from.id })
        try lab.migrate(slot: slot, to: to, inTheMiddle: inTheMiddle)
        return (from, to)
    }

    func aSlotMovesWhileItIsWatched() async throws {
        let tagged = Self.ids(of: "a")
        try register(tagged, node: nodes[0])
        try await settle("before the slot moved")
        let before = (ended: watched.endings, created: watched.createdCount, resyncs: watched.resyncCount)
        let known = ids.count
        try move(slotOf: tagged[0]) {
            // Half of the keys are here, half are there.
            try close(Array(tagged[..<2] + tagged[18...]))
            try register(Array(tagged[2..<4] + tagged[16..<18]), node: nodes[1])
            try register(["{a}-new"], node: nodes[2])
        }
        try await watched.soon("what changed in between to be seen") {
            isExact && (tagged[2..<4] + tagged[16..<18]).allSatisfy { watched.summary(of: $0)?.node == nodes[1] }
        }
        try await settle("after the slot moved")
        try await watched.soon("the view to be exact") { isExact }
        let after = (ended: watched.endings, created: watched.createdCount)
        // What is counted while a connection was lost need not be all.
        if watched.resyncCount == before.resyncs {
            #expect((after.ended[.closed] ?? 0) - (before.ended[.closed] ?? 0) == 4)
            #expect(after.created - before.created == ids.count - known + 4)
        }
        #expect(Set(after.ended.keys) == [.closed])
        #expect(Self.ids(of: "a")[2..<18].allSatisfy { watched.ending(of: $0) == nil })

        // The new owner's changes are told too, and an end is one.
        try await watched.liveChange("changes where the slot is now") {
            try register(Array(tagged[4..<6]), node: nodes[1])
            try close(Array(tagged[6..<8]))
        } isSeen: {
            isExact && tagged[4..<6].allSatisfy { watched.summary(of: $0)?.node == nodes[1] }
        }
    }

    func aSlotMovesWhileItIsRead() async throws {
        // Slots of two masters, so that one moves from where it was read to where it was not yet, whichever that is.
        var tags: [String: String] = [:]
        for tag in ["b", "c", "d", "e", "f", "g"] { tags[try master(of: "{\(tag)}").id] = tag }
        try #require(tags.count > 1)
        let tagged = tags.values.flatMap { Self.ids(of: $0) }
        try register(tagged)
        try await settle("before the slots moved")
        let (ended, resyncs) = (watched.endings, watched.resyncCount)
        // Nobody waits for us: where all of them are over before we look, others are begun.
        try await watched.soon("all shards to be read again") {
            if watched.view.isComplete {
                for node in lab.nodes[..<3] { try node.server.run([["CLIENT", "KILL", "TYPE", "pubsub"]]) }
            }
            return watched.watch.fullScans.withLock { $0.count == 3 } && !watched.view.isComplete
        }
        #expect(watched.completeness.isComplete == false)
        for tag in tags.values { try move(slotOf: "{\(tag)}") }
        try await watched.soon("the view to be exact again") { isExact && watched.watch.isTracking }
        try await settle("after the slots moved")
        #expect(isExact)
        #expect(watched.resyncCount >= resyncs + 3)
        #expect(watched.endings == ended)
        #expect(tagged.allSatisfy { watched.ending(of: $0) == nil })
    }

    func aShardIsFlushed() async throws {
        let slots = try #require(try lookedUp())
        let shard = try #require(slots.shard(ofSlot: KeySlot.of("mcp:session:\(uuid(0))")))
        let master = try master(of: uuid(0))
        let flushed = ids.filter { slots.shard(ofSlot: KeySlot.of("mcp:session:\($0)")) == shard }
        let before = (ended: watched.endings, flushes: watched.resyncCount(.flush))
        try master.server.run([["FLUSHALL"]])
        ids.subtract(flushed)
        try await watched.soon("the sessions of one shard alone to be gone") { isExact }
        #expect(watched.resyncCount(.flush) > before.flushes)
        #expect(Set(flushed.map { watched.ending(of: $0) }) == [.vanished])
        #expect(watched.endings == before.ended.merging([.vanished: flushed.count], uniquingKeysWith: +))
        try run(nodes.map { heartbeat($0) })
        try register(Array(flushed))
        try await watched.soon("all sessions to be back") { isExact && watched.counts.owned == ids.count }
    }

    func slotsAreServedByNobody() async throws {
        let slot = KeySlot.of("mcp:session:\(uuid(1))")
        let owner = try lab.master(ofSlot: slot)
        // The owner first, or it would tell the others again.
        for node in [owner] + lab.nodes.filter({ $0.id != owner.id }) {
            try node.server.run([["CLUSTER", "DELSLOTS", "\(slot)"]])
        }
        try await watched.soon("the slot to be missed") { watched.completeness == (false, "slots_missing") }
        #expect(watched.readiness.text.contains("slots_missing"), "\(watched.readiness.text)")
        #expect(watched.readiness.status == 503)
        #expect(watched.refs == Set(ids.map(ref)))
        try owner.server.run([["CLUSTER", "ADDSLOTS", "\(slot)"]])
        try lab.waitUntilWhole()
        try await watched.soon("all slots to be served again") { isExact }
        try await settle("after the slot was missed")
        #expect(isExact)
    }
}
