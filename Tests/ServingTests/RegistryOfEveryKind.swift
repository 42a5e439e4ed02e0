import Lab
import Redis
import Sessions
import TestSupport

/// Keys of every kind that a registry may hold, in a number that is small enough to count by hand.
struct RegistryOfEveryKind {
    /// Redis' time, from which all times in it are counted.
    let now: Int

    private static let ttl = "1728000"

    /// Node 5 beat once and fell silent before anything here was read; it left no key.
    func remember(in watched: WatchedRegistry) {
        var beat = HeartbeatCheck()
        beat.heartbeats["node-5"] = Heartbeat.marker
        watched.watch.registry.withLock { registry in
            registry.take(beat, at: UnixTime(seconds: Double(now - 110)))
            for ago in stride(from: 100, through: 20, by: -10) {
                registry.take(HeartbeatCheck(), at: UnixTime(seconds: Double(now - ago)))
            }
        }
    }

    /// What stands in Redis at the first full scan.
    var keys: [[String]] { ownedAndOrphaned + withoutOwner + malformed + skipped + heartbeats }

    private var ownedAndOrphaned: [[String]] {
        [
            session(uuid(1), node: "node-1", boot: "boot-1", created: now - 100),
            session(uuid(2), node: "node-1", boot: "boot-1", created: now - 1_000, client: "cursor/1.9.3"),
            session(uuid(3), node: "node-2", boot: "boot-2", created: now - 7_200),
            // No boot: what was created before the node's start belongs to an earlier process.
            session(uuid(4), node: "node-1", boot: nil, created: now - 7_200),
            session(uuid(5), node: "node-1", boot: nil, created: now - 1_000),
            session(uuid(6), node: "node-5", boot: "boot-5", created: now - 90_000),
            session(uuid(7), node: "node-9", boot: "boot-9", created: now - 90_000, lifetime: 1_000),
            session(uuid(8), node: "node-4", boot: "boot-4", created: now - 1_000),
            session(uuid(9), node: "node-3", boot: "boot-3", created: now - 1_000, lifetime: nil),
            [
                "HSET", "mcp:session:\(uuid(10))", "node", "node-2", "boot", "boot-1", "created_at", "\(now - 7_200)",
                "client", "cursor/1.9.3",
            ],
            ["EXPIRE", "mcp:session:\(uuid(10))", Self.ttl],
        ]
    }

    private var withoutOwner: [[String]] {
        [
            ["SET", "mcp:session:\(uuid(20))", "1", "EX", Self.ttl],
            ["SET", "mcp:session:\(uuid(21))", "", "EX", Self.ttl],
            ["SET", "mcp:session:\(uuid(22))", "{\"created_at\":\(now - 1_000)}", "EX", Self.ttl],
            ["SET", "mcp:session:a:b*[c]\\\"{d}", "true", "EX", Self.ttl],
            ["SET", "mcp:session:\(String(repeating: "x", count: 1_024))", "1", "EX", Self.ttl],
            ["HSET", "mcp:session:\(uuid(23))", "note", "no field of ours"],
        ]
    }

    private var malformed: [[String]] {
        [
            ["SET", "mcp:session:\(uuid(30))", "{\"node\":\"node-1\",\"boot", "EX", Self.ttl],
            [
                "SET", "mcp:session:\(uuid(31))",
                "{\"node\":\"node-1\",\"pad\":\"\(String(repeating: "x", count: 70_000))\"}",
                "EX", Self.ttl,
            ],
            ["SET", "mcp:session:\(uuid(32))", "{\"node\":\"node-1\",\"created_at\":\"yesterday\"}", "EX", Self.ttl],
        ]
    }

    private var skipped: [[String]] {
        [":listener", ":events", ":active", ":auth", ":notes", ":counter"].map {
            ["SET", "mcp:session:\(uuid(1))\($0)", "1", "EX", Self.ttl]
        } + [
            ["RPUSH", "mcp:session:\(uuid(40))", "a", "b"], ["SADD", "mcp:session:\(uuid(41))", "a"],
            ["ZADD", "mcp:session:\(uuid(42))", "1", "a"], ["XADD", "mcp:session:\(uuid(43))", "*", "a", "b"],
            ["SET", "mcp:session:\(String(repeating: "x", count: 1_025))", "1"], ["SET", "mcp:session:", "1"],
            ["SET", "mcp:session:two words", "1"], ["SET", "mcp:session:é", "1"], ["SET", "mcp:other:1", "1"],
            ["SET", "other:mcp:session:1", "1"],
        ]
    }

    private var heartbeats: [[String]] {
        [
            [
                "SET", "mcp:node:node-1",
                "{\"boot\":\"boot-1\",\"started_at\":\(now - 3_000),\"sessions\":7,\"version\":\"1.4.2\","
                    + "\"url\":\"http://10.0.0.1:8080\",\"state\":\"serving\"}",
            ],
            [
                "HSET", "mcp:node:node-2", "boot", "boot-2", "started_at", "\(now - 100)", "seen_at", "\(now)",
                "sessions", "1", "version", "1.4.3",
            ],
            ["SET", "mcp:node:node-3", "1"],
            ["SET", "mcp:node:node-4", "{\"boot\":\"boot-4\",\"seen_at\":\(now),\"state\":\"draining\"}"],
            ["SET", "mcp:node:node-6", "{\"boot\":\"boot-6\""],
            [
                "HSET", "mcp:nodes", "node-7", "{\"boot\":\"boot-7\",\"sessions\":0}", "we\"ird\\no\nde", "1",
            ],
        ]
    }

    /// What happens between the first full scan and the second: one session comes with an owner and one without, two go,
    /// one changes hands, and node 2 starts anew.
    var changes: [[String]] {
        [
            session(uuid(11), node: "node-1", boot: "boot-1", created: now),
            ["SET", "mcp:session:\(uuid(24))", "1", "EX", Self.ttl],
            ["UNLINK", "mcp:session:\(uuid(2))", "mcp:session:\(uuid(20))"],
            session(uuid(9), node: "node-1", boot: "boot-1", created: now - 1_000),
            ["HSET", "mcp:node:node-2", "boot", "boot-22", "started_at", "\(now - 90)"],
        ]
    }
}
