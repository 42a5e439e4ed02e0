import Exposition
import Redis
import Sessions

/// What replicas told each other, as it stands in Redis.
struct SharedCleanup: Sendable {
    var stop: CleanupStop?
    var gone = GoneOwners()
    var nodes: [RecalledNode] = []
    /// The newest first.
    var runs: [CleanupReport] = []
}

// What replicas share besides the lease.

extension CleanupStore {
    /// Reads all of it. A record of ours that cannot be read is an error: nothing is guessed.
    mutating func readShared() throws(CleanupFault) -> SharedCleanup {
        var shared = SharedCleanup()
        if let bytes = try ask(["GET", CleanupKeys.stop]).bytes {
            shared.stop = try Self.read(bytes, CleanupKeys.stop, CleanupStop.init)
        }
        var owners: [GoneOwnerName: GoneOwner] = [:]
        for (field, value) in try pairs(CleanupKeys.gone) {
            guard let name = (try? JSONValue(parsing: field)).flatMap({ GoneOwnerName($0) }) else {
                throw .badRecord(key: CleanupKeys.gone, why: "a field of it names no owner")
            }
            owners[name] = try Self.read(value, CleanupKeys.gone, GoneOwner.init)
        }
        shared.gone = GoneOwners(owners)
        for (field, value) in try pairs(CleanupKeys.nodes) {
            let name = String(decoding: field, as: UTF8.self)
            shared.nodes.append(try Self.read(value, CleanupKeys.nodes) { RecalledNode(name: name, $0) })
        }
        for reply in try ask(["LRANGE", CleanupKeys.runs, "0", String(CleanupBoard.runLimit - 1)]).array ?? [] {
            guard let bytes = reply.bytes else { continue }
            shared.runs.append(try Self.read(bytes, CleanupKeys.runs) { CleanupReport($0) })
        }
        return shared
    }

    private mutating func ask(_ command: [String]) throws(CleanupFault) -> RedisReply {
        try run([command], of: command[1])[0]
    }

    private mutating func pairs(_ key: String) throws(CleanupFault) -> [([UInt8], [UInt8])] {
        let words = try ask(["HGETALL", key]).array ?? []
        return stride(from: 0, to: words.count - 1, by: 2).compactMap { place in
            guard let field = words[place].bytes, let value = words[place + 1].bytes else { return nil }
            return (field, value)
        }
    }

    private static func read<Record>(
        _ bytes: [UInt8], _ key: String, _ make: (JSONValue) -> Record?
    ) throws(CleanupFault) -> Record {
        guard let record = make(try JSONValue.record(bytes, of: key)) else {
            throw .badRecord(key: key, why: "a record of it lacks what it must have")
        }
        return record
    }

    /// Notes since when owners are gone, and that others are not.
    mutating func write(_ changes: GoneOwners.Changes) throws(CleanupFault) {
        try setFields(CleanupKeys.gone, changes.noted.map { [$0.key.json.compact, $0.value.json.compact] })
        try deleteFields(CleanupKeys.gone, changes.ended.map(\.json.compact))
    }

    /// Notes which nodes were seen, and forgets others.
    mutating func write(_ nodes: [RecalledNode], forgetting gone: [String] = []) throws(CleanupFault) {
        try setFields(CleanupKeys.nodes, nodes.map { [$0.name, $0.json.compact] })
        try deleteFields(CleanupKeys.nodes, gone)
    }

    /// Fields written or deleted in one command.
    private static let fieldLimit = 500

    private mutating func setFields(_ key: String, _ fields: [[String]]) throws(CleanupFault) {
        var rest = fields[...]
        while !rest.isEmpty {
            _ = try ask(["HSET", key] + rest.prefix(Self.fieldLimit).flatMap(\.self))
            rest = rest.dropFirst(Self.fieldLimit)
        }
    }

    private mutating func deleteFields(_ key: String, _ fields: [String]) throws(CleanupFault) {
        var rest = fields[...]
        while !rest.isEmpty {
            _ = try ask(["HDEL", key] + rest.prefix(Self.fieldLimit))
            rest = rest.dropFirst(Self.fieldLimit)
        }
    }

