import Foundation
import Lab

/// Another daemon instance sees nodes whose heartbeats ours cannot see, and writes that into the state that all share.
enum OtherPatternAccidents {
    private static let names = ["other-1", "other-2"]
    private static let other = """
        dialects: [other], custom_dialects: [{name: other, session_key: "mcp:session:{id}", node_key: "hb:{node}"}]
        """
    /// The same keys, but the records name the node and the boot in other fields.
    private static let otherFields = """
        dialects: [other], custom_dialects: [{name: other, session_key: "mcp:session:{id}", node_key: "hb:{node}", \
        fields: {node: [host], boot: [run]}}]
        """

    static let accidents = [
        Accident(name: "a dry run before ours") { world in
            try begin(world)
            try before(world, other, names)
            try world.watchingDaemon(DaemonSettings())
        },
        Accident(name: "a dry run that dies beside ours") { world in
            try begin(world)
            let foreign = try foreign(world, other, names)
            try world.watchingDaemon(DaemonSettings())
            Thread.sleep(forTimeInterval: 2)
            world.end(foreign, SIGKILL)
        },
        Accident(name: "a dry run that begins beside ours") { world in
            try begin(world)
            try world.watchingDaemon(DaemonSettings())
            try waitForLease(world)
            _ = try foreign(world, other, names)
        },
        Accident(name: "a run without a daemon") { world in
            try begin(world)
            let settings = settings(other)
            for _ in 0..<2 { try world.once(settings, ["--dry-run"]).finish() }
            try world.watchingDaemon(DaemonSettings())
        },
        Accident(name: "other field names") { world in
            // Ours takes the name of the group for that of a node, and there is a host of that name.
            for name in ["host-1", "group"] {
                var script = NodeScript(name, boot: world.uuid())
                script.prefix = "hb:"
                script.ownerFields = ("host", "run")
                script.record = { [("node", "\"group\""), ("boot", "\"none\""), ("created_at", "\($0.now)")] }
                try world.begin(script)
            }
            try before(world, otherFields, ["host-1", "group"])
            try world.watchingDaemon(DaemonSettings())
        },
        Accident(name: "another dialect") { world in
            try beginWorker("gateway-1:77", world)
            try before(world, "dialects: [contextforge]", ["gateway-1:77"])
            try world.watchingDaemon(DaemonSettings())
        },
        Accident(name: "another collection", prefix: "hb:") { world in
            try beginInCollection(world)
            try before(world, "dialects: [native]", names)
            try world.watchingDaemon(settings(other, mode: "delete"))
        },
        Accident(name: "another database") { world in
            for name in names {
                var script = NodeScript(name, boot: world.uuid())
                let (key, boot) = (script.heartbeatKey, script.boot ?? "null")
                script.beatCommands = { beat in
                    let value = NodeScript.json([("boot", boot), ("seen_at", "\(beat.now)")])
                    return [["SELECT", "1"], ["SET", key, value, "PX", "5000"], ["SELECT", "0"]]
                }
                try world.begin(script)
            }
            var elsewhere = DaemonSettings(mode: "dry-run")
            elsewhere.database = 1
            let foreign = try world.daemon(elsewhere)
            Thread.sleep(forTimeInterval: 3)
            try world.watchingDaemon(DaemonSettings())
            world.end(foreign)
        },
    ]

    private static func settings(_ registry: String, mode: String = "dry-run") -> DaemonSettings {
        DaemonSettings(mode: mode, registry: registry)
    }

    private static func begin(_ world: World) throws {
        for name in names {
            var script = NodeScript(name, boot: world.uuid())
            script.prefix = "hb:"
            try world.begin(script)
        }
    }

    private static func foreign(_ world: World, _ registry: String, _ nodes: [String]) throws -> AccidentDaemon {
        let daemon = try world.daemon(settings(registry))
        try daemon.waitUntilAlive(nodes)
        return daemon
    }

    /// Another daemon watches for a while, and is gone before ours begins.
    private static func before(_ world: World, _ registry: String, _ nodes: [String]) throws {
        let daemon = try foreign(world, registry, nodes)
        Thread.sleep(forTimeInterval: 2)
        world.end(daemon)
    }

    private static func waitForLease(_ world: World) throws {
        let client = StoreClient(world.store)
        try waitUntil("a lease") {
            try client.run([["EXISTS", "mcp:sessiond:lease"]]).first?.integer == 1
        }
    }

    /// A worker of contextforge whose records name it too.
    private static func beginWorker(_ name: String, _ world: World) throws {
        var script = NodeScript(name, boot: world.uuid())
        script.beatCommands = { _ in [["SET", "mcpgw:worker_heartbeat:\(name)", "alive", "PX", "5000"]] }
        let number = try world.begin(script)
        let owners = world.sessions(of: number).map { ["SET", "mcpgw:pool_owner:\($0)", name, "PX", "3600000"] }
        try StoreClient(world.store).run(owners)
    }

    /// Nodes that beat in a hash for all of them.
    private static func beginInCollection(_ world: World) throws {
        for name in names {
            var script = NodeScript(name, boot: world.uuid())
            let boot = script.boot ?? "null"
            script.beatCommands = { beat in
                [["HSET", "mcp:nodes", name, NodeScript.json([("boot", boot), ("seen_at", "\(beat.now)")])]]
            }
            try world.begin(script)
        }
    }
}
