import Foundation
import Lab
import Redis

/// Redis comes back with what it held some time ago, old evidence included, and the nodes go on.
enum OldDumpAccidents {
    private static let node = "paused"
    /// How long that node takes until it writes again, once Redis is back; the others do so at once.
    private static let pauseSeconds = 2.0
    private static let grace = 6.0

    /// Longer than a lease that its holder cannot give up.
    private static let leaseSeconds = 17.0

    static let accidents =
        [0, 1].map { settle in
            accident("the daemon stays, settle \(settle)s") { world in
                let number = try begin(world)
                let daemon = try world.watchingDaemon(settings(settle), sees: [node])
                try dumpDuringPause(of: number, world)
                try daemon.waitUntilAlive([node])
                Thread.sleep(forTimeInterval: grace + 2)
                try restore(world, number) {}
            }
        } + [
            accident("the daemon dies with Redis") { world in
                let number = try begin(world)
                let daemon = try world.watchingDaemon(settings(0), sees: [node])
                try dumpDuringPause(of: number, world)
                try restoreLater(world, number, daemon)
            },
            accident("a pause beyond the grace, seen by a dry run") { world in
                let number = try begin(world, lapseSeconds: 60)
                let daemon = try world.watchingDaemon(settings(0, mode: "dry-run"), sees: [node])
                try dumpDuringPause(of: number, world, lasting: grace + 3)
                try restoreLater(world, number, daemon)
            },
            accident("a daemon after a run without one") { world in
                let number = try noteByRuns(world)
                try restore(world, number) { try world.daemon(settings(0)) }
            },
            Accident(
                name: "runs without a daemon",
                script: { world in
                    let number = try noteByRuns(world)
                    var once: AccidentDaemon.Once?
                    try restore(world, number) { once = try world.once(settings(0)) }
                    once?.finish()
                }, repeated: { try $0.once(settings(0)).finish() }),
            accident("the boot of before") { try playOldBoot($0) },
            accident("a replica that was cut off is promoted", store: .sentinels) { try promoteOldReplica($0) },
        ]

    private static func accident(
        _ name: String, store: Store.Kind = .server, _ script: @escaping @Sendable (World) throws -> Void
    ) -> Accident {
        Accident(name: name, store: store, furtherSeconds: grace + 3, script: script)
    }

    private static func settings(_ settle: Int, mode: String = "delete") -> DaemonSettings {
        DaemonSettings(mode: mode, grace: grace, settle: settle)
    }

    private static func begin(_ world: World, lapseSeconds: Double = grace - 0.5) throws -> Int {
        var script = NodeScript(node, boot: world.uuid())
        script.lapseSeconds = lapseSeconds
        script.ttlSeconds = 1
        return try world.begin(script)
    }

    /// The node is silent for a while, and what is known then is kept; then it goes on.
    private static func dumpDuringPause(of number: Int, _ world: World, lasting seconds: Double = 3.5) throws {
        world.silence(number)
        Thread.sleep(forTimeInterval: seconds)
        try StoreClient(world.store).run([["SAVE"]])
        world.resume(number)
    }

    /// A run without a daemon sees everybody alive, another one sees the node silent, and a third one sees it again.
    private static func noteByRuns(_ world: World) throws -> Int {
        let number = try begin(world)
        try world.once(settings(0)).finish()
        world.silence(number)
        // A binary from before is through by then.
        try world.once(settings(0)).finish(within: grace - 2)
        try StoreClient(world.store).run([["SAVE"]])
        world.resume(number)
        try world.once(settings(0)).finish()
        Thread.sleep(forTimeInterval: grace + 2)
        return number
    }

    /// Redis and the daemon die long afterwards.
    private static func restoreLater(_ world: World, _ number: Int, _ daemon: AccidentDaemon) throws {
        try daemon.waitUntilAlive([node])
        Thread.sleep(forTimeInterval: leaseSeconds)
        try restore(world, number) {
            world.end(daemon, SIGKILL)
            try world.daemon(settings(0))
        }
    }

    /// Redis dies and comes back with what was kept. `meanwhile` is done before the other nodes go on.
    private static func restore(_ world: World, _ number: Int, _ meanwhile: () throws -> Void) throws {
        world.silence(number)
        try world.whileDown {
            guard let server = world.store.server else { return }
            server.signal(SIGKILL)
            try server.restart()
        } meanwhile: {
            try meanwhile()
        }
        Thread.sleep(forTimeInterval: pauseSeconds)
        world.resume(number)
    }

    /// The dump has the heartbeat of an earlier boot, with no time in it and long to live. The present process returns
    /// with new sessions first, and with its heartbeat only later.
    private static func playOldBoot(_ world: World) throws {
        var script = NodeScript("rebooted", boot: world.uuid())
        script.ttlSeconds = 600
        script.heartbeat = { _ in [("state", "\"serving\"")] }
        script.record = { _ in [("client", "\"accident 1\"")] }
        let earlier = try world.begin(script)
        try world.watchingDaemon(settings(0), sees: ["rebooted"])
        world.end(earlier)
        try StoreClient(world.store).run([["SAVE"]])
        script.boot = "\"\(world.uuid())\""
        script.recordedBoot = script.boot
        script.lapseSeconds = grace - 0.5
        let present = try world.begin(script)
        Thread.sleep(forTimeInterval: 3)
        world.silence(present)
        try world.whileDown {
            world.store.server?.signal(SIGKILL)
            try world.store.server?.restart()
        }
        world.timeline.add(every: 1) { try world.register(1, of: present, $0) }
        Thread.sleep(forTimeInterval: grace + 4)
        world.resume(present)
    }

    /// A replica is fed no more while a node is silent. Long afterwards the master dies, and the replica takes over.
    private static func promoteOldReplica(_ world: World) throws {
        let number = try begin(world)
        let daemon = try world.watchingDaemon(settings(0), sees: [node])
        guard let lab = world.store.sentinels else { return }
        let master = try lab.waitForMaster(otherThan: nil)
        guard let replica = lab.servers.first(where: { $0 !== master }) else { return }
        var connection = try replica.connect()
        // Sentinels give it back to its master after 8 s.
        world.silence(number)
        Thread.sleep(forTimeInterval: 3.5)
        try connection.command(["REPLICAOF", "127.0.0.1", "1"])
        world.resume(number)
        try daemon.waitUntilAlive([node])
        Thread.sleep(forTimeInterval: 4)
        world.silence(number)
        try world.failover(to: replica, from: master)
        Thread.sleep(forTimeInterval: pauseSeconds)
        world.resume(number)
    }
}
