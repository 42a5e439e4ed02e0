import Foundation
import HTTP
import Lab
import Redis
import TestSupport
import Testing

/// Beside prometheus-redis-exporter, which counts keys by SCAN and knows nothing of us.
@Suite(.ownThreads) struct ExporterAgreesCommandTests {
    private static let pattern = "mcp:session:*"

    @Test func `the exporter that operators run counts as many sessions as we do, as they come and go`() async throws {
        try await withDaemon { redis in
            for number in 0..<5_000 { try Self.register(number, &redis) }
        } _: { daemon in
            try await agree(daemon)
        }
    }

    private func agree(_ daemon: RunningDaemon) async throws {
        let folder = try TemporaryFolder(prefix: "exporter")
        defer { folder.remove() }
        let exporter = try ListeningProcess(
            [
                "prometheus-redis-exporter", "-redis.addr", daemon.redis.url.prefix { $0 != "?" }.description,
                "-web.listen-address", "127.0.0.1:0", "-count-keys", "db0=\(Self.pattern)",
            ], package: "prometheus-redis-exporter", log: folder.file("log"))
        defer { exporter.end() }
        for (change, expected) in [(0..<0, 5_000), (5_000..<5_700, 5_700), (0..<900, 4_800)] {
            var redis = try daemon.redis.connect()
            for number in change {
                if number < 5_000 {
                    try redis.command(["DEL", Self.key(number)])
                } else {
                    try Self.register(number, &redis)
                }
            }
            let counted = try await Self.value(
                "redis_keys_count{db=\"db0\",key=\"\(Self.pattern)\"}", at: "/metrics", of: exporter)
            #expect(counted == Double(expected))
            try await waitUntil("as many sessions on our page") { try await Self.ours(daemon) == counted }
        }
    }

    private static func key(_ number: Int) -> String { "mcp:session:of-\(number)" }

    private static func register(_ number: Int, _ redis: inout RedisConnection) throws {
        try redis.command(["SET", key(number), "{\"node\":\"node-\(number % 4)\",\"boot\":\"b\"}", "EX", "1000"])
    }

    /// The value of one series; nil where it is not there.
    private static func value(_ series: String, at path: String, of process: ListeningProcess) async throws -> Double? {
        let page = String(decoding: try process.get(path).body, as: UTF8.self)
        let line = page.split(separator: "\n").first { $0.hasPrefix(series + " ") }
        return line.flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    /// All our sessions, whatever their state.
    private static func ours(_ daemon: RunningDaemon) async throws -> Double {
        let client = HTTPClient(try HTTPServerURL(daemon.server), seconds: 60)
        let page = String(decoding: try client.ask(.get, "/metrics").body, as: UTF8.self)
        return page.split(separator: "\n").filter { $0.hasPrefix("mcp_registry_sessions{") }
            .reduce(0) { $0 + (Double($1.split(separator: " ").last ?? "") ?? 0) }
    }
}
