import Foundation
import Lab
import Redis
import Synchronization

/// The owner is dead for good, but somebody renews the TTL of some of its sessions: a proxy that knows that they are in
/// use. A run removes so slowly that renewals come between its judgement and the removal.
enum RenewalAccidents {
    private static let settings = DaemonSettings(keysPerSecond: 40)

    static let accidents = [
        Accident(name: "auto") { try play($0, settings) },
        Accident(name: "scan") { world in
            var settings = settings
            settings.watchMode = "scan"
            try play(world, settings)
        },
        Accident(name: "cluster", store: .cluster) { try play($0, settings) },
    ]

    private static let orphans = 300
    private static let ttl = String(Int(World.sessionTTLSeconds))
    private static let renewedAtOnce = 2

    /// Which sessions have not been renewed yet, and which are from now on.
    private final class Renewals: Sendable {
        private let lists: Mutex<(left: [String], kept: [String])>

        init(_ ids: [String]) { lists = Mutex((ids, [])) }

        var kept: [String] { lists.withLock { $0.kept } }

        func take(_ count: Int, _ world: World) -> [String] {
            lists.withLock { lists in
                (0..<min(count, lists.left.count)).map { _ in
                    let place = world.random { Int.random(in: 0..<lists.left.count, using: &$0) }
                    return lists.left.remove(at: place)
                }
            }
        }

        func keep(_ ids: [String]) { lists.withLock { $0.kept += ids } }
    }

    private static func play(_ world: World, _ settings: DaemonSettings) throws {
        var script = NodeScript("renewed", boot: world.uuid())
        script.ttlSeconds = 2
        script.sessions = orphans
        let dead = try world.begin(script)
        // It has no heartbeat: it stands for whoever renews.
        script = NodeScript("renews", boot: world.uuid())
        script.sessions = 0
        script.beatCommands = { _ in [] }
        let renewing = try world.begin(script)
        try world.watchingDaemon(settings, sees: ["renewed"])
        // What is renewed a moment after it was registered is hardly longer.
        Thread.sleep(forTimeInterval: 1.5)
        let renewals = Renewals(world.sessions(of: dead))
        world.end(dead)
        world.timeline.add(every: 0.1) { client in
            // Each is renewed once at some moment, and from then on again and again.
            let ids = renewals.take(renewedAtOnce, world)
            let replies = try client.run(ids.map { ["EXPIRE", "mcp:session:\($0)", ttl] })
            let alive = zip(ids, replies).filter { $1.integer == 1 }.map(\.0)
            renewals.keep(alive)
            world.adopt(alive, by: renewing)
        }
        world.timeline.add(every: 1.1) { client in
            try client.run(renewals.kept.map { ["EXPIRE", "mcp:session:\($0)", ttl] })
            world.sign(of: renewing)
        }
    }
}
