import Exposition
import Redis
import Sessions
import Watching

// The uptime of the servers as masters.

extension CleanupStore {
    /// The time for which every master has been up, loaded and master; nil if the ACL forbids asking. The start of each
    /// server's term as master is kept in Redis, since a promoted replica may have been up for long.
    mutating func settledSeconds() throws(CleanupFault) -> Double? {
        let servers = try servers()
        guard !servers.isEmpty, servers.allSatisfy({ !$0.info.runID.isEmpty }) else { return nil }
        // A server that is loading takes no commands, so it cannot return what was recorded either.
        if servers.contains(where: \.info.isLoading) { return 0 }
        let now = try time()
        let known = try lives()
        var settled = Double.infinity
        var noted: [String: MasterLife] = [:]
        for server in servers {
            // Even if nothing was ever recorded, the term starts now: a flush may have followed a failover.
            let life = MasterLife(runID: server.info.runID, replicationID: server.replicationID, since: now)
            // A term that starts in the future was recorded before a clock was set back.
            if let old = known[server.name], old.isSame(as: life), old.since <= now {
                settled = min(settled, now - old.since)
                // Redis counts its uptime by a clock that may have been set back since it started.
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
        /// `master`, or the node id in a cluster: a server that was master before does not continue another one's term.
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
        // If it becomes master again, its term starts anew.
        if !gone.isEmpty { commands.append(["HDEL", CleanupKeys.servers] + gone) }
        if !commands.isEmpty { _ = try run(commands) }
    }

    /// The `INFO` of each master; empty if the ACL forbids asking.
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