    /// Stops cleanup for all replicas.
    mutating func suspend(_ stop: CleanupStop) throws(CleanupFault) {
        var command = ["SET", CleanupKeys.stop, stop.json.compact]
        if let until = stop.until { command += ["PXAT", String(until.milliseconds)] }
        _ = try ask(command)
    }

    /// Lets it go on; says whether it was stopped.
    mutating func resume() throws(CleanupFault) -> Bool {
        try ask(["DEL", CleanupKeys.stop]).integer == 1
    }

    /// Keeps a finished run for all replicas.
    mutating func add(_ report: CleanupReport) throws(CleanupFault) {
        let commands = [
            ["LPUSH", CleanupKeys.runs, report.record.compact],
            ["LTRIM", CleanupKeys.runs, "0", String(CleanupBoard.runLimit - 1)],
        ]
        _ = try run(commands, of: CleanupKeys.runs)
    }

    /// Audit records after that place, the oldest first; where none is given, the latest ones.
    mutating func audit(after place: String?, limit: Int) throws(CleanupFault) -> [AuditEntry] {
        let key = CleanupKeys.audit
        guard let place else {
            let latest = try ask(["XREVRANGE", key, "+", "-", "COUNT", String(limit)]).array ?? []
            return latest.reversed().compactMap(AuditEntry.init)
        }
        return (try ask(["XRANGE", key, "(" + place, "+", "COUNT", String(limit)]).array ?? []).compactMap(
            AuditEntry.init)
    }
}

// MARK: - How long the servers have been what they are

extension CleanupStore {
    /// For how long every master has been up, loaded and the master; nil where it may not be asked. When a life of a server
    /// was first seen as the master is kept in Redis: a promoted replica may have been up for long.
    mutating func settledSeconds() throws(CleanupFault) -> Double? {
        let now = try time()
        let known = try lives()
        var settled = Double.infinity
        for (name, info) in try servers() {
            guard !info.runID.isEmpty else { return nil }
            if info.isLoading { return 0 }
            settled = min(settled, info.uptimeSeconds)
            if let life = known[name], life.runID == info.runID {
                settled = min(settled, max(now - life.since, 0))
                continue
            }
            // Of the first server ever noted, its uptime tells enough.
            let since = known.isEmpty ? now - info.uptimeSeconds : now
            let record: JSONValue = ["v": 1, "run_id": .string(info.runID), "since": .milliseconds(since)]
            try setFields(CleanupKeys.servers, [[name, record.compact]])
            if !known.isEmpty { settled = 0 }
        }
        return settled == .infinity ? nil : settled
    }

    private mutating func lives() throws(CleanupFault) -> [String: (runID: String, since: UnixTime)] {
        var lives: [String: (runID: String, since: UnixTime)] = [:]
        for (field, value) in try pairs(CleanupKeys.servers) {
            let life = try Self.read(value, CleanupKeys.servers) { json -> (runID: String, since: UnixTime)? in
                guard let runID = json["run_id"]?.string, let since = json["since"]?.milliseconds else { return nil }
                return (runID, since)
            }
            lives[String(decoding: field, as: UTF8.self)] = life
        }
        return lives
    }

    /// What each master says of itself: under `master`, or of a cluster under its address. Empty where it may not be asked.
    private mutating func servers() throws(CleanupFault) -> [(name: String, info: ServerInfo)] {
        if isCluster { return try clusterServers() }
        let reply = try run([["INFO"]], of: "INFO", expected: { $0.hasPrefix("NOPERM") })[0]
        return reply.text.map { [("master", ServerInfo(info: $0))] } ?? []
    }

    private mutating func clusterServers() throws(CleanupFault) -> [(name: String, info: ServerInfo)] {
        do throws(RedisError) {
            var open = if let kept = cluster.take() { kept } else { RedisCluster(seeds: seeds, limits: limits) }
            try open.refresh()
            let masters = open.shards.map(\.endpoint)
            cluster = consume open
            var servers: [(name: String, info: ServerInfo)] = []
            for master in masters {
                var connection = try RedisConnection.open(master, limits: limits)
                servers.append((master.address, try ServerInfo.read(over: &connection)))
            }
            return servers
        } catch {
            if case .refused(_, "NOPERM", _) = error { return [] }
            throw CleanupFault(error, of: "INFO")
        }
    }
}
