import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Workers

extension DeploymentTests {
    /// What sentinels may say that real ones say only when cut off from each other.
    @Suite struct ScriptedSentinelTests {
        private static func bulk(_ words: [String]) -> String {
            "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
        }

        /// Answers everything, a subscription too, with a master's address and the epoch it has that from. It serves one
        /// client after another, so each of them is sent away after a while.
        private static func sentinel(naming server: PrivateRedis, epoch: Int) throws -> ScriptedServer {
            guard case .tcp(let host, let port) = server.endpoint.transport else { preconditionFailure("no TCP") }
            let details = bulk(["name", "mymaster", "config-epoch", "\(epoch)", "num-slaves", "1"])
            return try ScriptedServer([
                .receive(bytes: 1), .send(bulk([host, "\(port)"])), .send(details),
                .pause(seconds: 0.2), .close,
            ])
        }

        /// A failover may happen while nobody tells of it: between the end of one subscription and the next.
        @Test func afterALostSubscriptionTheMasterIsLookedForAnew() async throws {
            let servers = try (0..<2).map { _ in try PrivateRedis(tcp: true) }
            defer { for server in servers { server.stop() } }
            for (number, server) in servers.enumerated() {
                try server.run([record(uuid(number), node: "node-1", now: try server.now())])
            }
            let sentinels = try [
                Self.sentinel(naming: servers[0], epoch: 2), Self.sentinel(naming: servers[1], epoch: 1),
            ]
            defer { for sentinel in sentinels { sentinel.stop() } }
            let deployment = RedisDeployment.sentinel(
                RedisSentinels(sentinels: sentinels.map(\.endpoint), masterName: "mymaster"))
            let watched = WatchedRegistry(deployment: deployment, of: servers[0])
            watched.start()
            try await watched.soon("the master of the higher epoch to be tracked") {
                watched.view.isComplete && watched.watch.isTracking && watched.refs == [ref(uuid(0))]
            }
            let before = watched.resyncCount
            sentinels[0].stop()
            try await watched.soon("the master that is named now to be read") {
                watched.servers == [servers[1].endpoint] && watched.view.isComplete
                    && watched.refs == [ref(uuid(1))]
            }
            #expect(watched.resyncCount > before)
            await watched.stop()
        }
    }
}
