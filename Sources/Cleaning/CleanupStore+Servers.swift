import Exposition
import Redis
import Sessions
import Watching

// How long the servers have been what they are.

extension CleanupStore {
    /// For how long every master has been up, loaded and the master; nil where it may not be asked. When a life of a
    /// server was first seen as the master is kept in Redis: a promoted replica may have been up for long.
    mutating func settledSeconds() throws(CleanupFault) -> Double? {
        let servers = try servers()
        guard !servers.isEmpty, servers.allSatisfy({ !$0.info.runID.isEmpty }) else { return nil }
        // It takes no commands then, nor can it tell what was noted.
        if servers.contains(where: \.info.isLoading) { return 0 }
        let now = try time()
        let known = try lives()
        var settled = Double.infinity
        var noted: [String: MasterLife] = [:]
        for server in servers {
            // Also where nothing was ever noted: somebody may have flushed it right after a failover.
            let life = MasterLife(runID: server.info.runID, replicationID: server.replicationID, since: now)
            // One that began in time to come was noted by a clock that was set back.
            if let old = known[server.name], old.isSame(as: life), old.since <= now {
                settled = min(settled, now - old.since)
                // Redis counts it by a clock that may have been set back since it started.
                if server.info.uptimeSeconds >= 0 { settled = min(settled, server.info.uptimeSeconds) }
                continue
            }
            noted[server.name] = life
            settled = 0
        }
        try note(noted, forgetting: Set(known.keys).subtracting(servers.map(\.name)))
        return settled
    }

    private struct Server {
        /// `master`, or in a cluster its node id: a server that has been master before is no other life's heir.
        var name: String
        var info: ServerInfo
        var replicationID: String?

        init(_ name: String, info text: String) {
            self.name = name
            info = ServerInfo(info: text)
            for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("master_replid:") {
                replicationID = String(line.dropFirst("master_replid:".count))
            }
        }
    }

    private mutating func lives() throws(CleanupFault) -> [String: MasterLife] {
        var lives: [String: MasterLife] = [:]
        for (field, value) in Self.pairs(try run([["HGETALL", CleanupKeys.servers]])[0]) {
            lives[String(decoding: field, as: UTF8.self)] = try Self.read(value, CleanupKeys.servers, MasterLife.init)
        }
        return lives
    }

    private mutating func note(
        _ lives: [String: MasterLife], forgetting gone: Set<String>
    ) throws(CleanupFault) {
        var commands: [[String]] = []
        if !lives.isEmpty {
            commands.append(["HSET", CleanupKeys.servers] + lives.flatMap { [$0.key, $0.value.json.compact] })
        }
        // Should it become one again, it begins anew.
        if !gone.isEmpty { commands.append(["HDEL", CleanupKeys.servers] + gone) }
        if !commands.isEmpty { _ = try run(commands) }
    }

    /// What each master says of itself. Empty where it may not be asked.
    private mutating func servers() throws(CleanupFault) -> [Server] {
        do throws(RedisError) {
            try client.refresh()
            return try client.askServers([["INFO"]]).map { server, replies throws(RedisError) in
                if case .error(let text) = replies[0] { throw .refusal(text, from: server.endpoint) }
                return Server(server.nodeID ?? "master", info: replies[0].text ?? "")
            }
        } catch {
            if case .refused(_, "NOPERM", _) = error { return [] }
            throw CleanupFault(error, of: "INFO")
        }
    }
}
