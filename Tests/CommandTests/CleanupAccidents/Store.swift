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

    var seeds: [RedisEndpoint]? {
        if case .cluster(let cluster) = servers { cluster.seeds } else { nil }
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

/// One thread's connections to the store, made anew after an error and after a failover.
final class StoreClient {
    private let store: Store
    private var connection: RedisConnection?
    private var cluster: RedisCluster?

    init(_ store: Store) {
        self.store = store
    }

    /// Runs the commands in the order given; each has its key at the second place. Throws the first error reply.
    @discardableResult
    func run(_ commands: [[String]]) throws -> [RedisReply] {
        let replies = store.seeds == nil ? try runOnServer(commands) : try runOnCluster(commands)
        for reply in replies {
            if case .error(let text) = reply { throw RedisError.refusal(text, from: store.endpoint) }
        }
        return replies
    }

    private func runOnServer(_ commands: [[String]]) throws -> [RedisReply] {
        let endpoint = store.endpoint
        if connection?.endpoint != endpoint { connection = try RedisConnection.open(endpoint) }
        guard var open = connection.take() else { return [] }
        var pipeline = RedisPipeline()
        for words in commands { pipeline.append(words) }
        // Not given back where this throws: the next call makes another.
        try open.send(pipeline)
        var replies: [RedisReply] = []
        for _ in commands { replies.append(try open.reply()) }
        connection = consume open
        return replies
    }

    private func runOnCluster(_ commands: [[String]]) throws -> [RedisReply] {
        var open = if let kept = cluster.take() { kept } else { RedisCluster(seeds: store.seeds ?? []) }
        let replies = try open.run(commands.map { RedisCommand($0) })
        cluster = consume open
        return replies
    }
}
