import Configuration
import Redis
import Sessions
import Watching

/// One server as it is looked at: its connection, and what `INFO` says of it.
struct CheckedServer: ~Copyable {
    let checkup: Checkup
    let endpoint: RedisEndpoint
    /// A key that may be written, to see it come back.
    let canary: String
    var connection: RedisConnection
    /// Nil where the ACL forbids to ask.
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
    /// As whom we are known to it.
    var user: String { endpoint.username.isEmpty ? "default" : endpoint.username }

    /// 6 of `6.2.14`; nil where it is not known.
    var majorVersion: Int? { info.flatMap { $0.version.split(separator: ".").first.flatMap { Int($0) } } }

    var reach: Check {
        let version = info.map { "version \($0.version)" } ?? "version not known (INFO is not allowed)"
        let found = "\(endpoint) as \(user), \(version)"
        guard let majorVersion, majorVersion < 6, plan.mode != .scan else { return Check("redis", .ok, found) }
        return Check(
            "redis", plan.mode == .tracking ? .fail : .warn, found + ": before 6 it tells no changes",
            mend:
                "Use Redis 6 or later, or Valkey; or set watch.mode: scan, and watch.scan_every as short as it must be."
        )
    }

    /// Whether it is the kind of server that is to be read.
    mutating func role() throws(RedisError) -> Check {
        let reply = try connection.answers(to: [["ROLE"]])[0]
        guard let role = RedisRole(reply) else {
            // One server is read whatever it says it is; elsewhere the lack of ROLE shows in the ACL's check.
            return Check("role", .skipped, "not known: ROLE is not allowed")
        }
        if info?.isLoading == true {
            return Check("role", .warn, "\(role.name), loading its data", mend: "Wait until it is done.")
        }
        switch role {
        case .master where plan.readsFromReplica:
            return Check(
                "role", .warn, "master, though redis.read_from is replica: no replica is in step",
                mend: "Look at INFO replication of the master: is a replica connected, online and not behind?")
        case .master: return Check("role", .ok, "master")
        case .slave(_, _, let link, _) where plan.readsFromReplica && link == "connected":
            return Check("role", .ok, "replica, connected to its master")
        case .slave(_, _, let link, _) where plan.readsFromReplica:
            return Check(
                "role", .fail, "replica whose link to its master is \(link)",
                mend: "What it holds is old: mend its replication, or set redis.read_from: primary.")
        case .slave:
            return Check(
                "role", .warn,
                "a replica, though a primary is asked for: it takes no writes, so no canary and no cleanup",
                mend: "Let redis.url name the primary, or the sentinels, or say redis.read_from: replica.")
        case .sentinel:
            return Check(
                "role", .fail, "a sentinel, which holds no sessions",
                mend: "Use redis+sentinel://HOST:PORT/MASTER/DB in redis.url.")
        }
    }

    /// Local clock against Redis'.
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

    /// Whether sessions may be dropped for want of memory.
    var eviction: Check {
        guard let info else { return Check("eviction", .skipped, "not known: INFO is not allowed") }
        let policy = info.maxmemoryPolicy
        let limit = info.maxmemory == 0 ? "no maxmemory" : "maxmemory \(info.maxmemory / 1_048_576) MiB"
        guard info.evicts else { return Check("eviction", .ok, "\(policy), \(limit)") }
        // Sessions have a TTL, so a volatile policy takes them first.
        let past = info.evictedKeys > 0 ? "; \(info.evictedKeys) keys were evicted since it started" : ""
        return Check(
            "eviction", .warn, "\(policy), \(limit): when it is full, sessions are dropped\(past)",
            mend: "Keep the registry on a server of its own, with room:", "CONFIG SET maxmemory-policy noeviction")
    }
}
