import Foundation
import Lab
import Redis
import Sessions
import Synchronization
import TestSupport
import Testing

@testable import Cleaning

/// The lease as the server gives it.
@Suite(.ownThreads) struct LeaseKeyRedisTests {
    @Test func `the first to ask has it, and goes on having it`() throws {
        let scene = try CleanupScene()
        var one = scene.store()
        var other = scene.store()
        #expect(try one.takeLease("one", removes: true) == .held(epoch: 1))
        #expect(try one.takeLease("one", removes: true) == .held(epoch: 1))
        guard case .heldBy("one", epoch: 1, let left) = try other.takeLease("other", removes: true) else {
            Issue.record("it is held by one")
            return
        }
        #expect(left > 0 && left <= CleanupLease.seconds)
        #expect(try scene.redis.run([["TTL", CleanupKeys.lease]])[0] == .integer(-1))
    }

    @Test func `each taking has an epoch of its own`() throws {
        let scene = try CleanupScene()
        var one = scene.store()
        var other = scene.store()
        #expect(try one.takeLease("one", removes: true) == .held(epoch: 1))
        try scene.redis.run([["HSET", CleanupKeys.lease, "until", "1"]])
        #expect(try other.takeLease("other", removes: true) == .held(epoch: 2))
        // Given up by somebody else, or under another epoch, it stays.
        try one.releaseLease("one", epoch: 1)
        try other.releaseLease("other", epoch: 1)
        try one.releaseLease("one", epoch: 2)
        #expect(try other.takeLease("other", removes: true) == .held(epoch: 2))
        try other.releaseLease("other", epoch: 2)
        #expect(try one.takeLease("one", removes: true) == .held(epoch: 3))
        // The same holder, after its end: it may have removed under the former one at any time.
        try scene.redis.run([["HSET", CleanupKeys.lease, "until", "1"]])
        #expect(try one.takeLease("one", removes: true) == .held(epoch: 4))
    }

    @Test func `an end that no lease can have is a clock that was set back`() throws {
        let scene = try CleanupScene()
        try scene.redis.run([try scene.lease("one", epoch: 8, secondsLeft: 3600)])
        var store = scene.store()
        #expect(try store.takeLease("other", removes: true) == .held(epoch: 9))
    }

    @Test func `whoever only plans yields to one that removes, and to nobody else`() throws {
        let scene = try CleanupScene()
        var planner = scene.store()
        var other = scene.store()
        #expect(try planner.takeLease("planner", removes: false) == .held(epoch: 1))
        guard case .heldBy("planner", epoch: 1, _) = try other.takeLease("other planner", removes: false) else {
            Issue.record("a planner keeps it from another one")
            return
        }
        #expect(try planner.takeLease("planner", removes: false) == .held(epoch: 1))
        // Of another holder, so of another epoch: what the planner has under way is void.
        #expect(try other.takeLease("remover", removes: true) == .held(epoch: 2))
        for removes in [false, true] {
            guard case .heldBy("remover", epoch: 2, let left) = try planner.takeLease("planner", removes: removes)
            else {
                Issue.record("one that removes yields to nobody")
                return
            }
            #expect(left > 0 && left <= CleanupLease.seconds)
        }
        #expect(try other.takeLease("remover", removes: true) == .held(epoch: 2))
        // It goes on as one that only plans.
        #expect(try other.takeLease("remover", removes: false) == .held(epoch: 2))
        #expect(try planner.takeLease("planner", removes: true) == .held(epoch: 3))
    }

    @Test func `a lease that does not say whether its holder removes is not yielded`() throws {
        let scene = try CleanupScene()
        try scene.redis.run([try scene.lease("one", epoch: 8, secondsLeft: 14)])
        var store = scene.store()
        guard case .heldBy("one", epoch: 8, _) = try store.takeLease("other", removes: true) else {
            Issue.record("it is held by one")
            return
        }
    }

    @Test func `nobody has the epoch of somebody else`() throws {
        let scene = try CleanupScene()
        let holders = Mutex<[Int: Set<Int>]>([:])
        let isOrdered = Mutex(true)
        DispatchQueue.concurrentPerform(iterations: 2) { instance in
            var store = scene.store()
            var (last, taken) = (0, 0)
            // Whichever is faster, each has its share in the end.
            let deadline = monotonicSeconds() + patienceSeconds
            while taken < Self.takings, monotonicSeconds() < deadline {
                guard case .held(let epoch) = try? store.takeLease("instance \(instance)", removes: true) else {
                    continue
                }
                holders.withLock { _ = $0[epoch, default: []].insert(instance) }
                if epoch <= last { isOrdered.withLock { $0 = false } }
                (last, taken) = (epoch, taken + 1)
                try? store.releaseLease("instance \(instance)", epoch: epoch)
            }
        }
        let taken = holders.withLock { $0 }
        #expect(taken.values.allSatisfy { $0.count == 1 })
        #expect(taken.keys.sorted() == Array(1...2 * Self.takings))
        #expect(isOrdered.withLock { $0 })
    }

    private static let takings = 150

    @Test(arguments: [
        ("another type", [["SET", CleanupKeys.lease, "x"]], "it has the wrong type"),
        ("no version", [["HSET", CleanupKeys.lease, "holder", "x"]], nil),
        ("another version", [["HSET", CleanupKeys.lease, "v", "2", "holder", "x"]], nil),
        (
            "no epoch", [["HSET", CleanupKeys.lease, "v", "1", "holder", "x", "until", "1"]],
            "it lacks a holder, an epoch or an end"
        ),
        (
            "no number", [["HSET", CleanupKeys.lease, "v", "1", "holder", "x", "epoch", "x", "until", "1"]],
            "it lacks a holder, an epoch or an end"
        ),
    ])
    func `what is no lease is nobody's, and left as it is`(
        _ name: String, _ commands: [[String]], _ why: String?
    ) throws {
        let scene = try CleanupScene()
        try scene.redis.run(commands + [["SET", "mcp:session:\(uuid(1))", scene.value()]])
        var store = scene.store()
        let candidates = try scene.candidates([uuid(1)])
        let batch = scene.batch(candidates, try store.recheck(candidates))
        let before = try scene.redis.run([["DUMP", CleanupKeys.lease]])
        let expected =
            why.map { CleanupFault.badRecord(key: CleanupKeys.lease, why: $0) }
            ?? .unknownVersion(key: CleanupKeys.lease)
        #expect(fault { () throws(CleanupFault) in try store.takeLease("one", removes: true) } == expected)
        #expect(fault { () throws(CleanupFault) in try store.releaseLease("one", epoch: 1) } == expected)
        #expect(fault { () throws(CleanupFault) in try store.remove(batch) } == expected)
        #expect(try scene.redis.run([["DUMP", CleanupKeys.lease]]) == before)
        #expect(try scene.existing(["mcp:session:\(uuid(1))", CleanupKeys.audit]) == ["mcp:session:\(uuid(1))"])
    }
}
