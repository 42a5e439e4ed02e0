import Redis

/// A master, its replicas, and three sentinels (two make a quorum) of our own on 127.0.0.1. They end with ``stop()``,
/// when this is released, or when we die.
public final class PrivateSentinels: Sendable {
    /// The most time until all agree, at the start and after each change.
    public static let readySeconds = 120.0
    static let sentinelCount = 3
    static let quorum = 2

    public let masterName: String
    /// The first master, then its replicas. The roles may change.
    public let servers: [PrivateRedis]
    public let sentinels: [PrivateSentinel]

    /// Starts all, and waits until the sentinels know each other and the replicas. The master counts as down after
    /// `downAfterMilliseconds` without an answer: make that short if a test waits for it, and long if it must not
    /// happen.
    public init(
        masterName: String = "mymaster", replicas: Int = 1, downAfterMilliseconds: Int = 1_000,
        failoverMilliseconds: Int = 5_000
    ) throws {
        self.masterName = masterName
        let master = try PrivateRedis(arguments: Self.arguments, tcp: true)
        var servers = [master]
        for _ in 0..<replicas {
            let words = ["--replicaof", "127.0.0.1 \(master.endpoint.port)"]
            servers.append(try PrivateRedis(arguments: Self.arguments + words, tcp: true))
        }
        self.servers = servers
        sentinels = try (0..<Self.sentinelCount).map { _ in
            try PrivateSentinel([
                "sentinel monitor \(masterName) 127.0.0.1 \(master.endpoint.port) \(Self.quorum)",
                "sentinel down-after-milliseconds \(masterName) \(downAfterMilliseconds)",
                "sentinel failover-timeout \(masterName) \(failoverMilliseconds)",
            ])
        }
        do {
            try waitUntilAcquainted()
        } catch {
            stop()
            throw error
        }
    }

    deinit {
        stop()
    }

    /// Ends all and removes their files. The sentinels end first, or they would try a failover.
    public func stop() {
        for sentinel in sentinels { sentinel.stop() }
        for server in servers { server.stop() }
    }

    /// Lets replicas copy at once. The default is to wait 5 s for others.
    private static let arguments = ["--repl-diskless-sync-delay", "0"]

    /// Waits until each sentinel knows the others and all replicas, and finds them healthy.
    public func waitUntilAcquainted() throws {
        try waitForServers("the sentinels to know each other and the replicas") {
            try sentinels.allSatisfy { sentinel in
                let others = try sentinel.details("SENTINELS", masterName)
                let replicas = try sentinel.details("REPLICAS", masterName)
                return others.count == Self.sentinelCount - 1 && others.allSatisfy { $0["flags"] == "sentinel" }
                    && replicas.count == servers.count - 1
                    && replicas.allSatisfy { $0["flags"] == "slave" && $0["master-link-status"] == "ok" }
            }
        }
    }
}

extension PrivateSentinels {
    /// The sentinels as a URL of the configuration.
    public var url: String {
        let hosts = sentinels.map { "127.0.0.1:\($0.endpoint.port)" }
        return "redis+sentinel://\(hosts.joined(separator: ","))/\(masterName)/0"
    }

    /// The server that all running sentinels name, if it calls itself a master too; nil while they differ.
    public func master() throws -> PrivateRedis? {
        var ports: Set<String> = []
        for sentinel in sentinels where sentinel.isRunning {
            var connection = try sentinel.connect()
            let words = try connection.command(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName]).array ?? []
            ports.insert(words.last?.text ?? "")
        }
        guard ports.count == 1, let server = servers.first(where: { ports.contains(String($0.endpoint.port)) }),
            server.pid != 0
        else { return nil }
        return Self.role(of: server) == .master ? server : nil
    }

    /// The role that the server gives itself; nil while it does not answer, as sentinels close all its connections when
    /// they change its role.
    private static func role(of server: PrivateRedis) -> RedisRole? {
        guard var connection = try? RedisConnection.open(server.endpoint, limits: .patient) else { return nil }
        return try? RedisRole.read(over: &connection)
    }

    /// Makes the sentinels replace the master though it is well, and waits until all name the new one. The old one
    /// calls itself a master for about 10 s more: see ``waitUntilDemoted(_:)``. An attempt may fail after the
    /// failover's timeout, and is repeated; `beforeEachTry` is called before each one.
    @discardableResult
    public func failover(beforeEachTry: () throws -> Void = {}) throws -> (old: PrivateRedis, new: PrivateRedis) {
        let old = try waitForMaster(otherThan: nil)
        var connection = try sentinels[0].connect()
        try waitForServers("the sentinel to replace the master") {
            let words = try connection.command(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName]).array ?? []
            guard words.last?.text == String(old.endpoint.port) else { return true }
            try beforeEachTry()
            do throws(RedisError) {
                try connection.command(["SENTINEL", "FAILOVER", masterName])
            } catch {
                // A failover is under way, or no replica was healthy for long enough: wait, and try again.
                guard case .refused(_, let code, _) = error, code == "INPROG" || code == "NOGOODSLAVE" else {
                    throw error
                }
            }
            return false
        }
        return (old, try waitForMaster(otherThan: old))
    }

    /// Waits until all sentinels name one master, other than `old`, and it calls itself one.
    @discardableResult
    public func waitForMaster(otherThan old: PrivateRedis?) throws -> PrivateRedis {
        var found: PrivateRedis?
        try waitForServers("the sentinels to agree on a master") {
            found = try master()
            return found != nil && found !== old
        }
        guard let found else { throw LabError.timedOut(waitingFor: "a master", seconds: Self.readySeconds) }
        return found
    }

    /// Waits until the server is a connected replica. The sentinels demote a former master only after it has called
    /// itself one for 8 s.
    public func waitUntilDemoted(_ server: PrivateRedis) throws {
        try waitForServers("the former master to be demoted") {
            if case .slave(_, _, "connected", _)? = Self.role(of: server) { return true }
            return false
        }
    }
}

extension RedisEndpoint {
    /// The TCP port; 0 for a unix socket.
    var port: UInt16 {
        if case .tcp(_, let port) = transport { port } else { 0 }
    }
}
