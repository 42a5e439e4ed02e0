import Foundation
import Lab

/// Two living processes under one name: their heartbeats overwrite each other.
enum SharedNameAccidents {
    /// How long after the first one the second one beats, both once a second. A daemon checks each 0.2 s.
    private static let phases = [0.02, 0.1, 0.2, 0.4, 0.5, 0.6, 0.8, 0.98]

    static let accidents =
        ["auto", "scan"].flatMap { mode in
            [
                Accident(name: "\(mode), both from the beginning") { world in
                    for pair in pairs(world) { for script in pair { try world.begin(script) } }
                    try world.watchingDaemon(DaemonSettings(watchMode: mode))
                },
                Accident(name: "\(mode), the second comes later") { world in
                    let pairs = pairs(world)
                    for pair in pairs { try begin(pair[0], world) }
                    try world.watchingDaemon(DaemonSettings(watchMode: mode), sees: pairs.map { $0[0].node })
                    for pair in pairs { try begin(pair[1], world) }
                },
                Accident(name: "\(mode), the daemon restarts") { world in
                    for pair in pairs(world) { for script in pair { try begin(script, world) } }
                    let daemon = try world.watchingDaemon(DaemonSettings(watchMode: mode))
                    Thread.sleep(forTimeInterval: 2)
                    world.end(daemon, SIGKILL)
                    try world.watchingDaemon(DaemonSettings(watchMode: mode))
                },
            ]
        } + [
            Accident(name: "cluster, the second comes later", store: .cluster) { world in
                let pairs = pairs(world)
                for pair in pairs { try begin(pair[0], world) }
                try world.watchingDaemon(DaemonSettings(), sees: pairs.map { $0[0].node })
                for pair in pairs { try begin(pair[1], world) }
            },
            Accident(name: "sentinels, a failover", store: .sentinels) { world in
                for pair in pairs(world) { for script in pair { try begin(script, world) } }
                try world.watchingDaemon(DaemonSettings(settle: 1))
                Thread.sleep(forTimeInterval: 2)
                try world.failover()
            },
        ]

    /// One process of a pair; where its name says so, it registers sessions now and then.
    private static func begin(_ script: NodeScript, _ world: World) throws {
        let number = try world.begin(script)
        guard script.node.hasSuffix("-busy") else { return }
        world.timeline.add(every: 1.5, jitter: 0.3) { try world.register(1, of: number, $0) }
    }

    /// At each phase a pair that does nothing but beat, and one that registers sessions; and some at random phases.
    private static func pairs(_ world: World) -> [[NodeScript]] {
        let random = (0..<3).map { _ in world.random { Double.random(in: 0...1, using: &$0) } }
        return (phases + random).enumerated().flatMap { index, delay in
            let first = world.random { Double.random(in: 0...1, using: &$0) }
            let milliseconds = Int(delay * 1000)
            let name = index < phases.count ? "after-\(milliseconds)ms" : "random-\(index)-\(milliseconds)ms"
            return ["quiet", "busy"].map { habit in
                [first, first + delay].map { phase in
                    var script = NodeScript("\(name)-\(habit)", boot: world.uuid())
                    script.every = 1
                    script.jitter = 0
                    script.phase = phase
                    script.lapseSeconds = 3
                    script.sessions = 3
                    return script
                }
            }
        }
    }
}
