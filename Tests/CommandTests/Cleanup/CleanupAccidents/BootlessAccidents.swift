import Foundation
import Lab

/// Nodes without boots: only times could tell their processes apart, and these are wrong.
enum BootlessAccidents {
    static let accidents = ["auto", "scan"].flatMap { mode in
        [
            Accident(name: "\(mode)") { world in
                let scripts = scripts(world)
                for script in scripts { try world.begin(script) }
                try world.watchingDaemon(DaemonSettings(watchMode: mode), sees: scripts.map(\.node))
            },
            Accident(name: "\(mode), the daemon restarts") { world in
                let scripts = scripts(world)
                for script in scripts { try world.begin(script) }
                let daemon = try world.watchingDaemon(DaemonSettings(watchMode: mode), sees: scripts.map(\.node))
                world.end(daemon, SIGKILL)
                try world.watchingDaemon(DaemonSettings(watchMode: mode))
            },
        ]
    }

    private static func scripts(_ world: World) -> [NodeScript] {
        let start = Date().timeIntervalSince1970
        return starts(start).map { node, startedAt, createdAt in
            var script = NodeScript(node, boot: world.uuid())
            (script.boot, script.recordedBoot) = (nil, nil)
            if node.hasPrefix("boot-in-heartbeat") { script.boot = "\"\(world.uuid())\"" }
            if node.hasPrefix("boot-in-records") { script.recordedBoot = "\"\(world.uuid())\"" }
            script.shape = node.hasSuffix("-hash") ? .hash : .string
            script.heartbeat = { [("started_at", startedAt($0)), ("seen_at", "\($0.now)")] }
            script.record = { [("created_at", createdAt($0))] }
            return script
        }
    }

    private typealias Time = @Sendable (Beat) -> String

    private static func starts(_ start: Double) -> [(String, Time, Time)] {
        let now: Time = { "\($0.now)" }
        let tenMinutesAgo: Time = { _ in "\(start - 600)" }
        let naive: Time = { "\"\(text(of: $0.now - 5 * 3600))\"" }
        let future: Time = { _ in "\(start + 3600)" }
        return [
            // It began before NTP set its clock back.
            ("future-start", future, now),
            ("future-start-hash", future, now),
            ("future-start-milliseconds", { _ in "\(Int((start + 3600) * 1000))" }, now),
            ("future-start-text", { _ in "\"\(text(of: start + 3600))Z\"" }, now),
            // Local time without an offset.
            ("naive-created", tenMinutesAgo, naive),
            ("naive-created-hash", tenMinutesAgo, naive),
            // Its clock was behind when the sessions began, and set since; the start is worked out from the uptime.
            ("clock-was-behind", { "\($0.now - 60)" }, { "\($0.now - 7200)" }),
            // The start is worked out anew each time, and is never quite the same.
            ("start-that-wavers", { "\($0.now - 600 + Double($0.count * 7 % 5))" }, { "\($0.now - 599)" }),
            ("start-that-creeps", { "\(start - 60 + 2.5 * Double($0.count))" }, now),
            ("start-is-now", now, now),
            ("start-that-jumps-once", { "\($0.count < 10 ? start - 600 : start + 3600)" }, now),
            ("start-in-milliseconds", { _ in "\(Int(start * 1000))" }, { "\(Int($0.now) - 3)" }),
            ("created-in-milliseconds", { _ in "\(Int(start))" }, { "\"\(Int($0.now * 1000) - 3_000)\"" }),
            ("start-in-changing-units", { $0.count % 2 == 0 ? "\(Int(start))" : "\(Int(start) * 1000)" }, now),
            ("boot-in-heartbeat-only", future, now),
            ("boot-in-heartbeat-naive", tenMinutesAgo, naive),
            ("boot-in-records-only", future, now),
            ("boot-in-records-naive", tenMinutesAgo, naive),
        ]
    }

    /// ISO 8601 without an offset.
    private static func text(of time: Double) -> String {
        String(Date(timeIntervalSince1970: time).ISO8601Format().dropLast())
    }
}
