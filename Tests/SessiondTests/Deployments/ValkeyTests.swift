import Foundation
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Sessiond

extension DeploymentTests {
    /// The same registry in Valkey, where that is installed.
    @Suite(.enabled(if: isInstalled("valkey-server"), "valkey-server is not installed: apt-get install valkey-server"))
    struct ValkeyTests {
        @Test func aRegistryInValkeyIsReadAndTracked() async throws {
            let valkey = try LaunchedServer { port in
                ["valkey-server", "--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
            }
            defer { valkey.stop() }
            var connection = try RedisConnection.open(valkey.endpoint, limits: .patient)
            let time = try connection.command(["TIME"]).array ?? []
            let now = Int(time.first?.integer ?? 0)
            let ids = (1...300).map(uuid)
            for words in ids.map({ record($0, node: "node-1", now: now) }) + [heartbeat("node-1")] {
                try connection.command(words)
            }
            let watched = WatchedRegistry(deployment: .server(valkey.endpoint), of: valkey)
            watched.start()
            try await watched.soon("all to be read and tracked") {
                watched.view.isComplete && watched.watch.isTracking && watched.counts.owned == ids.count
            }
            #expect(watched.refs == Set(ids.map(ref)))
            try await watched.liveChange("an end and a beginning") {
                try connection.command(["DEL", "mcp:session:\(ids[0])"])
                try connection.command(record("new", node: "node-1", now: now))
            } isSeen: {
                watched.ending(of: ids[0]) == .closed && watched.knows("new")
            }
            try connection.command(["FLUSHALL"])
            try await watched.soon("all to vanish") { watched.view.isComplete && watched.refs.isEmpty }
            #expect(watched.endings[.vanished] == ids.count)
            let version = try watched.json("/api/v1/status")["data"]?["redis"]?["version"]?.string
            #expect(version != nil && version != "")
            await watched.stop()
        }
    }
}

/// Whether the program is to be found where programs are.
private func isInstalled(_ program: String) -> Bool {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
}
