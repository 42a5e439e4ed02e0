import Foundation
import Lab
import Synchronization

/// The heartbeat has ended for good, since the task that wrote it died. The process goes on.
enum EndedHeartbeatAccidents {
    static let accidents =
        ["auto", "scan"].map { mode in
            Accident(name: "\(mode)") { try play($0, DaemonSettings(watchMode: mode)) }
        } + [
            Accident(name: "the daemon restarts") { world in
                let daemon = try play(world, DaemonSettings())
                Thread.sleep(forTimeInterval: 1)
                world.end(daemon, SIGKILL)
                try world.watchingDaemon(settings(DaemonSettings(), world))
            },
            Accident(name: "cluster", store: .cluster) { try play($0, DaemonSettings()) },
            Accident(name: "sentinels, a failover", store: .sentinels) { world in
                try play(world, DaemonSettings(settle: 1))
                try world.failover()
            },
        ]

    private typealias Habit = @Sendable (World, Int, StoreClient) throws -> Void

    /// What the process of a node still does.
    private static let habits: [(node: String, go: Habit)] = [
        ("registers", { world, number, client in try world.register(1, of: number, client) }),
        ("registers-in-local-time", { try register($0, $1, $2) { [("created_at", "\($0.now - 5 * 3600)")] } }),
        ("registers-without-times", { try register($0, $1, $2) { _ in [("client", "\"accident 1\"")] } }),
        ("rewrites", { try rewrite($0, $1, $2, lastSeen: Date().timeIntervalSince1970) }),
        ("rewrites-the-same", { try rewrite($0, $1, $2, lastSeen: 1_760_000_000) }),
        ("expires", { try renew($0, $1, $2, "EXPIRE", 1) }),
        ("pexpires", { try renew($0, $1, $2, "PEXPIRE", 1_000) }),
        ("serves", { world, number, _ in try serve(world, number) }),
    ]

    private static func register(
        _ world: World, _ number: Int, _ client: StoreClient, _ record: @escaping NodeScript.Fields
    ) throws {
        var script = world.script(of: number)
        script.record = record
        try world.register(1, of: number, client, as: script)
    }

    @discardableResult
    private static func play(_ world: World, _ settings: DaemonSettings) throws -> AccidentDaemon {
        var numbers: [Int] = []
        for habit in habits {
            var script = NodeScript(habit.node, boot: world.uuid())
            script.ttlSeconds = 2
            // Each node has an address of its own.
            let address = habit.node == "serves" ? address : "\(habit.node):8080"
            script.heartbeat = {
                [("seen_at", "\($0.now)"), ("url", "\"http://\(address)\"")]
            }
            numbers.append(try world.begin(script))
        }
        _ = FileManager.default.createFile(atPath: world.folder.file("access.log"), contents: nil)
        let daemon = try world.watchingDaemon(self.settings(settings, world), sees: habits.map(\.node))
        for (habit, number) in zip(habits, numbers) {
            world.silence(number)
            // A TTL that is renewed a moment later is hardly longer.
            let isAboutOne = ["rewrites", "expires", "pexpires"].contains { habit.node.hasPrefix($0) }
            world.timeline.add(every: isAboutOne ? 1.3 : 0.7, jitter: 0.1) { client in
                try habit.go(world, number, client)
                world.sign(of: number)
            }
        }
        return daemon
    }

    private static func settings(_ settings: DaemonSettings, _ world: World) -> DaemonSettings {
        var settings = settings
        settings.accessLog = world.folder.file("access.log")
        return settings
    }

    /// Where the node that serves is reached.
    private static let address = "10.0.0.7:8080"

    /// The client of one session makes a request, and the proxy logs it.
    private static func serve(_ world: World, _ number: Int) throws {
        let sessions = world.sessions(of: number)
        let id = world.random { sessions.randomElement(using: &$0) } ?? ""
        let now = Date().ISO8601Format()
        let line = NodeScript.json([
            ("DownstreamStatus", "200"), ("OriginStatus", "200"), ("RequestMethod", "\"POST\""),
            ("RequestPath", "\"/mcp\""), ("RequestProtocol", "\"HTTP/1.1\""), ("RouterName", "\"mcp@docker\""),
            ("ServiceAddr", "\"\(address)\""), ("ServiceName", "\"mcp@docker\""),
            ("ServiceURL", "\"http://\(address)\""), ("StartUTC", "\"\(now)\""), ("entryPointName", "\"websecure\""),
            ("level", "\"info\""), ("msg", "\"\""), ("request_Mcp-Session-Id", "\"\(id)\""), ("time", "\"\(now)\""),
        ])
        guard let file = FileHandle(forWritingAtPath: world.folder.file("access.log")) else { return }
        defer { try? file.close() }
        try file.seekToEnd()
        try file.write(contentsOf: Data((line + "\n").utf8))
    }

    /// Writes the records of all its sessions anew. What is gone is not brought back.
    private static func rewrite(
        _ world: World, _ number: Int, _ client: StoreClient, lastSeen: Double
    ) throws {
        let script = world.script(of: number)
        let value = NodeScript.json([
            ("node", "\"\(script.node)\""), ("boot", script.recordedBoot ?? "null"), ("last_seen", "\(lastSeen)"),
        ])
        let ttl = String(Int(World.sessionTTLSeconds))
        try client.run(world.sessions(of: number).map { ["SET", "mcp:session:\($0)", value, "EX", ttl, "XX"] })
    }

    private static func renew(
        _ world: World, _ number: Int, _ client: StoreClient, _ command: String, _ unit: Double
    ) throws {
        let time = String(Int(World.sessionTTLSeconds * unit))
        try client.run(world.sessions(of: number).map { [command, "mcp:session:\($0)", time] })
    }
}
