import Exposition
import Foundation
import Lab
import Redis

/// A registry of which a part may be cleaned at once: sessions of a node that died an hour ago, as the shared state has it.
enum CleanableRegistry {
    static let orphans = 30
    static let live = "mcp:session:held-by-node-1"

    /// With one session of a living node besides.
    static func fill(_ redis: inout RedisConnection) throws {
        let now = Int(Date().timeIntervalSince1970) * 1000
        let hourAgo = now - 3_600_000
        func set(_ key: String, _ value: JSONValue) throws {
            _ = try redis.command(["SET", key, value.compact, "EX", "36000"])
        }
        try set("mcp:node:node-1", ["boot": "b1"])
        try set(live, ["node": "node-1", "boot": "b1", "created_at": .int(hourAgo - 1000)])
        for number in 0..<orphans {
            try set(
                "mcp:session:orphan-\(number)",
                ["node": "node-2", "boot": "b2", "created_at": .int(hourAgo - 1_000_000)])
        }
        let node: JSONValue = ["v": 1, "boot": "b2", "last_beat": .int(hourAgo), "silent_seconds": 3600]
        _ = try redis.command(["HSET", "mcp:sessiond:nodes", "node-2", node.compact])
        let gone: JSONValue = [
            "v": 1, "reason": "owner_dead", "since": .int(hourAgo), "seen_at": .int(now), "gone_seconds": 3600,
        ]
        let name: JSONValue = ["node": "node-2", "boot": "b2", "before": .null]
        _ = try redis.command(["HSET", "mcp:sessiond:gone", name.compact, gone.compact])
    }

    /// Sessions that are registered now.
    static func count(_ redis: PrivateRedis) throws -> Int {
        var connection = try redis.connect()
        return try connection.command(["KEYS", "mcp:session:*"]).array?.count ?? 0
    }

    /// Of each removal that is in the audit, who asked for it.
    static func audit(_ redis: PrivateRedis) throws -> [String] {
        var connection = try redis.connect()
        let entries = try connection.command(["XRANGE", "mcp:sessiond:audit", "-", "+"]).array ?? []
        return entries.flatMap { entry in
            let words = entry.array?.last?.array?.compactMap(\.text) ?? []
            func field(_ name: String) -> String? { words.firstIndex(of: name).map { words[$0 + 1] } }
            let refs = field("refs")?.split(separator: " ") ?? []
            return refs.compactMap { _ in field("by") }
        }
    }
}
