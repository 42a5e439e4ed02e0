import Lab
import Redis
import Sessions
import Sockets
import TestSupport
import Testing

@testable import Configuration
@testable import Watching

extension DeploymentTests {
    /// Every kind of deployment, encrypted.
    @Suite struct TLSTests {
        private let authority: ThrowawayCA

        init() throws {
            authority = try ThrowawayCA()
        }

        private var trust: ClientTLS { ClientTLS(caFile: authority.caFile) }

        private static let ids = (1...30).map(uuid)

        private static func commands(_ now: Int) -> [[String]] {
            ids.map { record($0, node: "node-1", now: now) } + [heartbeat("node-1")]
        }

        /// What is common to all: all is read, the node lives, and changes are told.
        private static func isWatched(_ watched: WatchedRegistry, change: (_ commands: [[String]]) throws -> Void)
            async throws
        {
            watched.start()
            try await watched.soon("all to be read and tracked") {
                watched.view.isComplete && watched.watch.isTracking && watched.counts.owned == ids.count
            }
            #expect(watched.refs == Set(ids.map(ref)))
            try await watched.liveChange("an end") {
                try change([["DEL", "mcp:session:\(ids[0])"]])
            } isSeen: {
                watched.ending(of: ids[0]) == .closed
            }
            #expect(watched.readiness.status == 200)
        }

        @Test func oneServerThatAsksForOurCertificate() async throws {
            let redis = try PrivateRedis(tls: PrivateRedis.TLS(authority, wantsClientCertificate: true))
            defer { redis.stop() }
            try redis.run(Self.commands(try redis.now()))
            guard case .tcp(let host, let port)? = redis.tlsEndpoint()?.transport else { return }
            var settings = Settings()
            settings.redis.url = "rediss://\(host):\(port)/0"
            settings.redis.tls.caFile = authority.caFile
            settings.redis.tls.certFile = authority.client.certFile
            settings.redis.tls.keyFile = authority.client.keyFile
            let deployment = try WatchPlan(settings, environment: [:]).deployment
            let watched = WatchedRegistry(deployment: deployment, of: redis)
            try await Self.isWatched(watched) { try redis.run($0) }
            await watched.stop()

            // Another's word is not taken: nothing is read, and why is said.
            settings.redis.tls.caFile = authority.foreignCAFile
            let foreign = try WatchPlan(settings, environment: [:]).deployment
            let unread = WatchedRegistry(deployment: foreign, of: redis)
            unread.start()
            try await unread.soon("the refusal") { unread.readiness.text.contains("certificate") }
            #expect(unread.readiness.status == 503)
            #expect(unread.view.asOf == nil)
            await unread.stop()
        }

        /// The sentinel itself is asked in the clear; it reaches the servers by TLS, and names their ports for TLS.
        @Test func theMasterThatASentinelNames() async throws {
            let redis = try PrivateRedis(tls: PrivateRedis.TLS(authority))
            defer { redis.stop() }
            try redis.run(Self.commands(try redis.now()))
            guard case .tcp(let host, let port)? = redis.tlsEndpoint()?.transport else { return }
            let (trust, server) = (trust, authority.server)
            let sentinel = try LaunchedServer { ownPort in
                """
                port \(ownPort)
                bind 127.0.0.1
                sentinel monitor mymaster \(host) \(port) 1
                tls-replication yes
                tls-ca-cert-file \(trust.caFile)
                tls-cert-file \(server.certFile)
                tls-key-file \(server.keyFile)

                """
            } words: { _ in
                ["redis-server", "server.conf", "--sentinel"]
            }
            defer { sentinel.stop() }
            var settings = Settings()
            settings.redis.url = "rediss+sentinel://\(sentinel.endpoint.address)/mymaster?sentinel_tls=false"
            settings.redis.tls.caFile = trust.caFile
            let deployment = try WatchPlan(settings, environment: [:]).deployment
            let watched = WatchedRegistry(deployment: deployment, of: redis)
            try await Self.isWatched(watched) { try redis.run($0) }
            #expect(watched.servers == [redis.tlsEndpoint()])
            await watched.stop()
        }

        /// Two masters; their bus is encrypted too, and they name each other's ports for TLS to whom asks by TLS.
        @Test func aCluster() async throws {
            // The bus would listen at the port plus 10000, which may be no port at all.
            let buses = try (0..<2).map { _ in try unusedPort() }
            let masters = try buses.map { bus in
                try PrivateRedis(
                    arguments: [
                        "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--tls-cluster", "yes",
                        "--tls-replication", "yes", "--cluster-node-timeout", "600000", "--cluster-port", "\(bus)",
                    ], tls: PrivateRedis.TLS(authority))
            }
            defer { for master in masters { master.stop() } }
            try masters[0].run([["CLUSTER", "SET-CONFIG-EPOCH", "1"], ["CLUSTER", "ADDSLOTSRANGE", "0", "8191"]])
            try masters[1].run([["CLUSTER", "SET-CONFIG-EPOCH", "2"], ["CLUSTER", "ADDSLOTSRANGE", "8192", "16383"]])
            let seeds = try masters.map { try #require($0.tlsEndpoint()) }
            var client = RedisCluster(seeds: [seeds[0]], limits: .patient)
            var next = 0
            try await eventually("the masters to know each other", within: WatchedRegistry.patienceSeconds) {
                // A handshake that took too long is forgotten.
                if next % 1_000 == 0, case .tcp(let host, let port) = seeds[1].transport {
                    try masters[0].run([["CLUSTER", "MEET", host, "\(port)", "\(buses[1])"]])
                }
                next += 1
                let states = try masters.map { try $0.run([["CLUSTER", "INFO"]])[0].text ?? "" }
                return states.allSatisfy { $0.contains("cluster_state:ok") }
            }
            let now = try masters[0].now()
            _ = try client.run(Self.commands(now).map { RedisCommand($0) })
            let watched = WatchedRegistry(deployment: .cluster([seeds[1]]), of: masters[0])
            try await Self.isWatched(watched) { _ = try client.run($0.map { RedisCommand($0) }) }
            #expect(Set(watched.servers.map(\.address)) == Set(seeds.map(\.address)))
            await watched.stop()
        }
    }
}
