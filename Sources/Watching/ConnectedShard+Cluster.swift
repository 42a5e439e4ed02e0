import Redis
import Sessions

// Additional work in a cluster: keys move from one server to another, and heartbeats may be on any of them.

extension ConnectedShard {
    /// The client for keys on other servers; nil where this server has all keys.
    static func wayElsewhere(_ watch: WatchContext) -> RedisClient? {
        watch.plan.deployment.isCluster ? watch.newClient() : nil
    }

    /// Reads the heartbeats from whichever server has them. Returns nil if that server of the cluster is out of reach: the
    /// full scan of this one goes on, and ``HeartbeatWatcher`` reports the failure.
    mutating func heartbeats(
        of nodes: [String], _ reading: HeartbeatReading
    ) throws(RedisError) -> (check: HeartbeatCheck, now: RedisTime)? {
        guard var client = elsewhere.take() else { return try reading.run(nodes: nodes, over: &reader.connection) }
        var taken: (check: HeartbeatCheck, now: RedisTime)?
        do throws(RedisError) { taken = try reading.run(nodes: nodes, over: &client) } catch {}
        elsewhere = consume client
        return taken
    }

    /// Reads keys that this server of the cluster does not have, one by one, from whichever server has them.
    mutating func readStrays(_ keys: [[UInt8]], leavesGone: Bool = false) throws(RedisError) {
        guard !keys.isEmpty, var client = elsewhere.take() else { return }
        var found = try SingleReading(keySpace: watch.plan.keySpace, maxIDLength: watch.plan.maxIDLength)
            .run(keys, over: &client, readers: reader.readers, names: &reader.names, at: watch.clock.now())
        elsewhere = consume client
        if leavesGone { found.removeAll { $0.content == .gone } }
        let number = number
        var names = RecordNames.placeholder
        swap(&names, &reader.names)
        watch.registry.withLock { $0.take(found, &names, from: .elsewhere, shard: number, at: watch.clock.now()) }
        swap(&names, &reader.names)
    }

    /// Reads the sessions that the full scan did not meet: a key that moves while both servers are read may be met on neither.
    mutating func settleUnseen() throws(RedisError) {
        guard elsewhere != nil else { return }
        try settleMoved()
        var shelf = 0
        while !watch.registry.withLock({ $0.isPastTheLast(shelf: shelf) }) {
            let unseen = watch.registry.withLock { $0.unseenSessions(shard: number, from: &shelf) }
            let keys = unseen.map { watch.plan.keySpace.sessionKey($0.0, dialect: $0.dialect) }
            // The end of the full scan settles those that are on no server, since it knows all of them.
            try readStrays(keys, leavesGone: true)
        }
    }

    /// Takes over sessions of slots that moved here since the last full scan, and that tracking has not reported since.
    private mutating func settleMoved() throws(RedisError) {
        guard var client = elsewhere.take() else { return }
        try client.refresh()
        let now = client.slots
        elsewhere = consume client
        let (number, transport) = (number, reader.connection.endpoint.transport)
        let last = watch.slots.withLock { slots in
            defer { slots[number] = now }
            return slots[number]
        }
        let isFirst = watch.registry.withLock { $0.view.asOf == nil }
        guard let now, now != last, !isFirst,
            let here = now.shards.firstIndex(where: { $0.endpoint.transport == transport })
        else { return }
        let keySpace = watch.plan.keySpace
        var shelf = 0
        while !watch.registry.withLock({ $0.isPastTheLast(shelf: shelf) }) {
            watch.registry.withLock { registry in
                registry.moveSessions(toShard: number, from: &shelf) { id, dialect in
                    now.shard(ofSlot: KeySlot.of(keySpace.sessionKey(id, dialect: dialect).span)) == here
                }
            }
        }
    }
}
