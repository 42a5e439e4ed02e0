import Foundation
import Lab

/// Nodes that beat less often than `nodes.dead_after`, and than `cleanup.grace`, would have it.
enum SlowHeartbeatAccidents {
    private static let everySeconds = 6.0
    private static let lapseSeconds = 15.0
    /// Several heartbeats more.
    private static let furtherSeconds = 14.0

    static let accidents =
        [("auto", 3.0), ("auto", 2.0), ("scan", 3.0)].map { mode, grace in
            Accident(name: "\(mode), grace \(Int(grace))s", furtherSeconds: furtherSeconds) { world in
                try begin(world)
                try world.watchingDaemon(DaemonSettings(grace: grace, watchMode: mode))
            }
        } + [
            Accident(name: "the daemon restarts", furtherSeconds: furtherSeconds) { world in
                try begin(world)
                let daemon = try world.watchingDaemon(DaemonSettings(grace: 2))
                Thread.sleep(forTimeInterval: everySeconds)
                world.end(daemon, SIGKILL)
                try world.watchingDaemon(DaemonSettings(grace: 2))
            },
            Accident(name: "two daemons, one dies", furtherSeconds: furtherSeconds) { world in
                try begin(world)
                let first = try world.watchingDaemon(DaemonSettings(grace: 2))
                try world.watchingDaemon(DaemonSettings(grace: 2))
                Thread.sleep(forTimeInterval: everySeconds)
                world.end(first, SIGKILL)
            },
            Accident(
                name: "runs without a daemon",
                script: { world in
                    try begin(world)
                    for _ in 0..<2 { try world.once(DaemonSettings(grace: 2)).finish() }
                }, repeated: { try $0.once(DaemonSettings(grace: 2)).finish() }),
        ]

    private static func begin(_ world: World) throws {
        for index in 0..<3 {
            let phase = everySeconds * Double(index) / 3
            for shape in NodeScript.Shape.allCases { try begin("\(shape)-\(index)", shape, phase, world) }
            try begin("timeless-\(index)", .string, phase, world) { $0.heartbeat = { _ in [] } }
            try begin("whole-seconds-\(index)", .string, phase, world) {
                $0.heartbeat = { [("seen_at", "\(Int($0.now))")] }
            }
        }
    }

    private static func begin(
        _ name: String, _ shape: NodeScript.Shape, _ phase: Double, _ world: World,
        _ change: (inout NodeScript) -> Void = { _ in }
    ) throws {
        var script = NodeScript(name, boot: world.uuid())
        script.shape = shape
        script.every = everySeconds
        script.ttlSeconds = 20
        script.lapseSeconds = lapseSeconds
        script.jitter = 0
        script.phase = phase
        script.sessions = 3
        change(&script)
        try world.begin(script)
        // The heartbeat of before is still there when the daemon begins.
        let earlier = Beat(count: 0, now: Date().timeIntervalSince1970 - 0.5)
        try StoreClient(world.store).run(script.beat(earlier))
    }
}
