import Foundation
import Lab
import Redis
import Synchronization

/// Where the registry of one world is kept.
final class Store: Sendable {
    enum Kind: Sendable {
        case server, fakeClock, sentinels, cluster
    }

    private enum Servers: Sendable {
        case server(PrivateRedis)
        case fakeClock(FakeClockRedis, FakeClock)
        case sentinels(PrivateSentinels)
        case cluster(PrivateCluster)
    }

    private let servers: Servers
    /// Where nodes write; of a cluster, any node.
    private let current: Mutex<RedisEndpoint>

    init(_ kind: Kind) throws {
        switch kind {
        case .server:
            let server = try PrivateRedis()
            servers = .server(server)
            current = Mutex(server.endpoint)
        case .fakeClock:
            let clock = try FakeClock()
            do {
                let server = try FakeClockRedis(clock)
                servers = .fakeClock(server, clock)
                current = Mutex(server.endpoint)
            } catch {
                clock.remove()
                throw error
            }
        case .sentinels:
            let lab = try PrivateSentinels(downAfterMilliseconds: 2_000)
            servers = .sentinels(lab)
            current = Mutex(try lab.waitForMaster(otherThan: nil).endpoint)
        case .cluster:
            let cluster = try PrivateCluster()
            servers = .cluster(cluster)
            current = Mutex(cluster.seeds[0])
        }
    }

    func stop() {
        switch servers {
        case .server(let server): server.stop()
        case .fakeClock(let server, let clock):
            server.stop()
            clock.remove()
        case .sentinels(let lab): lab.stop()
        case .cluster(let cluster): cluster.stop()
        }
    }

    /// How daemons are told where it is.
    var url: String {
        switch servers {
        case .server(let server): server.url
        case .fakeClock(let server, _): server.url
        case .sentinels(let lab): lab.url
        case .cluster(let cluster): "redis+cluster://" + cluster.seeds.map(\.address).joined(separator: ",")
        }
    }

    var endpoint: RedisEndpoint {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    /// How nodes reach it: without the sentinels, which would only be asked for what is known.
    var deployment: RedisDeployment {
        if case .cluster(let cluster) = servers { .cluster(cluster.seeds) } else { .server(endpoint) }
    }

    var server: PrivateRedis? {
        if case .server(let server) = servers { server } else { nil }
    }

    var sentinels: PrivateSentinels? {
        if case .sentinels(let lab) = servers { lab } else { nil }
    }

    var clock: FakeClock? {
        if case .fakeClock(_, let clock) = servers { clock } else { nil }
    }

    /// Sends a signal to the server under a fake clock.
    func signal(_ number: Int32) {
        if case .fakeClock(let server, _) = servers { server.signal(number) }
    }
}

/// One thread's way to the store, made anew after a failover.
final class StoreClient {
    private let store: Store
    private var endpoint: RedisEndpoint
    private var client: RedisClient

    init(_ store: Store) {
        self.store = store
        endpoint = store.endpoint
        client = RedisClient(store.deployment)
    }

    /// Runs the commands in the order given; each has its key at the second place. Throws the first error reply.
    @discardableResult
    func run(_ commands: [[String]]) throws -> [RedisReply] {
        if store.endpoint != endpoint {
            endpoint = store.endpoint
            client = RedisClient(store.deployment)
        }
        let replies = try client.answers(to: commands)
        for case .error(let text) in replies { throw RedisError.refusal(text, from: endpoint) }
        return replies
    }
}
