import Digests
import Foundation
import Lab
import Redis
import Sessions
import Synchronization
import TestSupport
import Testing

/// Two writers do whatever can be done to session keys, while databases are emptied and connections killed.
@Suite struct RandomOperationsRedisTests {
    /// Commands that one writer sends, a few at a time.
    private struct Writer {
        static let keys = 120
        var random: SplitMix64

        private mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

        private mutating func key() -> String {
            let number = Int.random(in: 0..<Self.keys, using: &random)
            return number % 10 == 0 ? "other:\(number)" : "mcp:session:\(uuid(number))"
        }

        private mutating func value() -> String {
            let (node, boot) = (Int.random(in: 1...4, using: &random), Int.random(in: 1...2, using: &random))
            return oneIn(5) ? "1" : "{\"node\":\"node-\(node)\",\"boot\":\"b\(boot)\"}"
        }

        mutating func operation() -> [[String]] {
            let (key, other) = (key(), key())
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<5: return [["SET", key, value()]]
            case 5: return [["SET", key, value(), "PX", String(Int.random(in: 1...400, using: &random))]]
            case 6: return [["DEL", key, other]]
            case 7: return [["MULTI"], ["DEL", key], ["HSET", key, "node", "node-7", "boot", "b7"], ["EXEC"]]
            case 8: return [["EXPIRE", key, "1000"]]
            case 9: return [["PERSIST", key]]
            case 10: return [["MULTI"], ["SET", key, value()], ["RENAME", key, other], ["EXEC"]]
            case 11: return [["COPY", key, other, "REPLACE"]]
            case 12: return [["MULTI"], ["DEL", key], ["RPUSH", key, "a"], ["EXEC"]]
            case 13: return [["MOVE", key, "1"]]
            case 14: return [["EXPIRE", key, "0"]]
            case 15: return [["MULTI"], ["SET", key, value()], ["SETRANGE", key, "5", "\"\"{"], ["EXEC"]]
            case 16: return [["UNLINK", key]]
            case 17:
                return [
                    [
                        "EVAL", "redis.call('SET', KEYS[1], ARGV[1]) redis.call('DEL', KEYS[2])", "2", key, other,
                        value(),
                    ]
                ]
            case 18: return [["MULTI"]] + (0..<10).map { _ in ["SET", self.key(), value()] } + [["EXEC"]]
            default: return [["PEXPIRE", key, String(Int.random(in: 1...300, using: &random))]]
            }
        }
    }

    private final class Writers: Sendable {
        let finished = Atomic(0)
    }

    /// 1,000 operations; what cannot be done to a key of another type is refused, which is fine.
    private static func write(_ redis: PrivateRedis, seed: UInt64) throws {
        var writer = Writer(random: SplitMix64(seed: seed))
        var connection = try redis.connect()
        var left = 1_000
        while left > 0 {
            var pipeline = RedisPipeline()
            for _ in 0..<Int.random(in: 1...8, using: &writer.random) {
                for command in writer.operation() { pipeline.append(command) }
                left -= 1
            }
            try connection.send(pipeline)
            for _ in 0..<pipeline.commandCount { _ = try connection.reply() }
        }
    }

    /// Whether a key is there that will have ended before all of them are compared.
    private static func endsSoon(in redis: PrivateRedis) throws -> Bool {
        let keys = try redis.run([["KEYS", "*"]])[0].array ?? []
        let lives = try redis.run(keys.map { ["PTTL", $0.text ?? ""] })
        return lives.contains { 0..<10_000 ~= $0.integer ?? -1 }
    }

    @Test(arguments: 0..<3)
    func inTheEndTheRegistryIsWhatRedisHolds(run: Int) async throws {
        let redis = try PrivateRedis()
        let watched = try await WatchedRegistry.live(redis) { $0.nodes.deadAfterSeconds = 1 }
        let seed = UInt64(run) &* 1_000
        let writers = Writers()
        for writer in 1...2 {
            Thread.detachNewThread {
                do {
                    try Self.write(redis, seed: seed + UInt64(writer))
                } catch {
                    Issue.record("writer \(writer): \(error)")
                }
                writers.finished.add(1, ordering: .relaxed)
            }
        }
        var chaos = SplitMix64(seed: seed)
        let troubles: [[String]] = [
            ["FLUSHDB"], ["CLIENT", "KILL", "TYPE", "pubsub"], ["PING"],
            ["EVAL", "for i = 0, 99 do redis.call('SET', 'mcp:session:lua-' .. i, '1') end", "0"],
        ]
        try await eventually("the writers to end", within: 120) {
            try redis.run([troubles.randomElement(using: &chaos) ?? ["PING"]])
            return writers.finished.load(ordering: .relaxed) == 2
        }
        try await eventually("keys that end within seconds to be gone", within: 60) { try !Self.endsSoon(in: redis) }
        try await eventually("the registry to be as Redis is, seed \(seed)", within: 90) {
            try watched.isWholeAndLive && watched.sessions == redis.sessions()
        }
        let counts = watched.counts
        let texts = watched.sessions.values
        #expect(counts.inAll == texts.count)
        #expect(counts.malformed == texts.count { $0 == "bad_json" })
        #expect(counts.unowned == texts.count { $0 == "unowned" })
        // The books balance: counted sessions that came are there, or were counted when they went.
        #expect(try watched.json("/api/v1/status")["data"]?["sessions"]?["registered"] == .int(texts.count))
        #expect(watched.drift == 0)
        await watched.stop()
    }
}
