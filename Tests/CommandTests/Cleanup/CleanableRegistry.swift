import Exposition
import Foundation
import Lab
import Redis
import Sessions

@testable import Cleaning

/// A registry of which a part may be cleaned once nothing was heard of it for the grace: sessions of a node that an
/// instance with these settings saw alive an hour ago.
enum CleanableRegistry {
    static let orphans = 30
    static let live = "mcp:session:held-by-node-1"
    static let dead = SessionOwner(node: "node-2", boot: "b2")
    /// Of the settings that nobody changed.
    static let fingerprint = WatchFingerprint([.native], database: 0)

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
        try know(dead, seen: UnixTime(milliseconds: Int64(hourAgo)), &redis)
    }

    /// Keeps that it was seen alive then, and how long it had been silent when that was written.
    static func know(
        _ owner: SessionOwner, seen lastHeartbeatAt: UnixTime, silent seconds: Double = 3600, seenAt: UnixTime? = nil,
        interval: Double? = nil, _ redis: inout RedisConnection
    ) throws {
        var known = KnownOwner(owner)
        (known.dialects, known.lastHeartbeatAt, known.silentSeconds, known.seenAt) = (
            [0], lastHeartbeatAt, seconds, seenAt
        )
        if let interval {
            known.intervals = LongestInterval(count: 9, beganAt: lastHeartbeatAt.seconds, latest: interval, former: 0)
        }
        try keep(known, &redis)
    }

    /// Keeps that somebody said just now that it is gone, and in the audit who.
    static func attest(_ owner: SessionOwner, _ redis: inout RedisConnection) throws {
        var known = KnownOwner(owner)
        let now = UnixTime(seconds: Date().timeIntervalSince1970)
        known.attestation = Attestation(by: "ann", why: "its host was scrapped", at: now)
        if let attestation = known.attestation {
            _ = try redis.command(["XADD", CleanupKeys.audit, "*"] + AuditEntry(attestation, of: owner).words)
        }
        try keep(known, &redis)
    }

    private static func keep(_ known: KnownOwner, _ redis: inout RedisConnection) throws {
        let field = known.owner.json.compact
        _ = try redis.command([
            "HSET", CleanupKeys.known + fingerprint.description, field, known.json(fingerprint).compact,
        ])
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
