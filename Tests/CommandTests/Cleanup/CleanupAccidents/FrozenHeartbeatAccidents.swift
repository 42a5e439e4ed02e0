import Foundation
import Lab

/// Heartbeats that are written again and again, with a time that stands still; or are only kept from expiring.
enum FrozenHeartbeatAccidents {
    static let accidents =
        ["auto", "scan"].flatMap { mode in
            [
                Accident(name: "\(mode), from the beginning") { world in
                    try begin(world)
                    try world.watchingDaemon(DaemonSettings(watchMode: mode))
                },
                Accident(name: "\(mode), after a good start") { world in
                    try freeze(world, DaemonSettings(watchMode: mode))
                },
            ]
        } + [
            Accident(name: "the daemon restarts") { world in
                try freeze(world, DaemonSettings())
                try world.watchingDaemon(DaemonSettings())
            },
            Accident(name: "cluster", store: .cluster) { world in
                try freeze(world, DaemonSettings())
            },
            Accident(name: "sentinels, a failover", store: .sentinels) { world in
                // What is only kept from expiring is lost with the old master, and nobody can tell that it goes on.
                try freeze(world, DaemonSettings(settle: 1)) { !$0.node.contains("expire") }
                try world.failover()
            },
        ]

    private static let habits = ["still", "minutes", "pexpire", "expire"]

    private static func scripts(_ world: World) -> [NodeScript] {
        habits.flatMap { habit in
            NodeScript.Shape.allCases.map { shape in
                var script = NodeScript("\(habit)-\(shape)", boot: world.uuid())
                script.shape = shape
                // What is kept from expiring a moment later lives hardly longer.
                script.every = 1.1
                script.lapseSeconds = 3
                return script
            }
        }
    }

    /// How the script goes on once it is frozen.
    private static func frozen(_ script: NodeScript, since start: Double) -> NodeScript {
        var script = script
        let key = script.heartbeatKey
        if script.node.hasPrefix("minutes") {
            script.heartbeat = { [("seen_at", "\(Int($0.now) / 60 * 60)")] }
        } else {
            script.heartbeat = { _ in [("seen_at", "\(start)")] }
        }
        if script.node.hasPrefix("pexpire") { script.beatCommands = { _ in [["PEXPIRE", key, "5000"]] } }
        if script.node.hasPrefix("expire") { script.beatCommands = { _ in [["EXPIRE", key, "5"]] } }
        return script
    }

    private static func begin(_ world: World) throws {
        let start = Date().timeIntervalSince1970
        for script in scripts(world) {
            let frozen = frozen(script, since: start)
            if frozen.beatCommands != nil {
                try StoreClient(world.store).run(
                    NodeScript.write(
                        [("boot", script.boot ?? "null"), ("seen_at", "\(start)")], to: script.heartbeatKey,
                        as: script.shape, ttlSeconds: 5))
            }
            try world.begin(frozen)
        }
    }

    /// The heartbeats are good until the daemon has seen them.
    private static func freeze(
        _ world: World, _ settings: DaemonSettings, where isWanted: (NodeScript) -> Bool = { _ in true }
    ) throws {
        let scripts = scripts(world).filter(isWanted)
        let numbers = try scripts.map { try world.begin($0) }
        try world.watchingDaemon(settings, sees: scripts.map(\.node))
        Thread.sleep(forTimeInterval: 1)
        let now = Date().timeIntervalSince1970
        for (script, number) in zip(scripts, numbers) {
            world.silence(number)
            world.change(number, to: frozen(script, since: now))
            world.resume(number)
        }
    }
}
