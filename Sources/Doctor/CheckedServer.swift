import Configuration
import Redis
import Sessions
import Watching

/// A server under check: its connection, and its `INFO`.
struct CheckedServer: ~Copyable {
    let checkup: Checkup
    let endpoint: RedisEndpoint
    /// A key that may be written, to see it come back.
    let canary: String
    var connection: RedisConnection
    /// Nil if the ACL forbids INFO.
    let info: ServerInfo?

    init(_ checkup: Checkup, _ server: Checkup.Server) throws(RedisError) {
        var connection = try RedisConnection.open(server.endpoint, limits: checkup.plan.limits)
        let reply = try connection.answers(to: [["INFO"]])[0]
        self.checkup = checkup
        endpoint = server.endpoint
        canary = server.canary
        info = reply.text.map { ServerInfo(info: $0) }
        self.connection = connection
    }

    var plan: WatchPlan { checkup.plan }
    var settings: Settings { checkup.settings }
    /// The name by which the server knows us.
    var user: String { endpoint.username.isEmpty ? "default" : endpoint.username }

    /// 6 for `6.2.14`; nil if unknown.
    var majorVersion: Int? { info.flatMap { $0.version.split(separator: ".").first.flatMap { Int($0) } } }

    var reach: Check {
        let version = info.map { "version \($0.version)" } ?? "version unknown (INFO is not allowed)"
        let found = "\(endpoint) as \(user), \(version)"
        guard let majorVersion, majorVersion < 6, plan.mode != .scan else { return Check("redis", .ok, found) }
        return Check(
            "redis", plan.mode == .tracking ? .fail : .warn, found + ": before 6 it reports no changes",
            mend:
                "Use Redis 6 or later, or Valkey; or set watch.mode: scan, and watch.scan_every as short as it must be."
        )
    }

    /// Checks whether the server has the role to be read from.
    mutating func role() throws(RedisError) -> Check {
        let reply = try connection.answers(to: [["ROLE"]])[0]
        guard let role = RedisRole(reply) else {
            // A single server is read whatever its role; for other deployments the ACL check shows the missing right.
            return Check("role", .skipped, "not known: ROLE is not allowed")
        }
        if info?.isLoading == true {
            return Check("role", .warn, "\(role.name), loading its data", mend: "Wait until it is done.")
        }
        switch role {
        case .master where plan.readsFromReplica:
            return Check(
                "role", .warn, "master, though redis.read_from is replica: no replica is up to date",
                mend: "See INFO replication of the master: is a replica connected, online and not behind?")
        case .master: return Check("role", .ok, "master")
        case .slave(_, _, let link, _) where plan.readsFromReplica && link == "connected":
            return Check("role", .ok, "replica, connected to its master")
        case .slave(_, _, let link, _) where plan.readsFromReplica:
            return Check(
                "role", .fail, "replica whose link to its master is \(link)",
                mend: "Its data is stale: fix its replication, or set redis.read_from: primary.")
        case .slave:
            return Check(
                "role", .warn,
                "a replica, but redis.read_from is primary: it rejects writes, so no canary and no cleanup",
                mend: "Let redis.url name the primary or the sentinels, or set redis.read_from: replica.")
        case .sentinel:
            return Check(
                "role", .fail, "a sentinel, which holds no sessions",
                mend: "Use redis+sentinel://HOST:PORT/MASTER/DB in redis.url.")
        }
    }

    /// Compares the local clock with Redis'.
    mutating func clock() throws(RedisError) -> Check {
        let time: RedisTime
        do throws(RedisError) {
            time = try HeartbeatReading.time(over: &connection)
        } catch {
            guard error.leavesConnectionUsable else { throw error }
            return Check("clock", .skipped, "not known: TIME is not allowed")
        }
        let skew = RedisClock.local() - (time.time + (monotonicSeconds() - time.monotonicSeconds))
        let shown = "\((abs(skew) * 1000).rounded() / 1000) s \(skew < 0 ? "behind" : "ahead of") Redis'"
        let mend = "Synchronise both clocks (timedatectl, chronyc tracking); the nodes' too."
        let brake = CleanupPolicy(settings.cleanup).maxSkewSeconds
        if abs(skew) > brake, settings.cleanup.mode != .off {
            return Check(
                "clock", .fail, "ours is \(shown): cleanup holds back above \(Int(brake)) s", mend: mend)
        }
        guard abs(skew) <= plan.nodes.maxClockSkewSeconds else {
            return Check("clock", .warn, "ours is \(shown), more than nodes.max_clock_skew", mend: mend)
        }
        return Check("clock", .ok, "ours is \(shown)")
    }

    /// Checks whether Redis may evict sessions when memory is short.
    var eviction: Check {
        guard let info else { return Check("eviction", .skipped, "not known: INFO is not allowed") }
        let policy = info.maxmemoryPolicy
        let limit = info.maxmemory == 0 ? "no maxmemory" : "maxmemory \(info.maxmemory / 1_048_576) MiB"
        guard info.evicts else { return Check("eviction", .ok, "\(policy), \(limit)") }
        // Sessions have a TTL, so a volatile policy evicts them first.
        let past = info.evictedKeys > 0 ? "; \(info.evictedKeys) keys were evicted since it started" : ""
        return Check(
            "eviction", .warn, "\(policy), \(limit): when memory is full, sessions are evicted\(past)",
            mend: "Keep the registry on a server of its own, with room:", "CONFIG SET maxmemory-policy noeviction")
    }
}
