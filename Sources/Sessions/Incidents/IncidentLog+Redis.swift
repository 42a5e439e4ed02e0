// Outages of Redis, failovers, and flushes.

extension IncidentLog {
    /// The shortest outage. A shorter one is only a new connection, which the metrics count.
    static let outageLeastSeconds = 3.0
    /// The time without vanished sessions after which a flush is over.
    static let flushSeconds = 10.0

    struct RedisMemory: Sendable, Equatable {
        /// The time since which it does not answer.
        var lostSince: UnixTime?
        /// The servers that were last read from.
        var servers: Set<String> = []
    }

    mutating func checkRedis(_ sight: IncidentSight, at now: UnixTime) {
        let outage = openIndex(.redisOutage)
        if let since = sight.lostSince {
            redis.lostSince = min(redis.lostSince ?? since, since)
        } else {
            redis.lostSince = nil
        }
        if let since = redis.lostSince, now - since >= Self.outageLeastSeconds, outage == nil,
            openIndex(.redisFailover) == nil
        {
            open(.redisOutage, began: since, at: now)
        }
        if sight.lostSince == nil, !sight.servers.isEmpty {
            // A server that joins a cluster is no failover.
            if !redis.servers.isEmpty, !redis.servers.isSubset(of: sight.servers) { noteFailover(at: now) }
            redis.servers = sight.servers
        }
        guard sight.lostSince == nil, sight.view.isComplete else { return }
        for kind in [Incident.Kind.redisOutage, .redisFailover] {
            if let index = openIndex(kind) { incidents[index].end(at: now) }
        }
    }

    /// Notes a failover. An outage that ends at another server was part of it.
    private mutating func noteFailover(at now: UnixTime) {
        let outage = incidents.lastIndex { incident in
            incident.kind == .redisOutage
                && incident.endedAt.map { now - $0 <= SharedEnds.joinSeconds } ?? true
        }
        if let outage {
            incidents[outage].kind = .redisFailover
            incidents[outage].endedAt = nil
        } else if openIndex(.redisFailover) == nil {
            open(.redisFailover, began: now, at: now)
        }
    }

    mutating func checkFlushes(_ sight: IncidentSight, at now: UnixTime) {
        let vanished = sight.aftermaths.ended.filter { $0.end.ending == .vanished }
        for (end, _) in vanished where flushes.insert(end.key).inserted {
            open(.registryFlushed, began: end.began, at: now) { incident in
                // The sessions that vanished together are one part, named by the time at which that began.
                var part = Incident.Part(node: "", boot: String(end.began.milliseconds))
                part.aftermath = Aftermath(sessions: end.sessions, silent: end.sessions)
                incident.add(part)
            }
        }
        flushes.formIntersection(vanished.map(\.end.key))
        for (end, aftermath) in vanished {
            let name = String(end.began.milliseconds)
            changeEach {
                $0.kind == .registryFlushed && $0.parts.contains { $0.boot == name }
                    && $0.endedAt.map { now - $0 <= Self.followSeconds } ?? true
            } _: { incident in
                for index in incident.parts.indices where incident.parts[index].boot == name {
                    incident.parts[index].update(aftermath)
                }
                if incident.isOpen, now - end.last >= Self.flushSeconds, incident.parts.last?.boot == name {
                    incident.end(at: end.last)
                }
            }
        }
        // A flush that an earlier process saw begin is over.
        if let index = openIndex(.registryFlushed),
            !vanished.contains(where: { String($0.end.began.milliseconds) == incidents[index].parts.last?.boot })
        {
            incidents[index].end(at: now)
        }
    }
}
