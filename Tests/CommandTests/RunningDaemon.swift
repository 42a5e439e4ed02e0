import Configuration
import Foundation
import Lab
import Logging
import Redis
import Sessiond

@testable import mcp_sessiond

/// A daemon in this process on a redis-server of its own, and the registry that it reads.
final class RunningDaemon: Sendable {
    let redis: PrivateRedis
    let server: String
    private let task: Task<Void, any Error>

    /// Ready when this returns: the first full scan is complete. `fill` writes the registry before.
    init(
        redisArguments: [String] = [], tokens: String? = nil, isReadable: Bool = true,
        fill: (inout RedisConnection) throws -> Void = { _ in }, change: (inout Settings) -> Void = { _ in }
    ) async throws {
        redis = try PrivateRedis(arguments: redisArguments)
        if redisArguments.isEmpty {
            var connection = try redis.connect()
            try fill(&connection)
        }
        var settings = Settings()
        settings.redis.url = redis.url
        settings.nodes.deadAfter = .seconds(1)
        settings.nodes.unknownAfter = .milliseconds(500)
        settings.watch.scanEvery = .seconds(1)
        settings.http.listen = try .parse(tokens == nil ? "127.0.0.1:0" : "0.0.0.0:0")
        change(&settings)
        let folder = try TemporaryFolder(prefix: "command")
        defer { folder.remove() }
        if let tokens {
            settings.http.tokensFile = folder.file("tokens")
            try tokens.write(toFile: settings.http.tokensFile, atomically: true, encoding: .utf8)
            _ = unsafe chmod(settings.http.tokensFile, 0o600)
        }
        let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let daemon = try Daemon(settings: settings, environment: [:], logger: silent)
        let (ports, bound) = AsyncStream<UInt16>.makeStream()
        task = Task {
            defer { bound.finish() }
            try await daemon.run { bound.yield($0) }
        }
        var port: UInt16?
        for await first in ports {
            port = first
            break
        }
        guard let port else { throw LabError.timedOut(waitingFor: "the daemon to listen", seconds: 0) }
        server = "http://127.0.0.1:\(port)"
        guard isReadable else { return }
        let token = tokens?.split(separator: " ").last.map { $0.trimmingCharacters(in: .newlines) }
        let client = try DaemonClient(server: server, token: token)
        try await waitUntil("the first full scan") { (try? await client.status())?.frame.isComplete == true }
    }

    func stop() async {
        await end()
        redis.stop()
    }

    /// Ends the daemon alone; its server stays.
    func end() async {
        task.cancel()
        _ = await task.result
    }

    /// Runs a verb against it.
    func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) async throws -> Program.Outcome {
        try await Program.run(arguments + ["--server", server], input: input, environment: environment)
    }
}

/// Runs `body` with a daemon that is gone afterwards.
func withDaemon(
    redisArguments: [String] = [], tokens: String? = nil, isReadable: Bool = true,
    fill: (inout RedisConnection) throws -> Void = { _ in }, change: (inout Settings) -> Void = { _ in },
    _ body: (RunningDaemon) async throws -> Void
) async throws {
    let daemon = try await RunningDaemon(
        redisArguments: redisArguments, tokens: tokens, isReadable: isReadable, fill: fill, change: change)
    do {
        try await body(daemon)
    } catch {
        await daemon.stop()
        throw error
    }
    await daemon.stop()
}
