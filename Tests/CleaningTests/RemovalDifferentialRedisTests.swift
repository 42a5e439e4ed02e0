import Digests
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning

/// The script against the rule: the same outcome and the same keys left, in worlds made at random.
@Suite(.ownThreads) struct RemovalDifferentialRedisTests {
    private static let rounds = 500

    @Test(arguments: [UInt64](1...4)) func `the script does what the rule says`(_ seed: UInt64) throws {
        let scene = try CleanupScene(RemovalWorld.dialects)
        var store = scene.store()
        var random = SplitMix64(seed: seed)
        var met: [String: Int] = [:]
        for round in 0..<Self.rounds {
            let outcome = try Self.play(scene, &store, &random, "seed \(seed), round \(round)")
            for word in outcome { met[word, default: 0] += 1 }
        }
        let expected = [
            "refused leaseLost", "refused stopped", "refused heartbeatChanged", "cleaned", "changed", "renewed",
            "alreadyShort",
            "fault",
        ]
        for word in expected { #expect(met[word, default: 0] >= 5, "\(word): \(met)") }
    }

    /// What was removed comes back: then all is as it was before the removal.
    private static func undo(
        _ before: RemovalWorld, _ scene: CleanupScene, _ store: inout CleanupStore, _ name: String
    ) throws {
        let kept = try scene.kept(&store).values.reduce(0, +)
        let report = try scene.undo(.run("run-1"), &store)
        #expect(report == UndoReport(restored: kept), "\(name)")
        try scene.redis.run([["DEL", CleanupKeys.audit]])
        let difference = try before.difference(from: scene.redis)
        #expect(difference == nil, "\(name), after the undo")
    }

    /// One world, a look, some changes, and the removal. Gives words for what it came to.
    private static func play(
        _ scene: CleanupScene, _ store: inout CleanupStore, _ random: inout SplitMix64, _ name: String
    ) throws -> [String] {
        let judged = RemovalWorld(at: try scene.redis.now(), &random)
        try scene.redis.run([["FLUSHALL"]] + judged.commands)
        // Candidates of either dialect: they share their keys.
        let candidates = try RemovalWorld.ids.map {
            try scene.candidate($0, dialect: 0)
        }
        let look = try store.recheck(candidates)
        #expect(look.records.map { $0 != nil } == RemovalWorld.ids.map(judged.hasRecord), "\(name)")
        let isExpiry = Bool.random(using: &random)
        let batch = scene.batch(
            candidates, look, isExpiry ? .expire(seconds: Double(RemovalWorld.expirySeconds)) : .delete)

        var world = judged
        for _ in 0..<([0, 0, 1, 2].randomElement(using: &random) ?? 0) { world.change(&random) }
        if world != judged { try scene.redis.run([["FLUSHALL"]] + world.commands) }
        let before = world
        let ids = RemovalWorld.ids.filter(judged.hasRecord)
        let expected = world.remove(ids, judgedBy: judged, expires: isExpiry)
        let outcome: RemovalWorld.Outcome
        do throws(CleanupFault) {
            outcome = .outcome(try store.remove(batch))
        } catch {
            outcome = .fault(error)
        }
        #expect(outcome == expected, "\(name)")
        let difference = try world.difference(from: scene.redis)
        #expect(difference == nil, "\(name)")
        try undo(before, scene, &store, name)
        switch outcome {
        case .fault: return ["fault"]
        case .outcome(.refused(let refusal)): return ["refused \(refusal)"]
        case .outcome(.done(let results)): return results.map(\.rawValue)
        }
    }
}
