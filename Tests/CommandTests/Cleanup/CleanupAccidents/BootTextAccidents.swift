import Foundation
import Lab

/// One boot, written by two programs in two ways: not another one.
enum BootTextAccidents {
    static let accidents = [
        Accident(name: "strings") { try play($0, .string) },
        Accident(name: "hashes") { try play($0, .hash) },
        Accident(name: "strings, scan") { try play($0, .string, watchMode: "scan") },
        Accident(name: "strings, cluster", store: .cluster) { try play($0, .string) },
        Accident(name: "taking turns") { world in
            for (number, pair) in pairs.enumerated() {
                var script = script(number, "turns", pair.0, pair.0, .string, world)
                script.boot = nil
                script.heartbeat = {
                    [("boot", $0.count % 2 == 0 ? pair.0 : pair.1), ("seen_at", "\($0.now)")]
                }
                try world.begin(script)
            }
            try world.watchingDaemon(DaemonSettings())
        },
    ]

    private static let uuid = "1f0c7d52-6a3b-4e0d-9c55-0a7e4b8d2f31"

    /// Two ways each to write one boot, in JSON.
    private static let pairs: [(String, String)] = [
        ("1", "1.0"),
        ("1", "\"1\""),
        ("\"1\"", "\"1.0\""),
        ("1760000000", "1.76e9"),
        ("1760000000", "1760000000.0"),
        ("1760000000", "\"1760000000\""),
        ("1760000000", "1760000000000"),
        ("1760000000.25", "1760000000250"),
        ("1760000000", "\"2025-10-09T08:53:20Z\""),
        ("1760000000000", "\"2025-10-09T08:53:20.000Z\""),
        ("\"2025-10-09T08:53:20Z\"", "\"2025-10-09T08:53:20.000Z\""),
        ("\"2025-10-09T08:53:20Z\"", "\"2025-10-09T10:53:20+02:00\""),
        ("\"2025-10-09T08:53:20Z\"", "\"2025-10-09T08:53:20\""),
        ("\"\(uuid)\"", "\"\(uuid.uppercased())\""),
        ("\"\(uuid)\"", "\"\(uuid.replacing("-", with: ""))\""),
        ("\"\(uuid.uppercased())\"", "\"\(uuid.replacing("-", with: ""))\""),
        ("\"\(uuid)\"", "\"{\(uuid)}\""),
        ("\"\(uuid)\"", "\"urn:uuid:\(uuid)\""),
        ("\"run-7\"", "\" run-7\""),
        ("\"run-7\"", "\"run-7 \""),
        ("\"run-7\"", "\"run-7\\n\""),
        ("7", "\"007\""),
    ]

    private static func play(_ world: World, _ shape: NodeScript.Shape, watchMode: String = "auto") throws {
        // The field of a hash is no JSON: there an escape is two letters.
        let pairs = pairs.filter { shape == .string || !($0.0 + $0.1).contains("\\n") }
        for (number, pair) in pairs.enumerated() {
            try world.begin(script(number, "a", pair.0, pair.1, shape, world))
            try world.begin(script(number, "b", pair.1, pair.0, shape, world))
        }
        try world.watchingDaemon(DaemonSettings(watchMode: watchMode))
    }

    private static func script(
        _ number: Int, _ suffix: String, _ recorded: String, _ boot: String, _ shape: NodeScript.Shape, _ world: World
    ) -> NodeScript {
        // The name says which pair it is, where an accident is told of.
        var script = NodeScript(
            "\(recorded)|\(boot)".unicodeScalars.reduce(into: "") { name, scalar in
                let isPlain = ("!"..."~").contains(scalar) && !"\"\\{}".unicodeScalars.contains(scalar)
                name.append(isPlain ? Character(scalar) : "_")
            } + "-\(number)\(suffix)", boot: "")
        script.boot = boot
        script.recordedBoot = recorded
        script.every = 0.5
        script.sessions = 2
        script.shape = shape
        script.sessionShape = shape
        return script
    }
}
